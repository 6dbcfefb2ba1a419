/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The library on a patched Xen: what status, statistics, counting, resync
 * and sync_wakeup_after give; what each of them says on a stock Xen, on one
 * with some of the patches, with another version of the interface, of PV
 * domains and of those that are gone; Xen is asked with nothing but zeroes
 * where the interface wants zeroes.
 */

#include <errno.h>
#include <stdio.h>

#include "lock.h"
#include "unit.h"

#define WAKEUP XENTIME_SYNC_WAKEUP

static struct xentime_domain *dom;

static void reopen(void)
{
    xentime_close(xt);
    assert_done(xentime_open(&xt, NULL));
}

/* Adds a domain with two vCPUs, on a Xen with all patches. */
static struct fake_domain *add_domain(enum xentime_type type)
{
    struct fake_domain *f;

    fake_patch();
    f = fake_add(1, type);
    f->vcpus = 2;
    name_domain(1, "web");
    dom = find_one("1", XENTIME_WANT_NAME);
    return f;
}

static int drop_domain(void **state)
{
    if (dom)
        free_one(dom);
    dom = NULL;
    return unit_teardown(state);
}

#define VTEST(f) cmocka_unit_test_setup_teardown(f, unit_setup, drop_domain)

/* ---- every function, for what they have in common ---- */

static enum xentime_error ask_status(void)
{
    struct xentime_status st;

    return xentime_status(xt, dom, &st);
}

static enum xentime_error ask_stats(void)
{
    struct xentime_vcpu_stats *vcpus;
    enum xentime_error rc;
    size_t n;

    rc = xentime_stats(xt, dom, &vcpus, &n);
    if (rc)
        assert_true(!vcpus && !n);
    free(vcpus);
    return rc;
}

static enum xentime_error ask_count(void)
{
    return xentime_count_ticks(xt, dom, true);
}

static enum xentime_error ask_uncount(void)
{
    return xentime_count_ticks(xt, dom, false);
}

static enum xentime_error ask_step(void)
{
    int64_t lag;

    return xentime_resync(xt, dom, &lag);
}

static enum xentime_error ask_get(void)
{
    int value;

    return xentime_get(xt, dom, WAKEUP, &value);
}

static enum xentime_error ask_set(void)
{
    struct xentime_change c = { dom, WAKEUP, 5, 0 };

    return xentime_apply(xt, &c, 1, XENTIME_FORCE);
}

/* All of these succeed in this order. */
static const struct {
    enum xentime_error (*ask)(void);
    unsigned int feature; /* XEN_VTIMER_FEAT_* */
    const char *name;     /* as xentime_capability_name() */
} asks[] = {
    { ask_status, XEN_VTIMER_FEAT_tick_stats, "tick-stats" },
    { ask_count, XEN_VTIMER_FEAT_tick_stats, "tick-stats" },
    { ask_stats, XEN_VTIMER_FEAT_tick_stats, "tick-stats" },
    { ask_uncount, XEN_VTIMER_FEAT_tick_stats, "tick-stats" },
    { ask_step, XEN_VTIMER_FEAT_resync, "resync" },
    { ask_get, XEN_VTIMER_FEAT_sync_wakeup, "sync-wakeup" },
    { ask_set, XEN_VTIMER_FEAT_sync_wakeup, "sync-wakeup" },
};

static void all_is_done(void **state)
{
    enum xentime_type type;
    size_t i;

    (void)state;
    for (type = XENTIME_HVM; type <= XENTIME_PVH; type++) {
        add_domain(type);
        for (i = 0; i < ARRAY_COUNT(asks); i++)
            assert_done(asks[i].ask());
        free_one(dom);
        fake_destroy(1);
    }
    dom = NULL;
}

