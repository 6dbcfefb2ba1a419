/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl watch: applies the policy to the domains that come. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "output/report.h"
#include "output/text.h"
#include "policy/match.h"
#include "tool.h"
#include "watch/systemd.h"
#include "watch/watch.h"

/* How often a domain is tried until its name is there and its lock is free. */
#define MAX_TRIES 10

/* The wait for a lock that somebody else has; the next domain waits as well. */
#define LOCK_MS 100

#define SESSIONS_MS 5000

void watch_say(const char *level, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    fprintf(stderr, "%sxentimectl: ", getenv("JOURNAL_STREAM") ? level : "");
    print_safe(stderr, text);
    fputc('\n', stderr);
}

int watch_end(const struct watcher *w)
{
    watch_say(SD_ERR, "%s: ending", xentime_last_error(w->t->xt)->text);
    return error_status(w->t);
}

static const char *name_of(const struct xentime_domain *dom)
{
    return dom->name ? dom->name : "a domain without a name";
}

/* ---- which domains ---- */

static int compare(const struct watch_domain *seen,
                   const struct xentime_domain *dom)
{
    if (seen->domid != dom->domid)
        return seen->domid < dom->domid ? -1 : 1;
    return memcmp(seen->uuid, dom->uuid, sizeof(seen->uuid));
}

/*
 * Replaces the list of domains by @doms, which are in order of id, and keeps
 * what is known of those that were in it.
 */
static bool take_list(struct watcher *w, const struct xentime_domain *doms,
                      size_t n)
{
    struct watch_domain *list = calloc(n ? n : 1, sizeof(*list));
    size_t i, old = 0;

    if (!list)
        return false;
    for (i = 0; i < n; i++) {
        list[i].domid = doms[i].domid;
        memcpy(list[i].uuid, doms[i].uuid, sizeof(list[i].uuid));
        list[i].done = doms[i].state & XENTIME_DYING;
        while (old < w->nseen && w->seen[old].domid < doms[i].domid)
            old++;
        if (old < w->nseen && !compare(&w->seen[old], &doms[i]))
            list[i] = w->seen[old];
    }
    free(w->seen);
    w->seen = list;
    w->nseen = n;
    return true;
}

void watch_forget(struct watcher *w)
{
    size_t i;

    for (i = 0; i < w->nseen; i++) {
        w->seen[i].done = false;
        w->seen[i].tries = 0;
    }
}

/* ---- one domain ---- */

static void say_change(const struct xentime_change *c,
                       const struct policy_desired *desired)
{
    char old[SETTING_TEXT], value[SETTING_TEXT], why[32] = "defaults";

    setting_text(c->setting, c->old, old);
    setting_text(c->setting, c->value, value);
    if (desired->source[c->setting] == POLICY_RECORD)
        strcpy(why, "record");
    else if (desired->source[c->setting] == POLICY_RULE)
        snprintf(why, sizeof(why), "line %d", desired->rule->line);
    watch_say(SD_NOTICE, "%s (%u): %s %s -> %s (%s)", name_of(c->dom),
              c->dom->domid, xentime_setting_name(c->setting), old, value, why);
}

static void say_done(const struct policy_plan *plan,
                     const struct xentime_domain *dom)
{
    size_t i;

    for (i = 0; i < plan->nchanges; i++)
        say_change(&plan->changes[i], plan->desired);
    if (plan->npermissions)
        watch_say(SD_NOTICE, "%s (%u): profiling %s", name_of(dom), dom->domid,
                  plan->permissions->allowed ? "allowed" : "not allowed");
}

static enum xentime_error do_plan(struct watcher *w,
                                  const struct xentime_domain *dom)
{
    struct policy_plan plan;
    enum xentime_error rc = policy_plan(w->t->xt, w->policy, dom, 1, &plan);

    if (!rc && plan.damaged)
        watch_say(SD_WARNING, "%s (%u): %s", name_of(dom), dom->domid,
                  plan.why.text);
    if (!rc && plan.nchanges + plan.npermissions) {
        rc = policy_carry_out(w->t->xt, &plan, 0);
        if (!rc)
            say_done(&plan, dom);
    }
    policy_free_plan(&plan);
    return rc;
}

/* Whether an error is the end of the watch. */
static bool is_fatal(enum xentime_error rc)
{
    return rc == XENTIME_ERR_NOXEN || rc == XENTIME_ERR_PERM;
}

