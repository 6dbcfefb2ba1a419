/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shell on the fake Xen, typed into on a terminal: names of domains are
 * completed and quoted, commands change them, "every" shows what they are.
 */

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

#define PATIENCE_MS 20000

static int master;
static pid_t shell;
static char shown[1 << 18];       /* since the shell was started */
static size_t shown_len, awaited; /* of it, what an await() has passed */

static void type(const char *text)
{
    assert_int_equal(write(master, text, strlen(text)), strlen(text));
}

/* Reads what the shell shows; false: it has ended, or shows nothing. */
static bool look(void)
{
    struct pollfd p = { .fd = master, .events = POLLIN };
    ssize_t n = -1;

    if (poll(&p, 1, PATIENCE_MS) > 0)
        n = read(master, shown + shown_len, sizeof(shown) - shown_len - 1);
    if (n <= 0)
        return false;
    shown_len += n;
    shown[shown_len] = '\0';
    return true;
}

static void await(const char *text)
{
    char *at;

    while (!(at = strstr(shown + awaited, text)))
        if (!look())
            fail_because("no \"%s\" at the end of: %s", text, shown);
    awaited = at + strlen(text) - shown;
}

static void start(void)
{
    static const char *const args[] = { "shell", NULL };

    setenv("TERM", "xterm", 1);
    setenv("HOME", ".", 1); /* no history */
    unsetenv("XDG_STATE_HOME");
    fake_add(0, XENTIME_PV);
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    name_domain(0, "Domain-0");
    name_domain(1, "old billing");
    name_domain(2, "o'web");
    shown_len = awaited = 0;
    shown[0] = '\0';
    shell = run_on_pty(&master, args);
    await("xentime> ");
}

static void stop(void)
{
    int status;

    type("\004");
    while (look())
        ;
    status = wait_child(shell);
    close(master);
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        fail_because("status 0x%x after: %s", status, shown);
}

static void names_are_completed(void **state)
{
    (void)state;
    start();
    type("set-mode old\t");
    await("old\\ billing");
    type(" 3\r");
    await("old billing: timer_mode 1 (no_delay_for_missed_ticks) -> 3");
    await("xentime> ");
    type("set-mode old\\ b\t merge\r");
    await("is already 3");
    await("xentime> ");
    type("set-vhpet o\\'\t of\t\r");
    await("o'web: vhpet on -> off");
    await("xentime> ");
    stop();
}

static void files_are_completed(void **state)
{
    (void)state;
    assert_int_equal(mkdir("my policies", 0755), 0);
    write_file("my policies/one.xml", "<xentime-policy version='1'/>");
    start();
    type("policy check my\t");
    await("my\\ policies/");
    type("o\t\r");
    await("one.xml");
    await("xentime> ");
    type("show my\t\r");
    await("my: no such domain");
    await("xentime> ");
    type("list\r");
    await("o'web");
    await("xentime> ");
    stop();
}

static void a_list_is_completed(void **state)
{
    (void)state;
    start();
    type("list -no ID,VH\t1\r");
    await("ID,VHPET 1");
    await("1 on");
    await("xentime> ");
    stop();
}

static void again_and_again(void **state)
{
    (void)state;
    start();
    type("every 0.2 list\r");
    await("\033[2J");
    await("old billing");
    await("HVM");
    fake_domain(2)->param[XENTIME_TIMER_MODE] = 3;
    await(" 3 on");
    type("\003");
    await("xentime> ");
    stop();
}

/* "every" only shows: it does not set what it shows to zero each time. */
static void again_without_change(void **state)
{
    (void)state;
    start();
    type("every 0.2 stats 2 --reset\r");
    await("takes no --reset");
    await("xentime> ");
    type("every 0.2 stats 2 --of\r");
    await("takes no --off");
    await("xentime> ");
    /* The shell ends with the status of its last command. */
    type("list\r");
    await("old billing");
    await("xentime> ");
    stop();
}

/* A command that is interrupted does not take the shell with it. */
static void one_that_is_killed(void **state)
{
    (void)state;
    start();
    type("skew 1 --interval 30\r");
    usleep(500000);
    type("\003");
    await("xentime> ");
    type("list\r");
    await("old billing");
    await("xentime> ");
    stop();
}

UNIT_MAIN(TEST(names_are_completed), TEST(files_are_completed),
          TEST(a_list_is_completed), TEST(again_and_again),
          TEST(again_without_change), TEST(one_that_is_killed))
