/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Linux as an HVM domain without firmware and without a device model: PIT, RTC,
 * HPET, PM timer and APICs are Xen's own, and there is no other device.
 *
 * The kernel is the unpacked one, an ELF file, entered at startup_64 in the way
 * of the 64-bit boot protocol (Documentation/x86/boot.rst, zero-page.rst): in
 * long mode, with paging that maps every address to itself, and the zero page's
 * address in RSI.  This leaves out the unpacking, which takes an emulated CPU a
 * minute.  PVH's entry point would need no page tables, but a kernel that comes
 * in there takes Xen's clocks and interrupts and ignores "nopv".
 *
 * The other vCPUs are started by Linux, with INIT and a start-up IPI.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xenforeignmemory.h>

#include "acpi.h"
#include "commands.h"

#define DEFAULT_MEM_MIB 160
#define MIB (1ull << 20)

/* Addresses in the guest; the e820 map has the first MiB in two parts. */
#define ZERO_PAGE_ADDR 0x10000u
#define COMMAND_LINE_ADDR 0x11000u
#define GDT_ADDR 0x12000u
#define PAGE_TABLES_ADDR 0x13000u
#define LOW_MEMORY_END 0x9e000u
#define ACPI_ADDR 0xe0000u

/* The zero page's fields. */
#define ZP_ACPI_RSDP_ADDR 0x070
#define ZP_E820_ENTRIES 0x1e8
#define ZP_BOOT_FLAG 0x1fe
#define ZP_MAGIC 0x202
#define ZP_VERSION 0x206
#define ZP_LOADER_TYPE 0x210
#define ZP_LOAD_FLAGS 0x211
#define ZP_INITRD_ADDR 0x218
#define ZP_INITRD_SIZE 0x21c
#define ZP_COMMAND_LINE 0x228
#define ZP_E820_MAP 0x2d0
#define LOADER_UNKNOWN 0xff
#define LOADED_HIGH 1
#define PROTOCOL_VERSION 0x020f
#define COMMAND_LINE_MAX 2047

#define E820_RAM 1
#define E820_RESERVED 2

struct e820_entry {
    uint64_t addr;
    uint64_t size;
    uint32_t type;
} __attribute__((packed));

/* A GDT as the boot protocol has it: __BOOT_CS is 0x10, __BOOT_DS is 0x18. */
#define BOOT_CS 0x10
#define BOOT_DS 0x18
#define DESC_CODE64 0x00af9b000000ffffull
#define DESC_DATA32 0x00cf93000000ffffull

/* Attributes as a VMCB holds them: of 64-bit code, flat data, a busy TSS. */
#define ATTR_CODE64 0xa9b
#define ATTR_DATA32 0xc93
#define ATTR_TSS64 0x08b

#define CR0_PG_ET_PE 0x80000011u
#define CR4_PAE 0x20
#define EFER_LMA_LME 0x500
#define RFLAGS_ONE 2
#define DR6_DEFAULT 0xffff0ff0u
#define DR7_DEFAULT 0x400u

#define PTE_PRESENT_RW 3
#define PDE_2MIB 0x80
#define PTES 512
#define MAPPED (PTES * 2 * MIB)

struct linux_files {
    const char *kernel;
    const char *initrd;
    const char *command_line;
};

struct file {
    const uint8_t *bytes;
    size_t size;
};

static struct file file_map(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct file file;
    struct stat st;
    void *bytes;

    if (fd < 0 || fstat(fd, &st))
        fail(errno, "cannot open %s", path);
    file.size = (size_t)st.st_size;
    bytes = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        fail(errno, "cannot read %s", path);
    close(fd);
    file.bytes = bytes;

    return file;
}

static void file_unmap(const struct file *file)
{
    munmap((void *)file->bytes, file->size);
}

