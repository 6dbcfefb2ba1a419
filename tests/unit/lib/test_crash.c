/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that is killed while it changes a domain, before each of its
 * calls into Xen and each of its xenstore requests in turn.  Afterwards the
 * record agrees with the value or shows that a change was cut short, no lock
 * is stuck, and the next change leaves everything consistent.
 */

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define MODE XENTIME_TIMER_MODE
#define VHPET XENTIME_VHPET

struct crash {
    struct fault *where;
    unsigned int at;
    const char *only;
};

static void change_both(int mode, int vhpet)
{
    struct xentime_domain *d = find_one("1", 0);
    struct xentime_change c[] = {
        { d, MODE, mode, 0 },
        { d, VHPET, vhpet, 0 },
    };

    assert_done(xentime_apply(xt, c, 2, 0));
    free_one(d);
}

static void die_now(void *arg)
{
    (void)arg;
    kill(getpid(), SIGKILL);
}

static void change_and_die(void *arg)
{
    const struct crash *c = arg;

    fault_clear(&store_fault);
    fault_hook(c->where, c->only, c->at, die_now, NULL);
    change_both(2, 0);
}

static void assert_consistent_or_visible(enum xentime_setting setting,
                                         int before)
{
    int value = fake_domain(1)->param[setting];
    struct xentime_record rec;
    uint8_t uuid[16];
    bool found;

    fake_uuid(1, uuid);
    assert_done(xentime_record_read(xt, uuid, setting, &rec, &found));
    if (!found)
        assert_int_equal(value, before);
    else if (rec.requested == rec.applied)
        assert_int_equal(value, rec.applied);
}

static void dies_at_every_call(struct fault *where, bool with_record)
{
    struct crash c = { .where = where };
    unsigned int deaths = 0;
    int status;

    for (;;) {
        c.at++;
        fake_reset();
        store_rm("/tool/xentime");
        fake_add(1, XENTIME_HVM);
        if (with_record)
            change_both(1, 1);
        status = in_child(change_and_die, &c);
        if (WIFEXITED(status))
            break;
        assert_int_equal(WTERMSIG(status), SIGKILL);
        deaths++;

        assert_consistent_or_visible(MODE, 1);
        assert_consistent_or_visible(VHPET, 1);
        xentime_set_lock_timeout(xt, 0);
        change_both(3, 1);
        assert_int_equal(fake_domain(1)->param[MODE], 3);
        assert_int_equal(fake_domain(1)->param[VHPET], 1);
        assert_consistent_or_visible(MODE, -1);
        assert_consistent_or_visible(VHPET, -1);
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(deaths > 10);
}

static void killed_in_a_call_into_xen(void **state)
{
    (void)state;
    dies_at_every_call(&xen_fault, false);
    dies_at_every_call(&xen_fault, true);
}

static void killed_in_a_request(void **state)
{
    (void)state;
    dies_at_every_call(&store_fault, false);
    dies_at_every_call(&store_fault, true);
}

/*
 * A change is cut short after the value was set, and the next change fails: the
 * domain has neither the recorded value nor the one before, and that still
 * shows.
 */
static void failure_after_a_crash_hides_nothing(void **state)
{
    struct crash c = { &store_fault, 1, "xs_transaction_start" };

    (void)state;
    fake_add(1, XENTIME_HVM);
    change_both(1, 1);
    assert_true(WIFSIGNALED(in_child(change_and_die, &c)));
    assert_int_equal(fake_domain(1)->param[MODE], 2);

    fake_domain(1)->stuck = true;
    assert_error(change_one(1, MODE, 3, 0), XENTIME_ERR_FAIL);
    assert_int_equal(fake_domain(1)->param[MODE], 2);
    assert_consistent_or_visible(MODE, -1);
}

UNIT_MAIN(TEST(killed_in_a_call_into_xen), TEST(killed_in_a_request),
          TEST(failure_after_a_crash_hides_nothing))
