/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Records in xenstore:
 *
 *   /tool/xentime/<xx>/<uuid>/<setting>/requested   what was asked for
 *                                       applied     what Xen had afterwards
 *                                       when        seconds since the epoch
 *                                       by          user, program and pid
 *                                       persist     1: outlives the domain
 *
 * where <xx> is xt_bucket(), in two hexadecimal digits.
 *
 * "requested" alone is written before a change, so that one cut short by a
 * crash is seen: it differs from "applied".
 */

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <uuid/uuid.h>

#include "domain.h"
#include "error.h"
#include "names.h"
#include "permission.h"
#include "record.h"
#include "setting.h"
#include "store.h"

#define PATH_SIZE 128

static void uuid_path(char path[PATH_SIZE], const uint8_t uuid[16])
{
    char text[XT_UUID_TEXT];

    xt_uuid_text(uuid, text);
    snprintf(path, PATH_SIZE, XT_STORE_ROOT "/%02x/%s", xt_bucket(uuid), text);
}

static void field_path(char path[PATH_SIZE], const uint8_t uuid[16],
                       enum xentime_setting setting, const char *field)
{
    char text[XT_UUID_TEXT];

    xt_uuid_text(uuid, text);
    snprintf(path, PATH_SIZE, XT_STORE_ROOT "/%02x/%s/%s%s%s", xt_bucket(uuid),
             text, xt_settings[setting].name, field ? "/" : "",
             field ? field : "");
}

/* ---- sweeping ---- */

static bool is_alive(const struct xentime_domain *doms, size_t n,
                     const uint8_t uuid[16])
{
    size_t i;

    for (i = 0; i < n; i++)
        if (!memcmp(doms[i].uuid, uuid, sizeof(doms[i].uuid)))
            return true;
    return false;
}

/* Removes all records of a domain, and their directory if it has no others. */
static bool drop_domain(xentime *xt, xs_transaction_t t, const uint8_t uuid[16])
{
    char path[PATH_SIZE];

    uuid_path(path, uuid);
    if (!xt_store_drop(xt, t, path))
        return false;
    *strrchr(path, '/') = '\0';
    return xt_store_prune(xt, t, path, XT_STORE_ROOT);
}

static bool sweep_one(xentime *xt, xs_transaction_t t, const uint8_t uuid[16])
{
    char path[PATH_SIZE];
    int64_t persist;
    bool any = false;
    int i;

    for (i = 0; i < XENTIME_SETTINGS; i++) {
        field_path(path, uuid, i, "persist");
        if (!xt_store_get_int(xt, t, path, 0, 1, &persist)) {
            /* A damaged record is not ours to judge, and is kept. */
            if (xt->error.errno_value != EBADMSG)
                return false;
            persist = 1;
        }
        if (persist) {
            any = true;
            continue;
        }
        field_path(path, uuid, i, NULL);
        if (!xt_store_drop(xt, t, path))
            return false;
    }
    return any ? xt_write_permission(xt, t, uuid, true)
               : drop_domain(xt, t, uuid);
}

/* The UUIDs that directories have records of. */
struct kept {
    uuid_t *uuids;
    size_t n;
};

static bool read_bucket(xentime *xt, xs_transaction_t t, unsigned int bucket,
                        struct kept *kept)
{
    char path[PATH_SIZE], **entries;
    unsigned int i, n;
    uuid_t *more;

    snprintf(path, sizeof(path), XT_STORE_ROOT "/%02x", bucket);
    if (!xt_store_list(xt, t, path, &entries, &n))
        return false;
    more = n ? reallocarray(kept->uuids, kept->n + n, sizeof(*more)) : NULL;
    if (more)
        kept->uuids = more;
    for (i = 0; more && i < n; i++)
        kept->n += !uuid_parse(entries[i], more[kept->n]);
    free(entries);
    if (n && !more)
        xt_fail_memory(xt);
    return more || !n;
}

/*
 * Drops the records of domains that are gone, in the directories that are
 * written to: a sweep of all would take longer with each domain that the host
 * ever had. The domains are listed after the directories were read, inside the
 * transaction: a record made in between spoils the commit.
 */
