/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of the field: every mode's name, aliases, libvirt word and
 * number lead to it and to nothing else; settings, types, capabilities and
 * defects have the names that output and records are made of.
 *
 * The expected words are written out here, from Xen's public/hvm/params.h
 * and libvirt's documentation of <timer tickpolicy>.
 */

#include <ctype.h>
#include <glob.h>
#include <stdio.h>

#include "unit.h"

static const struct {
    int mode;
    const char *words[6]; /* the name first, libvirt's word second */
} modes[] = {
    { 0, { "delay_for_missed_ticks", "delay", "async", "0" } },
    { 1, { "no_delay_for_missed_ticks", "catchup", "nodelay", "1" } },
    { 2, { "no_missed_ticks_pending", "discard", "sync", "2" } },
    { 3, { "one_missed_tick_pending", "merge", "mixed", "3" } },
    { 4, { "paced_missed_ticks", "paced", "paced", "4" } },
    { 5, { "no_doubled_ticks_pending", "undoubled", "undoubled", "5" } },
};

static void every_word_names_its_mode(void **state)
{
    char upper[64];
    size_t i, k, c;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(modes); i++) {
        for (k = 0; modes[i].words[k]; k++) {
            const char *word = modes[i].words[k];

            if (xentime_parse_mode(word) != modes[i].mode)
                fail_because("\"%s\" is %d", word, xentime_parse_mode(word));
            for (c = 0; word[c]; c++)
                upper[c] = toupper((unsigned char)word[c]);
            upper[c] = '\0';
            assert_int_equal(xentime_parse_mode(upper), modes[i].mode);
        }
    }
}

static void names_of_modes(void **state)
{
    size_t i;

    (void)state;
    assert_int_equal(ARRAY_COUNT(modes), XENTIME_TIMER_MODES);
    for (i = 0; i < ARRAY_COUNT(modes); i++) {
        const struct xentime_mode_name *m = xentime_mode_name(i);

        assert_non_null(m);
        assert_string_equal(m->name, modes[i].words[0]);
        /* libvirt has no word for what is not Xen's own. */
        assert_int_equal(!m->tickpolicy, i >= XENTIME_PACED_MISSED_TICKS);
        assert_int_equal(!m->tickpolicy, !!m->needs);
        if (m->tickpolicy)
            assert_string_equal(m->tickpolicy, modes[i].words[1]);
        assert_int_equal(!m->not_for, !m->instead);
        assert_string_equal(m->aliases[0], modes[i].words[2]);
        assert_true(*m->guest_time && *m->missed_ticks);
        assert_int_equal(m->needs & ~XENTIME_CAP_PATCHED, 0);
        assert_int_equal(!m->needs, !m->capability);
        assert_int_equal(!m->needs, !m->patch);
        assert_true(m->capability == xentime_capability_name(m->needs));
        assert_true(m->patch == xentime_capability_patch(m->needs));
        assert_int_equal(m->unsafe_without & ~XENTIME_CAP_PATCHED, 0);
        assert_int_equal(!m->unsafe_without, !m->harm);
    }
    assert_null(xentime_mode_name(-1));
    assert_null(xentime_mode_name(XENTIME_TIMER_MODES));
    assert_null(xentime_mode_name(INT32_MAX));
    assert_null(xentime_mode_name(INT32_MIN));
}

static void nonsense_is_no_mode(void **state)
{
    static const char *const words[] = {
        "",
        " ",
        "9",
        "-1",
        "00",
        "01",
        "1 ",
        " 1",
        "0x1",
        "1.0",
        "delay ",
        "delay_for_missed_tick",
        "delay_for_missed_ticksx",
        "dela",
        "none",
        "\xff",
        "0\n",
        "/",
        ":",
    };
    char byte[2] = "";
    size_t i;
    int c;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(words); i++)
        if (xentime_parse_mode(words[i]) != -1)
            fail_because("\"%s\" is %d", words[i],
                         xentime_parse_mode(words[i]));
    for (c = 1; c < 256; c++) {
        byte[0] = c;
        assert_int_equal(xentime_parse_mode(byte),
                         c >= '0' && c < '0' + XENTIME_TIMER_MODES ? c - '0'
                                                                   : -1);
    }
}

static void names_of_settings(void **state)
{
    (void)state;
    assert_string_equal(xentime_setting_name(XENTIME_TIMER_MODE), "timer_mode");
    assert_string_equal(xentime_setting_name(XENTIME_VHPET), "vhpet");
    assert_string_equal(xentime_setting_name(XENTIME_SYNC_WAKEUP),
                        "sync_wakeup_after");
    assert_null(xentime_setting_name(XENTIME_SETTINGS));
    assert_null(xentime_setting_name(-1));
}

static void types_and_what_they_have(void **state)
{
    static const struct {
        enum xentime_type type;
        const char *name;
        bool has[XENTIME_SETTINGS];
    } types[] = {
        { XENTIME_PV, "PV", { false, false, false } },
        { XENTIME_HVM, "HVM", { true, true, true } },
        { XENTIME_PVH, "PVH", { true, false, true } },
    };
    size_t i;
    int s;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(types); i++) {
        assert_string_equal(xentime_type_name(types[i].type), types[i].name);
        for (s = 0; s < XENTIME_SETTINGS; s++)
            assert_int_equal(xentime_type_has(types[i].type, s),
                             types[i].has[s]);
        assert_false(xentime_type_has(types[i].type, XENTIME_SETTINGS));
        assert_false(xentime_type_has(types[i].type, -1));
    }
    assert_null(xentime_type_name(3));
    assert_null(xentime_type_name(-1));
}

