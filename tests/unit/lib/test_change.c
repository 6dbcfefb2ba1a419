/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentime_apply() where nothing goes wrong on the way: every refusal, each
 * before anything is touched, and every success with its record; what it
 * costs; a domain that ends or is replaced, a value that does not stick;
 * signals are held.  test_undo.c and test_crash.c have the failures.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <xenctrl.h>

#include "unit.h"
#include "vtimer.h"

#define MODE XENTIME_TIMER_MODE
#define VHPET XENTIME_VHPET

static int value_of(uint32_t id, enum xentime_setting setting)
{
    return fake_domain(id)->param[setting];
}

static void assert_untouched(void)
{
    size_t i;

    for (i = 0; i < fake->count; i++)
        assert_int_equal(fake->dom[i].sets, 0);
    assert_false(store_has("/tool/xentime"));
}

/* ---- successes ---- */

static void assert_record(uint32_t id, enum xentime_setting setting, int value,
                          bool persist)
{
    struct xentime_record rec;
    uint8_t uuid[16];
    bool found;

    fake_uuid(id, uuid);
    assert_done(xentime_record_read(xt, uuid, setting, &rec, &found));
    assert_true(found);
    assert_int_equal(rec.requested, value);
    assert_int_equal(rec.applied, value);
    assert_int_equal(rec.persist, persist);
}

static void each_mode_on_each_kind(void **state)
{
    int mode;

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_PVH);
    fake_patch();
    for (mode = 0; mode < XENTIME_TIMER_MODES; mode++) {
        assert_done(change_one(1, MODE, mode, XENTIME_FORCE));
        assert_done(change_one(2, MODE, mode, XENTIME_FORCE));
        assert_int_equal(value_of(1, MODE), mode);
        assert_int_equal(value_of(2, MODE), mode);
        assert_record(1, MODE, mode, false);
        assert_record(2, MODE, mode, false);
    }
    assert_int_equal(value_of(1, VHPET), 1);
}

/* Force does not help, and nothing else is changed either. */
static void modes_of_a_patched_xen(void **state)
{
    struct xentime_change changes[2];
    char text[24];
    int mode;

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    changes[0] = (struct xentime_change){ find_one("2", 0), MODE, 3, 0 };
    changes[1] = (struct xentime_change){ find_one("1", 0), MODE, 0, 0 };
    for (mode = XENTIME_PACED_MISSED_TICKS; mode < XENTIME_TIMER_MODES;
         mode++) {
        changes[1].value = mode;
        assert_error(xentime_apply(xt, changes, 2, XENTIME_FORCE),
                     XENTIME_ERR_UNSUPPORTED);
        assert_has(xentime_last_error(xt)->hint, xentime_mode_name(mode)->name);
        snprintf(text, sizeof(text), "timer_mode %d", mode);
        assert_has(error_text(), text);
        assert_untouched();
    }
    free_one((struct xentime_domain *)changes[0].dom);
    free_one((struct xentime_domain *)changes[1].dom);
}

/*
 * A native TSC cannot be held for one vCPU of several: Xen's status says so,
 * and the domains before this one in the list are not touched, force or not.
 */
static void paced_is_not_for_every_domain(void **state)
{
    struct xentime_change changes[2];
    unsigned int flags;

    (void)state;
    fake_patch();
    fake_add(1, XENTIME_HVM)->vcpus = 1;
    fake_add(2, XENTIME_HVM)->vcpus = 2;
    fake_vtimer(1)->native = fake_vtimer(2)->native = true;
    changes[0] = (struct xentime_change){ find_one("1", 0), MODE, 4, 0 };
    changes[1] = (struct xentime_change){ find_one("2", 0), MODE, 4, 0 };
    for (flags = 0; flags <= XENTIME_FORCE; flags++) {
        assert_error(xentime_apply(xt, changes, 2, flags),
                     XENTIME_ERR_UNSUPPORTED);
        assert_int_equal(xentime_last_error(xt)->domid, 2);
        assert_has(error_text(), "timer_mode 4");
        assert_has(error_text(), "several vCPUs and a native TSC");
        assert_has(xentime_last_error(xt)->hint, "\"always_emulate\"");
        assert_has(xentime_last_error(xt)->hint, "mode 5");
        assert_has(xentime_last_error(xt)->hint, "mode 1");
        assert_untouched();
        assert_error(xentime_check(xt, &changes[1], 1, flags),
                     XENTIME_ERR_UNSUPPORTED);
    }
    /* On a Xen that does not say so, the first domain is put back. */
    fake->features &= ~XEN_VTIMER_FEAT_one_time;
    xentime_close(xt);
    assert_done(xentime_open(&xt, NULL));
    assert_error(xentime_apply(xt, changes, 2, 0), XENTIME_ERR_UNSUPPORTED);
    assert_has(error_text(),
               "several vCPUs and a native TSC; what was changed");
    assert_has(xentime_last_error(xt)->hint, "\"always_emulate\"");
    assert_int_equal(value_of(1, MODE), 1);
    fake_patch();
    changes[1].value = 5;
    assert_done(xentime_apply(xt, changes, 2, 0));
    fake_vtimer(2)->native = false;
    changes[1].value = 4;
    assert_done(xentime_apply(xt, changes, 2, 0));
    free_one((struct xentime_domain *)changes[0].dom);
    free_one((struct xentime_domain *)changes[1].dom);
}