/* Copies into the guest's memory, a few pages at a time. */
static void write_guest(uint32_t domid, uint64_t addr, const void *from,
                        size_t size)
{
    xenforeignmemory_handle *fmem = xenforeignmemory_open(NULL, 0);
    const uint8_t *bytes = from;

    while (size) {
        size_t offset = addr & (XC_PAGE_SIZE - 1), n, pages, i;
        xen_pfn_t pfns[256];
        uint8_t *to;

        n = sizeof(pfns) / sizeof(pfns[0]) * XC_PAGE_SIZE - offset;
        if (n > size)
            n = size;
        pages = (offset + n + XC_PAGE_SIZE - 1) >> XC_PAGE_SHIFT;
        for (i = 0; i < pages; i++)
            pfns[i] = (addr >> XC_PAGE_SHIFT) + i;
        to = fmem ? xenforeignmemory_map(fmem, domid, PROT_READ | PROT_WRITE,
                                         pages, pfns, NULL)
                  : NULL;
        if (!to)
            fail(errno, "cannot map the memory of domain %u", domid);
        memcpy(to + offset, bytes, n);
        xenforeignmemory_unmap(fmem, to, pages);
        addr += n;
        bytes += n;
        size -= n;
    }

    xenforeignmemory_close(fmem);
}

/* Returns the entry point. */
static uint64_t load_kernel(uint32_t domid, const char *path, uint64_t end)
{
    struct file file = file_map(path);
    const Elf64_Ehdr *ehdr = (const void *)file.bytes;
    const Elf64_Phdr *phdr;
    uint64_t entry;
    unsigned int i;

    if (file.size < sizeof(*ehdr) || memcmp(ehdr->e_ident, ELFMAG, SELFMAG) ||
        ehdr->e_ident[EI_CLASS] != ELFCLASS64 || ehdr->e_machine != EM_X86_64 ||
        ehdr->e_phentsize != sizeof(*phdr) || ehdr->e_phoff > file.size ||
        ehdr->e_phnum > (file.size - ehdr->e_phoff) / sizeof(*phdr))
        fail(0, "%s is not an unpacked x86-64 kernel", path);

    phdr = (const void *)(file.bytes + ehdr->e_phoff);
    for (i = 0; i < ehdr->e_phnum; i++) {
        const Elf64_Phdr *p = &phdr[i];

        if (p->p_type != PT_LOAD)
            continue;
        if (p->p_offset > file.size || p->p_filesz > file.size - p->p_offset)
            fail(0, "%s is cut short", path);
        if (p->p_paddr < MIB || p->p_paddr > end ||
            p->p_memsz > end - p->p_paddr || p->p_filesz > p->p_memsz)
            fail(0, "the domain's memory is too small for %s", path);
        /* Memory that is not in the file is zero, as Xen gives it. */
        write_guest(domid, p->p_paddr, file.bytes + p->p_offset, p->p_filesz);
    }
    entry = ehdr->e_entry;
    file_unmap(&file);

    return entry;
}

/* Writes tables of three levels that map the first GiB to itself. */
static void write_page_tables(uint32_t domid)
{
    static uint64_t tables[3][PTES];
    unsigned int i;

    tables[0][0] = (PAGE_TABLES_ADDR + XC_PAGE_SIZE) | PTE_PRESENT_RW;
    tables[1][0] = (PAGE_TABLES_ADDR + 2 * XC_PAGE_SIZE) | PTE_PRESENT_RW;
    for (i = 0; i < PTES; i++)
        tables[2][i] = i * 2 * MIB | PDE_2MIB | PTE_PRESENT_RW;
    write_guest(domid, PAGE_TABLES_ADDR, tables, sizeof(tables));
}

static void put(uint8_t *to, size_t offset, uint64_t value, unsigned int bytes)
{
    memcpy(to + offset, &value, bytes);
}

static void write_zero_page(uint32_t domid, uint64_t initrd_addr,
                            size_t initrd_size, uint64_t memory_end)
{
    const struct e820_entry map[] = {
        { 0, LOW_MEMORY_END, E820_RAM },
        { LOW_MEMORY_END, MIB - LOW_MEMORY_END, E820_RESERVED },
        { MIB, memory_end - MIB, E820_RAM },
    };
    uint8_t page[XC_PAGE_SIZE] = { 0 };

    put(page, ZP_ACPI_RSDP_ADDR, ACPI_ADDR, 8);
    put(page, ZP_BOOT_FLAG, 0xaa55, 2);
    memcpy(page + ZP_MAGIC, "HdrS", 4);
    put(page, ZP_VERSION, PROTOCOL_VERSION, 2);
    put(page, ZP_LOADER_TYPE, LOADER_UNKNOWN, 1);
    put(page, ZP_LOAD_FLAGS, LOADED_HIGH, 1);
    put(page, ZP_INITRD_ADDR, initrd_addr, 4);
    put(page, ZP_INITRD_SIZE, initrd_size, 4);
    put(page, ZP_COMMAND_LINE, COMMAND_LINE_ADDR, 4);
    put(page, ZP_E820_ENTRIES, sizeof(map) / sizeof(map[0]), 1);
    memcpy(page + ZP_E820_MAP, map, sizeof(map));
    write_guest(domid, ZERO_PAGE_ADDR, page, sizeof(page));
}

