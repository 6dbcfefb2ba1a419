/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a guest for what Xen must refuse to it, and tells what Xen answered. */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <xen/hvm/params.h>

#include "commands.h"
#include "domctl.h"

static void print_errnos(const volatile int16_t *rc, unsigned int n)
{
    unsigned int i;

    for (i = 0; i < n; i++) {
        const char *name = rc[i] ? strerrorname_np(-rc[i]) : "0";

        if (i)
            putchar(',');
        if (rc[i] == SELF_SKIPPED)
            putchar('-');
        else if (name)
            fputs(name, stdout);
        else
            printf("%d", rc[i]);
    }
    putchar('\n');
}

int cmd_selfparams(int argc, char **argv)
{
    static const char *const targets[SELF_TARGETS] = {
        [SELF_SELF] = "self",
        [SELF_OWN_ID] = "own",
        [SELF_OTHER] = "other",
    };
    volatile struct shared_page *page;
    volatile struct self_page *self;
    uint32_t domid, t, i;

    if (argc != 2 && argc != 3)
        return usage_error();

    domid = unpaused_domid_of(argv[1]);
    page = page_map(domid);
    self = page_map_at(domid, GUEST_SELF_ADDR);

    self->nr_params = HVM_NR_PARAMS + 4;
    self->domctl_version = XEN_DOMCTL_INTERFACE_VERSION;
    self->vtimer_version = XEN_VTIMER_INTERFACE_VERSION;
    self->target[SELF_SELF] = DOMID_SELF;
    self->target[SELF_OWN_ID] = domid;
    self->target[SELF_OTHER] = argc == 3 ? domid_of(argv[2]) : 0;
    page->control.selftest = self->done + 1;
    page_request(domid, page);
    if (self->done != page->control.selftest)
        fail(0, "domain %u has not done it", domid);

    printf("values=");
    for (i = 0; i < SELF_VALUES; i++)
        printf("%s%#" PRIx64, i ? "," : "", self->value[i]);
    printf("\n");
    for (t = 0; t < SELF_TARGETS; t++) {
        for (i = 0; i < self->nr_params && i < SELF_PARAMS; i++) {
            printf("target=%s param=%u errno=", targets[t], i);
            print_errnos(self->param[t][i], SELF_VALUES);
        }
        printf("target=%s domctl errno=", targets[t]);
        print_errnos(self->domctl[t], SELF_DOMCTLS);
    }

    return 0;
}
