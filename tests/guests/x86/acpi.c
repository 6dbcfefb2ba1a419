/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ACPI tables that make Linux find what Xen itself emulates: the vCPUs'
 * local APICs and the I/O APIC (MADT), the HPET, and the PM timer (FADT).
 *
 * An MP table would tell of the APICs as well, and in as many lines.  It has
 * no word for the HPET and the PM timer, though, and without ACPI Linux looks
 * for an HPET only on chipsets that it knows.
 *
 * The offsets of the fields are those of the ACPI specification 6.4, chapter
 * 5.2; the HPET's are in the HPET specification 1.0a, section 3.2.4.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <string.h>

#include <xen/hvm/ioreq.h>

#include "acpi.h"

/* Every table begins with a header, in which these are. */
#define HEADER_SIZE 36
#define HEADER_LENGTH 4
#define HEADER_REVISION 8
#define HEADER_CHECKSUM 9
#define HEADER_OEM_ID 10
#define HEADER_OEM_TABLE_ID 16

/* The RSDP has a header of its own. */
#define RSDP_SIZE 36
#define RSDP_SIZE_V1 20 /* what the first of its two checksums covers */
#define RSDP_CHECKSUM 8
#define RSDP_OEM_ID 9
#define RSDP_REVISION 15
#define RSDP_LENGTH 20
#define RSDP_XSDT 24
#define RSDP_EXTENDED_CHECKSUM 32

/* The devices, as Xen emulates them. */
#define LAPIC_ADDR 0xfee00000u
#define IOAPIC_ADDR 0xfec00000u
#define HPET_ADDR 0xfed00000u
#define HPET_ID 0x8086a201u /* the low half of its capability register */
#define IOAPIC_ID 1         /* as hvmloader numbers it; no vCPU's is odd */
#define PIT_GSI 2           /* hvm_isa_irq_to_gsi(0) */
#define SCI_IRQ 9

/* These are flags of the FADT, ACPI 1.0. */
#define FADT_SIZE 116
#define FADT_PROC_C1 (1u << 2)
#define FADT_NO_POWER_BUTTON (1u << 4)
#define FADT_NO_SLEEP_BUTTON (1u << 5)
#define FADT_NO_RTC_WAKE (1u << 6)
#define FADT_TIMER_32_BITS (1u << 8)

/* These are types of the MADT's entries. */
#define MADT_PC_AT 1 /* there are 8259s, too */
#define MADT_LAPIC 0
#define MADT_IOAPIC 1
#define MADT_OVERRIDE 2
#define MADT_LOCAL_NMI 4
#define OVERRIDE_LEVEL_LOW 0xf

struct writer {
    uint8_t *base; /* what lies at addr */
    uint32_t addr;
    size_t used;
};

static void put(uint8_t *to, size_t offset, uint64_t value, unsigned int bytes)
{
    /* Little-endian on both sides. */
    memcpy(to + offset, &value, bytes);
}

/* The checksum makes the sum of all bytes zero. */
static uint8_t checksum(const uint8_t *bytes, size_t n)
{
    uint8_t sum = 0;

    while (n--)
        sum += *bytes++;

    return (uint8_t)-sum;
}

/* Begins a table, at an address that suits the FACS as well. */
static uint8_t *begin(struct writer *w, const char *signature, uint8_t revision)
{
    uint8_t *table;

    w->used = (w->used + 63) & ~(size_t)63;
    table = w->base + w->used;
    memcpy(table, signature, 4);
    table[HEADER_REVISION] = revision;
    memcpy(table + HEADER_OEM_ID, "LABDOM", 6);
    memcpy(table + HEADER_OEM_TABLE_ID, "LABDOM  ", 8);

    return table;
}

/* Ends a table; returns its address. */
static uint32_t end(struct writer *w, uint8_t *table, size_t size)
{
    uint32_t addr = w->addr + (uint32_t)(table - w->base);

    put(table, HEADER_LENGTH, size, 4);
    table[HEADER_CHECKSUM] = checksum(table, size);
    w->used += size;

    return addr;
}

/* The FACS has no header but signature and length, and nothing of interest. */
static uint32_t facs(struct writer *w)
{
    const size_t size = 64;
    uint8_t *table;

    w->used = (w->used + 63) & ~(size_t)63;
    table = w->base + w->used;
    memcpy(table, "FACS", 4);
    put(table, HEADER_LENGTH, size, 4);
    w->used += size;

    return w->addr + (uint32_t)(table - w->base);
}

