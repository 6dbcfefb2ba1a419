/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl info: this host, this Xen, this build. */

#include <stdlib.h>
#include <string.h>

#include <libsmartcols/libsmartcols.h>

#include "cli/commands.h"
#include "cli/run.h"
#include "output/json.h"
#include "output/report.h"
#include "output/text.h"
#include "tool.h"

static void capability_words(unsigned int caps, char *buf, size_t size)
{
    unsigned int bit;
    const char *name;

    buf[0] = '\0';
    for (bit = 1; bit; bit <<= 1) {
        name = xentime_capability_name(bit);
        if (name && (caps & bit))
            snprintf(buf + strlen(buf), size - strlen(buf), "%s%s",
                     *buf ? " " : "", name);
    }
}

static json_object *dom0_json(const struct xentime_pinning *pin)
{
    json_object *o = json_object_new_object();

    json_object_object_add(o, "vcpus", json_object_new_int64(pin->vcpus));
    json_object_object_add(o, "pinned", json_object_new_int64(pin->pinned));
    return o;
}

static json_object *capabilities_json(const struct xentime_host *h)
{
    json_object *caps = json_object_new_object();
    unsigned int bit;
    const char *name;

    for (bit = 1; bit; bit <<= 1) {
        name = xentime_capability_name(bit);
        if (name)
            json_object_object_add(caps, name,
                                   json_object_new_boolean(h->capabilities &
                                                           bit));
    }
    return caps;
}

static json_object *defects_json(const struct xentime_host *h)
{
    json_object *defects = json_object_new_array();
    const struct xentime_defect *d;
    size_t i;

    for (i = 0; (d = xentime_defect(i)); i++) {
        json_object *o = json_object_new_object();

        json_object_object_add(o, "id", json_object_new_string(d->id));
        json_object_object_add(o, "present",
                               json_object_new_boolean(
                                   !(h->capabilities & d->fixed_by)));
        json_object_object_add(o, "summary",
                               json_object_new_string(d->summary));
        json_object_array_add(defects, o);
    }
    return defects;
}

static json_object *info_json(const struct xentime_host *h,
                              const struct xentime_pinning *pin)
{
    const struct xentime_interface *interface = xentime_interface();
    json_object *doc = json_object_new_object();
    const char *vpmu = vpmu_word(h->vpmu_mode);
    char version[80];

    snprintf(version, sizeof(version), "%u.%u%s", h->major, h->minor, h->extra);
    json_object_object_add(doc, "xentimectl",
                           json_object_new_string(XENTIME_VERSION));
    json_object_object_add(doc, "xen_version", json_text(version));
    json_object_object_add(doc, "xen_changeset", json_text(h->changeset));
    json_object_object_add(doc, "domctl_version",
                           json_object_new_int64(h->domctl_version));
    json_object_object_add(doc, "sysctl_version",
                           json_object_new_int64(interface->sysctl));
    json_object_object_add(doc, "releases",
                           interface->releases ? json_text(interface->releases)
                                               : NULL);
    json_object_object_add(doc, "patched",
                           json_object_new_boolean(h->capabilities &
                                                   XENTIME_CAP_PATCHED));
    json_object_object_add(doc, "cpus", json_object_new_int64(h->cpus));
    json_object_object_add(doc, "dom0", pin ? dom0_json(pin) : NULL);
    json_object_object_add(doc, "tsc_khz", json_object_new_int64(h->khz));
    json_object_object_add(doc, "scheduler", json_text(h->scheduler));
    json_object_object_add(doc, "platform_timer",
                           *h->platform_timer ? json_text(h->platform_timer)
                                              : NULL);
    json_object_object_add(doc, "vpmu",
                           vpmu ? json_object_new_string(vpmu) : NULL);
    json_object_object_add(doc, "capabilities", capabilities_json(h));
    json_object_object_add(doc, "defects", defects_json(h));
    return doc;
}

static void print_info(const struct xentime_host *h,
                       const struct xentime_pinning *pin)
{
    const struct xentime_interface *interface = xentime_interface();
    const char *vpmu = vpmu_word(h->vpmu_mode);
    const struct xentime_defect *d;
    char caps[256];
    size_t i;

    capability_words(h->capabilities, caps, sizeof(caps));
    printf("xentimectl:      %s, for domctl %#x and sysctl %#x",
           XENTIME_VERSION, interface->domctl, interface->sysctl);
    if (interface->releases)
        printf(" (Xen %s)", interface->releases);
    putchar('\n');
    printf("Xen:             %u.%u%s (%s)\n", h->major, h->minor, h->extra,
           h->capabilities & XENTIME_CAP_PATCHED ? "patched" : "stock");
    printf("changeset:       %s\n", h->changeset);
    printf("CPUs:            %u\n", h->cpus);
    if (pin)
        printf(
            "dom0:            %u vCPUs, %u pinned to the CPU of their number\n",
            pin->vcpus, pin->pinned);
    printf("TSC:             %u kHz\n", h->khz);
    printf("scheduler:       %s\n", h->scheduler);
    printf("platform timer:  %s\n",
           *h->platform_timer ? h->platform_timer
                              : "unknown (Xen's boot messages are gone)");
    printf("vPMU:            %s\n",
           vpmu ? vpmu
                : "not available (vpmu= on Xen's command line, or this CPU)");
    printf("capabilities:    %s\n", caps);
    for (i = 0; (d = xentime_defect(i)); i++)
        printf("defect:          %s: %s\n  %s\n", d->id,
               h->capabilities & d->fixed_by ? "fixed" : "present", d->summary);
}

int cmd_info(struct tool *t)
{
    struct xentime_host host;
    struct xentime_pinning pinning, *pin = &pinning;
    int status = tool_open(t);

    if (status)
        return status;
    if (xentime_get_host(t->xt, &host))
        return report_error(t);
    /* The rest is worth seeing without it. */
    if (xentime_get_pinning(t->xt, pin))
        pin = NULL;
    if (t->opt[OPT_JSON])
        print_json(info_json(&host, pin));
    else
        print_info(&host, pin);
    return EXIT_DONE;
}
