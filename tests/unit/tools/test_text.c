/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of strangers (domain names, records) on its way to a terminal and
 * into JSON: whatever the bytes are, no control character reaches the
 * terminal, and JSON is valid UTF-8 that keeps all that was valid.
 *
 * Every string of one and of two bytes is tried, and random longer ones; a
 * validator of our own (RFC 3629, section 4, read as a grammar) judges.
 */

#include <locale.h>
#include <stdio.h>
#include <wchar.h>
#include <wctype.h>

#include "unit.h"
#include "output/json.h"
#include "output/text.h"

/* ---- a second opinion ---- */

/* Returns the length of the first UTF-8 character of @s, 0 if there is none. */
static size_t utf8_char(const unsigned char *s, size_t n)
{
    static const struct {
        unsigned char low[4], high[4];
        size_t len;
    } grammar[] = {
        { { 0x01 }, { 0x7f }, 1 },
        { { 0xc2, 0x80 }, { 0xdf, 0xbf }, 2 },
        { { 0xe0, 0xa0, 0x80 }, { 0xe0, 0xbf, 0xbf }, 3 },
        { { 0xe1, 0x80, 0x80 }, { 0xec, 0xbf, 0xbf }, 3 },
        { { 0xed, 0x80, 0x80 }, { 0xed, 0x9f, 0xbf }, 3 },
        { { 0xee, 0x80, 0x80 }, { 0xef, 0xbf, 0xbf }, 3 },
        { { 0xf0, 0x90, 0x80, 0x80 }, { 0xf0, 0xbf, 0xbf, 0xbf }, 4 },
        { { 0xf1, 0x80, 0x80, 0x80 }, { 0xf3, 0xbf, 0xbf, 0xbf }, 4 },
        { { 0xf4, 0x80, 0x80, 0x80 }, { 0xf4, 0x8f, 0xbf, 0xbf }, 4 },
    };
    size_t i, k;

    for (i = 0; i < ARRAY_COUNT(grammar); i++) {
        for (k = 0; k < grammar[i].len && k < n; k++)
            if (s[k] < grammar[i].low[k] || s[k] > grammar[i].high[k])
                break;
        if (k == grammar[i].len)
            return k;
    }
    return 0;
}

/* Puts U+FFFD in place of each byte that is in no character. */
static void expected_json(const char *text, char *out)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t left = strlen(text), n;

    while (left) {
        n = utf8_char(s, left);
        if (n) {
            memcpy(out, s, n);
            out += n;
        } else {
            memcpy(out, "\xef\xbf\xbd", 3);
            out += 3;
            n = 1;
        }
        s += n;
        left -= n;
    }
    *out = '\0';
}

/* ---- all kinds of strings ---- */

typedef void check_fn(const char *text);

static uint32_t random_state;

static uint32_t next_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 16;
}

static void for_many_strings(check_fn *check)
{
    /* Bytes at the edges of the grammar, so that most sequences are near. */
    static const unsigned char edges[] = {
        0x01, 0x1b, 0x20, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0,
        0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff,
    };
    char text[16] = "";
    int a, b, i, k, len;

    check("");
    for (a = 1; a < 256; a++) {
        text[0] = a;
        text[1] = '\0';
        check(text);
        for (b = 1; b < 256; b++) {
            text[1] = b;
            text[2] = '\0';
            check(text);
        }
    }
    random_state = 1;
    for (i = 0; i < 30000; i++) {
        len = 3 + next_random() % 6;
        for (k = 0; k < len; k++)
            text[k] = i % 2 ? edges[next_random() % sizeof(edges)]
                            : 1 + next_random() % 255;
        text[len] = '\0';
        check(text);
    }
}

static void show_bytes(const char *what, const char *text)
{
    fprintf(stderr, "%s:", what);
    for (; *text; text++)
        fprintf(stderr, " %02x", (unsigned char)*text);
    fputc('\n', stderr);
}

static void check_json(const char *text)
{
    char wanted[64];
    json_object *o = json_text(text);

    expected_json(text, wanted);
    if (strcmp(json_object_get_string(o), wanted)) {
        show_bytes("text", text);
        show_bytes("wanted", wanted);
        show_bytes("got", json_object_get_string(o));
        fail();
    }
    json_object_put(o);
}

static void json_is_valid_utf8(void **state)
{
    (void)state;
    for_many_strings(check_json);
}

/* The text comes back from the parser as it was. */
static void check_json_document(const char *text)
{
    json_object *o = json_text(text), *back;

    back = json_tokener_parse(json_object_to_json_string(o));
    if (!back ||
        strcmp(json_object_get_string(o), json_object_get_string(back))) {
        show_bytes("text", text);
        fail();
    }
    json_object_put(o);
    json_object_put(back);
}