static bool sweep(xentime *xt, xs_transaction_t t, const bool written[256])
{
    struct xentime_domain *doms = NULL;
    struct kept kept = { 0 };
    size_t alive = 0, i;
    bool ok = true;

    for (i = 0; ok && i < 256; i++)
        ok = !written[i] || read_bucket(xt, t, i, &kept);
    if (ok && kept.n && xt_list_domains(xt, &doms, &alive))
        ok = false;
    for (i = 0; ok && i < kept.n; i++)
        if (!is_alive(doms, alive, kept.uuids[i]))
            ok = sweep_one(xt, t, kept.uuids[i]);
    xentime_free_domains(doms, alive);
    free(kept.uuids);
    return ok;
}

/* ---- records ---- */

struct batch {
    const struct xt_record_entry *entries;
    size_t n;
    const struct xentime_permission *permissions;
    size_t npermissions;
};

static bool write_record(xentime *xt, xs_transaction_t t,
                         const struct xt_record_entry *e)
{
    char path[PATH_SIZE];

    field_path(path, e->uuid, e->setting, "requested");
    if (!xt_store_put_int(xt, t, path, e->rec.requested))
        return false;
    field_path(path, e->uuid, e->setting, "applied");
    if (!xt_store_put_int(xt, t, path, e->rec.applied))
        return false;
    field_path(path, e->uuid, e->setting, "when");
    if (!xt_store_put_int(xt, t, path, e->rec.when))
        return false;
    field_path(path, e->uuid, e->setting, "by");
    if (!xt_store_put(xt, t, path, e->rec.by))
        return false;
    field_path(path, e->uuid, e->setting, "persist");
    return xt_store_put_int(xt, t, path, e->rec.persist);
}

static bool write_batch(xentime *xt, xs_transaction_t t, const void *arg)
{
    const struct batch *b = arg;
    bool written[256] = { false };
    size_t i;

    for (i = 0; i < b->n; i++)
        written[xt_bucket(b->entries[i].uuid)] = true;
    for (i = 0; i < b->npermissions; i++)
        written[xt_bucket(b->permissions[i].dom->uuid)] = true;
    /* Sweeps first, so that a record for a domain just ended stays. */
    if (!sweep(xt, t, written))
        return false;
    for (i = 0; i < b->n; i++)
        if (!write_record(xt, t, &b->entries[i]))
            return false;
    for (i = 0; i < b->npermissions; i++)
        if (!xt_write_permission(xt, t, b->permissions[i].dom->uuid,
                                 b->permissions[i].allowed))
            return false;
    return true;
}

enum xentime_error xt_record_commit(
    xentime *xt, const struct xt_record_entry *entries, size_t n,
    const struct xentime_permission *permissions, size_t npermissions)
{
    struct batch b = { entries, n, permissions, npermissions };

    return xt_store_transaction(xt, write_batch, &b);
}

static enum xentime_error check_value(xentime *xt, enum xentime_setting setting,
                                      int value, int min)
{
    if ((unsigned int)setting >= XENTIME_SETTINGS || value < min ||
        value > xt_settings[setting].max)
        return xt_fail(xt, XENTIME_ERR_INVALID, EINVAL, NULL,
                       "no such setting, or no such value of it");
    return XENTIME_OK;
}

enum xentime_error xentime_record_write(xentime *xt, const uint8_t uuid[16],
                                        enum xentime_setting setting,
                                        const struct xentime_record *rec)
{
    struct xt_record_entry e = { uuid, setting, *rec };
    enum xentime_error rc = check_value(xt, setting, rec->requested, 0);

    if (!rc)
        rc = check_value(xt, setting, rec->applied, 0);
    if (!rc && rec->when < 0)
        rc = xt_fail(xt, XENTIME_ERR_INVALID, EINVAL, NULL,
                     "no time before 1970");
    return rc ? rc : xt_record_commit(xt, &e, 1, NULL, 0);
}

struct reading {
    const uint8_t *uuid;
    enum xentime_setting setting;
    struct xentime_record *rec;
    bool *found;
};

