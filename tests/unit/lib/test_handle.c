/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening: no Xen, no permission, another release's Xen, xenstored away;
 * single settings and their errors; what is said of the host; errors that
 * name the domain and fit their buffers.
 */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xenctrl.h>

#include "unit.h"
#include "vtimer.h"

static void reopen(enum xentime_error wanted)
{
    enum xentime_error rc;

    xentime_close(xt);
    rc = xentime_open(&xt, NULL);
    assert_non_null(xt);
    if (wanted)
        assert_error(rc, wanted);
    else
        assert_done(rc);
}

static void no_xen(void **state)
{
    (void)state;
    fake->open_errno = ENOENT;
    reopen(XENTIME_ERR_NOXEN);
    assert_has(xentime_last_error(xt)->hint, "dom0");
    assert_int_equal(xentime_last_error(xt)->domid, XENTIME_NO_DOMID);
    fake->open_errno = EACCES;
    reopen(XENTIME_ERR_PERM);
    assert_has(xentime_last_error(xt)->hint, "root");
}

/* Xen answers the first call with each of these errors. */
static void xen_says_no(void **state)
{
    static const struct {
        int err;
        enum xentime_error code;
    } errors[] = {
        { EPERM, XENTIME_ERR_PERM },
        { ENOSYS, XENTIME_ERR_FAIL },
        { EFAULT, XENTIME_ERR_FAIL },
        { ESRCH, XENTIME_OK },
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(errors); i++) {
        fault_fail(&xen_fault, 1, errors[i].err, false);
        reopen(errors[i].code);
        assert_true(xen_fault.struck);
    }
}

static void another_interface_version(void **state)
{
    static const struct {
        unsigned int domctl, sysctl;
        const char *theirs;
    } xens[] = {
        { 0x3d, XEN_SYSCTL_INTERFACE_VERSION, "domctl 0x3d and" },
        { XEN_DOMCTL_INTERFACE_VERSION, 0x3d, "and sysctl 0x3d" },
        { 0x3d, 0x3e, "domctl 0x3d and sysctl 0x3e" },
        /* These are past any that is looked for: no false number is given. */
        { 0x1000, XEN_SYSCTL_INTERFACE_VERSION, "domctl another one and" },
        { XEN_DOMCTL_INTERFACE_VERSION, 0x1000, "and sysctl another one" },
    };
    char ours[64];
    size_t i;

    (void)state;
    snprintf(ours, sizeof(ours), "built for domctl %#x and sysctl %#x",
             XEN_DOMCTL_INTERFACE_VERSION, XEN_SYSCTL_INTERFACE_VERSION);
    fake->version = 4 << 16 | 99;
    for (i = 0; i < ARRAY_COUNT(xens); i++) {
        fake->domctl_version = xens[i].domctl;
        fake->sysctl_version = xens[i].sysctl;
        reopen(XENTIME_ERR_VERSION);
        assert_has(error_text(), ours);
        assert_has(error_text(), xens[i].theirs);
        assert_has(error_text(), "4.99");
        assert_has(error_text(), xentime_interface()->releases);
        assert_true(*xentime_last_error(xt)->hint);
    }
}

/* A refusal by FLASK has the errno of another version, but is none. */
static void xsm_forbids(void **state)
{
    struct xentime_domain *doms;
    size_t n;

    (void)state;
    reopen(XENTIME_OK);
    fault_fail(&xen_fault, 1, EACCES, false);
    assert_error(xentime_list(xt, 0, &doms, &n), XENTIME_ERR_PERM);
    assert_has(xentime_last_error(xt)->hint, "XSM");
}

static void releases_that_this_build_fits(void **state)
{
    const struct xentime_interface *i = xentime_interface();

    (void)state;
    assert_int_equal(i->domctl, XEN_DOMCTL_INTERFACE_VERSION);
    assert_int_equal(i->sysctl, XEN_SYSCTL_INTERFACE_VERSION);
    assert_has(i->releases, LAB_RELEASE);
}

static void close_of_nothing(void **state)
{
    (void)state;
    xentime_close(NULL);
}

/* ---- xenstored ---- */

