/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercall functions and results of PAPR, as LoPAPR 1.1 (Logical
 * Partitioning) numbers them, and Xen's own, which stand where PAPR has none.
 */
#ifndef PPC_PAPR_H
#define PPC_PAPR_H

#define H_SUCCESS            0
#define H_FUNCTION           -2
#define H_PRIVILEGE          -3
#define H_PARAMETER          -4
#define H_RESOURCE           -16
#define H_P2                 -55
#define H_P3                 -56
#define H_P4                 -57
#define H_UNSUPPORTED_FLAG   -256

#define H_GET_TERM_CHAR      0x54
#define H_PUT_TERM_CHAR      0x58
#define H_EOI                0x64
#define H_CPPR               0x68
#define H_IPI                0x6c
#define H_IPOLL              0x70
#define H_XIRR               0x74
#define H_PERFMON            0x7c
#define H_REGISTER_VPA       0xdc
#define H_CEDE               0xe0
#define H_CONFER             0xe4
#define H_PROD               0xe8
#define H_GET_CPU_CHARACTERISTICS 0x1c8
#define H_XIRR_X             0x2fc
#define H_SET_MODE           0x31c
#define H_REGISTER_PROC_TBL  0x37c

#define H_SET_MODE_RESOURCE_ADDR_TRANS_MODE 3
#define H_SET_MODE_RESOURCE_LE              4

/* H_PERFMON's modes 0 and 1: LoPAPR counts bits from the left. */
#define H_PERFMON_ENABLE     (1UL << 63)
#define H_PERFMON_THRESHOLD  (1UL << 62)        /* granularity */

/* Functions of H_REGISTER_VPA, in bits 16 to 18 of its flags. */
#define H_VPA_REGISTER       (1UL << 45)
#define H_VPA_DEREGISTER     (5UL << 45)

/* One byte of the area that it registers: does the kernel use the counters? */
#define VPA_PMC_REGS_IN_USE  0xbb

#define PROC_TABLE_NEW       0x18
#define PROC_TABLE_RADIX     0x04
#define PROC_TABLE_GTSE      0x01

/* A hypercall of KVM's and QEMU's, and the services that guests are told of. */
#define H_RTAS               0xf000
#define RTAS_POWER_OFF       1
#define RTAS_GET_TIME_OF_DAY 2
#define RTAS_SYSTEM_REBOOT   3

/* Xen's own hypercalls are numbered as by its first port to PowerPC. */
#define XEN_MARK(op)         ((op) | (~0UL << 16))

#endif /* PPC_PAPR_H */