static uint32_t fadt(struct writer *w)
{
    uint32_t facs_addr = facs(w);
    /* The DSDT has no devices: there is no bus to look for any. */
    uint32_t dsdt_addr = end(w, begin(w, "DSDT", 2), HEADER_SIZE);
    uint8_t *table = begin(w, "FACP", 1);

    put(table, 36, facs_addr, 4);
    put(table, 40, dsdt_addr, 4);
    put(table, 46, SCI_IRQ, 2);
    /*
     * There is no SMI command: ACPI is on.  Nobody emulates the control
     * register, whose bits all read as set, with SCI_EN among them.
     */
    put(table, 56, ACPI_PM1A_EVT_BLK_ADDRESS_V0, 4);
    put(table, 64, ACPI_PM1A_CNT_BLK_ADDRESS_V0, 4);
    put(table, 76, ACPI_PM_TMR_BLK_ADDRESS_V0, 4);
    put(table, 88, 4, 1); /* the lengths of the three, in bytes */
    put(table, 89, 2, 1);
    put(table, 91, 4, 1);
    put(table, 96, 0xffff, 2); /* latencies of C2 and C3: there are none */
    put(table, 98, 0xffff, 2);
    put(table, 112,
        FADT_PROC_C1 | FADT_NO_POWER_BUTTON | FADT_NO_SLEEP_BUTTON |
            FADT_NO_RTC_WAKE | FADT_TIMER_32_BITS,
        4);

    return end(w, table, FADT_SIZE);
}

static uint32_t madt(struct writer *w, unsigned int vcpus)
{
    uint8_t *table = begin(w, "APIC", 3), *entry = table + 44;
    unsigned int i;

    put(table, 36, LAPIC_ADDR, 4);
    put(table, 40, MADT_PC_AT, 4);

    for (i = 0; i < vcpus; i++, entry += 8) {
        put(entry, 0, MADT_LAPIC, 1);
        put(entry, 1, 8, 1);
        put(entry, 2, i, 1);
        put(entry, 3, i * 2, 1); /* Xen's APIC id of a vCPU */
        put(entry, 4, 1, 4);     /* enabled */
    }

    put(entry, 0, MADT_IOAPIC, 1);
    put(entry, 1, 12, 1);
    put(entry, 2, IOAPIC_ID, 1);
    put(entry, 4, IOAPIC_ADDR, 4);
    entry += 12;

    put(entry, 0, MADT_OVERRIDE, 1);
    put(entry, 1, 10, 1);
    put(entry, 3, 0, 1); /* the PIT's, edge-triggered as the bus has it */
    put(entry, 4, PIT_GSI, 4);
    entry += 10;

    put(entry, 0, MADT_OVERRIDE, 1);
    put(entry, 1, 10, 1);
    put(entry, 3, SCI_IRQ, 1);
    put(entry, 4, SCI_IRQ, 4);
    put(entry, 8, OVERRIDE_LEVEL_LOW, 2);
    entry += 10;

    put(entry, 0, MADT_LOCAL_NMI, 1);
    put(entry, 1, 6, 1);
    put(entry, 2, 0xff, 1); /* of all vCPUs */
    put(entry, 5, 1, 1);    /* LINT1 */
    entry += 6;

    return end(w, table, (size_t)(entry - table));
}

static uint32_t hpet(struct writer *w)
{
    uint8_t *table = begin(w, "HPET", 1);

    put(table, 36, HPET_ID, 4);
    /* The address: in memory (0), of registers of 64 bits. */
    put(table, 41, 64, 1);
    put(table, 44, HPET_ADDR, 8);

    return end(w, table, 56);
}

void acpi_tables(uint8_t to[ACPI_TABLES_SIZE], uint32_t addr,
                 unsigned int vcpus)
{
    struct writer w = { .base = to, .addr = addr, .used = RSDP_SIZE };
    uint32_t tables[3];
    uint8_t *xsdt;
    unsigned int i;

    _Static_assert(ACPI_MAX_VCPUS * 8 + 1024 < ACPI_TABLES_SIZE, "room");
    memset(to, 0, ACPI_TABLES_SIZE);

    tables[0] = fadt(&w);
    tables[1] = madt(&w, vcpus);
    tables[2] = hpet(&w);
    xsdt = begin(&w, "XSDT", 1);
    for (i = 0; i < 3; i++)
        put(xsdt, HEADER_SIZE + i * 8, tables[i], 8);

    memcpy(to, "RSD PTR ", 8);
    memcpy(to + RSDP_OEM_ID, "LABDOM", 6);
    to[RSDP_REVISION] = 2;
    put(to, RSDP_LENGTH, RSDP_SIZE, 4);
    put(to, RSDP_XSDT, end(&w, xsdt, HEADER_SIZE + sizeof(tables) * 2), 8);
    to[RSDP_CHECKSUM] = checksum(to, RSDP_SIZE_V1);
    to[RSDP_EXTENDED_CHECKSUM] = checksum(to, RSDP_SIZE);
}
