/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * common/profile-ring.c, as it is compiled into the hypervisor: samples come
 * out as they went in, losses are counted, and nothing that the reader writes
 * to the memory they share makes the hypervisor write outside it.
 */

#include "xen/profile-ring.h"
#include "unit.h"

#define HEAD sizeof(struct xen_profile_ring)
#define SAMPLE sizeof(struct xen_profile_sample)

/* The memory is exactly as large as the ring, so that ASan watches its end. */
static struct xen_profile_ring *shared;
static struct profile_ring ring;

static void begin(uint32_t size)
{
    free(shared);
    shared = malloc(size);
    memset(shared, 0xa5, size);
    assert_true(profile_ring_begin(&ring, shared, size));
}

static bool put(uint64_t pc)
{
    const struct xen_profile_sample s = { .pc = pc };

    return profile_ring_put(&ring, &s);
}

static void sizes(void **state)
{
    static const struct {
        uint32_t samples, nr;
    } is[] = { { 1, 1 }, { 2, 2 }, { 3, 2 }, { 16, 16 }, { 1023, 512 } };

    (void)state;
    assert_int_equal(HEAD, 24);
    assert_int_equal(SAMPLE, 32);
    for (unsigned int i = 0; i < sizeof(is) / sizeof(*is); i++) {
        begin(HEAD + is[i].samples * SAMPLE + 7);
        assert_int_equal(shared->nr, is[i].nr);
        assert_int_equal(shared->prod, 0);
        assert_int_equal(shared->cons, 0);
        assert_int_equal(shared->lost, 0);
    }
    memset(&ring, 0, sizeof(ring));
    assert_false(profile_ring_begin(&ring, shared, HEAD + SAMPLE - 1));
    assert_false(profile_ring_begin(&ring, shared, 0));
    assert_false(put(1));
}

static void fifo(void **state)
{
    uint32_t read = 0, written = 0, lost = 0;

    (void)state;
    begin(HEAD + 8 * SAMPLE);
    srand(1);
    for (unsigned int n = 0; n < 100000; n++) {
        if (rand() % 3) {
            bool room = written - read < 8;

            assert_int_equal(put(written), room);
            written += room;
            lost += !room;
        } else if (read < written) {
            assert_int_equal(shared->sample[read % 8].pc, read);
            shared->cons = ++read;
        }
        assert_int_equal(shared->prod, written);
        assert_int_equal(shared->lost, lost);
    }
    assert_true(lost > 1000);
}

/* A ring's indexes run freely: through 2^32 as through any other number. */
static void wraps(void **state)
{
    (void)state;
    begin(HEAD + 4 * SAMPLE);
    ring.prod = shared->prod = shared->cons = 0xfffffffe;
    for (unsigned int n = 0; n < 4; n++)
        assert_true(put(n));
    assert_false(put(4));
    assert_int_equal(shared->prod, 2);
    assert_int_equal(shared->sample[2].pc, 0);
    assert_int_equal(shared->sample[1].pc, 3);
}

static void hostile(void **state)
{
    uint32_t n = 0;

    (void)state;
    begin(HEAD + 16 * SAMPLE);
    srand(2);
    for (unsigned int i = 0; i < 100000; i++) {
        shared->cons = rand() * 3u;
        shared->nr = rand() * 3u;
        shared->prod = rand() * 3u;
        if (rand() % 2)
            shared->cons = ring.prod - rand() % 20;
        if (put(i)) {
            n++;
            assert_int_equal(shared->prod, n);
            assert_int_equal(shared->sample[(n - 1) % 16].pc, i);
        }
    }
    assert_true(n > 10000);
    profile_ring_end(&ring);
    assert_false(put(1));
    free(shared);
    shared = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),
        cmocka_unit_test(fifo),
        cmocka_unit_test(wraps),
        cmocka_unit_test(hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
