/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * common/profile-count.c, as it is compiled into the hypervisor: starts and
 * stops, repeated, unmatched, and of domains that end, against a list of who
 * claims what.
 */
#include <errno.h>

#include "xen/profile-count.h"
#include "unit.h"

#define DOMAINS 3
#define VCPUS 3

static struct profile_counts counts;
static struct profile_domain domains[DOMAINS];
static struct profile_vcpu vcpus[DOMAINS][VCPUS];

static void clear(void)
{
    memset(&counts, 0, sizeof(counts));
    memset(domains, 0, sizeof(domains));
    memset(vcpus, 0, sizeof(vcpus));
}

static void sessions(void **state)
{
    enum profile_edge edge = 77;

    (void)state;
    clear();
    assert_int_equal(profile_session_stop(&counts, &domains[0], &edge),
                     -EINVAL);
    assert_int_equal(edge, 77);
    assert_int_equal(profile_session_start(&counts, &domains[0], &edge), 0);
    assert_int_equal(edge, PROFILE_FIRST);
    assert_int_equal(profile_session_start(&counts, &domains[1], &edge), 0);
    assert_int_equal(edge, PROFILE_SAME);
    assert_int_equal(profile_session_stop(&counts, &domains[2], &edge),
                     -EINVAL);
    assert_int_equal(profile_session_stop(&counts, &domains[0], &edge), 0);
    assert_int_equal(edge, PROFILE_SAME);
    assert_int_equal(profile_session_stop(&counts, &domains[1], &edge), 0);
    assert_int_equal(edge, PROFILE_LAST);
    assert_int_equal(counts.claims, 0);
}

static void overflow(void **state)
{
    enum profile_edge edge;

    (void)state;
    clear();
    domains[0].sessions = counts.claims = UINT32_MAX;
    assert_int_equal(profile_session_start(&counts, &domains[1], &edge),
                     -EOVERFLOW);
    assert_int_equal(profile_self(&counts, &domains[1], &vcpus[1][0], true,
                                  &edge),
                     -EOVERFLOW);
    assert_false(vcpus[1][0].self);
    assert_int_equal(domains[1].self, 0);
    assert_int_equal(counts.claims, UINT32_MAX);
    assert_int_equal(profile_domain_gone(&counts, &domains[0]), PROFILE_LAST);
    assert_int_equal(counts.claims, 0);
}

/* The model: a list of claims, nothing counted. */
static struct {
    unsigned int sessions;
    bool self[VCPUS];
} model[DOMAINS];

static unsigned int claims(void)
{
    unsigned int n = 0;

    for (unsigned int d = 0; d < DOMAINS; d++) {
        n += model[d].sessions;
        for (unsigned int v = 0; v < VCPUS; v++)
            n += model[d].self[v];
    }
    return n;
}

static void random_sequences(void **state)
{
    unsigned int firsts = 0, lasts = 0, refused = 0;

    (void)state;
    clear();
    memset(model, 0, sizeof(model));
    srand(1);
    for (unsigned int n = 0; n < 200000; n++) {
        unsigned int d = rand() % DOMAINS, v = rand() % VCPUS;
        unsigned int before = claims();
        enum profile_edge edge = PROFILE_SAME, wanted = PROFILE_SAME;
        bool on = rand() % 2;
        int rc = 0, expect = 0;

        switch (rand() % 10) {
        case 0:
            rc = profile_session_start(&counts, &domains[d], &edge);
            model[d].sessions++;
            break;
        case 1 ... 3:
            rc = profile_session_stop(&counts, &domains[d], &edge);
            expect = model[d].sessions ? 0 : -EINVAL;
            model[d].sessions -= !expect;
            refused += !!expect;
            break;
        case 4 ... 8:
            rc = profile_self(&counts, &domains[d], &vcpus[d][v], on, &edge);
            model[d].self[v] = on;
            break;
        default:
            edge = profile_domain_gone(&counts, &domains[d]);
            memset(vcpus[d], 0, sizeof(vcpus[d]));
            memset(&model[d], 0, sizeof(model[d]));
        }
        assert_int_equal(rc, expect);
        if (!before && claims())
            wanted = PROFILE_FIRST;
        if (before && !claims())
            wanted = PROFILE_LAST;
        assert_int_equal(edge, wanted);
        firsts += edge == PROFILE_FIRST;
        lasts += edge == PROFILE_LAST;
        assert_int_equal(counts.claims, claims());
        for (d = 0; d < DOMAINS; d++)
            for (v = 0; v < VCPUS; v++)
                assert_int_equal(profile_covers(&domains[d], &vcpus[d][v]),
                                 model[d].sessions || model[d].self[v]);
    }
    assert_true(firsts > 1000 && lasts > 1000 && refused > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions),
        cmocka_unit_test(overflow),
        cmocka_unit_test(random_sequences),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
