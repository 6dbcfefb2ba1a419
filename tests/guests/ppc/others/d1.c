/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves that registers which a guest can write, and which have nothing to do
 * with the performance monitor, hold what it wrote when it comes back, and
 * nothing of another's.
 *
 * How: each vCPU fills them with values of its own and compares for 100 ms, in
 * slices of 200 us, with a hypercall in each round. Linux keeps itself from its
 * user space by AMR and IAMR, of which a guest may write what AMOR says. PSSCR,
 * which is moved as well, is not among them: QEMU has no number of it for guests.
 *
 * guests: d1,vcpus=2 d1 slice=200
 * lab: qemu=10,7.2
 */
#include "guest.h"

/* clang-format off */
#define REGISTERS(X) \
    X(0, 256, "VRSAVE") X(1, 159, "PSPB") X(2, 144, "TIDR") X(3, 896, "PPR") \
    X(4, 17, "DSCR") X(5, 815, "TAR") X(6, 272, "SPRG0") X(7, 273, "SPRG1") \
    X(8, 18, "DSISR") X(9, 19, "DAR") X(10, 29, "AMR") X(11, 61, "IAMR") \
    X(12, 157, "UAMOR")
/* clang-format on */
#define NR 13

static volatile bool second_done;
static volatile unsigned int wrong[2];

static void fill(uint64_t *value, unsigned int vcpu)
{
    for (unsigned int i = 0; i < NR; i++)
        value[i] = domid * 0x100 + vcpu * 0x10 + i;
    /* These are priorities 2 and 3: very low (1) has to be asked for by another
     * instruction, and the hypervisor itself runs with 4. */
    value[3] = (uint64_t)(domid == 1 ? 2 + vcpu : 3) << 50;
#define X(i, spr, name) mtspr(spr, value[i]);
    REGISTERS(X)
#undef X
}

static void compare(const uint64_t *value, unsigned int vcpu)
{
    uint64_t found[NR];

#define X(i, spr, name) found[i] = mfspr(spr);
    REGISTERS(X)
#undef X
#define X(i, spr, name) \
    if (found[i] != value[i] && !wrong[vcpu]++) \
        print("# vCPU %u: " name " is 0x%lx, was 0x%lx", vcpu, found[i], \
              value[i]);
    REGISTERS(X)
#undef X
}

void test_main(unsigned int vcpu)
{
    uint64_t value[NR], end = time_base() + 500 * 200 * US;
    unsigned int rounds = 0;

    fill(value, vcpu);
    while ((int64_t)(time_base() - end) < 0) {
        compare(value, vcpu);
        hcall(H_PUT_TERM_CHAR, 1, 0, 0, 0); /* fails: an exit and no more */
        spin(1000);
        rounds++;
    }
    if (vcpu) {
        second_done = true;
        return;
    }

    ok(rounds > 100, "it ran");
    is(wrong[0], 0, "its registers are its own");
    if (domid == 1) {
        while (!second_done)
            give_way();
        is(wrong[1], 0, "and so are its second vCPU's");
    }
}
