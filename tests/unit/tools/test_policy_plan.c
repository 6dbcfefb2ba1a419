/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl policy apply and export on the fake Xen and the real xenstored:
 * which rule is a domain's, the plan that is shown, all of it or none, what
 * this Xen cannot do, records that persist, permission to be profiled.
 */

#include <stdio.h>
#include <unistd.h>

#include "run.h"

#define MODE XENTIME_TIMER_MODE
#define VHPET XENTIME_VHPET
#define SYNC XENTIME_SYNC_WAKEUP

#define POLICY "policy.xml"
#define CLOCK(timers) "<clock>" timers "</clock>"
#define TICKS(word) "<timer name='platform' tickpolicy='" word "'/>"
#define HPET(word) "<timer name='hpet' present='" word "'/>"
#define RULE(match, wishes) "<rule><match " match "/>" wishes "</rule>\n"

static void write_policy(const char *inside)
{
    write_file(POLICY, "<xentime-policy version='1'>\n%s</xentime-policy>\n",
               inside);
}

static void add_usual_domains(void)
{
    fake_add(0, XENTIME_PV);
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    fake_add(3, XENTIME_PVH);
    name_domain(0, "Domain-0");
    name_domain(1, "web-1");
    name_domain(2, "old billing");
    name_domain(3, "pvh");
}

static int value_of(uint32_t id, enum xentime_setting setting)
{
    return fake_domain(id)->param[setting];
}

static void assert_stored(const char *path, const char *value)
{
    char *is = store_get(path);

    assert_string_equal(is, value);
    free(is);
}

static const struct run *apply_it(void)
{
    return run("policy", "apply", POLICY);
}

/* ---- which rule ---- */

static void first_rule_that_matches(void **state)
{
    (void)state;
    add_usual_domains();
    write_policy("<defaults>" CLOCK(HPET("no") TICKS(
        "merge")) "</defaults>\n" RULE("name='web-*' type='pvh'",
                                       CLOCK(TICKS("delay")))
                     RULE("name='web-*'", CLOCK(TICKS("discard")))
                         RULE("name='*'", ""));
    assert_exit(apply_it(), 0);
    assert_int_equal(value_of(1, MODE), 2);
    assert_int_equal(value_of(1, VHPET), 0); /* by the defaults */
    assert_int_equal(value_of(2, MODE), 3);
    assert_int_equal(value_of(3, MODE), 3);
    assert_has(apply_it()->out, "all as the policy wishes");
}

/* A dying domain is not there for a policy, and stops nothing. */
static void dying_domains(void **state)
{
    (void)state;
    add_usual_domains();
    write_policy("<defaults>" CLOCK(TICKS("merge")) "</defaults>\n");
    fake_domain(2)->flags = XEN_DOMINF_dying;
    assert_exit(apply_it(), 0);
    assert_int_equal(value_of(1, MODE), 3);
    assert_int_equal(value_of(3, MODE), 3);
    assert_int_equal(value_of(2, MODE), 1);
    assert_null(strstr(run("policy", "export")->out, "old billing"));
}

/* A domain ends at each moment of the plan and of the change. */
static void domains_that_end(void **state)
{
    const struct run *r = NULL;
    unsigned int k, left_out = 0;

    (void)state;
    write_policy("<defaults>" CLOCK(TICKS("merge")) "</defaults>\n");
    for (k = 1; k == 1 || !fake_exists(2); k++) {
        fake_reset();
        add_usual_domains();
        fake_domain(2)->ends_at = k;
        r = apply_it();
        assert_exit(r, 0);
        assert_int_equal(value_of(1, MODE), 3);
        assert_int_equal(value_of(3, MODE), 3);
        if (strstr(r->err, "old billing: note: the domain has ended")) {
            assert_has(r->out, "2 changes, done");
            left_out++;
        }
    }
    assert_true(left_out > 1);
    assert_has(r->out, "3 changes, done");
    assert_string_equal(r->err, "");
}

/* A record that cannot be read may be one that persists. */
static void a_damaged_record(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    write_policy("<defaults>" CLOCK(TICKS("merge")) "</defaults>\n");
    store_put(record_path(2, MODE, "requested"), "many");
    r = apply_it();
    assert_exit(r, 1);
    assert_int_equal(value_of(1, MODE), 3);
    assert_int_equal(value_of(2, MODE), 1);
    assert_int_equal(value_of(3, MODE), 3);
    assert_has(r->err, "warning: /tool/xentime/");
    assert_has(r->err, "left alone for such a record: 1");
}

