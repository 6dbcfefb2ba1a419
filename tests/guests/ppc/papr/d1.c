/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that the hypercalls which a Linux makes when it boots have PAPR's
 * answers, to what is right and to what is wrong about them (LoPAPR 1.1, Logical
 * Partitioning).
 *
 * guests: d1,vcpus=2
 * lab: qemu=10,7.2
 */
#include "guest.h"

#define MEMORY 0x100000UL /* this guest has as much */

static struct vpa vpa;

static const struct {
    uint64_t function, a, b, c;
    long result;
    const char *what;
} calls[] = {
    { H_GET_TERM_CHAR, 0, 0, 0, H_SUCCESS, "characters of its terminal" },
    { H_GET_TERM_CHAR, 1, 0, 0, H_PARAMETER, "of one that there is not" },
    { H_GET_CPU_CHARACTERISTICS, 0, 0, 0, H_SUCCESS, "characteristics" },
    { H_PROD, 1, 0, 0, H_SUCCESS, "a prod" },
    { H_PROD, 2, 0, 0, H_PARAMETER, "of a vCPU that there is not" },
    { H_PROD, -1, 0, 0, H_PARAMETER, "of all" },
    { H_CONFER, -1, 0, 0, H_SUCCESS, "a turn for anybody" },
    { H_CONFER, 1, 0, 0, H_SUCCESS, "for vCPU 1" },
    { H_CONFER, 2, 0, 0, H_PARAMETER, "for one that there is not" },
    { H_REGISTER_VPA, VPA_REGISTER, 0, (uint64_t)&vpa, H_SUCCESS, "an area" },
    { H_REGISTER_VPA, VPA_REGISTER, 1, (uint64_t)&vpa, H_SUCCESS,
      "for the other vCPU" },
    { H_REGISTER_VPA, VPA_REGISTER, 2, (uint64_t)&vpa, H_PARAMETER,
      "for one that there is not" },
    { H_REGISTER_VPA, VPA_REGISTER, 0, 0, H_PARAMETER, "at 0" },
    { H_REGISTER_VPA, VPA_REGISTER, 0, (uint64_t)&vpa + 8, H_PARAMETER,
      "that is not aligned" },
    { H_REGISTER_VPA, VPA_REGISTER, 0, MEMORY, H_PARAMETER, "outside" },
    { H_REGISTER_VPA, VPA_REGISTER, 0, MEMORY - 128, H_PARAMETER,
      "that ends outside" },
    { H_REGISTER_VPA, VPA_REGISTER, 0, -128UL, H_PARAMETER,
      "at the end of all" },
    { H_REGISTER_VPA, 0, 0, (uint64_t)&vpa, H_PARAMETER, "for no function" },
    { H_REGISTER_VPA, VPA_REGISTER | 1, 0, (uint64_t)&vpa, H_PARAMETER,
      "with another flag" },
    { H_REGISTER_VPA, 2UL << 45, 0, (uint64_t)&vpa, H_PARAMETER,
      "a log of dispatches, which there is not" },
    { H_REGISTER_VPA, VPA_DEREGISTER, 0, 0, H_SUCCESS, "no area any more" },
    { H_REGISTER_VPA, VPA_DEREGISTER, 0, 0, H_SUCCESS, "twice" },
    { H_REGISTER_VPA, VPA_DEREGISTER, 2, 0, H_PARAMETER,
      "of a vCPU that there is not" },
};

static long register_at(uint64_t address)
{
    return hcall(H_REGISTER_VPA, VPA_REGISTER, 0, address, 0);
}

void test_main(unsigned int vcpu)
{
    uint64_t out[2] = { 1, 1 };

    if (vcpu)
        return;
    vpa_init(&vpa);
    for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        is(hcall(calls[i].function, calls[i].a, calls[i].b, calls[i].c, 0),
           (uint64_t)calls[i].result, "%s", calls[i].what);

    vpa.byte[5]--;
    is(register_at((uint64_t)&vpa), H_PARAMETER, "an area that is too short");
    vpa.byte[4] = vpa.byte[5] = 0xff;
    is(register_at((uint64_t)&vpa), H_PARAMETER, "one that is too long");
    *(uint16_t *)(0x80e04) = __builtin_bswap16(VPA_SIZE);
    is(register_at(0x80e00), H_PARAMETER, "one that crosses a page of 4 KiB");

    is(hcall_out(H_GET_TERM_CHAR, 0, 1, out), H_SUCCESS, "characters again");
    is(out[0], 0, "there are none");
    out[0] = out[1] = 1;
    hcall_out(H_GET_CPU_CHARACTERISTICS, 1, 1, out);
    is(out[0] | out[1], 0, "characteristics: nothing is known");
}