static void xenstored_is_away(void **state)
{
    struct xentime_domain *doms;
    size_t n;

    (void)state;
    fake_add(1, XENTIME_HVM);
    store_stop();
    reopen(XENTIME_OK);
    assert_done(xentime_list(xt, XENTIME_WANT_SETTINGS, &doms, &n));
    xentime_free_domains(doms, n);
    assert_error(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n),
                 XENTIME_ERR_NOXEN);
    assert_has(error_text(), "xenstored");
    assert_error(change_one(1, XENTIME_TIMER_MODE, 2, 0), XENTIME_ERR_NOXEN);
    assert_int_equal(fake_domain(1)->sets, 0);
    assert_null(xentime_waiting_for(xt));

    /* This handle serves again once xenstored is back. */
    store_start();
    assert_done(change_one(1, XENTIME_TIMER_MODE, 2, 0));
}

static void xenstored_ends_under_a_handle(void **state)
{
    struct xentime_domain *doms;
    size_t n;

    (void)state;
    fake_add(1, XENTIME_HVM);
    assert_done(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n));
    xentime_free_domains(doms, n);
    store_stop();
    assert_error(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n),
                 XENTIME_ERR_NOXEN);
    assert_error(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n),
                 XENTIME_ERR_NOXEN);
    store_start();
    assert_done(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n));
    xentime_free_domains(doms, n);
}

/*
 * libxenstore's reading thread has ended: every request fails with EINVAL. A
 * handle that was kept would fail for ever.
 */
static void a_connection_that_is_of_no_use(void **state)
{
    struct xentime_domain *doms;
    size_t n;

    (void)state;
    fake_add(1, XENTIME_HVM);
    assert_done(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n));
    xentime_free_domains(doms, n);
    fault_fail(&store_fault, 1, EINVAL, true);
    assert_error(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n),
                 XENTIME_ERR_NOXEN);
    assert_has(error_text(), "xenstored is gone");
    fault_clear(&store_fault);
    assert_done(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n));
    xentime_free_domains(doms, n);

    /* One request that xenstored finds wrong is no end. */
    fault_fail(&store_fault, 1, EINVAL, false);
    assert_error(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n),
                 XENTIME_ERR_FAIL);
    assert_has(error_text(), "forbids it");
}

/* Only libxenstore tells of the end: the other connection may hang up later. */
static void xenstored_ends_under_a_watch(void **state)
{
    enum xentime_error rc;
    unsigned int events, i;
    int fds[2], deaf[2];

    (void)state;
    assert_done(xentime_watch(xt));
    xentime_watch_fds(xt, fds);
    assert_int_equal(pipe(deaf), 0);
    assert_int_equal(dup2(deaf[0], fds[1]), fds[1]);
    store_stop();
    /* libxenstore does not always make its own descriptor readable. */
    for (i = 0, rc = XENTIME_OK; !rc && i < 1000; i++) {
        struct pollfd p = { fds[0], POLLIN, 0 };

        poll(&p, 1, 10);
        rc = xentime_watch_read(xt, &events);
    }
    assert_error(rc, XENTIME_ERR_NOXEN);
    assert_has(error_text(), "xenstored is gone");
    assert_error(xentime_watch_read(xt, &events), XENTIME_ERR_NOXEN);
    close(deaf[0]);
    close(deaf[1]);
    store_start();
}

/* ---- one setting ---- */

static void get_reads_what_xen_has(void **state)
{
    struct fake_domain *f = fake_add(1, XENTIME_HVM);
    struct xentime_domain *d = find_one("1", 0);
    int value;

    (void)state;
    f->param[XENTIME_TIMER_MODE] = 3;
    assert_done(xentime_get(xt, d, XENTIME_TIMER_MODE, &value));
    assert_int_equal(value, 3);
    /* Xen keeps any number as HPET_ENABLED. */
    f->param[XENTIME_VHPET] = 0x100000000;
    assert_done(xentime_get(xt, d, XENTIME_VHPET, &value));
    assert_int_equal(value, 1);
    f->param[XENTIME_TIMER_MODE] = XENTIME_TIMER_MODES;
    assert_error(xentime_get(xt, d, XENTIME_TIMER_MODE, &value),
                 XENTIME_ERR_FAIL);
    f->param[XENTIME_TIMER_MODE] = 0x100000000;
    assert_error(xentime_get(xt, d, XENTIME_TIMER_MODE, &value),
                 XENTIME_ERR_FAIL);
    fake_destroy(1);
    assert_error(xentime_get(xt, d, XENTIME_TIMER_MODE, &value),
                 XENTIME_ERR_NODOM);
    free_one(d);
}

