/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentime_list() and xentime_find(): every domain once and in order, also at
 * the edges of the batches that Xen is asked in; what a reference means; what
 * is asked of Xen and xenstore, counted; domains that end while they are read.
 */

#include <errno.h>
#include <stdio.h>

#include <xenctrl.h>

#include "unit.h"

#define EVERYTHING (XENTIME_WANT_NAME | XENTIME_WANT_SETTINGS)

static void check_count_of(size_t wanted)
{
    struct xentime_domain *doms;
    size_t n, i;

    fake_reset();
    for (i = 0; i < wanted; i++)
        fake_add(3 * i, i % 3);
    assert_done(xentime_list(xt, XENTIME_WANT_SETTINGS, &doms, &n));
    assert_int_equal(n, wanted);
    for (i = 0; i < n; i++) {
        assert_int_equal(doms[i].domid, 3 * i);
        assert_int_equal(doms[i].type, i % 3);
        assert_int_equal(doms[i].setting[XENTIME_TIMER_MODE],
                         doms[i].type == XENTIME_PV ? -1 : 1);
        assert_int_equal(doms[i].setting[XENTIME_VHPET],
                         doms[i].type == XENTIME_HVM ? 1 : -1);
        assert_null(doms[i].name);
    }
    xentime_free_domains(doms, n);
}

static void list_any_number(void **state)
{
    static const size_t counts[] = {
        0, 1, 2, 127, 128, 129, 255, 256, 257, 384, 1023, 1024, 1025, 3000,
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(counts); i++)
        check_count_of(counts[i]);
}

static void list_3000_names(void **state)
{
    struct xentime_domain *doms;
    char name[32];
    size_t n, i;

    (void)state;
    for (i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "d%zu", i);
        fake_add(i, XENTIME_PV);
        name_domain(i, name);
    }
    assert_done(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n));
    assert_int_equal(n, 3000);
    for (i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "d%zu", i);
        assert_string_equal(doms[i].name, name);
    }
    assert_int_equal(store_fault.calls, 3000);
    assert_in_range(xen_fault.calls, 2, 30);
    xentime_free_domains(doms, n);
}

/* Checks one field of Xen's answer after another. */
static void fields_of_a_domain(void **state)
{
    static const struct {
        uint32_t xen;
        unsigned int ours;
    } flags[] = {
        { 0, 0 },
        { XEN_DOMINF_running, XENTIME_RUNNING },
        { XEN_DOMINF_blocked, XENTIME_BLOCKED },
        { XEN_DOMINF_paused | XEN_DOMINF_blocked,
          XENTIME_PAUSED | XENTIME_BLOCKED },
        { XEN_DOMINF_shutdown, XENTIME_SHUTDOWN },
        { XEN_DOMINF_shutdown | SHUTDOWN_crash << XEN_DOMINF_shutdownshift,
          XENTIME_SHUTDOWN | XENTIME_CRASHED },
        { SHUTDOWN_crash << XEN_DOMINF_shutdownshift, 0 },
        { XEN_DOMINF_dying | XEN_DOMINF_shutdown,
          XENTIME_DYING | XENTIME_SHUTDOWN },
    };
    struct fake_domain *f = fake_add(7, XENTIME_HVM);
    struct xentime_domain *d;
    size_t i;

    (void)state;
    f->vcpus = 12;
    f->cpu_time = 0x123456789abcdef0;
    f->param[XENTIME_TIMER_MODE] = 3;
    f->param[XENTIME_VHPET] = 0;
    for (i = 0; i < ARRAY_COUNT(flags); i++) {
        f->flags = flags[i].xen;
        d = find_one("7", EVERYTHING);
        assert_int_equal(d->state, flags[i].ours);
        free_one(d);
    }
    d = find_one("7", EVERYTHING);
    assert_int_equal(d->domid, 7);
    assert_memory_equal(d->uuid, f->uuid, 16);
    assert_int_equal(d->vcpus, 12);
    assert_int_equal(d->cpu_time_ns, 0x123456789abcdef0);
    assert_int_equal(d->setting[XENTIME_TIMER_MODE], 3);
    assert_int_equal(d->setting[XENTIME_VHPET], 0);
    free_one(d);
}

/* A dom0 that is PVH has devices that no other PVH domain has. */
static void type_of_dom0(void **state)
{
    struct xentime_domain *d;

    (void)state;
    fake_add(0, XENTIME_PVH);
    d = find_one("0", 0);
    assert_int_equal(d->type, XENTIME_PVH);
    assert_error(change_one(0, XENTIME_VHPET, 0, 0), XENTIME_ERR_UNSUPPORTED);
    free_one(d);
}

