/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors, and which exit status each has: see report.h. */

#include <stdarg.h>

#include <json-c/json.h>

#include "output/report.h"
#include "output/json.h"
#include "output/text.h"
#include "tool.h"

/* clang-format off */
static const struct {
    int exit_status;
    const char *id;          /* in JSON */
} error_map[] = {
    [XENTIME_ERR_FAIL] = { EXIT_FAILED, "failed" },
    [XENTIME_ERR_INVALID] = { EXIT_USAGE, "invalid" },
    [XENTIME_ERR_NODOM] = { EXIT_NO_DOMAIN, "no-domain" },
    [XENTIME_ERR_AMBIGUOUS] = { EXIT_NO_DOMAIN, "ambiguous" },
    [XENTIME_ERR_UNSUPPORTED] = { EXIT_CANNOT, "unsupported" },
    [XENTIME_ERR_REFUSED] = { EXIT_CANNOT, "refused" },
    [XENTIME_ERR_NOXEN] = { EXIT_NO_XEN, "no-xen" },
    [XENTIME_ERR_PERM] = { EXIT_NO_XEN, "permission" },
    [XENTIME_ERR_VERSION] = { EXIT_NO_XEN, "version" },
    [XENTIME_ERR_BUSY] = { EXIT_BUSY, "busy" },
    [XENTIME_ERR_NODATA] = { EXIT_FAILED, "not-counted" },
    [XENTIME_ERR_NOSESSION] = { EXIT_FAILED, "no-session" },
};
/* clang-format on */

struct failure {
    const char *id; /* in JSON */
    int status;
    const char *about; /* what the line begins with; "": nothing */
    const char *domain;
    const char *text, *hint;
};

/* Returns a string, or null (NULL) for "". */
static json_object *text_or_null(const char *text)
{
    return *text ? json_text(text) : NULL;
}

static void print_failure_json(const struct failure *f)
{
    json_object *error = json_object_new_object();
    json_object *doc = json_object_new_object();

    json_object_object_add(error, "code", json_object_new_string(f->id));
    json_object_object_add(error, "exit", json_object_new_int(f->status));
    json_object_object_add(error, "domain", text_or_null(f->domain));
    json_object_object_add(error, "message", json_text(f->text));
    json_object_object_add(error, "hint", text_or_null(f->hint));
    json_object_object_add(doc, "error", error);
    print_json(doc);
}

static int print_failure(const struct tool *t, const struct failure *f)
{
    fputs("xentimectl: ", stderr);
    if (*f->about) {
        print_safe(stderr, f->about);
        fputs(": ", stderr);
    }
    print_safe(stderr, f->text);
    fputc('\n', stderr);
    if (*f->hint) {
        fputs("xentimectl: hint: ", stderr);
        print_safe(stderr, f->hint);
        fputc('\n', stderr);
    }
    if (t->opt[OPT_JSON])
        print_failure_json(f);
    return f->status;
}

int report_error(const struct tool *t)
{
    const struct xentime_error_info *e = xentime_last_error(t->xt);

    return print_failure(t, &(struct failure){
                                .id = error_map[e->code].id,
                                .status = error_map[e->code].exit_status,
                                .about = e->domain,
                                .domain = e->domain,
                                .text = e->text,
                                .hint = e->hint,
                            });
}

int error_status(const struct tool *t)
{
    return error_map[xentime_last_error(t->xt)->code].exit_status;
}

void report_damage(const struct tool *t)
{
    const struct xentime_error_info *e;
    size_t more;

    e = xentime_warning(t->xt, &more);
    if (!e)
        return;
    fputs("xentimectl: warning: ", stderr);
    if (*e->domain) {
        print_safe(stderr, e->domain);
        fputs(": ", stderr);
    }
    print_safe(stderr, e->text);
    if (more)
        fprintf(stderr, " (and %zu more)", more);
    fputc('\n', stderr);
}

int report(const struct tool *t, int status, const char *fmt, ...)
{
    char text[768];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return print_failure(t, &(struct failure){ "failed", status, "", "", text,
                                               "" });
}

int report_usage(const struct tool *t, const char *fmt, ...)
{
    char text[768], hint[96];
    const char *name = t->command ? t->command->name : "";
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    snprintf(hint, sizeof(hint), "see 'xentimectl help%s%s'", *name ? " " : "",
             name);
    return print_failure(t, &(struct failure){ "usage", EXIT_USAGE, name, "",
                                               text, hint });
}
