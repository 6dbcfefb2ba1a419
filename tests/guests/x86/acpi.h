/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ACPI tables of a domain that no firmware has prepared. */
#ifndef GUESTS_X86_ACPI_H
#define GUESTS_X86_ACPI_H

#include <stdint.h>

#define ACPI_TABLES_SIZE 4096 /* the RSDP is at its start */
#define ACPI_MAX_VCPUS 64

/* Writes the tables that are to lie at the guest's address addr. */
void acpi_tables(uint8_t to[ACPI_TABLES_SIZE], uint32_t addr,
                 unsigned int vcpus);

#endif