static void names_of_all_kinds(void **state)
{
    static const char *const names[] = {
        "plain",    "two words",          " lead", "tab\there",   "new\nline",
        "\xff\xfe", "gr\xc3\xbc\xc3\x9f", "a,b",   "\x1b[31mred",
    };
    struct xentime_domain *d;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(names); i++) {
        fake_add(i + 1, XENTIME_PV);
        name_domain(i + 1, names[i]);
    }
    for (i = 0; i < ARRAY_COUNT(names); i++) {
        d = find_one(names[i], XENTIME_WANT_NAME);
        assert_int_equal(d->domid, i + 1);
        assert_string_equal(d->name, names[i]);
        free_one(d);
    }
}

static void no_name_in_xenstore(void **state)
{
    const char *empty = "";
    struct xentime_domain *doms;
    size_t n;

    (void)state;
    fake_add(0, XENTIME_PV);
    assert_done(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n));
    assert_int_equal(n, 1);
    assert_null(doms[0].name);
    xentime_free_domains(doms, n);
    assert_error(xentime_find(xt, &empty, 1, 0, &doms, &n), XENTIME_ERR_NODOM);
}

/* ---- references ---- */

#define UUID_OF_5 "11111111-1111-1111-1111-111111110005"

static void id_before_uuid_before_name(void **state)
{
    /* All names are known once the first one has been looked for. */
    const char *refs[] = { "99", "5", "6", UUID_OF_5 };
    struct xentime_domain *d, *doms;
    size_t n;

    (void)state;
    fake_add(4, XENTIME_PV);
    fake_add(5, XENTIME_PV);
    fake_add(6, XENTIME_PV);
    name_domain(4, "5");
    name_domain(6, UUID_OF_5);
    name_domain(5, "99");

    d = find_one("5", 0);
    assert_int_equal(d->domid, 5);
    free_one(d);
    d = find_one(UUID_OF_5, 0);
    assert_int_equal(d->domid, 5);
    free_one(d);
    /* This name looks like an id, but there is no such id. */
    d = find_one("99", 0);
    assert_int_equal(d->domid, 5);
    free_one(d);

    assert_done(xentime_find(xt, refs, 4, 0, &doms, &n));
    assert_int_equal(n, 2);
    assert_int_equal(doms[0].domid, 5);
    assert_int_equal(doms[1].domid, 6);
    xentime_free_domains(doms, n);
}

static void uuid_in_capitals(void **state)
{
    struct xentime_domain *d;

    (void)state;
    fake_add(0xab, XENTIME_PV);
    d = find_one("11111111-1111-1111-1111-1111111100AB", 0);
    assert_int_equal(d->domid, 0xab);
    free_one(d);
}

static void no_such_domain(void **state)
{
    static const char *const refs[] = {
        "8",
        "web",
        "",
        "4294967303",
        "99999999999999999999",
        "-7",
        "0x7",
        " 7",
        "7 ",
        "+7",
        "11111111-1111-1111-1111-111111110008",
        "7,",
        "we",
    };
    struct xentime_domain *doms;
    size_t n, i;

    (void)state;
    fake_add(7, XENTIME_PV);
    name_domain(7, "web1");
    for (i = 0; i < ARRAY_COUNT(refs); i++) {
        const char *both[] = { "7", refs[i] };

        assert_error(xentime_find(xt, both, 2, EVERYTHING, &doms, &n),
                     XENTIME_ERR_NODOM);
        /* The empty reference is shown as such. */
        assert_string_equal(xentime_last_error(xt)->domain,
                            *refs[i] ? refs[i] : "\"\"");
        assert_null(doms);
        assert_int_equal(n, 0);
    }
}

static void ambiguous_name(void **state)
{
    const char *ref = "twin";
    struct xentime_domain *doms;
    size_t n;

    (void)state;
    fake_add(3, XENTIME_PV);
    fake_add(11, XENTIME_PV);
    fake_add(12, XENTIME_PV);
    name_domain(3, "twin");
    name_domain(11, "twin");
    name_domain(12, "other");
    assert_error(xentime_find(xt, &ref, 1, 0, &doms, &n),
                 XENTIME_ERR_AMBIGUOUS);
    assert_has(error_text(), "id 3, 11");
    assert_lacks(error_text(), "12");
    assert_string_equal(xentime_last_error(xt)->domain, "twin");
}