static void received_by_xl(void **state)
{
    (void)state;
    add_usual_domains();
    write_policy(RULE("name='old'", CLOCK(TICKS("merge")))
                     RULE("name='*-incoming'", CLOCK(TICKS("delay"))));
    name_domain(1, "old--incoming");
    name_domain(2, "--incoming");
    fake_domain(2)->param[MODE] = 1;
    assert_exit(run("policy", "apply", "--force", POLICY), 0);
    assert_int_equal(value_of(1, MODE), 3);
    assert_int_equal(value_of(2, MODE), 0);
}

static void by_uuid_type_and_label(void **state)
{
    char path[128], uuid[40], rules[1024];
    struct xentime_domain *dom;

    (void)state;
    add_usual_domains();
    dom = find_one("2", 0);
    snprintf(path, sizeof(path), "%s", record_path(2, MODE, NULL));
    snprintf(uuid, sizeof(uuid), "%.36s", strstr(path, "/11111111") + 1);
    snprintf(rules, sizeof(rules),
             "<rule><match uuid='%s'/>" CLOCK(
                 TICKS("merge")) "</rule>" RULE("label='role' value='w*'",
                                                CLOCK(TICKS("discard")))
                 RULE("type='pvh'", CLOCK(TICKS("delay"))),
             uuid);
    write_policy(rules);
    free_one(dom);

    /* pvh has not run: mode 0 does it no harm */
    fake_domain(3)->cpu_time = 0;
    fake_domain(3)->flags = XEN_DOMINF_paused;
    assert_exit(apply_it(), 0);
    assert_int_equal(value_of(1, MODE), 1);
    assert_int_equal(value_of(2, MODE), 3);
    assert_int_equal(value_of(3, MODE), 0);

    snprintf(path, sizeof(path), "%s", record_path(1, MODE, NULL));
    snprintf(rules, sizeof(rules), "/tool/xentime/label/%.36s/role",
             strstr(path, "/11111111") + 1);
    store_put(rules, "db");
    assert_exit(apply_it(), 0);
    assert_int_equal(value_of(1, MODE), 1);
    store_put(rules, "web");
    assert_exit(apply_it(), 0);
    assert_int_equal(value_of(1, MODE), 2);
    store_rm("/tool/xentime/label");
}

/* ---- the plan ---- */

static void shown_first(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    write_policy("<defaults>" CLOCK(
        HPET("no")) "</defaults>\n"
                    "<rule name='fleet'><match name='web-*'/>" CLOCK(
                        TICKS("discard")) "</rule>\n");
    r = run("policy", "apply", POLICY, "--dry-run");
    assert_exit(r, 0);
    assert_string_equal(r->out,
                        "  web-1 (1): fleet\n"
                        "-   timer_mode 1 (no_delay_for_missed_ticks)\n"
                        "+   timer_mode 2 (no_missed_ticks_pending)  (line 3)\n"
                        "-   vhpet on\n"
                        "+   vhpet off  (defaults)\n"
                        "  old billing (2)\n"
                        "-   vhpet on\n"
                        "+   vhpet off  (defaults)\n"
                        "3 changes\n");
    assert_string_equal(r->err, "");
    assert_int_equal(fake_changes(), 0);
    r = apply_it();
    assert_exit(r, 0);
    assert_has(r->out, "\n3 changes, done\n");
    assert_int_equal(fake_changes(), 3);
    r = apply_it();
    assert_string_equal(r->out, "all as the policy wishes (4 domains)\n");
    assert_int_equal(fake_changes(), 3);
}

static void as_json(void **state)
{
    json_object *doc, *list, *c;
    const struct run *r;

    (void)state;
    add_usual_domains();
    write_policy(
        RULE("name='old*'", CLOCK(TICKS("merge")) "<profiling allow='no'/>"));
    r = run("policy", "apply", POLICY, "--dry-run", "--json");
    assert_exit(r, 0);
    doc = parse_json(r->out);
    assert_string_equal(json_at(doc, "done"), "false");
    json_object_object_get_ex(doc, "changes", &list);
    assert_int_equal(json_object_array_length(list), 2);
    c = json_object_array_get_idx(list, 0);
    assert_string_equal(json_at(c, "name"), "old billing");
    assert_string_equal(json_at(c, "setting"), "timer_mode");
    assert_string_equal(json_at(c, "old"), "1");
    assert_string_equal(json_at(c, "new"), "3");
    assert_string_equal(json_at(c, "source"), "rule");
    assert_string_equal(json_at(c, "line"), "2");
    assert_string_equal(json_at(c, "cannot"), "");
    c = json_object_array_get_idx(list, 1);
    assert_string_equal(json_at(c, "setting"), "profiling");
    assert_string_equal(json_at(c, "new"), "false");
    json_object_put(doc);
    doc = parse_json(run("policy", "apply", POLICY, "-J")->out);
    assert_string_equal(json_at(doc, "done"), "true");
    json_object_put(doc);
}

