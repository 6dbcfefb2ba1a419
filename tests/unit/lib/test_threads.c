/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Eight threads, each with a handle of its own, list, find and change one
 * common domain and one of their own.  Every call does what it says, and in
 * the end every record agrees with its value.  Under ThreadSanitizer it also
 * shows that handles share nothing.
 */

#include <pthread.h>
#include <stdio.h>

#include "unit.h"

#define THREADS 8
#define ROUNDS 15
#define COMMON 99

struct worker {
    pthread_t thread;
    uint32_t id;
    char failure[256];
};

static bool note(struct worker *w, xentime *own, const char *what,
                 enum xentime_error rc)
{
    if (rc)
        snprintf(w->failure, sizeof(w->failure), "%s: %.200s", what,
                 xentime_last_error(own)->text);
    return rc;
}

static void one_round(struct worker *w, xentime *own, int round)
{
    const char *refs[] = { "common", NULL };
    struct xentime_domain *doms;
    struct xentime_change c[2];
    struct xentime_record rec;
    char own_name[16];
    size_t n;
    bool found;

    if (note(w, own, "list",
             xentime_list(own, XENTIME_WANT_NAME | XENTIME_WANT_SETTINGS, &doms,
                          &n)))
        return;
    if (n != THREADS + 1)
        snprintf(w->failure, sizeof(w->failure), "%zu domains", n);
    xentime_free_domains(doms, n);

    snprintf(own_name, sizeof(own_name), "own%u", w->id);
    refs[1] = own_name;
    if (note(w, own, "find",
             xentime_find(own, refs, 2, XENTIME_WANT_NAME, &doms, &n)))
        return;
    c[0] = (struct xentime_change){ &doms[0], XENTIME_TIMER_MODE,
                                    1 + (w->id + round) % 3, 0 };
    c[1] = (struct xentime_change){ &doms[1], XENTIME_VHPET, round % 2, 0 };
    if (!note(w, own, "apply", xentime_apply(own, c, 2, 0)) &&
        !note(w, own, "record",
              xentime_record_read(own, doms[1].uuid, XENTIME_VHPET, &rec,
                                  &found)) &&
        (!found || rec.applied != round % 2))
        snprintf(w->failure, sizeof(w->failure), "another's record");
    xentime_free_domains(doms, n);

    /* The error is the thread's own, not another's. */
    refs[0] = own_name + 1;
    if (xentime_find(own, refs, 1, 0, &doms, &n) != XENTIME_ERR_NODOM ||
        strcmp(xentime_last_error(own)->domain, refs[0]))
        snprintf(w->failure, sizeof(w->failure), "another's error");
}

static void *work(void *arg)
{
    struct worker *w = arg;
    xentime *own;
    int round;

    if (!note(w, xt, "open", xentime_open(&own, NULL))) {
        xentime_set_lock_timeout(own, 60000);
        for (round = 0; round < ROUNDS && !*w->failure; round++)
            one_round(w, own, round);
    }
    xentime_close(own);
    return NULL;
}

static void handles_do_not_disturb_each_other(void **state)
{
    struct worker workers[THREADS] = { 0 };
    struct xentime_record rec;
    uint8_t uuid[16];
    char name[16];
    bool found;
    int i;

    (void)state;
    fake_add(COMMON, XENTIME_HVM);
    name_domain(COMMON, "common");
    for (i = 0; i < THREADS; i++) {
        workers[i].id = i + 1;
        fake_add(i + 1, XENTIME_HVM);
        snprintf(name, sizeof(name), "own%d", i + 1);
        name_domain(i + 1, name);
    }
    for (i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work,
                                        &workers[i]),
                         0);
    for (i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (i = 0; i < THREADS; i++)
        if (*workers[i].failure)
            fail_because("thread %d: %s", i, workers[i].failure);

    for (i = 1; i <= THREADS; i++)
        assert_int_equal(fake_domain(i)->param[XENTIME_VHPET],
                         (ROUNDS - 1) % 2);
    fake_uuid(COMMON, uuid);
    assert_done(
        xentime_record_read(xt, uuid, XENTIME_TIMER_MODE, &rec, &found));
    assert_true(found);
    assert_int_equal(rec.requested, rec.applied);
    assert_int_equal(rec.applied,
                     fake_domain(COMMON)->param[XENTIME_TIMER_MODE]);
}

UNIT_MAIN(TEST(handles_do_not_disturb_each_other))