static void without_the_patch(void **state)
{
    char quoted[32];
    size_t i;

    (void)state;
    add_domain(XENTIME_HVM);
    for (i = 0; i < ARRAY_COUNT(asks); i++) {
        /* Xen has all patches but those needed, then none, then is stock. */
        fake->patched = true;
        fake->features = ~asks[i].feature;
        if (asks[i].ask == ask_status)
            fake->features = XEN_VTIMER_FEAT_safe_switch;
        reopen();
        assert_error(asks[i].ask(), XENTIME_ERR_UNSUPPORTED);
        snprintf(quoted, sizeof(quoted), "\"%s\"", asks[i].name);
        assert_has(error_text(), quoted);
        assert_has(xentime_last_error(xt)->hint, "patch \"x86/");
        assert_string_equal(xentime_last_error(xt)->domain, "web");
        fake->features = 0;
        reopen();
        assert_error(asks[i].ask(), XENTIME_ERR_UNSUPPORTED);
        fake->patched = false;
        reopen();
        assert_error(asks[i].ask(), XENTIME_ERR_UNSUPPORTED);
        assert_has(error_text(), quoted);
    }
    assert_int_equal(fake_domain(1)->sets, 0);
    assert_int_equal(fake_vtimer(1)->countings, 0);
    assert_int_equal(fake_vtimer(1)->resyncs, 0);
}

static void with_the_patch_alone(void **state)
{
    size_t i;

    (void)state;
    add_domain(XENTIME_HVM);
    for (i = 0; i < ARRAY_COUNT(asks); i++) {
        fake->features = asks[i].feature;
        reopen();
        assert_done(asks[i].ask());
    }
}

static void a_pv_domain(void **state)
{
    size_t i;

    (void)state;
    add_domain(XENTIME_PV);
    for (i = 0; i < ARRAY_COUNT(asks); i++) {
        assert_error(asks[i].ask(), XENTIME_ERR_UNSUPPORTED);
        assert_has(error_text(), "a PV domain has no");
    }
}

static void gone_or_replaced(void **state)
{
    size_t i;

    (void)state;
    add_domain(XENTIME_HVM);
    fake_replace(1);
    for (i = 0; i < ARRAY_COUNT(asks); i++)
        if (asks[i].ask != ask_get)
            assert_error(asks[i].ask(), XENTIME_ERR_NODOM);
    fake_destroy(1);
    for (i = 0; i < ARRAY_COUNT(asks); i++) {
        assert_error(asks[i].ask(), XENTIME_ERR_NODOM);
        assert_string_equal(xentime_last_error(xt)->domain, "web");
    }
}

static void another_version(void **state)
{
    size_t i;

    (void)state;
    add_domain(XENTIME_HVM);
    fake->vtimer_version = 3;
    reopen();
    for (i = 0; i < ARRAY_COUNT(asks); i++) {
        assert_error(asks[i].ask(), XENTIME_ERR_VERSION);
        assert_has(error_text(), "vtimer interface 2, the running Xen has 3");
    }
    /* This version is none that is looked for: no false number is given. */
    fake->vtimer_version = 1000;
    assert_error(ask_stats(), XENTIME_ERR_PERM);
    assert_has(xentime_last_error(xt)->hint, "XSM");
}

/* A FLASK policy lets the features be read, and no more. */
static void forbidden(void **state)
{
    unsigned int caps;

    (void)state;
    add_domain(XENTIME_HVM);
    assert_done(xentime_capabilities(xt, &caps));
    fault_fail(&xen_fault, 2, EACCES, false);
    assert_error(ask_status(), XENTIME_ERR_PERM);
    fault_fail(&xen_fault, 2, EPERM, false);
    assert_error(ask_status(), XENTIME_ERR_PERM);
    fault_fail(&xen_fault, 2, EOPNOTSUPP, false);
    assert_error(ask_status(), XENTIME_ERR_UNSUPPORTED);
    fault_fail(&xen_fault, 2, ENOMEM, false);
    assert_error(ask_count(), XENTIME_ERR_FAIL);
    assert_int_equal(xentime_last_error(xt)->errno_value, ENOMEM);
}

/* Whichever call fails, and how: there is an error, and the handle serves. */
static void every_call_fails_once(void **state)
{
    static const int errors[] = { EPERM,  EACCES,  ESRCH, ENOSYS,
                                  EFAULT, ENODATA, EINVAL };
    unsigned int k, failures = 0;
    size_t i, e;
    bool struck;

    (void)state;
    add_domain(XENTIME_HVM);
    assert_done(ask_count());
    for (i = 0; i < ARRAY_COUNT(asks); i++)
        for (e = 0; e < ARRAY_COUNT(errors); e++)
            for (k = 1, struck = true; struck; k++) {
                fault_fail(&xen_fault, k, errors[e], false);
                failures += asks[i].ask() != XENTIME_OK;
                struck = xen_fault.struck;
                fault_clear(&xen_fault);
                assert_done(ask_count());
            }
    assert_true(failures > 100);
}

