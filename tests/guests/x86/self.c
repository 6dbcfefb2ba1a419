/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdint.h>

#include "self.h"
#include "shared.h"
#include "xen.h"

/* These are from Xen's headers hvm/params.h and vtimer.h. */
#define HVM_PARAM_VM86_TSS 15
#define HVM_PARAM_VM86_TSS_SIZED 37
#define XEN_DOMCTL_VTIMER_OP 1500
#define SIZEOF_TSS32 0x68

struct domctl {
    uint32_t cmd;
    uint32_t interface_version;
    uint16_t domid;
    uint16_t pad[3];
    uint32_t u[32];
};

static const uint64_t values[SELF_VALUES] = {
    0, 1, 2, 4, 0x1000, 0xffffffff, 0x100000000, ~0ull,
};

static volatile struct shared_page *const shared =
    (volatile struct shared_page *)GUEST_SHARED_ADDR;
static volatile struct self_page *const self =
    (volatile struct self_page *)GUEST_SELF_ADDR;

/* Xen ends a guest which asks for a TSS of this kind, as is its right. */
static bool is_deadly(uint32_t index, uint64_t value)
{
    return (index == HVM_PARAM_VM86_TSS && value > UINT32_MAX) ||
           (index == HVM_PARAM_VM86_TSS_SIZED && (value >> 32) < SIZEOF_TSS32);
}

static void set_params(uint32_t target)
{
    uint32_t i, v;

    for (i = 0; i < self->nr_params && i < SELF_PARAMS; i++)
        for (v = 0; v < SELF_VALUES; v++)
            self->param[target][i][v] =
                target != SELF_OTHER && is_deadly(i, values[v])
                    ? SELF_SKIPPED
                    : (int16_t)xen_hvm_param_set((uint16_t)self->target[target],
                                                 i, values[v]);
}

static void call_domctl(uint32_t target)
{
    uint32_t op;

    for (op = 0; op < SELF_DOMCTLS; op++) {
        struct domctl domctl = {
            .cmd = XEN_DOMCTL_VTIMER_OP,
            .interface_version = self->domctl_version,
            .domid = (uint16_t)self->target[target],
            .u = { self->vtimer_version, op },
        };

        self->domctl[target][op] = (int16_t)xen_domctl(&domctl);
    }
}

void self_test(void)
{
    uint32_t v, target;

    if (self->done == shared->control.selftest)
        return;

    for (v = 0; v < SELF_VALUES; v++)
        self->value[v] = values[v];
    for (target = 0; target < SELF_TARGETS; target++) {
        set_params(target);
        call_domctl(target);
    }
    self->done = shared->control.selftest;
}
