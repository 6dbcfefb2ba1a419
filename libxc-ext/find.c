/* SPDX-License-Identifier: LGPL-2.1-only */
/* Lists domains with all that is asked for, and finds those that are named. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uuid/uuid.h>

#include "domain.h"
#include "error.h"
#include "names.h"
#include "session.h"
#include "setting.h"
#include "store-pipeline.h"

static bool lacks_name(const struct xentime_domain *dom)
{
    return !dom->name && dom->domid != XENTIME_NO_DOMID;
}

/*
 * Reads the names that are not known yet.  A name that xenstore does not have is
 * no error: dom->name stays NULL.
 */
static enum xentime_error read_names(xentime *xt, struct xentime_domain *doms,
                                     size_t n)
{
    struct xt_node *nodes = calloc(n + 1, sizeof(*nodes));
    enum xentime_error rc;
    size_t i, k = 0;

    if (!nodes)
        return xt_fail_memory(xt);
    for (i = 0; i < n; i++)
        if (lacks_name(&doms[i]))
            snprintf(nodes[k++].path, sizeof(nodes->path),
                     "/local/domain/%u/name", doms[i].domid);
    rc = xt_store_look_many(xt, nodes, k);
    for (i = k = 0; i < n; i++)
        if (lacks_name(&doms[i]))
            doms[i].name = nodes[k++].value;
    free(nodes);
    return rc;
}

/* Reads what @want asks for, of domains that xt_list_domains() has listed. */
static enum xentime_error read_more(xentime *xt, unsigned int want,
                                    struct xentime_domain *doms, size_t n)
{
    enum xentime_error rc = XENTIME_OK;

    if (want & XENTIME_WANT_SETTINGS)
        rc = xt_read_settings(xt, doms, n);
    if (!rc && (want & XENTIME_WANT_SESSIONS))
        rc = xt_read_sessions(xt, doms, n);
    if (!rc && (want & XENTIME_WANT_NAME))
        rc = read_names(xt, doms, n);
    return rc;
}

enum xentime_error xentime_list(xentime *xt, unsigned int want,
                                struct xentime_domain **out, size_t *count)
{
    struct xentime_domain *doms;
    enum xentime_error rc;
    size_t i, n = 0, total;

    *out = NULL;
    *count = 0;
    xt_no_warning(xt);
    rc = xt_list_domains(xt, &doms, &total);
    if (rc)
        return rc;
    rc = read_more(xt, want, doms, total);
    if (rc) {
        xentime_free_domains(doms, total);
        return rc;
    }

    for (i = 0; i < total; i++) {
        if (doms[i].domid != XENTIME_NO_DOMID)
            doms[n++] = doms[i];
        else
            free(doms[i].name);
    }
    *out = doms;
    *count = n;
    return XENTIME_OK;
}

/* ---- finding ---- */

enum ref_kind { REF_ID, REF_UUID, REF_NAME };

static bool all_digits(const char *s)
{
    size_t i;

    for (i = 0; s[i]; i++)
        if (!isdigit((unsigned char)s[i]))
            return false;
    return i > 0 && i < 10;
}

static bool ref_matches(const char *ref, enum ref_kind kind,
                        const struct xentime_domain *dom)
{
    uuid_t uuid;

    switch (kind) {
    case REF_ID:
        return all_digits(ref) && strtoul(ref, NULL, 10) == dom->domid;
    case REF_UUID:
        return !uuid_parse(ref, uuid) &&
               !memcmp(uuid, dom->uuid, sizeof(dom->uuid));
    default:
        /* An empty word is a script's variable that is not set. */
        return *ref && dom->name && !strcmp(ref, dom->name);
    }
}

static enum xentime_error fail_ambiguous(xentime *xt, const char *ref,
                                         enum ref_kind kind,
                                         const struct xentime_domain *doms,
                                         size_t n)
{
    const char *sep = "";
    size_t i;

    xt_fail(xt, XENTIME_ERR_AMBIGUOUS, 0, NULL,
            "several domains have this %s: id ",
            kind == REF_UUID ? "UUID" : "name");
    for (i = 0; i < n; i++) {
        if (ref_matches(ref, kind, &doms[i])) {
            xt_fail_more(xt, "%s%u", sep, doms[i].domid);
            sep = ", ";
        }
    }
    snprintf(xt->error.domain, sizeof(xt->error.domain), "%s", ref);
    xt_hint(xt, "name it by its id");
    return XENTIME_ERR_AMBIGUOUS;
}

/* Finds the index of the domain that @ref names; NODOM sets no error text. */
static enum xentime_error match(xentime *xt, const char *ref,
                                const struct xentime_domain *doms, size_t n,
                                size_t *at)
{
    enum ref_kind kind;
    size_t i, hits;

    for (kind = REF_ID; kind <= REF_NAME; kind++) {
        for (hits = i = 0; i < n; i++) {
            if (ref_matches(ref, kind, &doms[i])) {
                *at = i;
                hits++;
            }
        }
        if (hits > 1)
            return fail_ambiguous(xt, ref, kind, doms, n);
        if (hits)
            return XENTIME_OK;
    }
    return XENTIME_ERR_NODOM;
}