/* ---- status ---- */

static void status_tells_it(void **state)
{
    struct fake_domain *f = add_domain(XENTIME_HVM);
    struct fake_vtimer *v = fake_vtimer(1);
    struct xentime_status st;

    (void)state;
    v->lag = INT64_MAX;
    v->timekeeper = 1;
    f->param[WAKEUP] = 65535;
    assert_done(xentime_status(xt, dom, &st));
    assert_false(st.counting || st.native_tsc);
    assert_int_equal(st.sync_wakeup_after, 65535);
    assert_int_equal(st.vcpus, 2);
    assert_int_equal(st.timekeeper, 1);
    assert_int_equal(st.modes, 0x3f);
    assert_true(st.lag_ns == INT64_MAX);
    assert_done(xentime_count_ticks(xt, dom, true));
    v->native = true;
    assert_done(xentime_status(xt, dom, &st));
    assert_true(st.counting && st.native_tsc);
    assert_int_equal(st.modes, 0x2f);
}

/* ---- statistics ---- */

static void fill(struct xen_vtimer_counts *c, uint64_t from)
{
    uint64_t *words = (uint64_t *)c;
    size_t i;

    for (i = 0; i < sizeof(*c) / sizeof(*words); i++)
        words[i] = from + i;
}

/* Each number comes out where it belongs. */
static void stats_are_all_there(void **state)
{
    struct fake_vtimer *v;
    struct xentime_vcpu_stats *vcpus;
    size_t n, i, k, s;

    (void)state;
    add_domain(XENTIME_HVM);
    v = fake_vtimer(1);
    v->counting = true;
    v->lag = 5;
    for (i = 0; i < 2; i++) {
        v->vcpu[i].since = 1000 * i + 1;
        v->vcpu[i].now = 1000 * i + 2;
        v->vcpu[i].descheduled = 1000 * i + 3;
        v->vcpu[i].switches = 1000 * i + 4;
        for (s = 0; s < XEN_VTIMER_NR_SRC; s++)
            fill(&v->vcpu[i].src[s], (UINT64_MAX >> 1) + 100 * s + i);
    }
    assert_done(xentime_stats(xt, dom, &vcpus, &n));
    assert_int_equal(n, 2);
    for (i = 0; i < n; i++) {
        assert_int_equal(vcpus[i].vcpu, i);
        assert_int_equal(vcpus[i].since_ns, 1000 * i + 1);
        assert_int_equal(vcpus[i].now_ns, 1000 * i + 2);
        assert_int_equal(vcpus[i].lag_ns, 5);
        assert_int_equal(vcpus[i].descheduled, 1000 * i + 3);
        assert_int_equal(vcpus[i].switches, 1000 * i + 4);
        for (s = 0; s < XENTIME_TIMERS; s++) {
            const struct xentime_tick_counts *c = &vcpus[i].timer[s];
            uint64_t from = (UINT64_MAX >> 1) + 100 * s + i;

            assert_true(c->due == from && c->delivered == from + 1 &&
                        c->late == from + 2 && c->collapsed == from + 3 &&
                        c->dropped == from + 4 && c->pending == from + 5 &&
                        c->wakeups == from + 6 && c->period_ns == from + 7);
            for (k = 0; k < XENTIME_LATENESS; k++)
                assert_true(c->lateness[k] == from + 8 + k);
        }
    }
    free(vcpus);
}