static bool read_record(xentime *xt, xs_transaction_t t, const void *arg)
{
    const struct reading *r = arg;
    int max = xt_settings[r->setting].max;
    int64_t requested, applied, when, persist;
    char path[PATH_SIZE], *by;

    *r->found = false;
    field_path(path, r->uuid, r->setting, "requested");
    if (!xt_store_get_int(xt, t, path, -1, max, &requested))
        return false;
    if (requested < 0)
        return true;
    field_path(path, r->uuid, r->setting, "applied");
    if (!xt_store_get_int(xt, t, path, -1, max, &applied))
        return false;
    field_path(path, r->uuid, r->setting, "when");
    if (!xt_store_get_int(xt, t, path, 0, INT64_MAX, &when))
        return false;
    field_path(path, r->uuid, r->setting, "persist");
    if (!xt_store_get_int(xt, t, path, 0, 1, &persist))
        return false;
    field_path(path, r->uuid, r->setting, "by");
    if (!xt_store_get(xt, t, path, &by))
        return false;

    r->rec->requested = requested;
    r->rec->applied = applied;
    r->rec->when = when;
    r->rec->persist = persist;
    snprintf(r->rec->by, sizeof(r->rec->by), "%s", by ? by : "");
    free(by);
    *r->found = true;
    return true;
}

enum xentime_error xentime_record_read(xentime *xt, const uint8_t uuid[16],
                                       enum xentime_setting setting,
                                       struct xentime_record *rec, bool *found)
{
    struct reading r = { uuid, setting, rec, found };
    enum xentime_error rc = check_value(xt, setting, 0, 0);
    char path[PATH_SIZE], *requested;

    *found = false;
    if (rc)
        return rc;
    /* Most domains have no record, and a transaction is two requests more. */
    field_path(path, uuid, setting, "requested");
    rc = xt_store_look(xt, path, &requested);
    if (!requested)
        return rc;
    free(requested);
    return xt_store_transaction(xt, read_record, &r);
}

static bool remove_records(xentime *xt, xs_transaction_t t, const void *uuid)
{
    return drop_domain(xt, t, uuid);
}

enum xentime_error xentime_record_remove(xentime *xt, const uint8_t uuid[16])
{
    return xt_store_transaction(xt, remove_records, uuid);
}

static bool forget(xentime *xt, xs_transaction_t t, const void *uuid)
{
    return sweep_one(xt, t, uuid);
}

enum xentime_error xt_record_forget(xentime *xt, const uint8_t uuid[16])
{
    return xt_store_transaction(xt, forget, uuid);
}

/* Reads a field as it stands; a damaged one counts as absent here. */
static bool get_old(xentime *xt, const uint8_t uuid[16],
                    enum xentime_setting setting, const char *field, int *old)
{
    char path[PATH_SIZE];
    int64_t value = -1;

    field_path(path, uuid, setting, field);
    if (!xt_store_get_int(xt, XBT_NULL, path, -1, xt_settings[setting].max,
                          &value) &&
        xt->error.errno_value != EBADMSG)
        return false;
    *old = value;
    return true;
}

static bool announce(xentime *xt, const uint8_t uuid[16],
                     enum xentime_setting setting, int old, int value,
                     struct xt_before *before)
{
    char path[PATH_SIZE];

    if (!get_old(xt, uuid, setting, "requested", &before->requested) ||
        !get_old(xt, uuid, setting, "applied", &before->applied))
        return false;
    before->announced = true;
    /*
     * Where an earlier change was cut short, "applied" is not what Xen has:
     * it might be just what is to be requested now, and look done.
     */
    field_path(path, uuid, setting, "applied");
    if (before->applied >= 0 && before->applied != old &&
        !xt_store_put_int(xt, XBT_NULL, path, old))
        return false;
    field_path(path, uuid, setting, "requested");
    return xt_store_put_int(xt, XBT_NULL, path, value);
}

enum xentime_error xt_record_intent(xentime *xt, const uint8_t uuid[16],
                                    enum xentime_setting setting, int old,
                                    int value, struct xt_before *before)
{
    enum xentime_error rc = xt_xenstore(xt);

    before->announced = false;
    if (rc)
        return rc;
    return announce(xt, uuid, setting, old, value, before) ? XENTIME_OK
                                                           : xt->error.code;
}

