/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that the hypervisor's list of registers for the PPC970 names registers
 * that a PPC970 has, and that its code saves and loads each of them.
 *
 * How: pmu/context.c, the very file, runs in supervisor state on QEMU's mac99
 * with a 970FX, on its real mfspr and mtspr. Each register gets a value of its
 * own, is saved, overwritten, loaded and compared. No more can be shown, as
 * this machine has no hypervisor state, and its counters stand still.
 *
 * It is a 32-bit big endian program, as the firmware (OpenBIOS) wants it, and
 * prints TAP through the firmware's client interface (IEEE 1275).
 */
#include <stddef.h>

#include <asm/pmu-context.h>

#define FC PMU_MMCR0_FC
#define PMAO PMU_MMCR0_PMAO

/* ---- the firmware ---- */

static int (*client_interface)(uint32_t *args);
static uint32_t console;

static uint32_t firmware(const char *service, uint32_t ins, uint32_t a,
                         uint32_t b, uint32_t c, uint32_t d)
{
    uint32_t args[8] = { (uint32_t)service, ins, 1, a, b, c, d };

    client_interface(args);
    return args[3 + ins];
}

static void print(const char *s)
{
    uint32_t n = 0;

    while (s[n])
        n++;
    firmware("write", 3, console, (uint32_t)s, n, 0);
}

static void print_hex(uint64_t value)
{
    char text[19] = "0x";

    for (int i = 0; i < 16; i++)
        text[2 + i] = "0123456789abcdef"[(value >> (60 - 4 * i)) & 15];
    print(text);
}

/* ---- TAP ---- */

static unsigned int tests;

static void print_number(unsigned int n)
{
    char text[4] = { '0' + n / 100, '0' + n / 10 % 10, '0' + n % 10, 0 };

    print(n >= 100 ? text : n >= 10 ? text + 1 : text + 2);
}

static void is(uint64_t got, uint64_t wanted, const char *what,
               const char *name)
{
    print(got == wanted ? "(d1) ok " : "(d1) not ok ");
    print_number(++tests);
    print(" - ");
    print(what);
    print(name);
    print("\n");
    if (got != wanted) {
        print("(d1) # got ");
        print_hex(got);
        print(", wanted ");
        print_hex(wanted);
        print("\n");
    }
}

/* ---- registers ---- */

/*
 * A 32-bit program has 64 bits in two halves. In between the instructions use
 * all of a register, which no interrupt can cut in two: interrupts are off.
 */
#define READ(spr_) \
    if (spr == spr_) { \
        asm volatile("mfspr %L0, %1\n srdi %0, %L0, 32\n clrldi %L0, %L0, 32" \
                     : "=&r"(value) \
                     : "i"(spr_)); \
        return value; \
    }
#define WRITE(spr_) \
    if (spr == spr_) \
        asm volatile("sldi 0, %0, 32\n clrldi 11, %L0, 32\n or 0, 0, 11\n" \
                     "mtspr %1, 0" ::"r"(value), \
                     "i"(spr_) \
                     : "r0", "r11", "memory");

#define READ_ONE(i, name, spr_) READ(spr_)
#define WRITE_ONE(i, name, spr_) WRITE(spr_)

uint64_t pmu_mfspr(uint16_t spr)
{
    uint64_t value = 0;

    READ(PMU_SPR_MMCR0)
    READ(PMU_SPR_MMCRA)
    PMU_PPC970(READ_ONE, READ_ONE)
    return value;
}

void pmu_mtspr(uint16_t spr, uint64_t value)
{
    WRITE(PMU_SPR_MMCR0)
    WRITE(PMU_SPR_MMCRA)
    PMU_PPC970(WRITE_ONE, WRITE_ONE)
}

void pmu_isync(void)
{
    asm volatile("isync" ::: "memory");
}

/*
 * The registers as the manual has them, not as the list does that is tested.
 * Registers of 64 bits are wide.
 */
