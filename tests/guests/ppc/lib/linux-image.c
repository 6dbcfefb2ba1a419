/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An unmodified pseries Linux is entered with this, as by kexec: the kernel at
 * real 0, and behind it the code that it calls for RTAS, the device tree and an
 * initial RAM disk, each at a boundary of 64 KiB. A RAM disk may be of several
 * archives with zeros between them (Linux, buffer-format.rst); one that guests
 * share comes first, so that it has the same address in each.
 *
 * The device tree has what Linux needs of LoPAPR's (LoPAPR 1.1, appendix C); a
 * comment tells where a value is from, if it is not from there. What is not in
 * it Linux does without: no PCI, no TCEs, no client architecture support, since
 * nobody negotiates.
 */
#include <elf.h>
#include <err.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux-image.h"

#define ALIGN 0x10000UL
#define CMDLINE "console=hvc0 quiet panic=-1"

/* These are asm/papr.h's. */
#define RTAS_POWER_OFF 1
#define RTAS_GET_TIME_OF_DAY 2
#define RTAS_SYSTEM_REBOOT 3

/* POWER9's (POWER9 User's Manual), as it is emulated. */
#define PVR 0x004e1202
#define TIMEBASE_HZ 512000000
#define CLOCK_HZ 1000000000
#define CACHE_BLOCK 128
#define CACHE_SIZE 0x8000

/* The terminal that H_PUT_TERM_CHAR has as number 0. */
#define VTY 0

/* The code for RTAS and the device tree: one part, as an image has few. */
static struct {
    char rtas[ALIGN], fdt[ALIGN];
} extra;
static char *const fdt = extra.fdt;

/* ---- writing the device tree ---- */

static void begin(const char *name)
{
    if (fdt_begin_node(fdt, name))
        errx(1, "device tree: no room for %s", name);
}

static void end(void)
{
    if (fdt_end_node(fdt))
        errx(1, "device tree: unbalanced");
}

static void bytes(const char *name, const void *value, int size)
{
    if (fdt_property(fdt, name, value, size))
        errx(1, "device tree: no room for %s", name);
}

/* Cells, as big-endian words. */
#define CELLS(name, ...) \
    do { \
        const uint32_t v_[] = { __VA_ARGS__ }; \
        cells(name, v_, sizeof(v_) / sizeof(v_[0])); \
    } while (0)

static void cells(const char *name, const uint32_t *value, int nr)
{
    fdt32_t out[16];

    for (int i = 0; i < nr; i++)
        out[i] = cpu_to_fdt32(value[i]);
    bytes(name, out, nr * sizeof(out[0]));
}

static void number64(const char *name, uint64_t value)
{
    CELLS(name, value >> 32, value);
}

static void string(const char *name, const char *value)
{
    bytes(name, value, strlen(value) + 1);
}

static void flag(const char *name)
{
    bytes(name, NULL, 0);
}

/* ---- its nodes ---- */

/*
 * ibm,architecture-vec-5 says what was negotiated: from byte 1 on it is the fifth
 * option vector of client architecture support. Byte 24 has the kinds of MMU,
 * byte 26 the extensions of the radix one (Linux, asm/prom.h: OV5_MMU_RADIX,
 * OV5_RADIX_GTSE, of which the byte is the upper half).
 */
static void chosen(uint64_t initrd, uint64_t initrd_end)
{
    static const uint8_t vec5[32] = { [0] = 31, [24] = 0x40, [26] = 0x40 };

    begin("chosen");
    string("bootargs", CMDLINE);
    number64("linux,initrd-start", initrd);
    number64("linux,initrd-end", initrd_end);
    string("linux,stdout-path", "/vdevice/vty@0");
    string("stdout-path", "/vdevice/vty@0");
    bytes("ibm,architecture-vec-5", vec5, sizeof(vec5));
    end();
}

/*
 * ibm,pa-features: a length, a kind of 0, and then a bit for each feature of the
 * processor. The bytes that have any are those that QEMU's pseries machine has
 * for POWER9 (hw/ppc/spapr.c), without transactional memory, which is byte 22.
 */
