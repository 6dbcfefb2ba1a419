/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xentimectl recommend, with a record of a busy vCPU beside another: the
 * ranking for each kind of guest, what this Xen cannot do, and the command to
 * type.
 */

#include <stdio.h>

#include "run.h"

#define MS UINT64_C(2000000) /* cycles, of a TSC with 2 GHz */

static void put(FILE *f, uint32_t word)
{
    assert_int_equal(fwrite(&word, sizeof(word), 1, f), 1);
}

/* Domain 1's vCPU 0: 10 ms, and 10 ms without a CPU, 200 times. */
static void write_trace(void)
{
    FILE *f = fopen("trace", "w");
    uint64_t tsc;
    uint32_t i;

    assert_non_null(f);
    put(f, 0x0001f003u | 2u << 28);
    put(f, 0);
    put(f, 65536);
    for (i = 0; i < 400; i++) {
        put(f, 0x00021001u | (i % 2 ? 0x010 : 0x100) | 1u << 28 | 1u << 31);
        tsc = (i + 1) * 10 * MS;
        put(f, (uint32_t)tsc);
        put(f, (uint32_t)(tsc >> 32));
        put(f, 1 << 16);
    }
    assert_int_equal(fclose(f), 0);
}

static void add_domain(const char *name)
{
    fake_add(1, XENTIME_HVM)->vcpus = 2;
    name_domain(1, name);
    write_trace();
}

#define recommend(...) \
    run("recommend", "1", "--trace", "trace", "--tsc-khz", "2000000", \
        ##__VA_ARGS__)

static void on_a_stock_xen(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    add_domain("web");
    r = recommend("--guest", "tick-tsc");
    assert_exit(r, 0);
    assert_has(r->out, "web: timer_mode 1, simulated with trace, "
                       "domain 1 vCPU 0\n");
    assert_has(r->out, "\n  4! ");
    assert_has(r->out, "\n  0! ");
    assert_has(r->out, " it makes up for missed ticks; now\n");
    assert_has(r->out, "xentimectl set-mode web ");
    assert_lacks(r->out, "set-mode web 4");

    r = recommend("--guest", "clock");
    assert_has(r->out, "It has the best mode that this Xen has: 1 "
                       "(no_delay_for_missed_ticks).\n");
    assert_lacks(r->out, "Better still");

    doc = parse_json(recommend("--guest", "tick", "--json")->out);
    assert_string_equal(json_at(doc, "best"), "1");
    assert_int_equal(json_object_array_length(
                         json_object_object_get(doc, "ranking")),
                     5);
    json_object_put(doc);
}

static void on_a_patched_xen(void **state)
{
    const struct run *r;

    (void)state;
    add_domain("old billing");
    fake_patch();
    r = recommend();
    assert_exit(r, 0);
    assert_has(r->out, "\n  4  ");
    assert_has(r->out, "xentimectl set-mode 'old billing' 4\n");
    assert_has(r->out, "In that mode the clocks of its 2 vCPUs differ");
}

/* What a shell would take for something else is named by its id. */
static void names(void **state)
{
    static const struct {
        const char *name, *operand;
    } names[] = {
        { "web.example_1-a", "web.example_1-a" },
        { "it's", "1" },
        { "-f", "1" },
        { "7up", "1" },
        { "a,b", "1" },
        { "$(reboot)", "'$(reboot)'" },
        { "a\nb", "1" },
    };
    char wanted[64];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(names); i++) {
        if (!i)
            add_domain(names[i].name);
        name_domain(1, names[i].name);
        fake_patch();
        snprintf(wanted, sizeof(wanted), "xentimectl set-mode %s 4\n",
                 names[i].operand);
        assert_has(recommend()->out, wanted);
    }
}

static void wrong_uses(void **state)
{
    const struct run *r;

    (void)state;
    add_domain("web");
    fake_add(2, XENTIME_PV);
    assert_exit(run("recommend"), 2);
    assert_exit(run("recommend", "1", "--trace", "x", "--observe", "3"), 2);
    assert_exit(run("recommend", "1", "--guest", "bsd"), 2);
    assert_exit(run("recommend", "nobody", "--trace", "trace"), 3);
    assert_exit(run("recommend", "2", "--trace", "trace"), 4);
    assert_exit(run("recommend", "1", "--trace", "nothing"), 1);
    setenv("PATH", "/nowhere", 1);
    r = run("recommend", "1", "--observe", "1");
    assert_exit(r, 4);
    assert_has(r->err, "there is no xentrace here");
}

UNIT_MAIN(TEST(on_a_stock_xen), TEST(on_a_patched_xen), TEST(names),
          TEST(wrong_uses))
