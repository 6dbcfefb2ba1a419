/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl metrics: reads what there is, and writes it to stdout or a file.
 *
 * All of it is read before any of it is printed: half a document would be
 * taken for a host with half its domains.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/metrics.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "output/report.h"
#include "tool.h"

/* ---- reading ---- */

/* Reads what a patched Xen tells of a domain, which may end meanwhile. */
static enum xentime_error read_timers(xentime *xt, struct metrics_domain *d)
{
    enum xentime_error rc = xentime_status(xt, d->dom, &d->status);

    if (rc == XENTIME_ERR_UNSUPPORTED)
        return XENTIME_OK;
    if (rc)
        return rc;
    d->has_status = true;
    if (!d->status.counting)
        return XENTIME_OK;
    rc = xentime_stats(xt, d->dom, &d->vcpus, &d->nvcpus);
    /* Counting may just have been turned off (stats --off). */
    return rc == XENTIME_ERR_NODATA ? XENTIME_OK : rc;
}

static enum xentime_error read_domain(xentime *xt, struct metrics_domain *d)
{
    enum xentime_error rc;
    int value;

    if (!xentime_type_has(d->dom->type, XENTIME_TIMER_MODE))
        return XENTIME_OK;
    rc = read_timers(xt, d);
    if (!rc) {
        rc = xentime_get(xt, d->dom, XENTIME_SYNC_WAKEUP, &value);
        if (!rc)
            d->dom->setting[XENTIME_SYNC_WAKEUP] = value;
        else if (rc == XENTIME_ERR_UNSUPPORTED)
            rc = XENTIME_OK;
    }
    if (rc == XENTIME_ERR_NODOM) {
        d->gone = true;
        rc = XENTIME_OK;
    }
    return rc;
}

/*
 * No series may be there twice, so a second domain with the same UUID and name
 * is left out.  (While a domain migrates within its host it has a twin with its
 * UUID, but xl gives that another name.)
 */
static bool is_twin(const struct metrics *m, const struct xentime_domain *dom)
{
    const struct xentime_domain *d;

    for (d = m->doms; d < dom; d++)
        if (!memcmp(d->uuid, dom->uuid, sizeof(d->uuid)) &&
            !strcmp(d->name ? d->name : "", dom->name ? dom->name : ""))
            return true;
    return false;
}

static int read_all(struct tool *t, struct metrics *m)
{
    size_t i;

    if (xentime_get_host(t->xt, &m->host) ||
        xentime_list(t->xt,
                     XENTIME_WANT_NAME | XENTIME_WANT_SETTINGS |
                         XENTIME_WANT_SESSIONS,
                     &m->doms, &m->n))
        return report_error(t);
    m->list = calloc(m->n + 1, sizeof(*m->list));
    if (!m->list)
        return report(t, EXIT_FAILED, "out of memory");
    for (i = 0; i < m->n; i++) {
        m->list[i].dom = &m->doms[i];
        m->list[i].gone = is_twin(m, &m->doms[i]);
        if (read_domain(t->xt, &m->list[i]))
            return report_error(t);
    }
    return EXIT_DONE;
}

static void free_all(struct metrics *m)
{
    size_t i;

    for (i = 0; m->list && i < m->n; i++)
        free(m->list[i].vcpus);
    free(m->list);
    xentime_free_domains(m->doms, m->n);
}

/* ---- the file ---- */

static int give_up(const struct tool *t, const char *path, const char *temp,
                   int fd)
{
    int err = errno;

    if (fd >= 0)
        close(fd);
    unlink(temp);
    return report(t, EXIT_FAILED, "%s: %s", path, strerror(err));
}

/*
 * Replaces a file as a whole.  The collector does not read the temporary one,
 * as its name does not end in ".prom".
 */
static int replace_file(const struct tool *t, const char *path,
                        const char *text, size_t len)
{
    char temp[4096];
    int fd;

    if (snprintf(temp, sizeof(temp), "%s.XXXXXX", path) >= (int)sizeof(temp))
        return report(t, EXIT_FAILED, "%s: %s", path, strerror(ENAMETOOLONG));
    fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return report(t, EXIT_FAILED, "%s: %s", path, strerror(errno));
    errno = 0;
    if (write(fd, text, len) != (ssize_t)len) {
        if (!errno)
            errno = ENOSPC;
        return give_up(t, path, temp, fd);
    }
    if (fchmod(fd, 0644) || fsync(fd))
        return give_up(t, path, temp, fd);
    if (close(fd) || rename(temp, path))
        return give_up(t, path, temp, -1);
    return EXIT_DONE;
}

/* ---- the command ---- */

static int put(struct tool *t, const struct metrics *m)
{
    const char *path = t->opt[OPT_TEXTFILE];
    int status = EXIT_DONE;
    char *text = NULL;
    size_t len;
    FILE *f = open_memstream(&text, &len);

    if (f)
        metrics_print(f, m, !path);
    if (!f || fclose(f)) {
        free(text);
        return report(t, EXIT_FAILED, "out of memory");
    }
    if (path)
        status = replace_file(t, path, text, len);
    else
        fwrite(text, 1, len, stdout);
    free(text);
    return status;
}

int cmd_metrics(struct tool *t)
{
    struct metrics m = { .list = NULL };
    int status;

    status = tool_open(t);
    if (!status)
        status = read_all(t, &m);
    if (!status)
        status = put(t, &m);
    free_all(&m);
    return status;
}
