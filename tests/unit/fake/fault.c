/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See fault.h. */

#include <errno.h>
#include <string.h>

#include "fault.h"

void fault_clear(struct fault *f)
{
    *f = (struct fault){ 0 };
}

void fault_fail(struct fault *f, unsigned int at, int err, bool onwards)
{
    *f = (struct fault){ .fail_at = at, .err = err, .onwards = onwards };
}

void fault_hook(struct fault *f, const char *only, unsigned int at,
                void (*hook)(void *arg), void *arg)
{
    *f =
        (struct fault){ .only = only, .hook_at = at, .hook = hook, .arg = arg };
}

bool fault_strikes(struct fault *f, const char *function)
{
    unsigned int call;

    if (f->in_hook || (f->only && strcmp(f->only, function)))
        return false;
    call = __atomic_add_fetch(&f->calls, 1, __ATOMIC_RELAXED);
    if (f->hook_at && call == f->hook_at) {
        f->struck = true;
        f->in_hook = true;
        f->hook(f->arg);
        f->in_hook = false;
    }
    if (!f->fail_at || (f->onwards ? call < f->fail_at : call != f->fail_at))
        return false;
    f->struck = true;
    errno = f->err;
    return true;
}
