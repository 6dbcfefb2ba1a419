/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All or nothing.  Four changes of three domains are applied again and
 * again, each time with another call that goes wrong, until none is left:
 *
 *   - the k-th call into Xen fails, or it and all that follow;
 *   - the k-th xenstore request fails, before or after it took effect, or it
 *     and all that follow;
 *   - a domain ends, or is replaced, before the k-th call;
 *   - a value does not stick; xenstored dies.
 *
 * Each time either everything has happened, record included, or nothing has:
 * values as before, /tool/xentime as before, no lock, and a text that tells
 * the truth about it.
 */

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "unit.h"

#define MODE XENTIME_TIMER_MODE
#define VHPET XENTIME_VHPET

static const struct planned {
    uint32_t id;
    enum xentime_setting setting;
    int value;
} plan[] = {
    { 1, MODE, 2 },
    { 2, MODE, 3 },
    { 1, VHPET, 0 },
    { 3, MODE, 2 },
};
#define CHANGES ARRAY_COUNT(plan)

/* Names the call that goes wrong, for the failure of a test. */
static char where[128];

static void remark(const char *what, unsigned int k, int err)
{
    snprintf(where, sizeof(where), "%s %u (%s)", what, k,
             err ? strerrorname_np(err) : "-");
}

/* A round: what there was before, what came of it. */
struct round {
    struct xentime_domain *doms;
    struct xentime_change changes[CHANGES];
    char *records; /* /tool/xentime before */
    enum xentime_error rc;
    unsigned int changed; /* effective sets, those undone included */
};

static void prepare(struct round *r, bool with_records)
{
    const char *refs[] = { "1", "2", "3" };
    size_t n, i;

    store_rm("/tool/xentime");
    store_put("/tool/xentime", "");
    fake_reset();
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    fake_add(3, XENTIME_PVH);
    xentime_close(xt);
    xt = NULL;
    assert_int_equal(xentime_open(&xt, NULL), XENTIME_OK);
    if (with_records) {
        for (i = 0; i < CHANGES; i++)
            assert_done(change_one(plan[i].id, plan[i].setting, 1, 0));
    }
    assert_done(xentime_find(xt, refs, 3, 0, &r->doms, &n));
    for (i = 0; i < CHANGES; i++)
        r->changes[i] = (struct xentime_change){
            &r->doms[plan[i].id - 1],
            plan[i].setting,
            plan[i].value,
            0,
        };
    r->records = store_dump("/tool/xentime");
    for (i = 1; i <= 3; i++)
        fake_domain(i)->changes = 0;
}

/* Returns whether the fault has struck, and ends it. */
static bool apply(struct round *r)
{
    bool struck;

    r->rc = xentime_apply(xt, r->changes, CHANGES, 0);
    struck = xen_fault.struck || store_fault.struck;
    r->changed = fake_changes();
    fault_clear(&xen_fault);
    fault_clear(&store_fault);
    return struck;
}

static void finish(struct round *r)
{
    free(r->records);
    xentime_free_domains(r->doms, 3);
}

/* ---- what must hold ---- */

static bool value_is(const struct planned *p, int value)
{
    return !fake_exists(p->id) ||
           fake_domain(p->id)->param[p->setting] == (uint64_t)value;
}

static void assert_values_changed(void)
{
    size_t i;

    for (i = 0; i < CHANGES; i++)
        if (!value_is(&plan[i], plan[i].value))
            fail_because("%s: done, but a value is not changed", where);
}

static void assert_all(void)
{
    struct xentime_record rec;
    uint8_t uuid[16];
    bool found;
    size_t i;

    assert_values_changed();
    for (i = 0; i < CHANGES; i++) {
        fake_uuid(plan[i].id, uuid);
        assert_done(
            xentime_record_read(xt, uuid, plan[i].setting, &rec, &found));
        assert_true(found);
        assert_int_equal(rec.requested, plan[i].value);
        assert_int_equal(rec.applied, plan[i].value);
    }
}

static bool values_as_before(void)
{
    size_t i;

    for (i = 0; i < CHANGES; i++)
        if (!value_is(&plan[i], 1))
            return false;
    return true;
}