static void not_counted_until_asked(void **state)
{
    struct xentime_vcpu_stats *vcpus;
    size_t n;

    (void)state;
    add_domain(XENTIME_HVM);
    assert_error(ask_stats(), XENTIME_ERR_NODATA);
    assert_done(ask_count());
    assert_done(ask_stats());
    assert_done(xentime_stats(xt, dom, &vcpus, &n));
    assert_int_equal(vcpus[0].timer[XENTIME_LAPIC].due, 100);
    free(vcpus);
    assert_done(ask_count());
    assert_done(xentime_stats(xt, dom, &vcpus, &n));
    assert_int_equal(vcpus[0].timer[XENTIME_LAPIC].due, 0);
    assert_int_equal(vcpus[0].since_ns, vcpus[0].now_ns);
    free(vcpus);
    assert_done(ask_uncount());
    assert_done(ask_uncount());
    assert_error(ask_stats(), XENTIME_ERR_NODATA);
}

static void vcpus_that_are_not_there(void **state)
{
    struct xentime_vcpu_stats *vcpus;
    struct fake_domain *f = add_domain(XENTIME_HVM);
    size_t n;

    (void)state;
    f->vcpus = 3;
    assert_done(ask_count());
    fake_vtimer(1)->absent = 1 << 1;
    assert_done(xentime_stats(xt, dom, &vcpus, &n));
    assert_int_equal(n, 2);
    assert_int_equal(vcpus[0].vcpu, 0);
    assert_int_equal(vcpus[1].vcpu, 2);
    free(vcpus);
    fake_vtimer(1)->absent = 7;
    assert_done(xentime_stats(xt, dom, &vcpus, &n));
    assert_int_equal(n, 0);
    free(vcpus);
    f->vcpus = 0;
    assert_done(xentime_stats(xt, dom, &vcpus, &n));
    assert_int_equal(n, 0);
    free(vcpus);
}

/* Counting or the domain ends between the first vCPU and the second. */
static void ends_while_it_is_read(void **state)
{
    (void)state;
    add_domain(XENTIME_HVM);
    assert_done(ask_count());
    fake_vtimer(1)->reads = 2;
    fake_vtimer(1)->event = FAKE_UNCOUNTED;
    assert_error(ask_stats(), XENTIME_ERR_NODATA);
    assert_done(ask_count());
    fake_vtimer(1)->reads = 2;
    fake_vtimer(1)->event = FAKE_ENDS;
    assert_error(ask_stats(), XENTIME_ERR_NODOM);
}

/* ---- resync ---- */

static void resync_brings_it_back(void **state)
{
    struct fake_vtimer *v;
    int64_t lag;

    (void)state;
    add_domain(XENTIME_HVM);
    v = fake_vtimer(1);
    v->lag = 12345678;
    assert_done(xentime_resync(xt, dom, &lag));
    assert_int_equal(lag, 12345678);
    assert_int_equal(v->lag, 0);
    assert_done(xentime_resync(xt, dom, &lag));
    assert_int_equal(lag, 0);
    assert_int_equal(v->resyncs, 2);
    assert_false(store_has("/tool/xentime"));
}

/* The lock is taken, is waited for, and is given back whatever happens. */
static void resync_takes_the_lock(void **state)
{
    int fd;

    (void)state;
    add_domain(XENTIME_HVM);
    assert_int_equal(xt_lock(xt, dom, &fd), XENTIME_OK);
    xentime_set_lock_timeout(xt, 0);
    assert_error(ask_step(), XENTIME_ERR_BUSY);
    assert_int_equal(fake_vtimer(1)->resyncs, 0);
    assert_done(ask_status());
    xt_unlock(dom, fd);
    assert_done(ask_step());
    fault_fail(&xen_fault, 3, EINVAL, false);
    assert_error(ask_step(), XENTIME_ERR_FAIL);
    assert_true(xen_fault.struck);
    fault_clear(&xen_fault);
    assert_done(ask_step());
}

static void end_domain(void *arg)
{
    (void)arg;
    fake_destroy(1);
}

/* The domain is ended by the process that had the lock. */
static void ends_before_the_resync(void **state)
{
    unsigned int k;

    (void)state;
    add_domain(XENTIME_HVM);
    assert_done(ask_step());
    for (k = 1; k <= 3; k++) {
        fault_hook(&xen_fault, NULL, k, end_domain, NULL);
        assert_error(ask_step(), XENTIME_ERR_NODOM);
        assert_true(xen_fault.struck);
        fault_clear(&xen_fault);
        fake_add(1, XENTIME_HVM);
    }
}

