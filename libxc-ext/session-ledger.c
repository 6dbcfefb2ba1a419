/* SPDX-License-Identifier: LGPL-2.1-only */
/* Reads and writes the profiling sessions in xenstore: see session-ledger.h. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <uuid/uuid.h>

#include "domain.h"
#include "error.h"
#include "names.h"
#include "session-ledger.h"
#include "store.h"

#define DIRECTORY XT_STORE_ROOT "/profile"
#define NAMELESS "@"
#define PATH_SIZE 256
#define MAX_MODE 4

static const char *const kind_names[] = {
    [XENTIME_SESSION_DOMAIN] = "domain",
    [XENTIME_SESSION_PASSIVE] = "passive",
    [XENTIME_SESSION_XEN] = "xen",
};

static const char *const state_names[] = {
    [XT_ON] = "on",
    [XT_STARTING] = "starting",
    [XT_STOPPING] = "stopping",
};

/* ---- processes and time ---- */

uint64_t xt_process_start(int pid)
{
    char path[32], text[1024], *at;
    FILE *f;
    size_t n;
    int field;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    f = fopen(path, "re");
    if (!f)
        return 0;
    n = fread(text, 1, sizeof(text) - 1, f);
    fclose(f);
    text[n] = '\0';
    /* Field 2 is the program's name in parentheses, whatever is in it. */
    at = strrchr(text, ')');
    if (!at || !strncmp(at, ") Z", 3) || !strncmp(at, ") X", 3))
        return 0;
    for (field = 2; field < 22 && at; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

int64_t xt_boottime_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

bool xt_session_is_over(const struct xt_session *s)
{
    return (s->s.pid && xt_process_start(s->s.pid) != s->pid_start) ||
           (s->until_ms && xt_boottime_ms() >= s->until_ms);
}

/* ---- paths and text ---- */

static void target_path(char path[PATH_SIZE], const struct xentime_session *s)
{
    char uuid[XT_UUID_TEXT];

    xt_uuid_text(s->uuid, uuid);
    if (s->kind == XENTIME_SESSION_XEN)
        snprintf(path, PATH_SIZE, DIRECTORY "/xen");
    else
        snprintf(path, PATH_SIZE, DIRECTORY "/%02x/dom%u-%s",
                 xt_bucket(s->uuid), s->domid, uuid);
}

static void session_path(char path[PATH_SIZE], const struct xentime_session *s)
{
    size_t len;

    target_path(path, s);
    len = strlen(path);
    snprintf(path + len, PATH_SIZE - len, "/%s",
             s->holder[0] ? s->holder : NAMELESS);
}

/*
 * Takes "NAME=NUMBER", and one blank after it if there is one, off *at; returns
 * false if it is not there or out of range.
 */
static bool take_number(const char **at, const char *name, int64_t min,
                        int64_t max, int64_t *number)
{
    size_t len = strlen(name);
    char *end;

    if (strncmp(*at, name, len) != 0 || (*at)[len] == ' ')
        return false;
    errno = 0;
    *number = strtoll(*at + len, &end, 10);
    if (errno || end == *at + len || *number < min || *number > max)
        return false;
    *at = end + (*end == ' ');
    return true;
}

/*
 * Takes "NAME=WORD", and one blank after it if there is one, off *at; returns
 * the word's index in @words, -1 if it is none of them.
 */
static int take_word(const char **at, const char *name,
                     const char *const *words, size_t n)
{
    size_t len = strlen(name), word, i;

    if (strncmp(*at, name, len) != 0)
        return -1;
    word = strcspn(*at + len, " ");
    for (i = 0; i < n; i++) {
        if (strlen(words[i]) != word || strncmp(words[i], *at + len, word) != 0)
            continue;
        *at += len + word + ((*at)[len + word] == ' ');
        return i;
    }
    return -1;
}

/* Returns false if @name is not that of a directory of sessions. */
static bool parse_target(const char *name, struct xentime_session *s)
{
    int64_t id;

    if (!strcmp(name, "xen")) {
        s->kind = XENTIME_SESSION_XEN;
        s->domid = XENTIME_NO_DOMID;
        return true;
    }
    if (!take_number(&name, "dom", 0, DOMID_FIRST_RESERVED - 1, &id) ||
        *name != '-' || uuid_parse(name + 1, s->uuid))
        return false;
    s->domid = id;
    return true;
}

static void session_text(char *text, size_t size, const struct xt_session *s)
{
    snprintf(text, size,
             "kind=%s state=%s count=%" PRIu32 " base=%" PRIu32
             " since=%" PRId64 " until=%" PRId64 " pid=%d start=%" PRIu64
             " by=%s",
             kind_names[s->s.kind], state_names[s->state], s->s.count, s->base,
             s->s.since, s->until_ms, s->s.pid, s->pid_start, s->s.by);
}

static bool parse_session(const char *text, struct xt_session *s)
{
    int64_t count, base, since, until, pid, start;
    int kind, state;

    kind = take_word(&text, "kind=", kind_names, ARRAY_LEN(kind_names));
    state = take_word(&text, "state=", state_names, ARRAY_LEN(state_names));
    /* The kind has to agree with the directory where the text was found. */
    if (kind < 0 || state < 0 ||
        (kind == XENTIME_SESSION_XEN) != (s->s.domid == XENTIME_NO_DOMID) ||
        !take_number(&text, "count=", 1, UINT32_MAX, &count) ||
        !take_number(&text, "base=", 0, UINT32_MAX, &base) ||
        !take_number(&text, "since=", 0, INT64_MAX, &since) ||
        !take_number(&text, "until=", 0, INT64_MAX, &until) ||
        !take_number(&text, "pid=", 0, INT32_MAX, &pid) ||
        !take_number(&text, "start=", 0, INT64_MAX, &start) ||
        strncmp(text, "by=", 3) != 0)
        return false;
    s->s.kind = kind;
    s->state = state;
    s->s.count = count;
    s->base = base;
    s->s.since = since;
    s->until_ms = until;
    s->s.pid = pid;
    s->pid_start = start;
    snprintf(s->s.by, sizeof(s->s.by), "%s", text + 3);
    return true;
}

const char *xentime_session_kind_name(enum xentime_session_kind kind)
{
    if ((unsigned int)kind >= ARRAY_LEN(kind_names))
        return NULL;
    return kind_names[kind];
}

bool xentime_is_holder(const char *name)
{
    size_t len = strlen(name);

    return len && len <= XENTIME_HOLDER_MAX &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789-_") == len;
}

/* ---- in memory ---- */

static struct xt_session *grow(xentime *xt, struct xt_ledger *l)
{
    struct xt_session *more;

    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 16;
        more = realloc(l->sessions, l->room * sizeof(*more));
        if (!more) {
            xt_fail_memory(xt);
            return NULL;
        }
        l->sessions = more;
    }
    memset(&l->sessions[l->n], 0, sizeof(*more));
    return &l->sessions[l->n++];
}

struct xt_session *xt_ledger_add(xentime *xt, struct xt_ledger *l,
                                 const struct xentime_domain *dom,
                                 const char *holder)
{
    struct xt_session *s = grow(xt, l);

    if (!s)
        return NULL;
    s->s.domid = dom ? dom->domid : XENTIME_NO_DOMID;
    if (dom)
        memcpy(s->s.uuid, dom->uuid, sizeof(s->s.uuid));
    snprintf(s->s.holder, sizeof(s->s.holder), "%s", holder);
    return s;
}

void xt_ledger_remove(struct xt_ledger *l, struct xt_session *s)
{
    l->n--;
    memmove(s, s + 1, (l->n - (s - l->sessions)) * sizeof(*s));
}

struct xt_session *xt_ledger_find(struct xt_ledger *l,
                                  const struct xentime_domain *dom,
                                  const char *holder)
{
    uint32_t domid = dom ? dom->domid : XENTIME_NO_DOMID;
    size_t i;

    for (i = 0; i < l->n; i++)
        if (l->sessions[i].s.domid == domid &&
            (!dom || !memcmp(l->sessions[i].s.uuid, dom->uuid, 16)) &&
            !strcmp(l->sessions[i].s.holder, holder))
            return &l->sessions[i];
    return NULL;
}

const struct xentime_domain *xt_ledger_domain(const struct xt_ledger *l,
                                              const struct xentime_session *s)
{
    size_t i;

    for (i = 0; i < l->ndoms; i++)
        if (l->doms[i].domid == s->domid &&
            !memcmp(l->doms[i].uuid, s->uuid, sizeof(s->uuid)) &&
            !(l->doms[i].state & XENTIME_DYING))
            return &l->doms[i];
    return NULL;
}

void xt_ledger_free(struct xt_ledger *l)
{
    xentime_free_domains(l->doms, l->ndoms);
    free(l->sessions);
    free(l->bad);
    memset(l, 0, sizeof(*l));
}

/* ---- reading ---- */

/* Notes a session that is none; returns false if memory is out. */
static bool note_damaged(xentime *xt, struct xt_ledger *l, const char *path,
                         const struct xentime_session *where)
{
    struct xentime_session *more;

    xt_fail(xt, XENTIME_ERR_FAIL, EBADMSG, NULL,
            "%s in xenstore is not a profiling session", path);
    xt_hint(xt, "if nobody profiles: xenstore-rm %s", path);
    xt_warn(xt);
    l->damaged++;
    more = reallocarray(l->bad, l->nbad + 1, sizeof(*more));
    if (!more) {
        xt_fail_memory(xt);
        return false;
    }
    l->bad = more;
    l->bad[l->nbad++] = *where;
    return true;
}

static bool read_session(xentime *xt, struct xt_ledger *l,
                         const struct xentime_session *where,
                         const char *holder)
{
    struct xt_session *s = grow(xt, l);
    bool named = strcmp(holder, NAMELESS) != 0, ok;
    char path[PATH_SIZE], *text;

    if (!s)
        return false;
    s->s = *where;
    if (named)
        snprintf(s->s.holder, sizeof(s->s.holder), "%s", holder);
    session_path(path, &s->s);
    if (!xt_store_get(xt, XBT_NULL, path, &text))
        return false;
    ok = text && (!named || xentime_is_holder(holder)) &&
         parse_session(text, s);
    if (!ok)
        l->n--;
    /* Who reads without the lock may find that it has ended meanwhile. */
    if (!ok && text)
        ok = note_damaged(xt, l, path, where);
    else
        ok = true;
    free(text);
    return ok;
}

/*
 * Reads the sessions in a directory.  One that is none of sessions, or not
 * where it has to be, such as those of xentimectl 0.1.0, is passed over.
 */
static bool read_target(xentime *xt, struct xt_ledger *l, const char *parent,
                        const char *name)
{
    struct xentime_session where = { .kind = XENTIME_SESSION_DOMAIN };
    char path[PATH_SIZE], right[PATH_SIZE], **holders;
    unsigned int i, n;
    bool ok;

    if (!parse_target(name, &where))
        return true;
    snprintf(path, sizeof(path), "%s/%s", parent, name);
    target_path(right, &where);
    if (strcmp(path, right) != 0)
        return true;
    ok = xt_store_list(xt, XBT_NULL, path, &holders, &n);
    for (i = 0; i < n && ok; i++)
        ok = read_session(xt, l, &where, holders[i]);
    free(holders);
    return ok;
}

static bool read_targets(xentime *xt, struct xt_ledger *l, const char *parent)
{
    char **names;
    unsigned int i, n;
    bool ok = xt_store_list(xt, XBT_NULL, parent, &names, &n);

    for (i = 0; i < n && ok; i++)
        ok = read_target(xt, l, parent, names[i]);
    free(names);
    return ok;
}

static bool read_all(xentime *xt, struct xt_ledger *l)
{
    char path[PATH_SIZE], **names;
    unsigned int i, n;
    int64_t initial;
    bool ok = xt_store_get_int(xt, XBT_NULL, DIRECTORY "/initial", -1, MAX_MODE,
                               &initial);

    if (!ok && xt->error.errno_value == EBADMSG) {
        xt_warn(xt);
        l->damaged++;
        ok = true;
    }
    if (!ok || !xt_store_list(xt, XBT_NULL, DIRECTORY, &names, &n))
        return false;
    l->initial = initial;
    for (i = 0; i < n && ok; i++) {
        snprintf(path, sizeof(path), DIRECTORY "/%s", names[i]);
        if (strlen(names[i]) == 2)
            ok = read_targets(xt, l, path);
        else
            ok = read_target(xt, l, DIRECTORY, names[i]);
    }
    free(names);
    return ok;
}

enum xentime_error xt_ledger_read_sessions(xentime *xt, struct xt_ledger *l)
{
    enum xentime_error rc = xt_xenstore(xt);

    memset(l, 0, sizeof(*l));
    if (rc)
        return rc;
    if (!read_all(xt, l)) {
        rc = xt->error.code;
        xt_ledger_free(l);
    }
    return rc;
}

enum xentime_error xt_ledger_read(xentime *xt, struct xt_ledger *l)
{
    enum xentime_error rc = xt_ledger_read_sessions(xt, l);

    /* Domains are listed last: a session whose domain is missing is over. */
    if (!rc)
        rc = xt_list_domains(xt, &l->doms, &l->ndoms);
    if (rc)
        xt_ledger_free(l);
    return rc;
}

/* ---- writing ---- */

struct writing {
    struct xt_session *const *s;
    size_t n;
};

/* Removes a session, and the directories above it that have no other. */
static bool drop_session(xentime *xt, xs_transaction_t t, char *path)
{
    if (!xt_store_drop(xt, t, path))
        return false;
    *strrchr(path, '/') = '\0';
    return xt_store_prune(xt, t, path, DIRECTORY);
}

static bool write_all(xentime *xt, xs_transaction_t t, const void *arg)
{
    const struct writing *w = arg;
    char path[PATH_SIZE], text[512];
    size_t i;

    for (i = 0; i < w->n; i++) {
        session_path(path, &w->s[i]->s);
        session_text(text, sizeof(text), w->s[i]);
        if (!(w->s[i]->drop ? drop_session(xt, t, path)
                            : xt_store_put(xt, t, path, text)))
            return false;
    }
    return true;
}

enum xentime_error xt_ledger_write(xentime *xt, struct xt_session *const *s,
                                   size_t n)
{
    struct writing w = { s, n };

    return xt_store_transaction(xt, write_all, &w);
}

enum xentime_error xt_ledger_write_one(xentime *xt, struct xt_session *s)
{
    return xt_ledger_write(xt, &s, 1);
}

enum xentime_error xt_ledger_set_initial(xentime *xt, struct xt_ledger *l,
                                         int mode)
{
    if (mode < 0 ? !xt_store_drop(xt, XBT_NULL, DIRECTORY "/initial")
                 : !xt_store_put_int(xt, XBT_NULL, DIRECTORY "/initial", mode))
        return xt->error.code;
    l->initial = mode;
    return XENTIME_OK;
}