static void assert_values_as_before(void)
{
    if (!values_as_before())
        fail_because("%s: values differ from before: %s", where, error_text());
}

/* The text tells neither more nor less than what happened. */
static void assert_truth(const struct round *r)
{
    const char *text = error_text();
    bool undone = strstr(text, "was put back");
    bool nothing = strstr(text, "nothing was changed");
    bool kept = strstr(text, "could NOT be put back");

    if (!values_as_before() && !kept)
        fail_because("%s: values differ, but: %s", where, text);
    if (nothing && r->changed)
        fail_because("%s: %u were changed, but: %s", where, r->changed, text);
    if (undone && !r->changed)
        fail_because("%s: nothing was ever changed, but: %s", where, text);
}

static void assert_no_lock(void)
{
    char path[] = LOCK_DIR "/11111111-1111-1111-1111-11111111000X";
    int i;

    for (i = 1; i <= 3; i++) {
        path[sizeof(path) - 2] = '0' + i;
        if (!access(path, F_OK))
            fail_because("%s: %s is left", where, path);
    }
}

static void assert_records_as_before(const struct round *r)
{
    char *now = store_dump("/tool/xentime");

    if (strcmp(now, r->records))
        fail_because("%s: records were:\n%sand are:\n%sthough: %s", where,
                     r->records, now, error_text());
    free(now);
}

/* For a fault that left Xen and xenstore able to put things back. */
static void assert_all_or_nothing(const struct round *r)
{
    assert_no_lock();
    if (r->rc == XENTIME_OK) {
        assert_all();
        return;
    }
    assert_int_equal(xentime_last_error(xt)->code, r->rc);
    assert_truth(r);
    assert_values_as_before();
    assert_records_as_before(r);
}

/* The next change, with nothing in its way, ends well whatever was left. */
static void assert_next_one_mends(struct round *r)
{
    r->rc = xentime_apply(xt, r->changes, CHANGES, XENTIME_FORCE);
    assert_done(r->rc);
    assert_all();
}

/* ---- calls into Xen ---- */

static const int xen_errors[] = {
    EPERM, EACCES, ESRCH, EINVAL, EFAULT, ENOMEM,
};

static void each_call_into_xen_fails(bool with_records)
{
    unsigned int k, failures = 0;
    struct round r;
    bool struck;
    size_t e;

    for (e = 0; e < ARRAY_COUNT(xen_errors); e++) {
        for (k = 1, struck = true; struck; k++) {
            remark("Xen call", k, xen_errors[e]);
            prepare(&r, with_records);
            fault_fail(&xen_fault, k, xen_errors[e], false);
            struck = apply(&r);
            /* A domain said to be gone may be left without a record. */
            if (xen_errors[e] != ESRCH)
                assert_all_or_nothing(&r);
            else if (r.rc)
                assert_values_as_before();
            else
                assert_values_changed();
            failures += r.rc != XENTIME_OK;
            assert_next_one_mends(&r);
            finish(&r);
        }
    }
    assert_true(failures > 15 * ARRAY_COUNT(xen_errors));
}

static void a_call_into_xen_fails(void **state)
{
    (void)state;
    each_call_into_xen_fails(false);
}

static void a_call_into_xen_fails_with_records(void **state)
{
    (void)state;
    each_call_into_xen_fails(true);
}

/* Putting back fails too, and the text has to say so. */
static void xen_fails_from_a_call_on(void **state)
{
    unsigned int k, kept = 0;
    bool struck = true;
    struct round r;

    (void)state;
    for (k = 1; struck; k++) {
        remark("Xen calls from", k, EFAULT);
        prepare(&r, true);
        fault_fail(&xen_fault, k, EFAULT, true);
        struck = apply(&r);
        assert_no_lock();
        if (r.rc)
            assert_truth(&r);
        kept += !values_as_before() && r.rc;
        assert_next_one_mends(&r);
        finish(&r);
    }
    assert_true(kept >= 3);
}

/* ---- xenstore requests ---- */