/* ---- all or nothing ---- */

static void what_xen_cannot(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    write_policy(RULE("name='web-1'", CLOCK(HPET("no") TICKS("paced"))) RULE(
        "name='old*'", CLOCK(TICKS("merge")) "<tuning sync-wakeup-after='3'/>")
                     RULE("type='pvh'", CLOCK(TICKS("delay"))));
    r = apply_it();
    assert_exit(r, 4);
    assert_has(r->out,
               "!   timer_mode 4 (paced_missed_ticks)  (line 2)\n      ");
    assert_has(r->out, "!   sync_wakeup_after 3  (line 3)\n      ");
    assert_has(r->out, "!   timer_mode 0 (delay_for_missed_ticks)  (line 4)\n"
                       "      timer_mode 0 on a live domain can throw");
    assert_has(r->out,
               "+   timer_mode 3 (one_missed_tick_pending)  (line 3)\n");
    assert_has(r->err, "nothing was changed");
    assert_int_equal(fake_changes(), 0);
    assert_exit(run("policy", "apply", POLICY, "--dry-run"), 4);

    /* --force is for defects, not for what is not there. */
    assert_exit(run("policy", "apply", POLICY, "-f"), 4);
    assert_int_equal(fake_changes(), 0);
    write_policy(RULE("type='pvh'", CLOCK(TICKS("delay"))));
    assert_exit(run("policy", "apply", POLICY, "-f"), 0);
    assert_int_equal(value_of(3, MODE), 0);
}

static void on_a_patched_xen(void **state)
{
    (void)state;
    add_usual_domains();
    fake_patch();
    write_policy(RULE("name='web-1'", CLOCK(TICKS("paced")))
                     RULE("name='old*'", "<tuning sync-wakeup-after='3'/>")
                         RULE("type='pvh'", CLOCK(TICKS("delay"))));
    assert_exit(apply_it(), 0);
    assert_int_equal(value_of(1, MODE), 4);
    assert_int_equal(value_of(2, SYNC), 3);
    assert_int_equal(value_of(3, MODE), 0);
}

/* Each change that would be refused is marked, with the way out. */
static void refused_to_one_domain(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    fake_patch();
    fake_domain(1)->vcpus = 2;
    fake_vtimer(1)->native = true;
    write_policy(RULE("name='web-1'", CLOCK(TICKS("paced")))
                     RULE("name='old*'", CLOCK(TICKS("undoubled"))));
    r = apply_it();
    assert_exit(r, 4);
    assert_has(r->out, "!   timer_mode 4 (paced_missed_ticks)  (line 2)\n"
                       "      cannot set timer_mode 4: Xen refuses "
                       "paced_missed_ticks to a domain with several vCPUs and "
                       "a native TSC\n      give it an emulated TSC");
    assert_has(r->out, "+   timer_mode 5 (no_doubled_ticks_pending)");
    assert_has(r->err, "nothing was changed");
    assert_int_equal(fake_changes(), 0);
    write_policy(RULE("name='web-1'", CLOCK(TICKS("undoubled"))));
    assert_exit(apply_it(), 0);
    assert_int_equal(value_of(1, MODE), 5);
    r = run("policy", "export", "1");
    assert_has(r->out, "tickpolicy=\"undoubled\"");
    r = run("policy", "export", "1", "--format=xl");
    assert_lacks(r->out, "timer_mode");
    assert_has(r->err, "timer_mode 5 is left out");
}

static void undone_where_one_fails(void **state)
{
    char *before, *after;
    const struct run *r;

    (void)state;
    add_usual_domains();
    assert_done(change_one(3, MODE, 1, 0));
    before = store_dump("/tool/xentime");
    fake_domain(2)->stuck = true;
    write_policy("<defaults>" CLOCK(
        TICKS("merge")) "<profiling allow='no'/></defaults>");
    r = apply_it();
    assert_exit(r, 1);
    assert_has(r->err, "was put back");
    assert_int_equal(value_of(1, MODE), 1);
    assert_int_equal(value_of(3, MODE), 1);
    after = store_dump("/tool/xentime");
    assert_string_equal(after, before);
    free(before);
    free(after);
}

/* ---- records that persist ---- */