static const struct {
    const char *name;
    uint16_t spr;
    bool is_wide;
} manual[] = {
    { "MMCR0", 795, false }, { "MMCR1", 798, true }, { "MMCRA", 786, true },
    { "PMC1", 787, false },  { "PMC2", 788, false }, { "PMC3", 789, false },
    { "PMC4", 790, false },  { "PMC5", 791, false }, { "PMC6", 792, false },
    { "PMC7", 793, false },  { "PMC8", 794, false }, { "SIAR", 796, true },
    { "SDAR", 797, true },
};
#define NR_REGS (sizeof(manual) / sizeof(*manual))

static uint64_t pattern(unsigned int i)
{
    uint64_t value = 0x1122334455667700u + 0x0101010101010101u * i;

    if (!i)
        return FC | PMAO | 0x1234 << 8;
    return manual[i].is_wide ? value : (uint32_t)value;
}

/* Reads a register by its number, whatever the list has. */
static uint64_t read_manual(unsigned int i)
{
    uint16_t spr = manual[i].spr;
    uint64_t value = 0;

    /* clang-format off */
    READ(786) READ(787) READ(788) READ(789) READ(790) READ(791) READ(792)
    READ(793) READ(794) READ(795) READ(796) READ(797) READ(798)
        /* clang-format on */
        return value;
}

static void write_manual(unsigned int i, uint64_t value)
{
    uint16_t spr = manual[i].spr;

    /* clang-format off */
    WRITE(786) WRITE(787) WRITE(788) WRITE(789) WRITE(790) WRITE(791)
    WRITE(792) WRITE(793) WRITE(794) WRITE(795) WRITE(796) WRITE(797)
    WRITE(798)
    /* clang-format on */
}

static void test(const struct pmu_family *family)
{
    struct pmu_context ctx = { { 0 }, { 0 } };

    is(family->nr_regs, NR_REGS, "as many registers as the manual has", "");
    for (unsigned int i = 0; i < NR_REGS; i++) {
        write_manual(i, pattern(i));
        is(read_manual(i), pattern(i), "the machine keeps ", manual[i].name);
    }

    family->save(&ctx);
    is(read_manual(0), FC, "saving freezes, and takes the alert away", "");
    is(read_manual(2), 0, "and turns sampling off", "");
    for (unsigned int i = 0; i < NR_REGS; i++)
        write_manual(i, i ? ~pattern(i) : FC);
    family->load(&ctx);
    for (unsigned int i = 0; i < NR_REGS; i++)
        is(read_manual(i), pattern(i), "saved and loaded: ", manual[i].name);
}

/* The compiler may call these two at -O2. */
void *memset(void *p, int c, size_t n);
void *memset(void *p, int c, size_t n)
{
    for (char *s = p; n; n--)
        *s++ = c;
    return p;
}

void *memcpy(void *to, const void *from, size_t n);
void *memcpy(void *to, const void *from, size_t n)
{
    char *t = to;

    for (const char *f = from; n; n--)
        *t++ = *f++;
    return to;
}

/* start.S calls this with what the firmware leaves in r5. */
void payload_main(int (*interface)(uint32_t *args));
void payload_main(int (*interface)(uint32_t *args))
{
    const struct pmu_family *family;
    uint32_t pvr, chosen;

    client_interface = interface;
    chosen = firmware("finddevice", 1, (uint32_t) "/chosen", 0, 0, 0);
    firmware("getprop", 4, chosen, (uint32_t) "stdout", (uint32_t)&console,
             sizeof(console));

    asm volatile("mfpvr %0" : "=r"(pvr));
    family = pmu_family_of(pvr);
    is(family != NULL, 1, "this CPU is of a known family", "");
    if (family) {
        is(family->name[8] == '9' && family->name[9] == '7', 1, "it is the ",
           family->name);
        test(family);
    }
    print("(d1) 1..");
    print_number(tests);
    print("\n(970) the payload has ended\n");
    firmware("interpret", 1, (uint32_t) "reset-all", 0, 0, 0);
}
