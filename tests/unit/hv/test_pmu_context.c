/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmu/context.c, as it is compiled into the hypervisor, on simulated registers
 * (pmu_world.h): both families have the registers that their manuals say, and
 * a context moves in the order that never lets a counter run half loaded.
 */

#include "pmu_world.h"
#include "unit.h"

#define POWER9 0x004e1202
#define PPC970 0x00390202

static const struct pmu_family *family;

static void set_all(uint32_t mmcr0)
{
    for (unsigned int i = 1; i < pw.nr_regs; i++)
        pw.spr[pw.regs[i]] = pw.narrow[pw.regs[i]] ? (uint32_t)pw_random()
                                                   : pw_random();
    pw.spr[PMU_SPR_MMCR0] = mmcr0;
    pw.nr_trace = pw.isyncs = pw.violations = 0;
}

static void use(uint32_t pvr, uint64_t seed)
{
    family = pmu_family_of(pvr);
    assert_non_null(family);
    pw_start(family, seed);
}

static void families(void **state)
{
    static const struct {
        uint32_t pvr;
        const char *name;
        int regs, pmcs;
    } known[] = {
        { POWER9, "POWER9", 13, 6 },
        { 0x004e0000, "POWER9", 13, 6 },
        { PPC970, "PowerPC 970", 13, 8 },
        { 0x003c0300, "PowerPC 970", 13, 8 },
        { 0x00440100, "PowerPC 970", 13, 8 },
        { 0x00450100, "PowerPC 970", 13, 8 },
    };

    (void)state;
    for (unsigned int i = 0; i < sizeof(known) / sizeof(*known); i++) {
        family = pmu_family_of(known[i].pvr);
        assert_non_null(family);
        assert_string_equal(family->name, known[i].name);
        assert_int_equal(family->nr_regs, known[i].regs);
        assert_int_equal(family->nr_pmcs, known[i].pmcs);
        assert_string_equal(family->narrow[0], "MMCR0");
        assert_string_equal(family->narrow[1], "PMC1");
        assert_string_equal(family->wide[0], "MMCR1");
    }
    assert_null(pmu_family_of(0x004d0200)); /* POWER8 */
    assert_null(pmu_family_of(0));
    assert_null(pmu_family_of(0xffffffff));
}

/*
 * These are the manuals' numbers once more: pmu_world takes its own from the
 * lists under test, and would go wrong with them.
 */
struct numbered {
    const char *name;
    uint16_t spr;
};
static const struct numbered power9_regs[] = {
    { "MMCR0", 795 }, { "MMCR1", 798 }, { "MMCR2", 785 }, { "MMCRA", 786 },
    { "PMC1", 787 },  { "PMC2", 788 },  { "PMC3", 789 },  { "PMC4", 790 },
    { "PMC5", 791 },  { "PMC6", 792 },  { "SIAR", 796 },  { "SDAR", 797 },
    { "SIER", 784 },  { NULL, 0 },
};
static const struct numbered ppc970_regs[] = {
    { "MMCR0", 795 }, { "MMCR1", 798 }, { "MMCRA", 786 }, { "PMC1", 787 },
    { "PMC2", 788 },  { "PMC3", 789 },  { "PMC4", 790 },  { "PMC5", 791 },
    { "PMC6", 792 },  { "PMC7", 793 },  { "PMC8", 794 },  { "SIAR", 796 },
    { "SDAR", 797 },  { NULL, 0 },
};

static bool same(const char *a, const char *b)
{
    return a && !strcmp(a, b);
}

static void numbers(uint32_t pvr)
{
    const struct numbered *r = pvr == POWER9 ? power9_regs : ppc970_regs;
    struct pmu_context ctx;
    int found = 0;

    use(pvr, 4);
    for (unsigned int spr = 0; spr < 1024; spr++)
        pw.spr[spr] = PMU_MMCR0_FC + spr;
    memset(&ctx, 0, sizeof(ctx));
    family->save(&ctx);
    for (; r->name; r++) {
        for (unsigned int i = 0; i < PMU_MAX_WIDE; i++) {
            if (!same(family->wide[i], r->name))
                continue;
            assert_true(ctx.wide[i] == PMU_MMCR0_FC + r->spr);
            found++;
        }
        for (unsigned int i = 0; i < PMU_MAX_NARROW; i++) {
            if (!same(family->narrow[i], r->name))
                continue;
            assert_int_equal(ctx.narrow[i], PMU_MMCR0_FC + r->spr);
            found++;
        }
    }
    assert_int_equal(found, family->nr_regs);
    assert_ptr_equal(r, (pvr == POWER9 ? power9_regs : ppc970_regs) + found);
}

