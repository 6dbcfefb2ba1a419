/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts with 100, 500 and 2,000 domains: what is asked of Xen and of xenstored
 * to list, change, watch and measure all of them grows no faster than their
 * number does.  Calls are counted, not time, which depends on the machine.
 */

#include <stdio.h>

#include "cli/commands.h"
#include "cli/run.h"
#include "run.h"
#include "tool.h"
#include "watch/watch.h"

static const unsigned int sizes[] = { 100, 500, 2000 };

struct calls {
    unsigned int xen, store;
};

static void make_host(unsigned int n)
{
    char name[32];
    unsigned int id;

    fake_reset();
    for (id = 1; id <= n; id++) {
        fake_add(id, XENTIME_HVM);
        snprintf(name, sizeof(name), "vm-%u", id);
        name_domain(id, name);
    }
}

static struct calls count(void (*work)(void))
{
    struct calls c;

    fault_clear(&xen_fault);
    fault_clear(&store_fault);
    work();
    c.xen = xen_fault.calls;
    c.store = store_fault.calls;
    return c;
}

/* Does it on each host; what is not for each domain is at most @fixed calls. */
static void assert_linear(const char *what, const unsigned int n[3],
                          void (*work)(void), unsigned int fixed)
{
    struct calls c[3];
    unsigned int times;
    size_t i;

    for (i = 0; i < 3; i++) {
        make_host(n[i]);
        c[i] = count(work);
        print_message("# %s, %u domains: %u calls into Xen, %u requests of "
                      "xenstored\n",
                      what, n[i], c[i].xen, c[i].store);
    }
    for (i = 1; i < 3; i++) {
        times = n[i] / n[i - 1];
        assert_in_range(c[i].xen, 1, times * c[i - 1].xen + fixed);
        assert_in_range(c[i].store, 0, times * c[i - 1].store + fixed);
    }
}

static void list(void)
{
    struct xentime_domain *doms;
    size_t n;

    assert_done(xentime_list(xt,
                             XENTIME_WANT_NAME | XENTIME_WANT_SETTINGS |
                                 XENTIME_WANT_SESSIONS,
                             &doms, &n));
    xentime_free_domains(doms, n);
}

static void listed(void **state)
{
    (void)state;
    assert_linear("list", sizes, list, 0);
}

/* Changes all, and once more, when all have a record already. */
static void change(void)
{
    struct xentime_domain *doms;
    struct xentime_change *c;
    size_t n, i;
    int mode;

    assert_done(xentime_list(xt, 0, &doms, &n));
    c = calloc(n, sizeof(*c));
    assert_non_null(c);
    for (mode = 2; mode <= 3; mode++) {
        for (i = 0; i < n; i++)
            c[i] = (struct xentime_change){ .dom = &doms[i], .value = mode };
        assert_done(xentime_apply(xt, c, n, XENTIME_SKIP_GONE));
    }
    free(c);
    xentime_free_domains(doms, n);
}

static void changed(void **state)
{
    (void)state;
    /*
     * 256 directories of xenstore are swept, and more than 128 changes have
     * three fields more of each record read, lest they have to be put back.
     */
    assert_linear("change", sizes, change, 2048);
}

static void watch(void)
{
    struct tool t = { .xt = xt };
    struct watcher w = { .t = &t, .sessions_ms = -1 };

    assert_int_equal(watch_update(&w), EXIT_DONE);
    free(w.seen);
}

static void watched(void **state)
{
    (void)state;
    assert_linear("watch", sizes, watch, 0);
}

static void measure(void)
{
    struct tool t = { .opt[OPT_TEXTFILE] = "scale.prom" };

    assert_int_equal(cmd_metrics(&t), EXIT_DONE);
    tool_close(&t);
}

static void measured(void **state)
{
    (void)state;
    assert_linear("metrics", sizes, measure, 0);
}

UNIT_MAIN(TEST(listed), TEST(changed), TEST(watched), TEST(measured))
