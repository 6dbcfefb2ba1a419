/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the fuzz targets.  A target defines LLVMFuzzerTestOneInput();
 * with clang it is linked with libFuzzer ("make fuzz"), with gcc with
 * replay.c, which runs it over the files of its corpus.
 *
 * libxentime is linked with the fake Xen of the unit tests and with
 * xs_stub.c in place of libxenstore.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Called once before the first input, if the target has it. */
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

/*
 * Every answer of xenstore is one line of @data; a line "!N" is errno N, and
 * after the last line nothing is there.
 */
void xs_stub_feed(const uint8_t *data, size_t size);

/* Returns the next line, NULL past the last one; the caller frees it. */
char *xs_stub_line(void);

#endif /* FUZZ_H */