static void ambiguous_uuid(void **state)
{
    const char *ref = UUID_OF_5;
    struct xentime_domain *doms;
    size_t n;

    (void)state;
    fake_add(5, XENTIME_PV);
    fake_uuid(5, fake_add(9, XENTIME_PV)->uuid);
    assert_error(xentime_find(xt, &ref, 1, 0, &doms, &n),
                 XENTIME_ERR_AMBIGUOUS);
    assert_has(error_text(), "UUID");
    assert_has(error_text(), "id 5, 9");
}

/* A text that cannot hold all candidates is cut, and marked as cut. */
static void ambiguous_among_1000(void **state)
{
    const char *ref = "same";
    struct xentime_domain *doms;
    size_t n;
    int i;

    (void)state;
    for (i = 10000; i < 11000; i++) {
        fake_add(i, XENTIME_PV);
        name_domain(i, "same");
    }
    assert_error(xentime_find(xt, &ref, 1, 0, &doms, &n),
                 XENTIME_ERR_AMBIGUOUS);
    assert_has(error_text(), "id 10000, 10001, ");
    assert_has(error_text(), "...");
}

static void each_domain_once_in_order_of_refs(void **state)
{
    const char *refs[] = { "9", "a", "2", UUID_OF_5, "9", "5", "a" };
    struct xentime_domain *doms;
    size_t n;

    (void)state;
    fake_add(2, XENTIME_HVM);
    fake_add(5, XENTIME_HVM);
    fake_add(9, XENTIME_HVM);
    name_domain(2, "a");
    name_domain(5, "b");
    name_domain(9, "c");
    assert_done(
        xentime_find(xt, refs, ARRAY_COUNT(refs), EVERYTHING, &doms, &n));
    assert_int_equal(n, 3);
    assert_int_equal(doms[0].domid, 9);
    assert_int_equal(doms[1].domid, 2);
    assert_int_equal(doms[2].domid, 5);
    assert_string_equal(doms[0].name, "c");
    assert_string_equal(doms[1].name, "a");
    assert_string_equal(doms[2].name, "b");
    xentime_free_domains(doms, n);

    assert_done(xentime_find(xt, refs, 0, EVERYTHING, &doms, &n));
    assert_int_equal(n, 0);
    xentime_free_domains(doms, n);
}

/* ---- what it costs ---- */

static unsigned int requests_of_find(unsigned int want, size_t nrefs,
                                     const char *const *refs)
{
    struct xentime_domain *doms;
    size_t n;

    fault_clear(&store_fault);
    assert_done(xentime_find(xt, refs, nrefs, want, &doms, &n));
    xentime_free_domains(doms, n);
    return store_fault.calls;
}

static void names_are_read_when_needed(void **state)
{
    static const char *const ids[] = { "1", "2" };
    static const char *const uuid[] = { UUID_OF_5 };
    static const char *const mixed[] = { "n7", "1", "n8", "n9" };
    char name[16];
    int i;

    (void)state;
    for (i = 1; i <= 50; i++) {
        fake_add(i, XENTIME_HVM);
        snprintf(name, sizeof(name), "n%d", i);
        name_domain(i, name);
    }
    assert_int_equal(requests_of_find(0, 2, ids), 0);
    assert_int_equal(requests_of_find(XENTIME_WANT_SETTINGS, 1, uuid), 0);
    assert_int_equal(requests_of_find(XENTIME_WANT_NAME, 2, ids), 2);
    assert_int_equal(requests_of_find(XENTIME_WANT_NAME, 1, uuid), 1);
    assert_int_equal(requests_of_find(0, 1, mixed), 50);
    assert_int_equal(requests_of_find(XENTIME_WANT_NAME, 4, mixed), 50);
}

/* Settings would be most of what a list costs, but come in few hypercalls. */
static void settings_are_read_together(void **state)
{
    struct xentime_domain *doms;
    size_t n, i;

    (void)state;
    for (i = 0; i < 300; i++)
        fake_add(i, XENTIME_HVM)->param[XENTIME_TIMER_MODE] = i % 4;
    fault_clear(&xen_fault);
    xen_fault.only = "xencall2";
    assert_done(xentime_list(xt, XENTIME_WANT_SETTINGS, &doms, &n));
    assert_in_range(xen_fault.calls, 1, 5);
    for (i = 0; i < n; i++)
        assert_int_equal(doms[i].setting[XENTIME_TIMER_MODE], i % 4);
    xentime_free_domains(doms, n);
}

