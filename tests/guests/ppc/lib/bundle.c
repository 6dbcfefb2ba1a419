/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bundle OUTPUT DIRECTORY [kernel=FILE] [perf=FILE] [slice=US] GUEST[,WORD...]...
 *
 * Puts the images of guests, DIRECTORY/GUEST.bin, into the bundle that the
 * hypervisor takes. A guest may be named more than once. The words:
 *
 *   linux      the kernel, with DIRECTORY/GUEST.init as all of its user space
 *   perf       a Linux has what is in the archive perf=FILE, too
 *   control    the control domain
 *   fpu        the guest has floating point
 *   vcpus=N    that many virtual CPUs, in place of one
 *   memory=N   that many MiB, in place of one, or of 128 for a Linux
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "linux-image.h"

#define LINUX_MEMORY (128UL << 20)

static struct bundle bundle = { .magic = "XENPPCG2" };
static FILE *out;
static const char *kernel, *perf;

void *read_file(const char *path, size_t *size)
{
    FILE *in = fopen(path, "rb");
    char *data;
    long n;

    if (!in || fseek(in, 0, SEEK_END) || (n = ftell(in)) < 0)
        err(1, "%s", path);
    rewind(in);
    data = malloc(n ? n : 1);
    if (!data || fread(data, 1, n, in) != (size_t)n)
        err(1, "%s", path);
    fclose(in);
    *size = n;
    return data;
}

static struct part *free_part(struct image *image)
{
    for (int i = 0; i < MAX_PARTS; i++)
        if (!image->part[i].size)
            return &image->part[i];
    errx(1, "%s has more than %d parts", image->name, MAX_PARTS);
}

struct part *add_part(struct image *image, const void *data, size_t size,
                      uint32_t address)
{
    struct part *part = free_part(image);

    part->offset = ftell(out);
    part->size = size;
    part->address = address;
    fwrite(data, 1, size, out);
    /* The next begins where words do. */
    fwrite("\0\0\0\0\0\0\0", 1, -size % 8, out);
    return part;
}

void add_part_once(struct image *image, const char *from, const void *data,
                   size_t size, uint32_t address)
{
    static struct {
        const char *from;
        struct part part;
    } known[MAX_PARTS];
    int i;

    for (i = 0; i < MAX_PARTS && known[i].from; i++) {
        if (known[i].from == from && known[i].part.address == address) {
            *free_part(image) = known[i].part;
            return;
        }
    }
    if (i == MAX_PARTS)
        errx(1, "%s: more than %d parts", from, MAX_PARTS);
    known[i].from = from;
    known[i].part = *add_part(image, data, size, address);
}

/* number WORD NAME: is it NAME=N? Then returns N. */
static unsigned long number(const char *word, const char *name)
{
    size_t n = strlen(name);

    return !strncmp(word, name, n) && word[n] == '='
               ? strtoul(word + n + 1, NULL, 0)
               : 0;
}

static void add(const char *directory, char *spec)
{
    struct image *image = &bundle.image[bundle.nr];
    char *name = strtok(spec, ",");
    char path[4096];
    unsigned long n;
    const char *files = NULL;
    int linux_image = 0;
    void *data;
    size_t size;

    if (bundle.nr == MAX_IMAGES)
        errx(2, "more than %d guests", MAX_IMAGES);
    snprintf(image->name, sizeof(image->name), "%s", name);
    image->vcpus = 1;
    image->memory = 1 << 20;
    for (char *word; (word = strtok(NULL, ","));) {
        if (!strcmp(word, "linux"))
            linux_image = 1;
        else if (!strcmp(word, "perf"))
            files = perf;
        else if (!strcmp(word, "control"))
            image->flags |= IMAGE_CONTROL;
        else if (!strcmp(word, "fpu"))
            image->flags |= IMAGE_FPU;
        else if ((n = number(word, "vcpus")))
            image->vcpus = n;
        else if ((n = number(word, "memory")))
            image->memory = (uint64_t)n << 20;
        else
            errx(2, "%s: not linux, perf, control, fpu, vcpus=N or memory=N",
                 word);
    }

    bundle.nr++;
    if (linux_image) {
        if (!kernel)
            errx(2, "%s: no kernel", name);
        if (image->memory < LINUX_MEMORY)
            image->memory = LINUX_MEMORY;
        snprintf(path, sizeof(path), "%s/%s.init", directory, name);
        add_linux(image, kernel, files, path);
        return;
    }
    snprintf(path, sizeof(path), "%s/%s.bin", directory, name);
    data = read_file(path, &size);
    add_part(image, data, size, 0);
    free(data);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        errx(2, "usage: bundle OUTPUT DIRECTORY [kernel=FILE] [perf=FILE] "
                "[slice=US] "
                "GUEST[,WORD...]...");
    out = fopen(argv[1], "wb");
    if (!out)
        err(1, "%s", argv[1]);
    fwrite(&bundle, sizeof(bundle), 1, out);
    for (int i = 3; i < argc; i++) {
        unsigned long us = number(argv[i], "slice");

        if (!strncmp(argv[i], "kernel=", 7))
            kernel = argv[i] + 7;
        else if (!strncmp(argv[i], "perf=", 5))
            perf = argv[i] + 5;
        else if (us)
            bundle.slice_us = us;
        else
            add(argv[2], argv[i]);
    }
    rewind(out);
    fwrite(&bundle, sizeof(bundle), 1, out);
    if (fclose(out))
        err(1, "%s", argv[1]);
    return 0;
}
