/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The limits of a real xenstored: what it refuses by a limit is told as that,
 * and nothing of the change is left.
 *
 * Both xenstoreds count nodes, watches and transactions of guests alone, so
 * dom0, where xentimectl runs, is never at the end of such a quota.  Limits of
 * what one request may have are dom0's, too: xenstored 4.17 has one for paths,
 * oxenstored one for paths and one for values.  That for values is reached by
 * the lab's scenario xenstore-limits: here it would stop oxenstored itself,
 * which writes the long path of its own program.
 */

#include <errno.h>

#include "unit.h"

#define MODE XENTIME_TIMER_MODE

/* Starts a xenstored with store_limits, which the next test is not to have. */
static void restart_store(void)
{
    xentime_close(xt);
    store_stop();
    store_start();
    store_limits = (struct store_limits){ 0 };
    assert_int_equal(xentime_open(&xt, NULL), XENTIME_OK);
}

/* The next test has a daemon of its own, without limits. */
static int teardown(void **state)
{
    store_stop();
    return unit_teardown(state);
}

/* A change fails for @why, and leaves nothing. */
static void assert_refused(const char *why)
{
    char *records;

    fake_add(1, XENTIME_HVM);
    assert_error(change_one(1, MODE, 2, 0), XENTIME_ERR_FAIL);
    assert_has(error_text(), " in xenstore: ");
    assert_has(error_text(), why);
    assert_lacks(error_text(), "gone");
    assert_lacks(error_text(), "could not be mended");
    assert_has(xentime_last_error(xt)->hint, "oxenstored.conf");
    assert_int_equal(fake_domain(1)->param[MODE], 1);
    records = store_dump("/tool/xentime");
    assert_string_equal(records, "");
    free(records);
}

static void dom0_has_no_quota_of_nodes(void **state)
{
    uint32_t id;

    (void)state;
    store_limits =
        (struct store_limits){ .nodes = 1, .watches = 1, .transactions = 1 };
    restart_store();
    for (id = 1; id <= 20; id++) {
        fake_add(id, XENTIME_HVM);
        assert_done(change_one(id, MODE, 2, 0));
    }
    assert_done(xentime_watch(xt));
}

static void path_too_long(void **state)
{
    (void)state;
    store_limits.path = 20;
    restart_store();
    assert_refused("its limit for paths forbids it");
}

/* Fails each request in turn, as a xenstored does that has used up a quota. */
static void assert_each_told(int err, const char *why)
{
    bool struck = true;
    unsigned int k;

    for (k = 1; struck; k++) {
        enum xentime_error rc;

        fault_fail(&store_fault, k, err, false);
        rc = change_one(1, MODE, 1 + k % 2, 0);
        struck = store_fault.struck;
        fault_clear(&store_fault);
        if (!rc)
            continue;
        assert_error(rc, XENTIME_ERR_FAIL);
        assert_has(error_text(), why);
        assert_int_equal(xentime_last_error(xt)->errno_value, err);
        /* The handle is of use still. */
        assert_done(change_one(1, MODE, 3, 0));
    }
    assert_true(k > 8);
}

static void each_limit_has_its_words(void **state)
{
    (void)state;
    fake_add(1, XENTIME_HVM);
    assert_each_told(ENOSPC, "xenstored's quota is full");
    assert_each_told(E2BIG, "it is more than xenstored allows");
    assert_each_told(EINVAL, "a quota of xenstored's or its limit for paths");
}

static void is_gone(void *arg)
{
    (void)arg;
    store_stop();
}

/* libxenstore says EINVAL also where its reading thread has ended. */
static void einval_of_a_dead_xenstored(void **state)
{
    (void)state;
    fake_add(1, XENTIME_HVM);
    assert_done(xentime_watch(xt));
    fault_hook(&store_fault, NULL, 2, is_gone, NULL);
    store_fault.fail_at = 2;
    store_fault.err = EINVAL;
    assert_error(change_one(1, MODE, 2, 0), XENTIME_ERR_NOXEN);
    assert_has(error_text(), "xenstored is gone");
}

#define LIMITED(f) cmocka_unit_test_setup_teardown(f, unit_setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIMITED(dom0_has_no_quota_of_nodes),
        LIMITED(path_too_long),
        TEST(each_limit_has_its_words),
        LIMITED(einval_of_a_dead_xenstored),
    };

    return cmocka_run_group_tests(tests, unit_start, unit_end);
}
