/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Xenstore has what policies know of domains besides their settings:
 *
 *   /tool/xentime/label/<uuid>/<label>   written by whoever manages domains;
 *                                        outlives them
 *   /tool/xentime/<xx>/<uuid>/profiling  "no": no new profiling session; goes
 *                                        with the records of the domain
 */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "names.h"
#include "permission.h"
#include "store.h"

#define PATH_SIZE 192
#define LABEL_MAX 64

enum xentime_error xentime_label(xentime *xt, const uint8_t uuid[16],
                                 const char *label, char **value)
{
    char path[PATH_SIZE], text[XT_UUID_TEXT];

    *value = NULL;
    if (!*label || strlen(label) > LABEL_MAX || strchr(label, '/'))
        return xt_fail(xt, XENTIME_ERR_INVALID, EINVAL, NULL,
                       "\"%s\" is not a label", label);
    xt_uuid_text(uuid, text);
    snprintf(path, sizeof(path), XT_STORE_ROOT "/label/%s/%s", text, label);
    return xt_store_look(xt, path, value);
}

/* ---- permission to be profiled ---- */

static void permission_path(char path[PATH_SIZE], const uint8_t uuid[16])
{
    char text[XT_UUID_TEXT];

    xt_uuid_text(uuid, text);
    snprintf(path, PATH_SIZE, XT_STORE_ROOT "/%02x/%s/profiling",
             xt_bucket(uuid), text);
}

enum xentime_error xentime_may_profile(xentime *xt, const uint8_t uuid[16],
                                       bool *allowed)
{
    char path[PATH_SIZE], *value;
    enum xentime_error rc;

    permission_path(path, uuid);
    rc = xt_store_look(xt, path, &value);
    *allowed = !value || strcmp(value, "no") != 0;
    free(value);
    return rc;
}

bool xt_write_permission(xentime *xt, xs_transaction_t t,
                         const uint8_t uuid[16], bool allowed)
{
    char path[PATH_SIZE];

    permission_path(path, uuid);
    return allowed ? xt_store_drop(xt, t, path)
                   : xt_store_put(xt, t, path, "no");
}

enum xentime_error xt_check_permission(xentime *xt,
                                       const struct xentime_domain *doms,
                                       size_t n)
{
    enum xentime_error rc;
    bool allowed;
    size_t i;

    for (i = 0; i < n; i++) {
        rc = xentime_may_profile(xt, doms[i].uuid, &allowed);
        /* Without xenstored the start itself will fail, and say so. */
        if (rc == XENTIME_ERR_NOXEN)
            return XENTIME_OK;
        if (rc)
            return rc;
        if (allowed)
            continue;
        xt_fail(xt, XENTIME_ERR_REFUSED, 0, &doms[i],
                "the policy does not allow it to be profiled");
        xt_hint(xt, "see <profiling> in the policy, and \"xentimectl policy "
                    "apply\"");
        return XENTIME_ERR_REFUSED;
    }
    return XENTIME_OK;
}
