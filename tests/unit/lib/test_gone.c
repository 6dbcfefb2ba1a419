/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of all domains that there are (XENTIME_SKIP_GONE), while one of them
 * ends: before any call into Xen, before any request of xenstore.  Each time
 * the others are changed and recorded, the one is left out and leaves nothing
 * but what outlives it; what fails for another reason is still undone.
 */

#include <errno.h>
#include <stdio.h>

#include "unit.h"

#define MODE XENTIME_TIMER_MODE
#define VHPET XENTIME_VHPET

/* The domain that ends has two settings changed, before and after others. */
static const struct planned {
    uint32_t id;
    enum xentime_setting setting;
    int value;
} plan[] = {
    { 2, MODE, 3 },
    { 1, MODE, 3 },
    { 2, VHPET, 0 },
    { 3, MODE, 3 },
};
#define CHANGES ARRAY_COUNT(plan)

static struct xentime_domain *doms;
static struct xentime_change changes[CHANGES];

static void prepare(void)
{
    const char *refs[] = { "1", "2", "3" };
    size_t n, i;

    store_rm("/tool/xentime");
    fake_reset();
    for (i = 1; i <= 3; i++)
        fake_add(i, XENTIME_HVM);
    xentime_close(xt);
    assert_int_equal(xentime_open(&xt, NULL), XENTIME_OK);
    assert_done(xentime_find(xt, refs, 3, 0, &doms, &n));
    for (i = 0; i < CHANGES; i++)
        changes[i] = (struct xentime_change){
            .dom = &doms[plan[i].id - 1],
            .setting = plan[i].setting,
            .value = plan[i].value,
        };
}

static bool gone(size_t i)
{
    return changes[i].old == XENTIME_GONE;
}

static void assert_changed(uint32_t id)
{
    char *applied = store_get(record_path(id, MODE, "applied"));

    assert_int_equal(fake_domain(id)->param[MODE], 3);
    assert_string_equal(applied, "3");
    free(applied);
}

static void end_domain(void *arg)
{
    (void)arg;
    fake_destroy(2);
}

/* Applies it, the domain ending at @fault's call @k; returns whether it did. */
static bool apply(struct fault *fault, unsigned int k, unsigned int flags)
{
    enum xentime_error rc;
    bool struck;

    fault_hook(fault, NULL, k, end_domain, NULL);
    rc = xentime_apply(xt, changes, CHANGES, flags);
    struck = fault->struck;
    fault_clear(fault);
    if (rc)
        fail_because("end before call %u: %s", k, error_text());
    return struck;
}

static void each_call(struct fault *fault, unsigned int flags)
{
    unsigned int k, left_out = 0;
    bool struck = true;

    for (k = 1; struck; k++) {
        prepare();
        struck = apply(fault, k, flags);
        assert_changed(1);
        assert_changed(3);
        assert_false(gone(1) || gone(3));
        left_out += gone(0);
        /* It may also end when all is done, and its record is then swept. */
        if (gone(0)) {
            assert_true(gone(2));
            assert_false(store_has(record_path(2, MODE, NULL)));
            assert_false(store_has(record_path(2, VHPET, NULL)));
        } else if (!struck) {
            assert_changed(2);
        }
        xentime_free_domains(doms, 3);
    }
    assert_true(left_out > 5);
}

static void the_others_are_changed(void **state)
{
    (void)state;
    each_call(&xen_fault, XENTIME_SKIP_GONE);
    each_call(&store_fault, XENTIME_SKIP_GONE);
    each_call(&xen_fault, XENTIME_SKIP_GONE | XENTIME_PERSIST);
}

/* Nothing is announced that would be applied to it when it comes back. */
static void a_record_that_persists_is_as_before(void **state)
{
    unsigned int k;
    bool struck = true;
    char *value;

    (void)state;
    for (k = 1; struck; k++) {
        prepare();
        assert_done(change_one(2, MODE, 2, XENTIME_PERSIST));
        fault_clear(&xen_fault);
        struck = apply(&xen_fault, k, XENTIME_SKIP_GONE | XENTIME_KEEP);
        value = store_get(record_path(2, MODE, "requested"));
        assert_string_equal(value, gone(0) ? "2" : "3");
        free(value);
        xentime_free_domains(doms, 3);
    }
}

static void none_is_left(void **state)
{
    (void)state;
    prepare();
    fake_destroy(1);
    fake_destroy(2);
    fake_destroy(3);
    assert_done(xentime_apply(xt, changes, CHANGES, XENTIME_SKIP_GONE));
    assert_true(gone(0) && gone(1) && gone(3));
    assert_false(store_has("/tool/xentime"));
    xentime_free_domains(doms, 3);
}

/* It has ended, and another domain does not take its value. */
static void another_failure_is_undone(void **state)
{
    (void)state;
    prepare();
    fake_domain(3)->stuck = true;
    fault_hook(&xen_fault, "xc_hvm_param_set", 1, end_domain, NULL);
    assert_error(xentime_apply(xt, changes, CHANGES, XENTIME_SKIP_GONE),
                 XENTIME_ERR_FAIL);
    fault_clear(&xen_fault);
    assert_has(error_text(), "what was changed (1) was put back");
    assert_int_equal(fake_domain(1)->param[MODE], 1);
    assert_false(store_has(record_path(1, MODE, NULL)));
    assert_false(store_has(record_path(2, MODE, NULL)));
    xentime_free_domains(doms, 3);
}

/* A Xen that answers "no such domain" of one that is there is not believed. */
static void one_that_is_there_is_not_left_out(void **state)
{
    (void)state;
    prepare();
    fault_fail(&xen_fault, 1, ESRCH, false);
    xen_fault.only = "xc_hvm_param_set";
    assert_error(xentime_apply(xt, changes, CHANGES, XENTIME_SKIP_GONE),
                 XENTIME_ERR_NODOM);
    fault_clear(&xen_fault);
    assert_int_equal(fake_changes(), 0);
    xentime_free_domains(doms, 3);
}

UNIT_MAIN(TEST(the_others_are_changed),
          TEST(a_record_that_persists_is_as_before), TEST(none_is_left),
          TEST(another_failure_is_undone),
          TEST(one_that_is_there_is_not_left_out))
