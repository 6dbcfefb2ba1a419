/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Xen's vPMU mode and the sysctl of profile.h, past the library under test;
 * and what a guest gets of a vPMU.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <xencall.h>
#include <xen/pmu.h>
#include <xen/sysctl.h>

#include "commands.h"
#include "domctl.h"
#include "profile.h"

/* ---- the mode ---- */

int cmd_vpmu(int argc, char **argv)
{
    struct xen_pmu_params *params = xen_buffer(sizeof(*params));
    int err;

    if (argc > 2)
        return usage_error();

    params->version.maj = XENPMU_VER_MAJ;
    params->version.min = XENPMU_VER_MIN;
    if (argc == 2)
        params->val = number(argv[1], UINT32_MAX);
    err = xen_call2(__HYPERVISOR_xenpmu_op,
                    argc == 2 ? XENPMU_mode_set : XENPMU_mode_get, params);
    if (err)
        fail(err, "%s", strerrorname_np(err));
    if (argc == 1)
        printf("%" PRIu64 "\n", params->val);

    return 0;
}

/* ---- the sysctl ---- */

static int sysctl(struct xen_sysctl_profile *op)
{
    static struct xen_sysctl *shared;
    int err;

    if (!shared)
        shared = xen_buffer(sizeof(*shared));

    memset(shared, 0, sizeof(*shared));
    shared->cmd = XEN_SYSCTL_profile;
    shared->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    memcpy(shared->u.pad, op, sizeof(*op));
    err = xen_call1(__HYPERVISOR_sysctl, shared);
    if (!err)
        memcpy(op, shared->u.pad, sizeof(*op));

    return err;
}

static const struct {
    const char *name;
    uint32_t op;
    uint32_t flags;
    bool domain;
} ops[] = {
    { "features", XEN_PROFILE_features, 0, false },
    { "start", XEN_PROFILE_start, 0, true },
    { "passive", XEN_PROFILE_start, XEN_PROFILE_PASSIVE, true },
    { "stop", XEN_PROFILE_stop, 0, true },
    { "status", XEN_PROFILE_status, 0, true },
    { "primary-start", XEN_PROFILE_primary_start, 0, false },
    { "primary-stop", XEN_PROFILE_primary_stop, 0, false },
};

static void print_answer(const struct xen_sysctl_profile *op)
{
    const struct xen_profile_status *s = &op->u.status;

    if (op->op == XEN_PROFILE_features)
        printf("%#" PRIx64 "\n", op->u.features);
    if (op->op == XEN_PROFILE_status)
        printf("sessions=%u passive=%u claims=%u primary=%d mode=%u"
               " initial=%u\n",
               s->sessions, s->passive, s->claims,
               s->primary == DOMID_INVALID ? -1 : s->primary, s->mode,
               s->initial);
}

int cmd_profile(int argc, char **argv)
{
    struct xen_sysctl_profile op = { .version = XEN_SYSCTL_PROFILE_VERSION };
    size_t i;
    int err;

    for (i = 0; argc > 1 && i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (strcmp(ops[i].name, argv[1]) || argc != 2 + ops[i].domain)
            continue;
        op.op = ops[i].op;
        op.flags = ops[i].flags;
        if (ops[i].domain)
            op.domid = (domid_t)number(argv[2], UINT16_MAX);
        err = sysctl(&op);
        if (err)
            fail(err, "%s", strerrorname_np(err));
        print_answer(&op);
        return 0;
    }

    return usage_error();
}

/* ---- what is wrong with a request, and how Xen has to answer ---- */

