/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text for JSON and for terminals: JSON is read back as the same string,
 * and what goes to a terminal has no control character.
 */

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "fuzz.h"
#include "output/json.h"
#include "output/text.h"
#include "utf8.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    if (!setlocale(LC_ALL, "C.UTF-8"))
        abort();
    return 0;
}

static void check_json(const char *text)
{
    json_tokener *tok = json_tokener_new();
    json_object *o = json_text(text), *back;
    const char *doc = json_object_to_json_string(o);

    back = json_tokener_parse_ex(tok, doc, strlen(doc) + 1);
    if (!back || !is_utf8(doc) ||
        strcmp(json_object_get_string(back), json_object_get_string(o)))
        abort();
    json_object_put(back);
    json_object_put(o);
    json_tokener_free(tok);
}

static void check_safe(const char *text)
{
    char *screen = NULL;
    mbstate_t mb = { 0 };
    size_t size, n;
    wchar_t c;
    FILE *f = open_memstream(&screen, &size);
    const char *s;

    print_safe(f, text);
    fclose(f);
    for (s = screen; *s; s += n) {
        n = mbrtowc(&c, s, strlen(s), &mb);
        if (n > 4 || c < 0x20 || (c >= 0x7f && c < 0xa0))
            abort();
    }
    free(screen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);

    memcpy(text, data, size);
    check_json(text);
    check_safe(text);
    free(text);
    return 0;
}