/* A name that xenstore does not have is not asked for a second time. */
static void no_read_is_repeated(void **state)
{
    static const char *const refs[] = { "1", "named" };

    (void)state;
    fake_add(1, XENTIME_PV);
    fake_add(2, XENTIME_PV);
    name_domain(2, "named");
    assert_int_equal(requests_of_find(XENTIME_WANT_NAME, 2, refs), 2);
}

/* ---- domains that end meanwhile, calls that fail ---- */

static void end_domain_2(void *arg)
{
    (void)arg;
    fake_destroy(2);
}

static void list_leaves_out_what_ends(void **state)
{
    struct xentime_domain *doms;
    bool struck = true;
    unsigned int k;
    size_t n, i;

    (void)state;
    for (k = 1; struck; k++) {
        fake_reset();
        for (i = 1; i <= 3; i++) {
            fake_add(i, XENTIME_HVM);
            name_domain(i, "x");
        }
        fault_hook(&xen_fault, NULL, k, end_domain_2, NULL);
        assert_done(xentime_list(xt, EVERYTHING, &doms, &n));
        struck = xen_fault.struck;
        assert_in_range(n, 2, 3);
        assert_int_equal(doms[0].domid, 1);
        assert_int_equal(doms[n - 1].domid, 3);
        for (i = 0; i < n; i++)
            assert_int_equal(doms[i].setting[XENTIME_TIMER_MODE], 1);
        xentime_free_domains(doms, n);
    }
    assert_true(k > 6);
}

static void find_of_what_ends(void **state)
{
    const char *ref = "2";
    struct xentime_domain *doms;
    size_t n;

    (void)state;
    fake_add(2, XENTIME_HVM);
    fault_hook(&xen_fault, "xc_hvm_param_get", 1, end_domain_2, NULL);
    assert_error(xentime_find(xt, &ref, 1, EVERYTHING, &doms, &n),
                 XENTIME_ERR_NODOM);
    assert_null(doms);
}

static void failures_are_reported(void **state)
{
    static const struct {
        int err;
        enum xentime_error xen, store;
    } errors[] = {
        { EPERM, XENTIME_ERR_PERM, XENTIME_ERR_PERM },
        { EACCES, XENTIME_ERR_PERM, XENTIME_ERR_PERM },
        { EFAULT, XENTIME_ERR_FAIL, XENTIME_ERR_FAIL },
        { ENOMEM, XENTIME_ERR_FAIL, XENTIME_ERR_FAIL },
        { EINVAL, XENTIME_ERR_FAIL, XENTIME_ERR_FAIL },
        { EPIPE, XENTIME_ERR_FAIL, XENTIME_ERR_NOXEN },
    };
    struct xentime_domain *doms;
    enum xentime_error rc;
    size_t n, i;

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    for (i = 0; i < ARRAY_COUNT(errors); i++) {
        unsigned int k;

        for (k = 1;; k++) {
            fault_fail(&xen_fault, k, errors[i].err, false);
            rc = xentime_list(xt, EVERYTHING, &doms, &n);
            if (!xen_fault.struck)
                break;
            assert_error(rc, errors[i].xen);
            assert_int_equal(xentime_last_error(xt)->errno_value,
                             errors[i].err);
            assert_null(doms);
        }
        fault_clear(&xen_fault);
        assert_done(rc);
        xentime_free_domains(doms, n);
        assert_true(k > 4);
        for (k = 1; k <= 2; k++) {
            fault_fail(&store_fault, k, errors[i].err, false);
            assert_error(xentime_list(xt, EVERYTHING, &doms, &n),
                         errors[i].store);
            assert_null(doms);
        }
        fault_clear(&store_fault);
        /* The handle is of use again. */
        assert_done(xentime_list(xt, EVERYTHING, &doms, &n));
        xentime_free_domains(doms, n);
    }
}

UNIT_MAIN(TEST(list_any_number), TEST(list_3000_names),
          TEST(fields_of_a_domain), TEST(type_of_dom0),
          TEST(names_of_all_kinds), TEST(no_name_in_xenstore),
          TEST(id_before_uuid_before_name), TEST(uuid_in_capitals),
          TEST(no_such_domain), TEST(ambiguous_name), TEST(ambiguous_uuid),
          TEST(ambiguous_among_1000), TEST(each_domain_once_in_order_of_refs),
          TEST(names_are_read_when_needed), TEST(settings_are_read_together),
          TEST(no_read_is_repeated), TEST(list_leaves_out_what_ends),
          TEST(find_of_what_ends), TEST(failures_are_reported))