static const struct {
    const char *what;
    int err;
    struct xen_sysctl_profile op;
} misuses[] = {
    { "version 0", EOPNOTSUPP, { .version = 0 } },
    { "version 2", EOPNOTSUPP, { .version = 2 } },
    { "operation 6", EOPNOTSUPP, { .version = 1, .op = 6 } },
    { "operation -1", EOPNOTSUPP, { .version = 1, .op = UINT32_MAX } },
    { "padding", EINVAL, { .version = 1, .pad = 1 } },
    { "start, flag 2", EINVAL, { .version = 1, .op = 1, .flags = 2 } },
    { "start, all flags", EINVAL, { .version = 1, .op = 1, .flags = ~0u } },
    { "stop, a flag", EINVAL, { .version = 1, .op = 2, .flags = 1 } },
    { "status, a flag", EINVAL, { .version = 1, .op = 3, .flags = 1 } },
    { "stop with no session", EINVAL, { .version = 1, .op = 2 } },
    { "no primary to stop", EINVAL, { .version = 1, .op = 5 } },
    { "passive dom0", EINVAL, { .version = 1, .op = 1, .flags = 1 } },
    { "DOMID_SELF", ESRCH, { .version = 1, .op = 1, .domid = DOMID_SELF } },
    { "the idle domain",
      ESRCH,
      { .version = 1, .op = 1, .domid = DOMID_IDLE } },
    { "DOMID_XEN", ESRCH, { .version = 1, .op = 1, .domid = DOMID_XEN } },
    { "no such domain", ESRCH, { .version = 1, .op = 3, .domid = 32000 } },
    { "a ring", EINVAL, { .version = 1, .op = 4, .u.primary.ring = 0x1000 } },
    { "a size", EINVAL, { .version = 1, .op = 4, .u.primary.size = 4096 } },
    { "a pad", EINVAL, { .version = 1, .op = 4, .u.primary.pad = 1 } },
    { "features, a flag", EINVAL, { .version = 1, .flags = 1 } },
    { "features of a domain", EINVAL, { .version = 1, .domid = 1 } },
    { "start, events",
      EINVAL,
      { .version = 1, .op = 1, .u.events.reload[0] = 1 } },
    { "start, an event, at the end",
      EINVAL,
      { .version = 1, .op = 1, .u.events.reload[7] = 1 } },
    { "a primary of a domain", EINVAL, { .version = 1, .op = 4, .domid = 1 } },
};

/* Needs a patched Xen on which nobody profiles. */
int cmd_misuse(int argc, char **argv)
{
    int status = 0, err;
    size_t i;

    (void)argv;
    if (argc != 1)
        return usage_error();

    for (i = 0; i < sizeof(misuses) / sizeof(misuses[0]); i++) {
        struct xen_sysctl_profile op = misuses[i].op;

        err = sysctl(&op);
        if (err == misuses[i].err)
            continue;
        printf("%s: %s, wanted %s\n", misuses[i].what,
               err ? strerrorname_np(err) : "0",
               strerrorname_np(misuses[i].err));
        status = 1;
    }

    return status;
}

/* ---- what a guest gets ---- */

int cmd_pmu(int argc, char **argv)
{
    static const char *const names[PMU_ACCESSES] = {
        [PMU_READ_CTRL] = "read-ctrl",
        [PMU_READ_COUNTER] = "read-counter",
        [PMU_WRITE_COUNTER] = "write-counter",
        [PMU_WRITE_RESERVED] = "write-reserved",
        [PMU_WRITE_CTRL] = "write-ctrl",
        [PMU_READ_LATER] = "read-later",
        [PMU_WRITE_LATER] = "write-later",
    };
    volatile struct shared_page *page;
    volatile struct pmu_page *pmu;
    uint32_t domid, i;

    if (argc != 2 && argc != 3)
        return usage_error();

    domid = unpaused_domid_of(argv[1]);
    page = page_map(domid);
    pmu = page_map_at(domid, GUEST_PMU_ADDR);
    pmu->on = argc == 3 && !strcmp(argv[2], "on");
    page->control.pmutest = pmu->done + 1;
    page_request(domid, page);
    if (pmu->done != page->control.pmutest)
        fail(0, "domain %u has not done it", domid);

    for (i = 0; i < PMU_ACCESSES; i++)
        printf("%s%s=%s", i ? " " : "", names[i],
               pmu->faulted[i] ? "fault" : "done");
    printf(" ctrl=%#" PRIx64 " counter=%#" PRIx64 "\n",
           pmu->value[PMU_READ_CTRL], pmu->value[PMU_READ_COUNTER]);

    return 0;
}