static const struct {
    uint8_t byte, bits; /* of what */
} features[] = {
    { 0, 0xf6 },  /* MMU, FPU, SLB, run latch, DABR, no-execute */
    { 1, 0x1f },  /* fri[nzpm], DABRX, SPRG3 in user space, PP110 */
    { 2, 0xc7 },  /* virtual page class keys, ISA 2.05, PPR, 2.02, 2.06 */
    { 3, 0xc0 },  /* load/store doubleword, user registers */
    { 5, 0xf0 },  /* little endian, CFAR, EBB, load/store quadword */
    { 6, 0x80 },  /* ISA 2.07 */
    { 16, 0x80 }, /* VMX */
    { 18, 0x80 }, /* VSX */
    { 20, 0x80 }, /* vector XOR */
    { 24, 0x80 }, /* DSCR in user space */
    { 26, 0x80 }, /* 64-bit features of VSX */
    { 28, 0x80 }, /* performance monitor in user space */
    { 32, 0x80 }, /* little-endian atomics */
    { 34, 0xc0 }, /* event-based branches, and the extended ones */
    { 40, 0x80 }, /* radix MMU */
    { 42, 0x80 }, /* performance monitor of ISA 3.0 */
    { 44, 0x80 }, /* PC-relative addresses (addpcis) */
    { 46, 0x80 }, /* scv */
    { 48, 0x80 }, /* SIMD of ISA 3.0 */
    { 50, 0x80 }, /* quad precision */
    { 52, 0x80 }, /* strings */
    { 54, 0x80 }, /* decimal floating point */
    { 56, 0x80 }, /* decimal integers */
    { 58, 0x80 }, /* SHA */
    { 60, 0x80 }, /* atomics near memory */
};

static void cpu(unsigned int n)
{
    uint8_t pa[2 + 66] = { 66, 0 };
    char name[32];

    for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
        pa[2 + features[i].byte] = features[i].bits;

    snprintf(name, sizeof(name), "PowerPC,POWER9@%x", n);
    begin(name);
    string("device_type", "cpu");
    CELLS("reg", n);
    string("status", "okay");
    CELLS("cpu-version", PVR);
    CELLS("ibm,ppc-interrupt-server#s", n);
    CELLS("ibm,ppc-interrupt-gserver#s", n, 0);
    CELLS("timebase-frequency", TIMEBASE_HZ);
    CELLS("clock-frequency", CLOCK_HZ);
    CELLS("d-cache-block-size", CACHE_BLOCK);
    CELLS("d-cache-line-size", CACHE_BLOCK);
    CELLS("d-cache-size", CACHE_SIZE);
    CELLS("i-cache-block-size", CACHE_BLOCK);
    CELLS("i-cache-line-size", CACHE_BLOCK);
    CELLS("i-cache-size", CACHE_SIZE);
    flag("64-bit");
    CELLS("ibm,vmx", 2); /* with VSX */
    CELLS("ibm,dfp", 1);
    bytes("ibm,pa-features", pa, sizeof(pa));
    /* The actual page size in the upper three bits (Power ISA 3.0B, Book III,
     * 5.7.11.4), and its logarithm: 4 KiB, 64 KiB, 2 MiB, 1 GiB. */
    CELLS("ibm,processor-radix-AP-encodings", 0x0000000c, 0xa0000010,
          0x20000015, 0x4000001e);
    CELLS("ibm,mmu-pid-bits", 20);
    end();
}

static void cpus(unsigned int nr)
{
    begin("cpus");
    CELLS("#address-cells", 1);
    CELLS("#size-cells", 0);
    for (unsigned int n = 0; n < nr; n++)
        cpu(n);
    end();
}

/*
 * Linux takes itself for a guest if ibm,hypertas-functions is there, and each of
 * its words for a group of hypercalls (LoPAPR, table of hcall-* words).
 */
static void rtas(uint32_t address)
{
    static const char functions[] =
        "hcall-term\0hcall-interrupt\0hcall-perfmon\0hcall-set-mode\0hcall-cede";

    begin("rtas");
    CELLS("linux,rtas-base", address);
    CELLS("linux,rtas-entry", address);
    CELLS("rtas-size", ALIGN);
    CELLS("rtas-version", 1);
    CELLS("power-off", RTAS_POWER_OFF);
    CELLS("get-time-of-day", RTAS_GET_TIME_OF_DAY);
    CELLS("system-reboot", RTAS_SYSTEM_REBOOT);
    bytes("ibm,hypertas-functions", functions, sizeof(functions));
    end();
}

/* Without it Linux has no way to interrupt another CPU. */
static void interrupts(unsigned int cpus)
{
    begin("interrupt-controller@0");
    string("device_type", "PowerPC-External-Interrupt-Presentation");
    string("compatible", "IBM,ppc-xicp");
    flag("interrupt-controller");
    CELLS("#interrupt-cells", 2);
    CELLS("reg", 0, 0, 0, 0);
    CELLS("ibm,interrupt-server-ranges", 0, cpus);
    CELLS("phandle", 1);
    end();
}

static void vdevice(void)
{
    begin("vdevice");
    CELLS("#address-cells", 1);
    CELLS("#size-cells", 0);
    string("device_type", "vdevice");
    string("compatible", "IBM,vdevice");
    begin("vty@0");
    string("device_type", "serial");
    string("compatible", "hvterm1");
    CELLS("reg", VTY);
    end();
    end();
}