static void vhpet_off_and_on(void **state)
{
    (void)state;
    fake_add(1, XENTIME_HVM);
    assert_done(change_one(1, VHPET, 0, 0));
    assert_int_equal(value_of(1, VHPET), 0);
    assert_record(1, VHPET, 0, false);
    assert_done(change_one(1, VHPET, 1, 0));
    assert_int_equal(value_of(1, VHPET), 1);
    assert_record(1, VHPET, 1, false);
    assert_int_equal(value_of(1, MODE), 1);
}

static void record_says_who_and_when(void **state)
{
    struct xentime_record rec;
    char pid[32];
    time_t before = time(NULL);
    uint8_t uuid[16];
    bool found;

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_uuid(1, uuid);
    assert_done(change_one(1, MODE, 2, XENTIME_PERSIST));
    assert_record(1, MODE, 2, true);
    assert_done(xentime_record_read(xt, uuid, MODE, &rec, &found));
    assert_in_range(rec.when, before, time(NULL));
    snprintf(pid, sizeof(pid), "test_change[%d]", (int)getpid());
    assert_has(rec.by, pid);
    assert_true(rec.by[0] != ' ');
}

static void old_values_are_told(void **state)
{
    struct xentime_domain *d;

    (void)state;
    fake_add(1, XENTIME_HVM)->param[MODE] = 3;
    d = find_one("1", 0);
    {
        struct xentime_change c[] = {
            { d, MODE, 2, 99 },
            { d, VHPET, 1, 99 },
        };

        assert_done(xentime_apply(xt, c, 2, 0));
        assert_int_equal(c[0].old, 3);
        assert_int_equal(c[1].old, 1);

        c[0].value = 17;
        assert_error(xentime_apply(xt, c, 2, 0), XENTIME_ERR_INVALID);
        assert_int_equal(c[0].old, -1);
    }
    free_one(d);
}

static void nothing_to_change_is_done(void **state)
{
    (void)state;
    assert_done(xentime_apply(xt, NULL, 0, 0));
    fake_add(1, XENTIME_HVM);
    assert_done(change_one(1, MODE, 1, 0));
    assert_int_equal(fake_changes(), 0);
    assert_record(1, MODE, 1, false);
}

static void at_most_12_requests(void **state)
{
    struct xentime_domain *d;
    struct xentime_change c = { .setting = MODE, .value = 2 };

    (void)state;
    fake_add(1, XENTIME_HVM);
    name_domain(1, "web");
    /* The second time there is a record already. */
    for (c.value = 2; c.value <= 3; c.value++) {
        fault_clear(&store_fault);
        d = find_one("1", XENTIME_WANT_NAME);
        c.dom = d;
        assert_done(xentime_apply(xt, &c, 1, 0));
        assert_in_range(store_fault.calls, 4, 12);
        free_one(d);
    }
}

/* ---- refusals ---- */

static void no_such_value(void **state)
{
    static const struct {
        int setting, value;
    } bad[] = {
        { MODE, -1 },
        { MODE, XENTIME_TIMER_MODES },
        { MODE, INT32_MAX },
        { MODE, INT32_MIN },
        { VHPET, 2 },
        { VHPET, -1 },
        { XENTIME_SETTINGS, 0 },
        { -1, 0 },
    };
    size_t i;

    (void)state;
    fake_add(1, XENTIME_HVM);
    for (i = 0; i < ARRAY_COUNT(bad); i++)
        assert_error(change_one(1, bad[i].setting, bad[i].value, XENTIME_FORCE),
                     XENTIME_ERR_INVALID);
    assert_untouched();
}

static void one_setting_twice(void **state)
{
    struct xentime_domain *d;

    (void)state;
    fake_add(1, XENTIME_HVM);
    d = find_one("1", 0);
    {
        struct xentime_change c[] = {
            { d, MODE, 2, 0 },
            { d, VHPET, 0, 0 },
            { d, MODE, 3, 0 },
        };

        assert_error(xentime_apply(xt, c, 3, 0), XENTIME_ERR_INVALID);
        assert_has(error_text(), "timer_mode");
    }
    assert_untouched();
    free_one(d);
}