static enum xentime_error fail_with(const struct watcher *w,
                                    const struct watch_domain *seen,
                                    const struct xentime_domain *dom,
                                    enum xentime_error rc)
{
    const struct xentime_error_info *e = xentime_last_error(w->t->xt);
    /* The hint of a refusal is --force, which watch does not have. */
    bool has_way_out = rc == XENTIME_ERR_UNSUPPORTED && *e->hint;

    if (is_fatal(rc))
        watch_end(w);
    else
        watch_say(SD_WARNING, "%s (%u): %s%s%s", name_of(dom), seen->domid,
                  e->text, has_way_out ? "; " : "", has_way_out ? e->hint : "");
    return rc;
}

/* Has a domain looked at a little later; false: that has been often enough. */
static bool again(struct watcher *w, struct watch_domain *seen)
{
    if (++seen->tries >= MAX_TRIES)
        return false;
    w->pending = true;
    return true;
}

/* Applies the policy to a domain, or has it looked at again later. */
static enum xentime_error handle(struct watcher *w, struct watch_domain *seen,
                                 const struct xentime_domain *dom)
{
    enum xentime_error rc;

    if (memcmp(dom->uuid, seen->uuid, sizeof(seen->uuid)) != 0)
        return XENTIME_OK; /* the id is another's now: an event will come */
    if (!dom->name && again(w, seen))
        return XENTIME_OK;
    rc = do_plan(w, dom);
    if (rc == XENTIME_ERR_BUSY && again(w, seen))
        return XENTIME_OK;
    seen->done = true;
    if (rc && rc != XENTIME_ERR_NODOM)
        return fail_with(w, seen, dom, rc);
    return XENTIME_OK;
}

static enum xentime_error look_at(struct watcher *w, struct watch_domain *seen)
{
    struct xentime_domain *dom;
    enum xentime_error rc;
    const char *ref;
    char id[16];
    size_t n;

    snprintf(id, sizeof(id), "%u", seen->domid);
    ref = id;
    rc = xentime_find(w->t->xt, &ref, 1, XENTIME_WANT_NAME, &dom, &n);
    if (rc == XENTIME_ERR_NODOM)
        return XENTIME_OK;
    if (rc) {
        const struct xentime_domain nameless = { .domid = seen->domid };

        return fail_with(w, seen, &nameless, rc);
    }
    rc = handle(w, seen, dom);
    xentime_free_domains(dom, n);
    return rc;
}

int watch_update(struct watcher *w)
{
    struct xentime_domain *doms;
    enum xentime_error rc;
    size_t i, n;
    bool taken;

    w->pending = false;
    xentime_set_lock_timeout(w->t->xt, LOCK_MS);
    if (xentime_list(w->t->xt, 0, &doms, &n))
        return watch_end(w);
    taken = take_list(w, doms, n);
    xentime_free_domains(doms, n);
    if (!taken) {
        watch_say(SD_ERR, "out of memory");
        return EXIT_FAILED;
    }
    for (i = 0; i < w->nseen; i++) {
        if (w->seen[i].done)
            continue;
        rc = look_at(w, &w->seen[i]);
        if (is_fatal(rc))
            return error_status(w->t);
    }
    return EXIT_DONE;
}

/* ---- sessions ---- */

/* Says once, until it is mended, that something is damaged. */
static void say_damage(struct watcher *w)
{
    const struct xentime_error_info *e;
    size_t more;

    e = xentime_warning(w->t->xt, &more);
    if (e && !w->told_damage)
        watch_say(SD_WARNING, "%s", e->text);
    w->told_damage = e;
}

int watch_sessions(struct watcher *w)
{
    struct xentime_profile profile;
    enum xentime_error rc;
    size_t i;

    w->sessions_ms = -1;
    if (w->no_sessions)
        return EXIT_DONE;
    rc = xentime_get_profile(w->t->xt, &profile);
    if (rc == XENTIME_ERR_UNSUPPORTED) {
        w->no_sessions = true;
        return EXIT_DONE;
    }
    if (is_fatal(rc))
        return watch_end(w);
    if (rc) {
        w->sessions_ms = SESSIONS_MS;
        return EXIT_DONE;
    }
    say_damage(w);
    /* No event tells that a process has died, or that a time is over. */
    for (i = 0; i < profile.count; i++)
        if (profile.sessions[i].pid || profile.sessions[i].ends_in_ms >= 0)
            w->sessions_ms = SESSIONS_MS;
    xentime_free_profile(&profile);
    return EXIT_DONE;
}