static void load_linux(uint32_t domid, const struct dom_config *config)
{
    static const uint64_t gdt[] = { 0, 0, DESC_CODE64, DESC_DATA32 };
    static uint8_t tables[ACPI_TABLES_SIZE];
    struct hvm_hw_cpu cpu = {
        .rsi = ZERO_PAGE_ADDR,
        .rflags = RFLAGS_ONE,
        .cr0 = CR0_PG_ET_PE,
        .cr3 = PAGE_TABLES_ADDR,
        .cr4 = CR4_PAE,
        .msr_efer = EFER_LMA_LME,
        .dr6 = DR6_DEFAULT,
        .dr7 = DR7_DEFAULT,
        .cs_sel = BOOT_CS,
        .cs_limit = ~0u,
        .cs_arbytes = ATTR_CODE64,
        .ds_sel = BOOT_DS,
        .ds_limit = ~0u,
        .ds_arbytes = ATTR_DATA32,
        .es_sel = BOOT_DS,
        .es_limit = ~0u,
        .es_arbytes = ATTR_DATA32,
        .ss_sel = BOOT_DS,
        .ss_limit = ~0u,
        .ss_arbytes = ATTR_DATA32,
        .tr_limit = 0x67,
        .tr_arbytes = ATTR_TSS64,
        .gdtr_base = GDT_ADDR,
        .gdtr_limit = sizeof(gdt) - 1,
    };
    const struct linux_files *files = config->load_data;
    uint64_t end = (uint64_t)config->mem_kib * 1024, initrd_addr;
    struct file initrd = file_map(files->initrd);

    if (initrd.size > end / 4)
        fail(0, "the domain's memory is too small for %s", files->initrd);
    initrd_addr = (end - initrd.size) & ~(uint64_t)(XC_PAGE_SIZE - 1);
    cpu.rip = load_kernel(domid, files->kernel, initrd_addr);

    write_guest(domid, initrd_addr, initrd.bytes, initrd.size);
    write_guest(domid, COMMAND_LINE_ADDR, files->command_line,
                strlen(files->command_line) + 1);
    write_guest(domid, GDT_ADDR, gdt, sizeof(gdt));
    write_page_tables(domid);
    acpi_tables(tables, ACPI_ADDR, config->vcpus);
    write_guest(domid, ACPI_ADDR, tables, sizeof(tables));
    write_zero_page(domid, initrd_addr, initrd.size, end);
    file_unmap(&initrd);

    set_contexts(domid, &cpu, 1);
}

int cmd_linux(int argc, char **argv)
{
    static const struct option options[] = {
        { "uuid", required_argument, NULL, 'u' },
        { "mem-mib", required_argument, NULL, 'm' },
        { "vcpus", required_argument, NULL, 'v' },
        { "weight", required_argument, NULL, 'w' },
        { "tsc-mode", required_argument, NULL, 's' },
        { NULL, 0, NULL, 0 }
    };
    struct linux_files files;
    struct dom_config config = {
        .mem_kib = DEFAULT_MEM_MIB * 1024,
        .vcpus = 1,
        .load = load_linux,
        .load_data = &files,
    };
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'u':
            if (!uuid_parse(optarg, config.uuid))
                return usage_error();
            config.set_uuid = true;
            break;
        case 'm':
            config.mem_kib = number(optarg, MAPPED / MIB) * 1024;
            break;
        case 'v':
            config.vcpus = (unsigned int)number(optarg, ACPI_MAX_VCPUS);
            break;
        case 'w':
            config.weight = (unsigned int)number(optarg, 65535);
            break;
        case 's':
            config.tsc_mode = (unsigned int)number(optarg, 2);
            break;
        default:
            return usage_error();
        }
    }
    if (argc - optind != 4 || !config.vcpus)
        return usage_error();

    config.name = argv[optind];
    files.kernel = argv[optind + 1];
    files.initrd = argv[optind + 2];
    files.command_line = argv[optind + 3];
    if (strlen(files.command_line) > COMMAND_LINE_MAX)
        fail(0, "the command line is longer than %d", COMMAND_LINE_MAX);

    printf("%u\n", domain_create(&config));

    return 0;
}