static void kinds_without_the_setting(void **state)
{
    (void)state;
    fake_add(0, XENTIME_PV);
    fake_add(2, XENTIME_PVH);
    assert_error(change_one(0, MODE, 2, XENTIME_FORCE),
                 XENTIME_ERR_UNSUPPORTED);
    assert_has(error_text(), "PV");
    assert_error(change_one(0, VHPET, 0, XENTIME_FORCE),
                 XENTIME_ERR_UNSUPPORTED);
    assert_error(change_one(2, VHPET, 0, XENTIME_FORCE),
                 XENTIME_ERR_UNSUPPORTED);
    assert_has(error_text(), "PVH");
    assert_int_equal(xentime_last_error(xt)->domid, 2);
    assert_untouched();
}

static void mode_0_on_a_live_domain(void **state)
{
    struct fake_domain *f = fake_add(1, XENTIME_HVM);

    (void)state;
    assert_error(change_one(1, MODE, 0, 0), XENTIME_ERR_REFUSED);
    assert_has(error_text(), "timer_mode 0");
    assert_has(xentime_last_error(xt)->hint, "--force");
    /* It is paused now, but it has run. */
    f->flags = XEN_DOMINF_paused;
    assert_error(change_one(1, MODE, 0, 0), XENTIME_ERR_REFUSED);
    /* It has not run so far, but it may. */
    f->flags = XEN_DOMINF_blocked;
    f->cpu_time = 0;
    assert_error(change_one(1, MODE, 0, 0), XENTIME_ERR_REFUSED);
    assert_untouched();

    /* It never ran, and cannot. */
    f->flags = XEN_DOMINF_paused;
    assert_done(change_one(1, MODE, 0, 0));
    assert_int_equal(f->param[MODE], 0);

    /* It is in mode 0 already: nothing is thrown backwards. */
    f->flags = XEN_DOMINF_running;
    f->cpu_time = 5;
    assert_done(change_one(1, MODE, 0, 0));
}

static void force_overrides(void **state)
{
    struct fake_domain *f = fake_add(1, XENTIME_HVM);

    (void)state;
    f->hpet_config = 1;
    f->hpet_timer[0] = 1 << 2;
    assert_done(change_one(1, MODE, 0, XENTIME_FORCE));
    assert_done(change_one(1, VHPET, 0, XENTIME_FORCE));
    assert_int_equal(f->param[MODE], 0);
    assert_int_equal(f->param[VHPET], 0);
}

static void vhpet_off_with_an_armed_timer(void **state)
{
    struct fake_domain *f = fake_add(1, XENTIME_HVM);
    int i;

    (void)state;
    f->hpet_config = 1;
    for (i = 0; i < 3; i++) {
        f->hpet_timer[i] = 1 << 2;
        assert_error(change_one(1, VHPET, 0, 0), XENTIME_ERR_REFUSED);
        assert_has(error_text(), "armed");
        f->hpet_timer[i] = 0;
    }
    /* Setting the value that it has, or on, is not refused. */
    f->hpet_timer[0] = 1 << 2;
    assert_done(change_one(1, VHPET, 1, 0));
    assert_int_equal(fake_changes(), 0);

    /* A timer has interrupts enabled, but the HPET is switched off. */
    f->hpet_config = 0;
    assert_done(change_one(1, VHPET, 0, 0));
    assert_int_equal(f->param[VHPET], 0);
}

static void a_patched_xen_refuses_nothing(void **state)
{
    struct fake_domain *f = fake_add(1, XENTIME_HVM);

    (void)state;
    f->hpet_config = 1;
    f->hpet_timer[2] = 1 << 2;
    fake->patched = true;
    fake->features = XEN_VTIMER_FEAT_safe_switch;
    assert_done(change_one(1, MODE, 0, 0));
    assert_error(change_one(1, VHPET, 0, 0), XENTIME_ERR_REFUSED);

    xentime_close(xt);
    assert_done(xentime_open(&xt, NULL));
    fake->features = XEN_VTIMER_FEAT_quiet_vhpet;
    assert_done(change_one(1, VHPET, 0, 0));
    assert_done(change_one(1, MODE, 1, 0));
    assert_error(change_one(1, MODE, 0, 0), XENTIME_ERR_REFUSED);
}

/* If one domain of many is refused, the others are not touched. */
static void refused_as_a_whole(void **state)
{
    const char *refs[] = { "1", "2", "3" };
    struct xentime_change c[3];
    struct xentime_domain *doms;
    size_t n, i;

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    fake_add(3, XENTIME_PV);
    assert_done(xentime_find(xt, refs, 3, 0, &doms, &n));
    for (i = 0; i < n; i++)
        c[i] = (struct xentime_change){ &doms[i], MODE, 2, 0 };
    assert_error(xentime_apply(xt, c, 3, 0), XENTIME_ERR_UNSUPPORTED);
    assert_int_equal(xentime_last_error(xt)->domid, 3);
    assert_untouched();
    xentime_free_domains(doms, n);
}