static void get_bad_setting(void *arg)
{
    struct xentime_domain *d = find_one("1", 0);
    int value;

    if (!xentime_get(xt, d, *(int *)arg, &value))
        _exit(2);
    free_one(d);
}

/* The call is made in a child, because it may well crash. */
static void get_of_a_setting_that_there_is_not(void **state)
{
    int bad[] = { XENTIME_SETTINGS, 1000000, -1 };
    size_t i;

    (void)state;
    fake_add(1, XENTIME_HVM);
    for (i = 0; i < ARRAY_COUNT(bad); i++)
        assert_int_equal(in_child(get_bad_setting, &bad[i]), 0);
}

static void armed_timers(void **state)
{
    struct fake_domain *f = fake_add(1, XENTIME_HVM);
    struct xentime_domain *d = find_one("1", 0), *pvh;
    unsigned int armed, bits, i;

    (void)state;
    for (bits = 0; bits < 8; bits++) {
        for (i = 0; i < 3; i++)
            f->hpet_timer[i] = bits & (1u << i) ? 1u << 2 : ~(1ul << 2);
        f->hpet_config = 1;
        assert_done(xentime_hpet_armed(xt, d, &armed));
        assert_int_equal(armed, bits);
        f->hpet_config = 2; /* legacy routing, but not enabled */
        assert_done(xentime_hpet_armed(xt, d, &armed));
        assert_int_equal(armed, 0);
    }
    fake_add(2, XENTIME_PVH);
    pvh = find_one("2", 0);
    assert_error(xentime_hpet_armed(xt, pvh, &armed), XENTIME_ERR_UNSUPPORTED);
    fake_destroy(1);
    assert_error(xentime_hpet_armed(xt, d, &armed), XENTIME_ERR_NODOM);
    free_one(d);
    free_one(pvh);
}

static void tsc_of_a_domain(void **state)
{
    struct xentime_tsc_info tsc;
    struct xentime_domain *d;

    (void)state;
    fake_add(1, XENTIME_PV);
    d = find_one("1", 0);
    assert_done(xentime_get_tsc(xt, d, &tsc));
    assert_int_equal(tsc.mode, 2);
    assert_int_equal(tsc.khz, 2400000);
    assert_int_equal(tsc.incarnation, 3);
    fake_destroy(1);
    assert_error(xentime_get_tsc(xt, d, &tsc), XENTIME_ERR_NODOM);
    free_one(d);
}

static void check_tsc(uint32_t mode, bool native, enum xentime_tsc_kind kind)
{
    struct xentime_domain *d = find_one("7", 0);
    struct xentime_tsc_info tsc;

    fake_domain(7)->tsc_mode = mode;
    fake_domain(7)->tsc_native = native;
    assert_done(xentime_get_tsc(xt, d, &tsc));
    assert_int_equal(tsc.kind, kind);
    free_one(d);
}

/* In mode 0 it takes a dom0 that reads the CPU's own TSC, so that it is PV. */
static void native_or_emulated(void **state)
{
    (void)state;
    fake_add(7, XENTIME_HVM);
    check_tsc(1, true, XENTIME_TSC_EMULATED);
    check_tsc(2, false, XENTIME_TSC_NATIVE);
    check_tsc(3, false, XENTIME_TSC_UNKNOWN);
    check_tsc(0, true, XENTIME_TSC_UNKNOWN);
    fake_add(0, XENTIME_PV);
    check_tsc(0, true, XENTIME_TSC_NATIVE);
    check_tsc(0, false, XENTIME_TSC_EMULATED);
    /* As a CPU scales it: Xen reckons with the guest's frequency. */
    fake_domain(7)->tsc_khz = 1999999;
    check_tsc(0, true, XENTIME_TSC_NATIVE);
    fake_domain(0)->type = XENTIME_PVH;
    check_tsc(0, true, XENTIME_TSC_UNKNOWN);
    check_tsc(1, false, XENTIME_TSC_EMULATED);
}

