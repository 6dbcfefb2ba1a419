/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traces as xentrace writes them: records with and without a time, of several
 * CPUs, cut off at every byte; and a vCPU's turns in them.
 */

#include <errno.h>
#include <stdio.h>

#include "unit.h"
#include "predict/xentrace.h"

#define KHZ 2000000 /* two cycles a nanosecond */

enum { RUNNING, RUNNABLE, BLOCKED, OFFLINE };

static uint8_t file[8192];
static size_t size;
static struct xentrace trace;

static void put(uint32_t word)
{
    memcpy(file + size, &word, sizeof(word));
    size += sizeof(word);
}

/* Xen's tools/xentrace/xentrace.c writes this ahead of a piece. */
static void put_cpu(uint32_t cpu)
{
    put(0x0001f003u | 2u << 28);
    put(cpu);
    put(4096);
}

static void put_change(uint64_t ns, uint32_t domid, uint32_t vcpu,
                       uint32_t from, uint32_t to)
{
    put(0x00021001u | from << 8 | to << 4 | 1u << 28 | 1u << 31);
    put((uint32_t)(2 * ns));
    put((uint32_t)(2 * ns >> 32));
    put(domid << 16 | vcpu);
}

static void start(void)
{
    size = 0;
    put_cpu(0);
}

static void read_file(size_t bytes)
{
    FILE *f = fmemopen(file, bytes, "r");

    assert_non_null(f);
    assert_int_equal(xentrace_read(f, &trace), 0);
    fclose(f);
}

/* Two CPUs' pieces, one after the other; the second one begins earlier. */
static void two_cpus(void **state)
{
    uint16_t domid, vcpu;
    struct sim_turn *turns;
    size_t n;

    (void)state;
    start();
    put_change(5000000000, 3, 1, RUNNABLE, RUNNING);
    put_change(5000100000, 3, 1, RUNNING, BLOCKED);
    put_change(5000100000, 0, 0, RUNNABLE, RUNNING);
    put(0x00021002u | 1u << 28); /* something else, without a time */
    put(3);
    put_cpu(1);
    put_change(5000000001, 32767, 0, RUNNABLE, RUNNING);
    put_change(5000300000, 3, 1, BLOCKED, RUNNABLE);
    put_change(5000350000, 3, 1, RUNNABLE, RUNNING);
    put_change(5000400000, 3, 1, RUNNING, RUNNABLE);
    put_change(5000900000, 3, 1, RUNNABLE, OFFLINE);
    put_change(5001000000, 3, 1, OFFLINE, RUNNING);
    put(0x0001f001u | 3u << 28 | 1u << 31); /* 7 records were lost */
    put(0);
    put(0);
    put(7);
    put(0);
    put(0);
    read_file(size);
    assert_string_equal(trace.error, "");
    assert_int_equal(trace.n, 9);
    assert_int_equal(trace.lost, 7);
    assert_int_equal(trace.changes[1].domid, 32767);

    assert_int_equal(xentrace_busiest(&trace, &domid, &vcpu), 0);
    assert_int_equal(domid, 3);
    assert_int_equal(vcpu, 1);
    assert_int_equal(xentrace_turns(&trace, 3, 1, KHZ, &turns, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(turns[0].run, 100000);
    assert_int_equal(turns[0].block, 200000);
    assert_int_equal(turns[0].wait, 50000);
    /* Paused is as good as waiting. */
    assert_int_equal(turns[1].run, 50000);
    assert_int_equal(turns[1].block, 0);
    assert_int_equal(turns[1].wait, 600000);
    free(turns);
    assert_int_equal(xentrace_turns(&trace, 3, 0, KHZ, &turns, &n), 0);
    assert_int_equal(n, 0);
    free(turns);
    xentrace_free(&trace);
}

static void cut_off(void **state)
{
    size_t i, whole = 0;

    (void)state;
    start();
    put_change(1000, 3, 0, RUNNABLE, RUNNING);
    put_change(2000, 3, 0, RUNNING, BLOCKED);
    for (i = 1; i <= size; i++) {
        read_file(i);
        if (trace.error[0])
            assert_has(trace.error, i < 12 ? "not a trace" : "truncated");
        else
            whole++;
        xentrace_free(&trace);
    }
    /* It is whole after the first record, the second and the third. */
    assert_int_equal(whole, 3);
}

static void something_else(void **state)
{
    uint16_t domid, vcpu;

    (void)state;
    memcpy(file, "root:x:0:0:root:/root:/bin/bash\n", 32);
    read_file(32);
    assert_string_equal(trace.error, "not a trace of xentrace");
    xentrace_free(&trace);

    start();
    put_change(1000, 0, 0, RUNNABLE, RUNNING);
    read_file(size);
    assert_string_equal(trace.error, "");
    assert_int_equal(xentrace_busiest(&trace, &domid, &vcpu), -1);
    xentrace_free(&trace);
}

/* A clock that goes backwards, or far ahead, gives no time to be afraid of. */
static void strange_times(void **state)
{
    struct sim_turn *turns;
    size_t n, i;

    (void)state;
    start();
    put_change(0, 3, 0, RUNNABLE, RUNNING);
    put_change(UINT64_MAX / 4, 3, 0, RUNNING, BLOCKED);
    put_change(UINT64_MAX / 2, 3, 0, BLOCKED, RUNNING);
    put_change(5, 3, 0, RUNNING, RUNNABLE);
    put_change(7, 3, 0, RUNNABLE, RUNNING);
    read_file(size);
    for (i = 1; i < 3000000000u; i = i * 10 + 7) {
        assert_int_equal(xentrace_turns(&trace, 3, 0, i, &turns, &n), 0);
        while (n--)
            assert_true(turns[n].run >= 0 && turns[n].block >= 0 &&
                        turns[n].wait >= 0 && turns[n].run < 1LL << 43);
        free(turns);
    }
    xentrace_free(&trace);
}

/* A file can have any number of changes between two of a vCPU's turns. */
static void a_turn_without_end(void **state)
{
    enum { CHANGES = 3000000 };
    struct xentrace endless = { .n = CHANGES };
    struct sim_turn *turns;
    size_t i, n;

    (void)state;
    endless.changes = calloc(CHANGES, sizeof(*endless.changes));
    assert_non_null(endless.changes);
    for (i = 0; i < CHANGES; i++)
        endless.changes[i] = (struct xentrace_change){
            .tsc = i << 40,
            .domid = 3,
            .to = i % (CHANGES - 1) ? BLOCKED : RUNNING,
        };
    assert_int_equal(xentrace_turns(&endless, 3, 0, 1000, &turns, &n), 0);
    assert_int_equal(n, 1);
    assert_in_range(turns[0].block, 1, 1LL << 43);
    free(turns);
    free(endless.changes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_cpus),           cmocka_unit_test(cut_off),
        cmocka_unit_test(something_else),     cmocka_unit_test(strange_times),
        cmocka_unit_test(a_turn_without_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