static void gone_or_dying(void **state)
{
    struct xentime_domain *d;
    struct xentime_change c = { .setting = MODE, .value = 2 };

    (void)state;
    fake_add(1, XENTIME_HVM);
    d = find_one("1", 0);
    c.dom = d;
    fake_domain(1)->flags = XEN_DOMINF_dying;
    assert_error(xentime_apply(xt, &c, 1, 0), XENTIME_ERR_NODOM);
    assert_untouched();
    fake_destroy(1);
    assert_error(xentime_apply(xt, &c, 1, 0), XENTIME_ERR_NODOM);
    fake_add(2, XENTIME_HVM); /* Xen answers with the next one */
    assert_error(xentime_apply(xt, &c, 1, 0), XENTIME_ERR_NODOM);
    assert_int_equal(xentime_last_error(xt)->domid, 1);
    assert_untouched();
    free_one(d);
}

static void another_with_its_id(void **state)
{
    struct xentime_domain *d;
    struct xentime_change c = { .setting = MODE, .value = 2 };

    (void)state;
    fake_add(1, XENTIME_HVM);
    d = find_one("1", 0);
    c.dom = d;
    fake_replace(1);
    assert_error(xentime_apply(xt, &c, 1, XENTIME_FORCE), XENTIME_ERR_NODOM);
    assert_untouched();
    free_one(d);
}

/* ---- signals ---- */

static volatile int signals, calls_at_signal;

static void on_signal(int sig)
{
    (void)sig;
    signals++;
    calls_at_signal = xen_fault.calls;
}

static void send_signal(void *sig)
{
    raise(*(int *)sig);
}

/*
 * A signal comes before the k-th call: its handler runs with the domain as it
 * was, or after the last call of all.
 */
static void signals_are_held(void **state)
{
    static int sigs[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction sa = { .sa_handler = on_signal }, before;
    struct xentime_domain *d;
    struct xentime_change c = { .setting = MODE };
    unsigned int k, held = 0;
    size_t i;

    (void)state;
    fake_add(1, XENTIME_HVM);
    d = find_one("1", 0);
    c.dom = d;
    for (i = 0; i < ARRAY_COUNT(sigs); i++) {
        sigaction(sigs[i], &sa, &before);
        for (k = 1;; k++) {
            unsigned int sets = fake_domain(1)->sets;

            signals = 0;
            c.value = k % 2 + 2;
            fault_hook(&xen_fault, NULL, k, send_signal, &sigs[i]);
            assert_done(xentime_apply(xt, &c, 1, 0));
            if (!xen_fault.struck)
                break;
            assert_int_equal(signals, 1);
            assert_int_equal(fake_domain(1)->sets, sets + 1);
            if (calls_at_signal >= (int)k && calls_at_signal > 2) {
                assert_int_equal(calls_at_signal, xen_fault.calls);
                held++;
            }
        }
        sigaction(sigs[i], &before, NULL);
    }
    assert_true(held >= 2 * ARRAY_COUNT(sigs));
    free_one(d);
}

/* The caller's mask is what it was, also after a failure. */
static void signal_mask_is_restored(void **state)
{
    sigset_t set, now;

    (void)state;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
    fake_add(1, XENTIME_HVM)->stuck = true;
    assert_error(change_one(1, MODE, 2, 0), XENTIME_ERR_FAIL);
    fake_domain(1)->stuck = false;
    assert_done(change_one(1, MODE, 2, 0));
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    assert_true(sigismember(&now, SIGTERM) && sigismember(&now, SIGUSR1));
    assert_false(sigismember(&now, SIGINT) || sigismember(&now, SIGHUP));
    sigemptyset(&set);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
}

UNIT_MAIN(TEST(each_mode_on_each_kind), TEST(vhpet_off_and_on),
          TEST(record_says_who_and_when), TEST(old_values_are_told),
          TEST(nothing_to_change_is_done), TEST(at_most_12_requests),
          TEST(no_such_value), TEST(modes_of_a_patched_xen),
          TEST(paced_is_not_for_every_domain), TEST(one_setting_twice),
          TEST(kinds_without_the_setting), TEST(mode_0_on_a_live_domain),
          TEST(force_overrides), TEST(vhpet_off_with_an_armed_timer),
          TEST(a_patched_xen_refuses_nothing), TEST(refused_as_a_whole),
          TEST(gone_or_dying), TEST(another_with_its_id),
          TEST(signals_are_held), TEST(signal_mask_is_restored))