static void tsc_in_full(void **state)
{
    struct xentime_tsc_info tsc;
    struct xentime_domain *d;

    (void)state;
    fake_add(1, XENTIME_HVM)->tsc_khz = 0; /* as in mode 2 */
    fake->khz = 2399998;
    d = find_one("1", 0);
    assert_done(xentime_get_tsc(xt, d, &tsc));
    assert_int_equal(tsc.khz, 2399998);
    assert_int_equal(tsc.host_khz, 2399998);
    assert_int_equal(tsc.invariant, 0);
    fake_domain(1)->tsc_invariant = true;
    assert_done(xentime_get_tsc(xt, d, &tsc));
    assert_int_equal(tsc.invariant, 1);
    fake->no_policy = true;
    assert_done(xentime_get_tsc(xt, d, &tsc));
    assert_int_equal(tsc.invariant, -1);
    fault_fail(&xen_fault, 1, EPERM, false);
    assert_error(xentime_get_tsc(xt, d, &tsc), XENTIME_ERR_PERM);
    free_one(d);
}

/* ---- dom0 ---- */

static void pinning_of_dom0(void **state)
{
    struct xentime_pinning p;
    struct fake_domain *d;
    int i;

    (void)state;
    assert_error(xentime_get_pinning(xt, &p), XENTIME_ERR_FAIL);
    fake_add(3, XENTIME_PV);
    assert_error(xentime_get_pinning(xt, &p), XENTIME_ERR_FAIL);
    d = fake_add(0, XENTIME_PV);
    d->vcpus = 4;
    assert_done(xentime_get_pinning(xt, &p));
    assert_int_equal(p.cpus, 4);
    assert_int_equal(p.vcpus, 4);
    assert_int_equal(p.pinned, 0);
    d = fake_domain(0);
    for (i = 0; i < 4; i++)
        d->affinity[i] = 1u << i;
    assert_done(xentime_get_pinning(xt, &p));
    assert_int_equal(p.pinned, 4);
    d->affinity[1] = 1u << 2; /* pinned, but elsewhere */
    d->affinity[2] = 3u << 2;
    assert_done(xentime_get_pinning(xt, &p));
    assert_int_equal(p.pinned, 2);
    fault_fail(&xen_fault, 5, EPERM, false);
    assert_error(xentime_get_pinning(xt, &p), XENTIME_ERR_PERM);
}

/* ---- the host ---- */

static void capabilities_of_xens(void **state)
{
    static const struct {
        bool hvm, patched;
        int vpmu;
        uint32_t features;
        unsigned int caps;
    } xens[] = {
        { true, false, -1, 0, 0x3 },
        { false, false, -1, 0, 0 },
        { true, false, 0, 0, 0x3 },
        { true, false, 1, 0, 0x7 },
        { true, true, -1, 0, 0x3 },
        { true, true, -1, XEN_VTIMER_FEAT_safe_switch, 0x103 },
        { true, true, 4, XEN_VTIMER_FEAT_quiet_vhpet, 0x207 },
        { true, true, -1, XEN_VTIMER_FEAT_tick_stats, 0x403 },
        { true, true, -1, XEN_VTIMER_FEAT_resync, 0x803 },
        { true, true, -1, XEN_VTIMER_FEAT_sync_wakeup, 0x1003 },
        { true, true, -1, XEN_VTIMER_FEAT_paced_mode, 0x4003 },
        { true, true, -1, XEN_VTIMER_FEAT_one_time, 0x8003 },
        { true, true, -1, XEN_VTIMER_FEAT_undoubled_mode, 0x10003 },
        { true, true, -1, 0xffffffff, 0x4001df03 },
        { true, false, -1, 0xffffffff, 0x3 },
    };
    unsigned int caps, calls;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(xens); i++) {
        fake->hvm = xens[i].hvm;
        fake->patched = xens[i].patched;
        fake->vpmu = xens[i].vpmu;
        fake->features = xens[i].features;
        fake_add(i, XENTIME_PV);
        reopen(XENTIME_OK);
        assert_done(xentime_capabilities(xt, &caps));
        assert_int_equal(caps, xens[i].caps);
        calls = xen_fault.calls;
        assert_done(xentime_capabilities(xt, &caps));
        assert_int_equal(caps, xens[i].caps);
        assert_int_equal(xen_fault.calls, calls);
    }
}