static void save(uint32_t pvr)
{
    struct pmu_context ctx;
    uint64_t before[PW_MAX_REGS], mmcra;

    use(pvr, 1);
    set_all(PMU_MMCR0_PMAE);
    mmcra = pw.spr[PMU_SPR_MMCRA];
    memset(&ctx, 0xff, sizeof(ctx));
    family->save(&ctx);
    assert_int_equal(pw.violations, 0);
    /*
     * MMCR0 is read, and frozen, MMCRA is read, and sampling turned off, and
     * only then are the others read, each once.
     */
    assert_int_equal(pw.trace[0], PMU_SPR_MMCR0);
    assert_int_equal(pw.trace[1], PMU_SPR_MMCR0 | 0x8000);
    assert_int_equal(pw.trace[2], PMU_SPR_MMCRA);
    assert_int_equal(pw.trace[3], PMU_SPR_MMCRA | 0x8000);
    assert_int_equal(pw.trace[4], 0xffff);
    assert_int_equal(pw.nr_trace, 5 + family->nr_regs - 2);
    for (unsigned int i = 5; i < pw.nr_trace; i++) {
        assert_int_equal(pw.trace[i] & 0x8000, 0);
        for (unsigned int j = 5; j < i; j++)
            assert_int_not_equal(pw.trace[i], pw.trace[j]);
    }
    assert_int_equal(pw.spr[PMU_SPR_MMCR0], PMU_MMCR0_FC);
    assert_int_equal(pw.spr[PMU_SPR_MMCRA], 0);
    assert_true(ctx.wide[PMU_MMCRA] == mmcra);
    pw.spr[PMU_SPR_MMCRA] = mmcra;
    pw_read(before);
    pw.spr[PMU_SPR_MMCRA] = 0;
    pw_run();
    family->load(&ctx);
    for (unsigned int i = 1; i < pw.nr_regs; i++)
        assert_true(pw.spr[pw.regs[i]] == before[i]);
}

static void load(uint32_t pvr)
{
    struct pmu_context ctx;
    uint64_t was[PW_MAX_REGS], is[PW_MAX_REGS];

    use(pvr, 2);
    set_all(PMU_MMCR0_FC | PMU_MMCR0_PMAE | 0x5a);
    pw_read(was);
    family->save(&ctx);
    set_all(PMU_MMCR0_FC);
    pw.spr[PMU_SPR_MMCRA] = 0;
    family->load(&ctx);
    assert_int_equal(pw.violations, 0);
    /* MMCRA and then MMCR0 come last, and each register once. */
    assert_int_equal(pw.nr_trace, family->nr_regs);
    assert_int_equal(pw.trace[pw.nr_trace - 2], PMU_SPR_MMCRA | 0x8000);
    assert_int_equal(pw.trace[pw.nr_trace - 1], PMU_SPR_MMCR0 | 0x8000);
    for (unsigned int i = 0; i < pw.nr_trace - 1; i++) {
        assert_int_equal(pw.trace[i] & 0x8000, 0x8000);
        for (unsigned int j = 0; j < i; j++)
            assert_int_not_equal(pw.trace[i], pw.trace[j]);
    }
    pw_read(is);
    assert_memory_equal(is, was, pw.nr_regs * sizeof(*is));
}

/* Whatever was loaded, and however far the counters had run when it was saved:
 * what comes back is what was there when they were frozen. */
static void there_and_back(uint32_t pvr)
{
    struct pmu_context ctx, again;

    for (unsigned int seed = 1; seed < 2000; seed++) {
        use(pvr, seed);
        set_all((uint32_t)pw_random());
        pw_run();
        family->save(&ctx);
        assert_int_equal(pw.violations, 0);
        for (unsigned int i = 1; i < pw.nr_regs; i++)
            pw.spr[pw.regs[i]] = pw_random();
        pw.spr[PMU_SPR_MMCRA] = 0;
        pw.still = true;
        family->load(&ctx);
        family->save(&again);
        /* A guest's MMCR0 is its own, down to what freezes. */
        if (!(ctx.narrow[0] & PMU_MMCR0_FC))
            assert_int_equal(pw.violations, 0);
        assert_memory_equal(ctx.narrow, again.narrow,
                            (family->nr_pmcs + 1) * sizeof(*ctx.narrow));
        assert_memory_equal(ctx.wide, again.wide,
                            (family->nr_regs - family->nr_pmcs - 1) *
                                sizeof(*ctx.wide));
    }
}

static void both(void **state)
{
    void (*check)(uint32_t) = *state;

    check(POWER9);
    check(PPC970);
}

static void alert(void **state)
{
    struct pmu_context ctx;

    (void)state;
    use(POWER9, 3);
    set_all(PMU_MMCR0_PMAO | 0x10);
    family->save(&ctx);
    assert_int_equal(pw.spr[PMU_SPR_MMCR0] & PMU_MMCR0_PMAO, 0);
    assert_int_equal(ctx.narrow[0], PMU_MMCR0_PMAO | 0x10);
    family->load(&ctx);
    assert_int_equal(pw.spr[PMU_SPR_MMCR0], PMU_MMCR0_PMAO | 0x10);
}

static void quiet(void **state)
{
    struct pmu_context ctx;

    (void)state;
    memset(&ctx, 0xff, sizeof(ctx));
    pmu_context_quiet(&ctx);
    assert_int_equal(ctx.narrow[0], ~(PMU_MMCR0_PMAE | PMU_MMCR0_PMAO));
    memset(&ctx, 0, sizeof(ctx));
    pmu_context_quiet(&ctx);
    assert_int_equal(ctx.narrow[0], PMU_MMCR0_FC | PMU_MMCR0_FCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families),
        { "numbers", both, NULL, NULL, numbers },
        { "save", both, NULL, NULL, save },
        { "load", both, NULL, NULL, load },
        { "there and back", both, NULL, NULL, there_and_back },
        cmocka_unit_test(alert),
        cmocka_unit_test(quiet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
