/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bundle OUTPUT DIRECTORY [slice=US] GUEST[,control][,vcpus=N]...
 *
 * Puts the images of guests, DIRECTORY/GUEST.bin, into the bundle that the
 * hypervisor takes (asm/guest.h). A guest may be named more than once. This
 * runs on the build host; the bundle is little endian, as the guests are.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_IMAGES 4

struct image {
    char name[16];
    uint32_t offset, size, vcpus, flags;
};

struct bundle {
    char magic[8];
    uint32_t nr, slice_us;
    struct image image[MAX_IMAGES];
};

static struct bundle bundle = { .magic = "XENPPCG1" };

static void add(FILE *out, const char *directory, char *spec)
{
    struct image *image = &bundle.image[bundle.nr];
    char *name = strtok(spec, ",");
    char path[4096], buffer[4096];
    size_t n;
    FILE *in;

    if (bundle.nr == MAX_IMAGES)
        errx(2, "more than %d guests", MAX_IMAGES);
    snprintf(image->name, sizeof(image->name), "%s", name);
    snprintf(path, sizeof(path), "%s/%s.bin", directory, name);
    image->vcpus = 1;
    for (char *word; (word = strtok(NULL, ","));) {
        if (!strcmp(word, "control"))
            image->flags |= 1;
        else if (!strncmp(word, "vcpus=", 6))
            image->vcpus = atoi(word + 6);
        else
            errx(2, "%s: not control or vcpus=N", word);
    }

    image->offset = ftell(out);
    in = fopen(path, "rb");
    if (!in)
        err(1, "%s", path);
    while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
        fwrite(buffer, 1, n, out);
    fclose(in);
    image->size = ftell(out) - image->offset;
    bundle.nr++;
}

int main(int argc, char **argv)
{
    FILE *out;

    if (argc < 4)
        errx(2, "usage: bundle OUTPUT DIRECTORY [slice=US] "
                "GUEST[,control][,vcpus=N]...");
    out = fopen(argv[1], "wb");
    if (!out)
        err(1, "%s", argv[1]);
    fwrite(&bundle, sizeof(bundle), 1, out);
    for (int i = 3; i < argc; i++) {
        if (!strncmp(argv[i], "slice=", 6))
            bundle.slice_us = atoi(argv[i] + 6);
        else
            add(out, argv[2], argv[i]);
    }
    rewind(out);
    fwrite(&bundle, sizeof(bundle), 1, out);
    if (fclose(out))
        err(1, "%s", argv[1]);
    return 0;
}