static void names_of_timers(void **state)
{
    static const char *const names[] = { "pit",   "rtc",   "lapic",
                                         "hpet0", "hpet1", "hpet2" };
    size_t i;

    (void)state;
    assert_int_equal(XENTIME_TIMERS, ARRAY_COUNT(names));
    for (i = 0; i < ARRAY_COUNT(names); i++)
        assert_string_equal(xentime_timer_name(i), names[i]);
    assert_null(xentime_timer_name(XENTIME_TIMERS));
    assert_null(xentime_timer_name(-1));
}

/* A capability names a patch of its own if a patch brings it, and else none. */
static void patches_of_capabilities(void **state)
{
    const char *patch, *other;
    unsigned int bit, before;

    (void)state;
    for (bit = 1; bit; bit <<= 1) {
        patch = xentime_capability_patch(bit);
        assert_int_equal(!!patch, xentime_capability_name(bit) &&
                                      (bit & XENTIME_CAP_PATCHED));
        for (before = 1; patch && before < bit; before <<= 1) {
            other = xentime_capability_patch(before);
            assert_true(!other || strcmp(other, patch) != 0);
        }
        if (patch)
            assert_int_equal(strncmp(patch, "x86/", 4), 0);
        /* The bits that a capability of a patch may still get are among them. */
        assert_int_equal(!!(bit & XENTIME_CAP_PATCHED),
                         bit >= 1u << 8 && bit < 1u << 31);
    }
    assert_null(xentime_capability_patch(0));
}

/* Puts the subject of a patch, which may be folded as in a mail, on one line. */
static void read_subject(const char *path, char *subject, size_t size)
{
    static const char prefix[] = "Subject: [PATCH] ";
    char line[256];
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    subject[0] = '\0';
    while (fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\n")] = '\0';
        if (*subject && *line != ' ')
            break;
        if (*subject)
            strncat(subject, line, size - strlen(subject) - 1);
        else if (!strncmp(line, prefix, strlen(prefix)))
            snprintf(subject, size, "%s", line + strlen(prefix));
    }
    fclose(f);
}

/* A hint that names a patch names one of the series, word for word. */
static void patches_are_in_the_series(void **state)
{
    char subject[256];
    unsigned int bit;
    glob_t patches;
    size_t i;

    (void)state;
    assert_int_equal(glob(TOP "/hv-patches/x86/patches/*.patch", 0, NULL,
                          &patches),
                     0);
    for (bit = 1; bit; bit <<= 1) {
        const char *patch = xentime_capability_patch(bit);
        bool found = !patch;

        for (i = 0; !found && i < patches.gl_pathc; i++) {
            read_subject(patches.gl_pathv[i], subject, sizeof(subject));
            found = !strcmp(subject, patch);
        }
        if (!found)
            fail_because("no patch \"%s\"", patch);
    }
    globfree(&patches);
}

static void capabilities_and_defects(void **state)
{
    static const char *const names[] = {
        [0] = "timer-mode",  [1] = "vhpet",        [2] = "vpmu",
        [8] = "safe-switch", [9] = "quiet-vhpet",  [10] = "tick-stats",
        [11] = "resync",     [12] = "sync-wakeup", [13] = "profile-sessions",
        [14] = "paced-mode", [15] = "one-time",    [16] = "undoubled-mode",
        [30] = "own-rdpmc",
    };
    const struct xentime_defect *d;
    unsigned int bit;
    size_t i, k;

    (void)state;
    for (bit = 0; bit < 32; bit++) {
        const char *name = bit < ARRAY_COUNT(names) ? names[bit] : NULL;
        const char *got = xentime_capability_name(1u << bit);

        if (!name)
            assert_null(got);
        else
            assert_string_equal(got, name);
    }
    assert_null(xentime_capability_name(0));
    assert_null(xentime_capability_name(3));

    for (i = 0; (d = xentime_defect(i)); i++) {
        assert_true(*d->id && *d->summary);
        /* One is for each Xen, and has a way out in its summary. */
        if (!d->fixed_by) {
            assert_string_equal(d->id, "restored-vhpet");
            assert_has(d->summary, "hpet=0");
            continue;
        }
        assert_non_null(xentime_capability_name(d->fixed_by));
        assert_true(d->fixed_by & XENTIME_CAP_PATCHED);
        for (k = 0; k < i; k++)
            assert_string_not_equal(d->id, xentime_defect(k)->id);
    }
    assert_int_equal(i, 8);
    assert_null(xentime_defect(SIZE_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_names_its_mode),
        cmocka_unit_test(names_of_modes),
        cmocka_unit_test(nonsense_is_no_mode),
        cmocka_unit_test(names_of_settings),
        cmocka_unit_test(types_and_what_they_have),
        cmocka_unit_test(names_of_timers),
        cmocka_unit_test(patches_of_capabilities),
        cmocka_unit_test(patches_are_in_the_series),
        cmocka_unit_test(capabilities_and_defects),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