/* ---- sync_wakeup_after, a setting ---- */

static void set_wakeup(void **state)
{
    static const int values[] = { 1, 65535, 7, 0 };
    struct xentime_record rec;
    struct fake_domain *f = add_domain(XENTIME_PVH);
    bool found;
    int value;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(values); i++) {
        assert_done(change_one(1, WAKEUP, values[i], 0));
        assert_int_equal(f->param[WAKEUP], values[i]);
        assert_done(xentime_get(xt, dom, WAKEUP, &value));
        assert_int_equal(value, values[i]);
        assert_done(xentime_record_read(xt, dom->uuid, WAKEUP, &rec, &found));
        assert_true(found && rec.requested == values[i] &&
                    rec.applied == values[i]);
    }
    assert_true(store_has(record_path(1, WAKEUP, "applied")));
    assert_has(record_path(1, WAKEUP, NULL), "/sync_wakeup_after");
    assert_error(change_one(1, WAKEUP, 65536, 0), XENTIME_ERR_INVALID);
    assert_error(change_one(1, WAKEUP, -1, 0), XENTIME_ERR_INVALID);
    f->param[WAKEUP] = 65536;
    assert_error(xentime_get(xt, dom, WAKEUP, &value), XENTIME_ERR_FAIL);
}

/* Another setting is changed as well, and put back when this one fails. */
static void undone_with_the_others(void **state)
{
    struct xentime_change c[2] = { { .setting = XENTIME_TIMER_MODE },
                                   { .setting = WAKEUP } };
    struct fake_domain *f = add_domain(XENTIME_HVM);
    unsigned int k, failures = 0;
    enum xentime_error rc;
    bool struck = true;

    (void)state;
    c[0].dom = c[1].dom = dom;
    assert_done(ask_get());
    for (k = 1; struck; k++) {
        c[0].value = 2;
        c[1].value = 9;
        f->param[XENTIME_TIMER_MODE] = 1;
        f->param[WAKEUP] = 3;
        fault_fail(&xen_fault, k, EINVAL, false);
        xen_fault.only = "xencall1";
        rc = xentime_apply(xt, c, 2, 0);
        struck = xen_fault.struck;
        fault_clear(&xen_fault);
        if (rc) {
            failures++;
            assert_int_equal(f->param[XENTIME_TIMER_MODE], 1);
            assert_int_equal(f->param[WAKEUP], 3);
        } else {
            assert_int_equal(f->param[XENTIME_TIMER_MODE], 2);
            assert_int_equal(f->param[WAKEUP], 9);
        }
    }
    assert_true(failures >= 3);
}

/* A list does not ask for this setting, however many domains there are. */
static void lists_leave_it_out(void **state)
{
    struct xentime_domain *doms;
    unsigned int before;
    size_t n;

    (void)state;
    add_domain(XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    fake_add(3, XENTIME_PVH);
    fault_hook(&xen_fault, "xencall1", 1000, end_domain, NULL);
    before = xen_fault.calls;
    assert_done(xentime_list(xt, XENTIME_WANT_SETTINGS, &doms, &n));
    assert_int_equal(xen_fault.calls, before);
    assert_int_equal(n, 3);
    while (n--) {
        assert_int_equal(doms[n].setting[XENTIME_TIMER_MODE], 1);
        assert_int_equal(doms[n].setting[WAKEUP], -1);
    }
    xentime_free_domains(doms, 3);
}

UNIT_MAIN(VTEST(all_is_done), VTEST(without_the_patch),
          VTEST(with_the_patch_alone), VTEST(a_pv_domain),
          VTEST(gone_or_replaced), VTEST(another_version), VTEST(forbidden),
          VTEST(every_call_fails_once), VTEST(status_tells_it),
          VTEST(stats_are_all_there), VTEST(not_counted_until_asked),
          VTEST(vcpus_that_are_not_there), VTEST(ends_while_it_is_read),
          VTEST(resync_brings_it_back), VTEST(resync_takes_the_lock),
          VTEST(ends_before_the_resync), VTEST(set_wakeup),
          VTEST(undone_with_the_others), VTEST(lists_leave_it_out))