static void each_request_fails(int err, bool onwards, bool late)
{
    bool struck = true, dead = err == EBADF || err == EPIPE;
    struct round r;
    unsigned int k;

    for (k = 1; struck; k++) {
        remark(onwards ? "requests from"
               : late  ? "late request"
                       : "request",
               k, err);
        prepare(&r, k % 2);
        fault_fail(&store_fault, k, err, onwards);
        store_fault.late = late;
        struck = apply(&r);
        assert_no_lock();
        if (r.rc) {
            assert_truth(&r);
            assert_values_as_before();
        } else {
            assert_all();
        }
        if (dead && r.rc)
            assert_int_equal(r.rc, XENTIME_ERR_NOXEN);
        else if (r.rc && !strstr(error_text(), "could not be mended"))
            assert_records_as_before(&r);
        assert_next_one_mends(&r);
        finish(&r);
    }
    assert_true(k > 15);
}

static void a_request_fails(void **state)
{
    (void)state;
    each_request_fails(EIO, false, false);
    each_request_fails(ENOSPC, false, false);
    each_request_fails(EACCES, false, false);
}

static void a_request_fails_but_took_effect(void **state)
{
    (void)state;
    each_request_fails(EIO, false, true);
}

static void xenstore_fails_from_a_request_on(void **state)
{
    (void)state;
    each_request_fails(ENOSPC, true, false);
    each_request_fails(EIO, true, true);
}

static void the_connection_breaks(void **state)
{
    (void)state;
    each_request_fails(EBADF, false, false);
    each_request_fails(EPIPE, true, false);
}

static void a_transaction_is_to_be_repeated(void **state)
{
    unsigned int k;
    bool struck = true;
    struct round r;

    (void)state;
    for (k = 1; struck; k++) {
        remark("transaction", k, EAGAIN);
        prepare(&r, k % 2);
        fault_fail(&store_fault, k, EAGAIN, false);
        store_fault.only = "xs_transaction_end";
        struck = apply(&r);
        assert_done(r.rc);
        assert_all();
        finish(&r);
    }
    /* Others interfere for ever. */
    prepare(&r, true);
    fault_fail(&store_fault, 1, EAGAIN, true);
    store_fault.only = "xs_transaction_end";
    apply(&r);
    assert_int_equal(r.rc, XENTIME_ERR_BUSY);
    assert_truth(&r);
    assert_values_as_before();
    assert_next_one_mends(&r);
    finish(&r);
}

static void kill_xenstored(void *arg)
{
    (void)arg;
    store_stop();
}

static void xenstored_dies(void **state)
{
    bool struck = true;
    struct round r;
    unsigned int k;

    (void)state;
    for (k = 1; struck; k++) {
        remark("death before request", k, 0);
        prepare(&r, true);
        fault_hook(&store_fault, NULL, k, kill_xenstored, NULL);
        struck = apply(&r);
        assert_no_lock();
        if (struck) {
            assert_int_equal(r.rc, XENTIME_ERR_NOXEN);
            assert_truth(&r);
            assert_values_as_before();
            assert_null(xentime_waiting_for(xt));
            store_start();
        }
        finish(&r);
    }
    assert_true(k > 15);
}

/*
 * So many records are several transactions.  Where the second fails, the first
 * is taken back, with all that its records had.
 */
static void more_than_a_transaction(void **state)
{
    enum { MANY = 300 };
    static struct xentime_change c[MANY];
    struct xentime_domain *doms;
    char *before, *after;
    unsigned int round;
    size_t n, i;

    (void)state;
    for (i = 1; i <= MANY; i++)
        fake_add(i, XENTIME_HVM);
    for (i = 1; i <= MANY; i += 2)
        assert_done(change_one(i, MODE, 1 + i % 3, XENTIME_PERSIST));
    assert_done(xentime_list(xt, 0, &doms, &n));
    for (i = 0; i < n; i++)
        c[i] = (struct xentime_change){ &doms[i], MODE, 2, 0 };
    before = store_dump("/tool/xentime");
    for (round = 1; round <= 3; round++) {
        fault_fail(&store_fault, round, EIO, false);
        store_fault.only = "xs_transaction_end";
        assert_error(xentime_apply(xt, c, n, 0), XENTIME_ERR_FAIL);
        assert_true(store_fault.struck);
        fault_clear(&store_fault);
        after = store_dump("/tool/xentime");
        assert_string_equal(before, after);
        free(after);
    }
    assert_done(xentime_apply(xt, c, n, 0));
    free(before);
    xentime_free_domains(doms, n);
}

