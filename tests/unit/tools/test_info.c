/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl info on a stock and on a patched Xen, and what it and profile say
 * of a dom0 whose virtual CPUs are not pinned.
 */

#include "run.h"

static void info(void **state)
{
    const struct run *r;
    json_object *doc;

    (void)state;
    r = run("info");
    assert_exit(r, 0);
    assert_has(r->out, "4.17.7-fake");
    assert_has(r->out, "backward-jump");
    assert_has(r->out, "TSC:             2400000 kHz\n");
    assert_lacks(r->out, "dom0:");
    doc = parse_json(run("info", "--json")->out);
    assert_string_equal(json_at(doc, "tsc_khz"), "2400000");
    assert_string_equal(json_at(doc, "patched"), "false");
    assert_string_equal(json_at(doc, "capabilities/timer-mode"), "true");
    assert_string_equal(json_at(doc, "defects/0/present"), "true");
    json_object_put(doc);
    fake->patched = true;
    fake->features = 1;
    doc = parse_json(run("info", "--json")->out);
    assert_string_equal(json_at(doc, "patched"), "true");
    assert_string_equal(json_at(doc, "capabilities/safe-switch"), "true");
    assert_string_equal(json_at(doc, "defects/0/present"), "false");
    json_object_put(doc);
}

/* ---- dom0 and its CPUs ---- */

/* Pins the vCPUs of a dom0 that has @vcpus, of 4 CPUs, each to its own. */
static void add_pinned_dom0(unsigned int vcpus)
{
    struct fake_domain *d = fake_add(0, XENTIME_PV);
    unsigned int i;

    d->vcpus = vcpus;
    for (i = 0; i < vcpus; i++)
        d->affinity[i] = 1u << i;
}

static const char *start_samples(const char *target, const char *option)
{
    const struct run *r = run("profile", "start", target, option);

    assert_exit(r, 0);
    assert_exit(run("profile", "stop", "--all"), 0);
    r = run("profile", "start", target, option);
    assert_exit(r, 0);
    return r->err;
}

/* Samples come from dom0's vCPU of the CPU's number, wherever that runs. */
static void samples_need_pinning(void **state)
{
    static const char note[] = "are pinned to the CPU of their number";
    json_object *doc;

    (void)state;
    fake->vpmu = 0;
    add_pinned_dom0(4);
    fake_add(1, XENTIME_HVM);
    assert_lacks(start_samples("--xen", "-v"), note);
    assert_exit(run("profile", "stop", "--all"), 0);
    assert_lacks(start_samples("1", "--passive"), note);
    assert_exit(run("profile", "stop", "--all"), 0);
    fake_domain(0)->affinity[2] = 0xf;
    assert_has(
        start_samples("--xen", "-v"),
        "of dom0's 4 vCPUs 3 are pinned to the CPU of their number, on a "
        "host of 4: ");
    assert_exit(run("profile", "stop", "--all"), 0);
    assert_has(start_samples("1", "--passive"), note);
    assert_exit(run("profile", "stop", "--all"), 0);
    /* Who uses its own vPMU has nothing to do with dom0's. */
    assert_lacks(start_samples("1", "-v"), note);
    assert_exit(run("profile", "stop", "--all"), 0);
    assert_has(run("info")->out,
               "dom0:            4 vCPUs, 3 pinned to the CPU");

    fake_destroy(0);
    add_pinned_dom0(2);
    assert_has(start_samples("--xen", "-v"), "of dom0's 2 vCPUs 2 are pinned");
    doc = parse_json(run("info", "--json")->out);
    assert_string_equal(json_at(doc, "dom0/vcpus"), "2");
    assert_string_equal(json_at(doc, "dom0/pinned"), "2");
    json_object_put(doc);
}

UNIT_MAIN(TEST(info), TEST(samples_need_pinning))