static void host(void **state)
{
    struct xentime_host h;

    (void)state;
    assert_done(xentime_get_host(xt, &h));
    assert_int_equal(h.major, 4);
    assert_int_equal(h.minor, 17);
    assert_string_equal(h.extra, ".7-fake");
    assert_string_equal(h.changeset, "fake");
    assert_string_equal(h.scheduler, "credit2");
    assert_string_equal(h.platform_timer, "14.318MHz HPET");
    assert_int_equal(h.domctl_version, XEN_DOMCTL_INTERFACE_VERSION);
    assert_int_equal(h.vpmu_mode, XENTIME_VPMU_UNKNOWN);
    assert_int_equal(h.cpus, 4);

    strcpy(fake->console, "");
    strcpy(fake->changeset, "");
    fake->scheduler = 77;
    fake->vpmu = 2;
    assert_done(xentime_get_host(xt, &h));
    assert_string_equal(h.platform_timer, "");
    assert_string_equal(h.changeset, "unknown");
    assert_string_equal(h.scheduler, "77");
    assert_int_equal(h.vpmu_mode, 2);

    /* The message is cut off in the middle, without the end of the line. */
    strcpy(fake->console, "Platform timer is 14.31");
    assert_done(xentime_get_host(xt, &h));
    assert_string_equal(h.platform_timer, "");

    memset(fake->changeset, 'c', sizeof(fake->changeset));
    fake->changeset[sizeof(fake->changeset) - 1] = '\0';
    strcpy(fake->console, "(XEN) Platform timer is ");
    memset(fake->console + strlen(fake->console), 'x', 200);
    strcpy(fake->console + 224, "\r\n");
    assert_done(xentime_get_host(xt, &h));
    assert_int_equal(strlen(h.platform_timer), sizeof(h.platform_timer) - 1);
}

static void host_when_calls_fail(void **state)
{
    struct xentime_host h;
    unsigned int k, errors = 0;
    bool struck = true;
    enum xentime_error rc;

    (void)state;
    for (k = 1; struck; k++) {
        fault_clear(&xen_fault);
        reopen(XENTIME_OK);
        fault_fail(&xen_fault, k, EPERM, false);
        rc = xentime_get_host(xt, &h);
        struck = xen_fault.struck;
        if (rc) {
            assert_error(rc, XENTIME_ERR_PERM);
            errors++;
        }
    }
    assert_true(errors >= 2);
}

/* ---- errors ---- */

static void long_names_fit(void **state)
{
    char name[2000];
    struct xentime_domain *d, *doms;
    const char *refs[] = { name };
    size_t n;
    int value;

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_error(xentime_find(xt, refs, 1, 0, &doms, &n), XENTIME_ERR_NODOM);
    assert_int_equal(strlen(xentime_last_error(xt)->domain), 255);
    fake_add(1, XENTIME_HVM);
    name_domain(1, name);
    d = find_one(name, XENTIME_WANT_NAME);
    fake_destroy(1);
    assert_error(xentime_get(xt, d, XENTIME_VHPET, &value), XENTIME_ERR_NODOM);
    assert_int_equal(strlen(xentime_last_error(xt)->domain), 255);
    free_one(d);
}

static void errors_name_the_domain(void **state)
{
    struct xentime_domain *d;

    (void)state;
    fake_add(3, XENTIME_PV);
    name_domain(3, "web");
    assert_error(change_one(3, XENTIME_VHPET, 0, 0), XENTIME_ERR_UNSUPPORTED);
    assert_string_equal(xentime_last_error(xt)->domain, "domain 3");
    d = find_one("web", XENTIME_WANT_NAME);
    {
        struct xentime_change c = { d, XENTIME_VHPET, 0, 0 };

        assert_error(xentime_apply(xt, &c, 1, 0), XENTIME_ERR_UNSUPPORTED);
        assert_string_equal(xentime_last_error(xt)->domain, "web");
    }
    free_one(d);
}

UNIT_MAIN(TEST(no_xen), TEST(xen_says_no), TEST(another_interface_version),
          TEST(xsm_forbids), TEST(releases_that_this_build_fits),
          TEST(close_of_nothing), TEST(xenstored_is_away),
          TEST(xenstored_ends_under_a_handle),
          TEST(a_connection_that_is_of_no_use),
          TEST(xenstored_ends_under_a_watch), TEST(get_reads_what_xen_has),
          TEST(get_of_a_setting_that_there_is_not), TEST(armed_timers),
          TEST(tsc_of_a_domain), TEST(native_or_emulated), TEST(tsc_in_full),
          TEST(pinning_of_dom0), TEST(capabilities_of_xens), TEST(host),
          TEST(host_when_calls_fail), TEST(long_names_fit),
          TEST(errors_name_the_domain))