/* ---- domains that go ---- */

static void end_domain(void *id)
{
    fake_destroy(*(uint32_t *)id);
}

static void replace_domain(void *id)
{
    fake_replace(*(uint32_t *)id);
}

static void assert_nothing_left_of(uint32_t id)
{
    char *text = store_dump("/tool/xentime");
    char uuid[] = "11111111-1111-1111-1111-11111111000X";

    uuid[sizeof(uuid) - 2] = '0' + id;
    if (strstr(text, uuid))
        fail_because("of a domain that is gone there is left:\n%s", text);
    free(text);
}

static void vanishes(struct fault *fault, const char *only, uint32_t id,
                     bool with_records)
{
    bool struck = true;
    struct round r;
    unsigned int k;

    for (k = 1; struck; k++) {
        remark(fault == &xen_fault ? "end before Xen call"
                                   : "end before request",
               k, 0);
        prepare(&r, with_records);
        fault_hook(fault, only, k, end_domain, &id);
        struck = apply(&r);
        assert_no_lock();
        if (!struck) {
            assert_done(r.rc);
        } else if (r.rc || only) {
            assert_int_equal(r.rc, XENTIME_ERR_NODOM);
            assert_int_equal(xentime_last_error(xt)->domid, id);
            assert_truth(&r);
            assert_values_as_before();
        }
        /* If it ends after the last look, its record waits for a sweep. */
        if (struck && !with_records && (r.rc || fault == &store_fault))
            assert_nothing_left_of(id);
        finish(&r);
    }
    assert_true(k > (only ? 4 : 8));
}

static void a_domain_vanishes(void **state)
{
    uint32_t id;

    (void)state;
    for (id = 1; id <= 3; id++) {
        vanishes(&xen_fault, NULL, id, false);
        vanishes(&store_fault, NULL, id, false);
        vanishes(&xen_fault, NULL, id, true);
        vanishes(&store_fault, NULL, id, true);
        /* If it ends before the last reading it is never taken for done. */
        vanishes(&xen_fault, "xc_hvm_param_get", id, false);
    }
}

/*
 * The newcomer is never touched, except if it takes the place of the other
 * right before the very call that sets: no look beforehand could tell.
 */
static void a_domain_is_replaced(void **state)
{
    static const char *const before[] = {
        "xc_domain_getinfolist",
        "xc_hvm_param_get",
        "xc_physinfo",
        "xc_domain_hvm_getcontext_partial",
    };
    uint32_t id = 1;
    struct round r;
    unsigned int k;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(before); i++) {
        bool struck = true;

        for (k = 1; struck; k++) {
            remark(before[i], k, 0);
            prepare(&r, true);
            fault_hook(&xen_fault, before[i], k, replace_domain, &id);
            struck = apply(&r);
            if (struck) {
                /* The domain may go once all is done. */
                if (r.rc)
                    assert_values_as_before();
                if (fake_domain(id)->sets)
                    fail_because("%s: the newcomer was touched", where);
            }
            finish(&r);
        }
    }
}

/* ---- values that do not stick ---- */

static void a_value_does_not_stick(void **state)
{
    struct round r;
    uint32_t id;

    (void)state;
    for (id = 1; id <= 3; id++) {
        prepare(&r, id % 2);
        fake_domain(id)->stuck = true;
        apply(&r);
        assert_int_equal(r.rc, XENTIME_ERR_FAIL);
        assert_int_equal(xentime_last_error(xt)->domid, id);
        assert_has(error_text(), "reads back as 1");
        assert_all_or_nothing(&r);
        finish(&r);
    }
}

UNIT_MAIN(TEST(a_call_into_xen_fails), TEST(a_call_into_xen_fails_with_records),
          TEST(xen_fails_from_a_call_on), TEST(a_request_fails),
          TEST(a_request_fails_but_took_effect),
          TEST(xenstore_fails_from_a_request_on), TEST(the_connection_breaks),
          TEST(a_transaction_is_to_be_repeated), TEST(xenstored_dies),
          TEST(more_than_a_transaction), TEST(a_domain_vanishes),
          TEST(a_domain_is_replaced), TEST(a_value_does_not_stick))