static void a_record_that_persists(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    assert_done(change_one(1, MODE, 3, XENTIME_PERSIST));
    fake_domain(1)->param[MODE] = 1; /* as after a reboot */
    write_policy("<defaults>" CLOCK(TICKS("discard")) "</defaults>");
    r = apply_it();
    assert_exit(r, 0);
    assert_has(r->out,
               "+   timer_mode 3 (one_missed_tick_pending)  (record)\n");
    assert_int_equal(value_of(1, MODE), 3);
    assert_int_equal(value_of(2, MODE), 2);
    assert_stored(record_path(1, MODE, "persist"), "1");
    assert_stored(record_path(2, MODE, "persist"), "0");
    /* It persists until somebody sets the mode without --persist. */
    assert_exit(run("set-mode", "1", "1"), 0);
    assert_exit(apply_it(), 0);
    assert_int_equal(value_of(1, MODE), 2);
}

/* The domain ends while another setting of it is changed. */
static void end_it(void *arg)
{
    (void)arg;
    fake_destroy(1);
}

static void which_outlives_the_domain(void **state)
{
    (void)state;
    fake_add(1, XENTIME_HVM);
    assert_done(change_one(1, MODE, 3, XENTIME_PERSIST));
    fault_clear(&xen_fault);
    fault_hook(&xen_fault, "xc_hvm_param_set", 1, end_it, NULL);
    assert_error(change_one(1, VHPET, 0, XENTIME_KEEP), XENTIME_ERR_NODOM);
    fault_clear(&xen_fault);
    assert_stored(record_path(1, MODE, "requested"), "3");
    assert_false(store_has(record_path(1, VHPET, "requested")));
}

/* ---- permission ---- */

static void profiling_is_allowed_or_not(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    fake->vpmu = 1;
    write_policy(RULE("name='old*'", "<profiling allow='no'/>"));
    r = apply_it();
    assert_exit(r, 0);
    assert_string_equal(r->out, "  old billing (2)\n"
                                "-   profiling allowed\n"
                                "+   profiling not allowed\n"
                                "1 change, done\n");
    r = run("profile", "start", "web-1,old billing");
    assert_exit(r, 4);
    assert_string_equal(r->err,
                        "xentimectl: old billing: the policy does not allow it "
                        "to be profiled\n"
                        "xentimectl: hint: see <profiling> in the policy, and "
                        "\"xentimectl policy apply\"\n");
    assert_exit(run("profile", "start", "web-1"), 0);
    assert_exit(run("profile", "stop", "web-1"), 0);
    /* This policy does not forbid it any more. */
    write_policy("");
    assert_has(apply_it()->out, "+   profiling allowed\n");
    assert_exit(run("profile", "start", "old billing"), 0);
    assert_exit(run("profile", "stop", "old billing"), 0);
}

/* ---- export ---- */

static void exported_is_applied_already(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    fake_patch();
    fake_domain(1)->param[MODE] = 4;
    fake_domain(2)->param[VHPET] = 0;
    fake_domain(2)->param[SYNC] = 7;
    name_domain(3, "<&\"'>\n");
    r = run("policy", "export");
    assert_exit(r, 0);
    assert_lacks(r->out, "Domain-0");
    assert_has(r->out, "<rule name=\"old billing\">");
    assert_has(r->out, "sync-wakeup-after=\"7\"");
    write_file(POLICY, "%s", r->out);
    assert_string_equal(apply_it()->out,
                        "all as the policy wishes (4 domains)\n");
    fake_domain(1)->param[MODE] = 1;
    assert_exit(apply_it(), 0);
    assert_int_equal(value_of(1, MODE), 4);

    r = run("policy", "export", "old billing", "--format", "xl");
    assert_has(r->out, "name = \"old billing\"\nuuid = \"");
    assert_has(r->out,
               "timer_mode = \"no_delay_for_missed_ticks\"\nhpet = 0\n");
    r = run("policy", "export", "1", "--format=libvirt");
    assert_has(r->out, "<domain type=\"xen\">\n  <name>web-1</name>");
    assert_lacks(r->out, "paced");
    assert_has(r->err, "timer_mode 4 is left out");
    assert_exit(run("policy", "export", "0", "--format", "xl"), 4);
    assert_exit(run("policy", "export", "nobody"), 3);
    assert_exit(run("policy", "export", "--format", "xl"), 2);
    assert_exit(run("policy", "export", "--format", "yaml"), 2);
}

/*
 * libvirt's Xen driver refuses a domain with <timer name="platform">, and takes
 * from <timer name="hpet"> only that it is there.
 */
