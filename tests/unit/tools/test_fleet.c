/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * examples/fleet.yml, played by Debian's ansible on this host: what it changes,
 * and says it changed, of domains on the fake Xen; and that what a host cannot
 * do is shown, or is that host's failure.
 */

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

#define MODE XENTIME_TIMER_MODE

static char output[1 << 16];

/* Lays out the policy beside the playbook; xentimectl is found by its name. */
static void lay_out(const char *tickpolicy)
{
    char path[1024], tool[2 * sizeof(path)] = "";

    assert_true(readlink("/proc/self/exe", tool, sizeof(path)) > 0);
    strcpy(strrchr(tool, '/'), "/xentimectl");
    mkdir("bin", 0755);
    unlink("bin/xentimectl");
    assert_int_equal(symlink(tool, "bin/xentimectl"), 0);
    /* There may be a systemd that a test has no business with. */
    write_file("bin/systemctl", "#!/bin/sh\necho \"$@\" >>reloads\n");
    assert_int_equal(chmod("bin/systemctl", 0755), 0);
    assert_non_null(getcwd(path, sizeof(path)));
    snprintf(tool, sizeof(tool), "%s/bin:%s", path, getenv("PATH"));
    setenv("PATH", tool, 1);

    write_file("inventory",
               "[xen]\ndom0 ansible_connection=local "
               "ansible_remote_tmp=%s/ansible "
               "ansible_python_interpreter=/usr/bin/python3\n",
               path);

    snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)getpid(), fake_xen_fd);
    setenv(FAKE_NAME_ENV, path, 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("HOME", ".", 1);
    setenv("ANSIBLE_LOCAL_TEMP", "ansible", 1);
    setenv("ANSIBLE_NOCOLOR", "1", 1);
    setenv("ANSIBLE_NOCOWS", "1", 1);

    write_file("policy.xml",
               "<xentime-policy version='1'><rule><match name='web-*'/><clock>"
               "<timer name='platform' tickpolicy='%s'/></clock></rule>"
               "</xentime-policy>\n",
               tickpolicy);
}

/* Runs the playbook and returns its exit status; what it says is in output. */
static int play(const char *options)
{
    char command[PATH_MAX];
    FILE *f;
    int status;

    snprintf(command, sizeof(command),
             "cp '%s/examples/fleet.yml' . && ansible-playbook -i inventory "
             "-e policy=$PWD/installed.xml %s fleet.yml 2>&1",
             TOP, options);
    f = popen(command, "r");
    assert_non_null(f);
    output[fread(output, 1, sizeof(output) - 1, f)] = '\0';
    status = pclose(f);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void assert_said(const char *what)
{
    if (!strstr(output, what))
        fail_because("no \"%s\" in: %s", what, output);
}

static void add_web_servers(void)
{
    fake_add(0, XENTIME_PV);
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    name_domain(0, "Domain-0");
    name_domain(1, "web-1");
    name_domain(2, "other");
    fake_domain(1)->param[MODE] = fake_domain(2)->param[MODE] = 1;
}

static void changes_what_it_says(void **state)
{
    (void)state;
    add_web_servers();
    lay_out("discard");
    if (play("--check"))
        fail_because("--check: %s", output);
    assert_int_equal(fake_domain(1)->param[MODE], 1);
    assert_int_equal(access("installed.xml", F_OK), -1);

    if (play("") || fake_domain(1)->param[MODE] != 2)
        fail_because("not applied: %s", output);
    assert_int_equal(fake_domain(2)->param[MODE], 1);
    assert_said("changed=3 "); /* the file, the domain, the reload */
    assert_int_equal(access("reloads", F_OK), 0);

    assert_int_equal(play(""), 0);
    assert_said("changed=0 ");
}

static void shows_what_a_host_cannot_do(void **state)
{
    (void)state;
    add_web_servers();
    lay_out("delay");
    if (play(""))
        fail_because("failed: %s", output);
    assert_said("web-1: timer_mode: ");
    assert_said("changed=2 "); /* the file, the reload */
    assert_said("failed=0 ");
    assert_int_equal(fake_domain(1)->param[MODE], 1);

    unlink("installed.xml");
    assert_int_not_equal(play("-e defects=fatal"), 0);
    assert_said("failed=1 ");
    assert_int_equal(access("installed.xml", F_OK), -1);
}

static void a_policy_that_is_wrong_goes_nowhere(void **state)
{
    (void)state;
    add_web_servers();
    lay_out("never");
    assert_int_not_equal(play(""), 0);
    assert_said("tickpolicy");
    assert_int_equal(access("installed.xml", F_OK), -1);
}

UNIT_MAIN(TEST(changes_what_it_says), TEST(shows_what_a_host_cannot_do),
          TEST(a_policy_that_is_wrong_goes_nowhere))