static void json_survives_the_parser(void **state)
{
    (void)state;
    for_many_strings(check_json_document);
}

/* ---- the terminal ---- */

static FILE *terminal;
static char *screen;
static size_t screen_size;

static bool is_control(wint_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static void check_safe(const char *text)
{
    const unsigned char *s;
    size_t n, left;
    wchar_t c;

    rewind(terminal);
    print_safe(terminal, text);
    fputc('\0', terminal);
    fflush(terminal);
    left = strlen(screen);
    for (s = (unsigned char *)screen; left; s += n, left -= n) {
        n = MB_CUR_MAX > 1 ? utf8_char(s, left) : 1;
        c = *s;
        if (n > 1)
            mbrtowc(&c, (const char *)s, left, &(mbstate_t){ 0 });
        if (!n || is_control(c) || (MB_CUR_MAX == 1 && c >= 0x80)) {
            show_bytes("text", text);
            show_bytes("screen", screen);
            fail();
        }
    }
}

static void check_in_locale(const char *locale)
{
    if (!setlocale(LC_ALL, locale))
        fail_because("no locale %s", locale);
    terminal = open_memstream(&screen, &screen_size);
    for_many_strings(check_safe);
    fclose(terminal);
    free(screen);
    setlocale(LC_ALL, "C");
}

static void no_control_byte_in_c(void **state)
{
    (void)state;
    check_in_locale("C");
}

static void no_control_byte_in_utf8(void **state)
{
    (void)state;
    check_in_locale("C.UTF-8");
}

static void assert_screen(const char *text, const char *wanted)
{
    terminal = open_memstream(&screen, &screen_size);
    print_safe(terminal, text);
    fclose(terminal);
    assert_string_equal(screen, wanted);
    free(screen);
}

static void what_is_printed(void **state)
{
    (void)state;
    setlocale(LC_ALL, "C.UTF-8");
    assert_screen("plain text", "plain text");
    assert_screen("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
    assert_screen("a\nb\x1b[31m", "a\\x0ab\\x1b[31m");
    assert_screen("\xff\xc3", "\\xff\\xc3");
    assert_screen("\xc2\x9b", "\\xc2\\x9b");
    setlocale(LC_ALL, "C");
    assert_screen("gr\xc3\xbc", "gr\\xc3\\xbc");
}

/* Right-to-left override and its kin: text that reads as another one. */
static void nothing_turns_the_text_round(void **state)
{
    (void)state;
    setlocale(LC_ALL, "C.UTF-8");
    assert_screen("\xe2\x80\xae"
                  "bew",
                  "\\u202e"
                  "bew");
    assert_screen("\xe2\x81\xa6", "\\u2066");
    assert_screen("\xf3\xa0\x80\x81", "\\U000e0001");
    setlocale(LC_ALL, "C");
}

/* ---- words ---- */

static void the_gravest_state(void **state)
{
    static const struct {
        unsigned int state;
        const char *word;
    } states[] = {
        { 0, "runnable" },
        { XENTIME_RUNNING, "running" },
        { XENTIME_BLOCKED, "blocked" },
        { XENTIME_PAUSED | XENTIME_BLOCKED, "paused" },
        { XENTIME_SHUTDOWN | XENTIME_PAUSED, "shutdown" },
        { XENTIME_SHUTDOWN | XENTIME_CRASHED, "crashed" },
        { XENTIME_DYING | XENTIME_SHUTDOWN | XENTIME_CRASHED, "dying" },
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(states); i++)
        assert_string_equal(state_word(states[i].state), states[i].word);
}

static size_t nwords;
static const char *word;

static const char *word_at(size_t i)
{
    return i < nwords ? word : NULL;
}

/* A list has its last comma replaced, and is cut off rather than too long. */
static void words_in_a_row(void **state)
{
    static const char *const wanted[] = { "", "a", "a or a", "a, a or a" };
    char text[WORDS_TEXT];

    (void)state;
    word = "a";
    for (nwords = 0; nwords < ARRAY_COUNT(wanted); nwords++) {
        words_text(word_at, " or ", text);
        assert_string_equal(text, wanted[nwords]);
    }
    word = "0123456789";
    nwords = 1000;
    words_text(word_at, " or ", text);
    assert_int_equal(strlen(text), WORDS_TEXT - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_valid_utf8),
        cmocka_unit_test(json_survives_the_parser),
        cmocka_unit_test(no_control_byte_in_c),
        cmocka_unit_test(no_control_byte_in_utf8),
        cmocka_unit_test(what_is_printed),
        cmocka_unit_test(nothing_turns_the_text_round),
        cmocka_unit_test(the_gravest_state),
        cmocka_unit_test(words_in_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