static void export_what_libvirt_takes(void **state)
{
    const struct run *r;

    (void)state;
    add_usual_domains();
    fake_domain(1)->tsc_mode = 0;
    fake_domain(1)->param[VHPET] = 1;
    r = run("policy", "export", "1", "--format=libvirt");
    assert_exit(r, 0);
    assert_has(r->out, "<clock>\n    <timer name=\"hpet\" present=\"yes\"/>\n"
                       "  </clock>");
    assert_lacks(r->out, "platform");
    assert_has(r->err,
               "timer_mode 1 is left out: libvirt's Xen driver refuses");
    assert_lacks(r->err, "hpet");
    fake_domain(1)->param[VHPET] = 0;
    r = run("policy", "export", "1", "--format=libvirt");
    assert_lacks(r->out, "clock");
    assert_has(r->err, "that hpet is off is left out");

    /* Both know the TSC, which they set when they create the domain. */
    fake_domain(1)->tsc_mode = 1;
    assert_has(run("policy", "export", "1", "--format=libvirt")->out,
               "<timer name=\"tsc\" mode=\"emulate\"/>");
    assert_has(run("policy", "export", "1", "--format=xl")->out,
               "tsc_mode = \"always_emulate\"\n");
    fake_domain(1)->tsc_mode = 0;
    assert_lacks(run("policy", "export", "1", "--format=xl")->out, "tsc_mode");
    assert_lacks(run("policy", "export", "1")->out, "tsc");
}

/* A file of which nothing came is named; the others make their rules. */
static void import_says_what_was_empty(void **state)
{
    const struct run *r;

    (void)state;
    write_file("web.cfg", "name='web'\ntype='hvm'\nhpet=0\n");
    write_file("old.cfg", "name='old'\ntype='hvm'\nmemory=1024\n");
    write_file("vms", "uuid ( RO) : 5f0d2a4e-7c1b-4f2e-9d35-0a1b2c3d4e60\n"
                      "  platform (MRW): hpet: false\n"
                      "uuid ( RO) : 5f0d2a4e-7c1b-4f2e-9d35-0a1b2c3d4e61\n"
                      "  platform (MRW): nx: true\n");
    r = run("policy", "import", "web.cfg", "old.cfg", "vms");
    assert_exit(r, 0);
    assert_string_equal(
        r->err,
        "xentimectl: note: old.cfg: nothing in it sets timer_mode or hpet\n"
        "xentimectl: note: vms: not every domain in it sets timer_mode or "
        "hpet\n");
    assert_has(r->out, "name=\"web\"");
    assert_lacks(r->out, "old");
    assert_has(r->out, "0a1b2c3d4e60");
    assert_lacks(r->out, "0a1b2c3d4e61");
    write_file("pv.cfg", "name='p'\ntype='pv'\ntimer_mode=2\n");
    r = run("policy", "import", "-J", "pv.cfg");
    assert_exit(r, 0);
    json_object_put(parse_json(r->out));
    assert_has(r->err,
               "note: pv.cfg: a PV domain has no timer_mode: it is left");
    assert_has(r->err, "note: pv.cfg: nothing in it");
}

static void wrong_use(void **state)
{
    json_object *doc;

    (void)state;
    add_usual_domains();
    write_policy("<x/>");
    assert_exit(apply_it(), 1);
    assert_exit(run("policy", "check", POLICY), 1);
    assert_exit(run("policy", "check", "nofile"), 1);
    assert_exit(run("policy", "check", "/"), 1);
    assert_exit(run("policy", "apply", POLICY, POLICY), 2);
    assert_exit(run("policy", "import"), 2);
    assert_exit(run("policy"), 2);
    assert_exit(run("policy", "nope"), 2);
    assert_exit(run("policy", "check", "--dry-run"), 2);
    assert_exit(run("policy", "import", "--format", "xl", POLICY), 2);
    doc = parse_json(run("policy", "check", POLICY, "--json")->out);
    assert_string_equal(json_at(doc, "error/exit"), "1");
    json_object_put(doc);
}

UNIT_MAIN(TEST(first_rule_that_matches), TEST(dying_domains),
          TEST(domains_that_end), TEST(a_damaged_record), TEST(received_by_xl),
          TEST(by_uuid_type_and_label), TEST(shown_first), TEST(as_json),
          TEST(what_xen_cannot), TEST(on_a_patched_xen),
          TEST(refused_to_one_domain), TEST(undone_where_one_fails),
          TEST(a_record_that_persists), TEST(which_outlives_the_domain),
          TEST(profiling_is_allowed_or_not), TEST(exported_is_applied_already),
          TEST(export_what_libvirt_takes), TEST(import_says_what_was_empty),
          TEST(wrong_use))
