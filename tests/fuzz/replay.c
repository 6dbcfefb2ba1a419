/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay DIRECTORY: runs a fuzz target on the empty input and on every file of
 * a corpus, as one TAP test.  It does without libFuzzer: any compiler will do.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzz.h"

#define MAX_SIZE 65536

static size_t read_file(DIR *dir, const char *name, uint8_t *buf)
{
    char path[4200];
    size_t n;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dirfd(dir), name);
    f = fopen(path, "r");
    if (!f) {
        perror(name);
        exit(1);
    }
    n = fread(buf, 1, MAX_SIZE, f);
    fclose(f);
    return n;
}

/* Gives the target a copy of the exact size: a read past its end is seen. */
static void run(const uint8_t *buf, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1);

    for (size_t i = 0; i < n; i++)
        exact[i] = buf[i];
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

int main(int argc, char **argv)
{
    static uint8_t buf[MAX_SIZE];
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    FILE *tap = fdopen(dup(STDOUT_FILENO), "w");
    const struct dirent *e;
    int files = 0;

    if (!dir || !tap) {
        perror("replay DIRECTORY");
        return 2;
    }
    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    run(buf, 0);
    while ((e = readdir(dir)))
        if (e->d_name[0] != '.') {
            run(buf, read_file(dir, e->d_name, buf));
            files++;
        }
    closedir(dir);
    fprintf(tap, "1..1\n%s 1 - %d inputs\n", files ? "ok" : "not ok", files);
    fclose(tap);
    return !files;
}
