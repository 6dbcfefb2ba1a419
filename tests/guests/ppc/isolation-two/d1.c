/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves the same as isolation, between two domains alone, which leave the
 * registers to each other directly.
 *
 * guests: d1,vcpus=2 d1 slice=200
 * lab: qemu=10
 */
#include "../isolation/d1.c"