static void device_tree(const struct image *image, uint32_t rtas_at,
                        uint64_t initrd, uint64_t initrd_end)
{
    if (fdt_create(fdt, sizeof(extra.fdt)) ||
        fdt_add_reservemap_entry(fdt, rtas_at, ALIGN) ||
        fdt_finish_reservemap(fdt))
        errx(1, "device tree: no room");
    begin("");
    CELLS("#address-cells", 2);
    CELLS("#size-cells", 2);
    string("device_type", "chrp");
    string("model", "Xen/ppc PAPR guest");
    string("compatible", "IBM,pSeries");
    chosen(initrd, initrd_end);
    cpus(image->vcpus);
    begin("memory@0");
    string("device_type", "memory");
    CELLS("reg", 0, 0, image->memory >> 32, image->memory);
    end();
    rtas(rtas_at);
    interrupts(image->vcpus);
    vdevice();
    end();
    if (fdt_finish(fdt))
        errx(1, "device tree: no room");
}

/* ---- the other parts ---- */

/* Adds what an ELF file has, and returns the end of what it uses of memory. */
static uint64_t add_kernel(struct image *image, const char *path)
{
    size_t size;
    char *file = read_file(path, &size);
    const Elf64_Ehdr *elf = (void *)file;
    const Elf64_Phdr *p = (void *)(file + elf->e_phoff);
    uint64_t end = 0;

    if (size < sizeof(*elf) || memcmp(elf->e_ident, ELFMAG, SELFMAG) ||
        elf->e_machine != EM_PPC64)
        errx(1, "%s: no kernel for ppc64le", path);
    for (unsigned int i = 0; i < elf->e_phnum; i++, p++) {
        if (p->p_type != PT_LOAD || !p->p_filesz)
            continue;
        add_part_once(image, path, file + p->p_offset, p->p_filesz, p->p_paddr);
        if (end < p->p_paddr + p->p_memsz)
            end = p->p_paddr + p->p_memsz;
    }
    free(file);
    return end;
}

/* One file of a cpio archive in the "newc" format (Linux, buffer-format.rst). */
static void cpio(FILE *out, const char *name, const void *data, size_t size,
                 unsigned int mode)
{
    fprintf(out, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x",
            1, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, strlen(name) + 1, 0);
    fwrite(name, 1, strlen(name) + 1, out);
    while (ftell(out) % 4)
        fputc(0, out);
    fwrite(data, 1, size, out);
    while (ftell(out) % 4)
        fputc(0, out);
}

/* Linux has /dev/console without us. */
static char *initrd_of(const char *init, size_t *size)
{
    char *archive;
    size_t n;
    void *program = read_file(init, &n);
    FILE *out = open_memstream(&archive, size);

    cpio(out, "init", program, n, 0100755);
    cpio(out, "TRAILER!!!", "", 0, 0);
    fclose(out);
    free(program);
    return archive;
}

/*
 * RTAS is called in 32-bit mode, big endian, with the address of the call in r3
 * (LoPAPR 1.1, 7.2.6). KVM and QEMU have H_RTAS, 0xf000, for this.
 */
static void rtas_code(fdt32_t *out)
{
    static const uint32_t code[] = {
        0x7c641b78, /* mr 4, 3 */
        0x3c600000, /* lis 3, 0 */
        0x6063f000, /* ori 3, 3, 0xf000 */
        0x44000022, /* sc 1 */
        0x4e800020, /* blr */
    };

    for (size_t i = 0; i < sizeof(code) / sizeof(code[0]); i++)
        out[i] = cpu_to_fdt32(code[i]);
}

static uint64_t round_up(uint64_t n)
{
    return (n + ALIGN - 1) & ~(ALIGN - 1);
}

/* Adds an archive that guests share, and returns where the next one goes. */
static uint64_t add_files(struct image *image, const char *path, uint64_t at)
{
    size_t n;
    void *archive = read_file(path, &n);

    add_part_once(image, path, archive, n, at);
    free(archive);
    return round_up(at + n);
}

void add_linux(struct image *image, const char *kernel, const char *files,
               const char *init)
{
    uint64_t rtas_at = round_up(add_kernel(image, kernel));
    uint64_t fdt_at = rtas_at + ALIGN, initrd_at = fdt_at + sizeof(extra.fdt);
    uint64_t init_at = initrd_at;
    size_t n;
    char *initrd;

    if (files)
        init_at = add_files(image, files, initrd_at);
    initrd = initrd_of(init, &n);
    device_tree(image, rtas_at, initrd_at, init_at + n);
    rtas_code((fdt32_t *)extra.rtas);
    add_part(image, &extra, sizeof(extra), rtas_at);
    add_part(image, initrd, n, init_at);
    free(initrd);
    image->device_tree = fdt_at;
    image->flags |= IMAGE_FPU;
}
