/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xentimectl metrics: reads what there is, and writes it to stdout or a file.
 *
 * All of it is read before any of it is printed: half a document would be
 * taken for a host with half its domains.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/metrics.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "output/report.h"
#include "output/text.h"
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
    } else if (rc == XENTIME_ERR_FAIL) {
        /* The others are told all the same. */
        print_note(d->dom, "warning: %s", xentime_last_error(xt)->text);
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
    report_damage(t);
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

/* How many names are tried for the file before it has its own. */
#define MOST_NAMES 10

/*
 * Opens a file in the directory of @path that has no name yet, so that nothing is
 * left of it if this process is killed.  A filesystem that cannot have one, such
 * as NFS, gets one with the name in @temp, which else is "".  Returns -1 with errno.
 */
static int open_unnamed(const char *path, char temp[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    char dir[PATH_MAX] = ".";
    int fd;

    if (slash)
        snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path + 1), path);
    temp[0] = '\0';
    fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return fd;
    snprintf(temp, PATH_MAX, "%s.XXXXXX", path);
    fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        temp[0] = '\0';
    return fd;
}

/* Links the file @fd under a name that nobody has, which is in @temp then. */
static int link_file(int fd, const char *path, char temp[PATH_MAX])
{
    char self[32];
    int i;

    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    for (i = 0; i < MOST_NAMES; i++) {
        snprintf(temp, PATH_MAX, "%s.%d-%d", path, (int)getpid(), i);
        if (!linkat(AT_FDCWD, self, AT_FDCWD, temp, AT_SYMLINK_FOLLOW))
            return 0;
        temp[0] = '\0';
        if (errno != EEXIST)
            break;
    }
    return -1;
}

/*
 * Names the file @fd.  A link cannot take the place of another file, so that it
 * has another name in between, for the time of one system call.
 */
static int name_file(int fd, const char *path, char temp[PATH_MAX])
{
    if (!*temp && link_file(fd, path, temp))
        return -1;
    return rename(temp, path);
}

/*
 * Tells whether there is nothing at @path yet, or a file.  For root, who writes
 * to a device or to a FIFO, there would be a file in its place.
 */
static bool is_replaceable(const char *path)
{
    struct stat st;

    return lstat(path, &st) || S_ISREG(st.st_mode);
}

static int write_whole(int fd, const char *text, size_t len)
{
    errno = 0;
    if (write(fd, text, len) == (ssize_t)len)
        return 0;
    if (!errno)
        errno = ENOSPC;
    return -1;
}

/*
 * Replaces a file as a whole.  The collector does not read the temporary one,
 * as its name does not end in ".prom".
 */
static int replace_file(const struct tool *t, const char *path,
                        const char *text, size_t len)
{
    char temp[PATH_MAX] = "";
    int fd = -1, status = EXIT_DONE;

    if (!is_replaceable(path))
        return report(t, EXIT_FAILED,
                      "%s: not a regular file, and nothing else is replaced",
                      path);
    if (strlen(path) + sizeof(".2147483647-10") > sizeof(temp))
        errno = ENAMETOOLONG;
    else
        fd = open_unnamed(path, temp);
    if (fd < 0 || write_whole(fd, text, len) || fchmod(fd, 0644) || fsync(fd) ||
        name_file(fd, path, temp)) {
        status = report(t, EXIT_FAILED, "%s: %s", path, strerror(errno));
        if (*temp)
            unlink(temp);
    }
    if (fd >= 0)
        close(fd);
    return status;
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
