/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See session_world.h. */

#include "session_world.h"
#include "unit.h"

void world_begin(struct model *m, bool patched, int mode)
{
    xentime_close(xt);
    fake_reset();
    store_rm("/tool/xentime");
    if (patched)
        fake_count_sessions();
    fake->vpmu = mode;
    fake_add(0, XENTIME_PV);
    xt = NULL;
    assert_int_equal(xentime_open(&xt, NULL), XENTIME_OK);
    model_start_over(m, patched, mode);
}

void world_create(struct model *m, int id)
{
    static unsigned char generation;

    fake_add(id, id == 3 ? XENTIME_PV : XENTIME_HVM)->uuid[0] = ++generation;
    model_create(m, id);
}

static void compare_sessions(const struct model *m,
                             const struct xentime_profile *p)
{
    unsigned int n = 0;
    size_t i;
    int t, h;

    for (t = 0; t < MODEL_TARGETS; t++) {
        n += !!m->target[t].nameless;
        for (h = 0; h < MODEL_HOLDERS; h++)
            n += m->target[t].named[h];
    }
    assert_int_equal(p->count, n);
    for (i = 0; i < p->count; i++) {
        const struct xentime_session *s = &p->sessions[i];
        const struct model_target *mt =
            &m->target[s->domid == XENTIME_NO_DOMID ? MODEL_XEN : s->domid];

        assert_int_equal(s->kind, mt->kind);
        if (s->holder[0]) {
            assert_true(mt->named[s->holder[0] - 'a']);
            assert_int_equal(s->count, 1);
        } else {
            assert_int_equal(s->count, mt->nameless);
        }
    }
}

void world_compare(struct model *m)
{
    struct xentime_profile p;

    assert_done(xentime_get_profile(xt, &p));
    model_tidy(m);
    if (fake->vpmu != m->mode)
        fail_because("the mode is %d, wanted %d", fake->vpmu, m->mode);
    assert_int_equal(p.mode, m->mode);
    assert_int_equal(p.initial, m->initial < 0 ? m->mode : m->initial);
    assert_int_equal(p.counted_by_xen, m->counted_by_xen);
    compare_sessions(m, &p);
    xentime_free_profile(&p);
}