static enum xentime_error fail_no_domain(xentime *xt, const char *ref)
{
    xt_fail(xt, XENTIME_ERR_NODOM, 0, NULL, "no such domain");
    snprintf(xt->error.domain, sizeof(xt->error.domain), "%s",
             *ref ? ref : "\"\"");
    if (!*ref)
        xt_hint(xt, "a domain without a name has an id and a UUID");
    return XENTIME_ERR_NODOM;
}

static enum xentime_error fail_gone(xentime *xt,
                                    const struct xentime_domain *dom)
{
    xt_fail(xt, XENTIME_ERR_NODOM, ESRCH, NULL, "the domain is gone");
    if (dom->name)
        snprintf(xt->error.domain, sizeof(xt->error.domain), "%s", dom->name);
    else
        xt_uuid_text(dom->uuid, xt->error.domain);
    return XENTIME_ERR_NODOM;
}

/*
 * Matches every reference.  The names of all domains are read when the first
 * reference turns out to be neither an id nor a UUID; *want then does not ask
 * for them any more.
 */
static enum xentime_error match_all(xentime *xt, const char *const *refs,
                                    size_t nrefs, unsigned int *want,
                                    struct xentime_domain *doms, size_t n,
                                    size_t *picks)
{
    bool named = false;
    enum xentime_error rc;
    size_t i;

    for (i = 0; i < nrefs; i++) {
        rc = match(xt, refs[i], doms, n, &picks[i]);
        if (rc == XENTIME_ERR_NODOM && !named) {
            rc = read_more(xt, XENTIME_WANT_NAME, doms, n);
            if (rc)
                return rc;
            named = true;
            *want &= ~(unsigned int)XENTIME_WANT_NAME;
            rc = match(xt, refs[i], doms, n, &picks[i]);
        }
        if (rc == XENTIME_ERR_NODOM)
            return fail_no_domain(xt, refs[i]);
        if (rc)
            return rc;
    }
    return XENTIME_OK;
}

/* Moves the picked domains, each once, to @out; returns how many. */
static size_t take_picks(struct xentime_domain *doms, const size_t *picks,
                         size_t npicks, struct xentime_domain *out)
{
    size_t i, k, got = 0;

    for (i = 0; i < npicks; i++) {
        for (k = 0; k < i && picks[k] != picks[i]; k++)
            continue;
        if (k < i)
            continue;
        out[got++] = doms[picks[i]];
        doms[picks[i]].name = NULL;
    }
    return got;
}

/*
 * Finds the domain of a single reference that is its id, without a list of all
 * others: "watch" asks so for each domain of a host.  *count stays 0 if it is
 * not one.
 */
static enum xentime_error find_id(xentime *xt, const char *const *refs,
                                  size_t nrefs, struct xentime_domain *found,
                                  size_t *count)
{
    enum xentime_error rc;
    bool there;

    if (nrefs != 1 || !all_digits(refs[0]))
        return XENTIME_OK;
    rc = xt_get_domain(xt, strtoul(refs[0], NULL, 10), found, &there);
    if (!rc)
        *count = there;
    return rc;
}

static enum xentime_error find_among_all(xentime *xt, const char *const *refs,
                                         size_t nrefs, unsigned int *want,
                                         size_t *picks,
                                         struct xentime_domain *found,
                                         size_t *count)
{
    struct xentime_domain *doms;
    enum xentime_error rc;
    size_t n;

    rc = xt_list_domains(xt, &doms, &n);
    if (rc)
        return rc;
    rc = match_all(xt, refs, nrefs, want, doms, n, picks);
    if (!rc)
        *count = take_picks(doms, picks, nrefs, found);
    xentime_free_domains(doms, n);
    return rc;
}

/* Does xentime_find() in memory that the caller has allocated. */
static enum xentime_error find_into(xentime *xt, const char *const *refs,
                                    size_t nrefs, unsigned int want,
                                    size_t *picks, struct xentime_domain *found,
                                    size_t *count)
{
    enum xentime_error rc;
    size_t i;

    rc = find_id(xt, refs, nrefs, found, count);
    if (!rc && !*count)
        rc = find_among_all(xt, refs, nrefs, &want, picks, found, count);
    if (!rc)
        rc = read_more(xt, want, found, *count);
    for (i = 0; !rc && i < *count; i++)
        if (found[i].domid == XENTIME_NO_DOMID)
            rc = fail_gone(xt, &found[i]);
    return rc;
}

enum xentime_error xentime_find(xentime *xt, const char *const *refs,
                                size_t nrefs, unsigned int want,
                                struct xentime_domain **out, size_t *count)
{
    struct xentime_domain *found = calloc(nrefs + 1, sizeof(*found));
    size_t *picks = calloc(nrefs + 1, sizeof(*picks));
    enum xentime_error rc;

    *out = NULL;
    *count = 0;
    xt_no_warning(xt);
    if (picks && found)
        rc = find_into(xt, refs, nrefs, want, picks, found, count);
    else
        rc = xt_fail_memory(xt);
    free(picks);
    if (rc) {
        xentime_free_domains(found, *count);
        *count = 0;
        return rc;
    }
    *out = found;
    return XENTIME_OK;
}