/* A damaged record persists: it is not ours to judge. */
enum xentime_error xt_record_persists(xentime *xt, const uint8_t uuid[16],
                                      enum xentime_setting setting,
                                      bool *persists)
{
    enum xentime_error rc = xt_xenstore(xt);
    char path[PATH_SIZE];
    int64_t value = 0;

    if (rc)
        return rc;
    field_path(path, uuid, setting, "persist");
    if (!xt_store_get_int(xt, XBT_NULL, path, 0, 1, &value)) {
        if (xt->error.errno_value != EBADMSG)
            return xt->error.code;
        value = 1;
    }
    *persists = value;
    return XENTIME_OK;
}

/* The fields that a change does not announce, but its record replaces. */
static const char *const kept_fields[XT_KEPT_FIELDS] = { "when", "by",
                                                         "persist" };

enum xentime_error xt_record_keep(xentime *xt, const uint8_t uuid[16],
                                  enum xentime_setting setting,
                                  struct xt_before *before)
{
    char path[PATH_SIZE];
    size_t i;

    if (before->requested < 0 && before->applied < 0)
        return XENTIME_OK;
    for (i = 0; i < XT_KEPT_FIELDS; i++) {
        field_path(path, uuid, setting, kept_fields[i]);
        if (!xt_store_get(xt, XBT_NULL, path, &before->kept[i]))
            return xt->error.code;
    }
    before->has_kept = true;
    return XENTIME_OK;
}

static bool put_back_kept(xentime *xt, xs_transaction_t t, const uint8_t *uuid,
                          enum xentime_setting setting,
                          const struct xt_before *before)
{
    char path[PATH_SIZE];
    bool ok = true;
    size_t i;

    for (i = 0; before->has_kept && i < XT_KEPT_FIELDS && ok; i++) {
        field_path(path, uuid, setting, kept_fields[i]);
        ok = before->kept[i] ? xt_store_put(xt, t, path, before->kept[i])
                             : xt_store_drop(xt, t, path);
    }
    return ok;
}

struct withdrawal {
    const uint8_t *uuid;
    enum xentime_setting setting;
    const struct xt_before *before;
};

/* Puts a field back to what it was; returns true if it was there. */
static bool put_back(xentime *xt, xs_transaction_t t,
                     const struct withdrawal *w, const char *field, int value,
                     bool *failed)
{
    char path[PATH_SIZE];

    if (value < 0)
        return false;
    field_path(path, w->uuid, w->setting, field);
    if (!xt_store_put_int(xt, t, path, value))
        *failed = true;
    return true;
}

static bool withdraw(xentime *xt, xs_transaction_t t, const void *arg)
{
    const struct withdrawal *w = arg;
    char path[PATH_SIZE];
    bool failed = false, was_there;

    was_there = put_back(xt, t, w, "requested", w->before->requested, &failed);
    if (!failed)
        was_there |= put_back(xt, t, w, "applied", w->before->applied, &failed);
    if (!failed && was_there)
        failed = !put_back_kept(xt, t, w->uuid, w->setting, w->before);
    if (failed || was_there)
        return !failed;

    field_path(path, w->uuid, w->setting, NULL);
    if (!xt_store_drop(xt, t, path))
        return false;
    uuid_path(path, w->uuid);
    return xt_store_prune(xt, t, path, XT_STORE_ROOT);
}

enum xentime_error xt_record_withdraw(xentime *xt, const uint8_t uuid[16],
                                      enum xentime_setting setting,
                                      const struct xt_before *before)
{
    struct withdrawal w = { uuid, setting, before };

    return xt_store_transaction(xt, withdraw, &w);
}

void xt_record_author(char *by, size_t size)
{
    struct passwd pw, *found = NULL;
    char buf[4096];
    const char *user = getuid() ? NULL : getenv("SUDO_USER");

    if (!user && !getpwuid_r(getuid(), &pw, buf, sizeof(buf), &found) && found)
        user = found->pw_name;
    snprintf(by, size, "%s %s[%d]", user ? user : "?",
             program_invocation_short_name, (int)getpid());
}
