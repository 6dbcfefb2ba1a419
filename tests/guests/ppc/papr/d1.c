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
    { H_CPPR, 0, 0, 0, H_SUCCESS, "no external interrupts" },
    { H_EOI, 2, 0, 0, H_SUCCESS, "the end of one" },
    { H_EOI, 3, 0, 0, H_PARAMETER, "of a source that there is not" },
    { H_EOI, 0, 0, 0, H_PARAMETER, "of none" },
    { H_IPI, 1, 0xff, 0, H_SUCCESS, "nothing for vCPU 1" },
    { H_IPI, 2, 4, 0, H_PARAMETER, "something for one that there is not" },
    { H_IPOLL, 1, 0, 0, H_SUCCESS, "a look at vCPU 1" },
    { H_IPOLL, -1, 0, 0, H_PARAMETER, "at one that there is not" },
    { H_RTAS, 1, 0, 0, H_PARAMETER, "RTAS, not aligned" },
    { H_RTAS, MEMORY, 0, 0, H_PARAMETER, "RTAS, outside" },
    { H_RTAS, MEMORY - 8, 0, 0, H_PARAMETER, "RTAS, half of it outside" },
    { H_RTAS, -4UL, 0, 0, H_PARAMETER, "RTAS, at the end of all" },
};

static long register_at(uint64_t address)
{
    return hcall(H_REGISTER_VPA, VPA_REGISTER, 0, address, 0);
}

void test_main(unsigned int vcpu)
{
    uint64_t out[2] = { 1, 1 };
    uint32_t out32[16];

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
    is(rtas(77, 1, out32), -3, "RTAS has no such service");
    is(rtas(RTAS_GET_TIME_OF_DAY, 7, out32), -3, "or no room for the time");
    is(rtas(RTAS_GET_TIME_OF_DAY, 8, out32), 0, "the time");
    in_range(out32[0], 2026, 2100, "its year");
    in_range(out32[1], 1, 12, "its month");
    in_range(out32[6], 0, 999999999, "its ns");
    is(rtas(RTAS_GET_TIME_OF_DAY, 0, out32), -1000, "no room for a status");
    is(rtas(RTAS_GET_TIME_OF_DAY, 17, out32), -1000, "too many results");
    out[0] = out[1] = 1;
    hcall_out(H_GET_CPU_CHARACTERISTICS, 1, 1, out);
    is(out[0] | out[1], 0, "characteristics: nothing is known");
}
