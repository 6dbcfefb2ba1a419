/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the shell, and the words that they are cut into. */

#include "shell/words.h"
#include "unit.h"

static void words(void **state)
{
    static const struct {
        const char *line;
        const char *words[5];
    } lines[] = {
        { "", { NULL } },
        { " \t ", { NULL } },
        { "# list", { NULL } },
        { "list", { "list", NULL } },
        { "  set-mode\tweb  2 ", { "set-mode", "web", "2", NULL } },
        { "show 'old billing'", { "show", "old billing", NULL } },
        { "show \"old billing\"", { "show", "old billing", NULL } },
        { "show old\\ billing", { "show", "old billing", NULL } },
        { "show old' 'bil\"l\"ing#1", { "show", "old billing#1", NULL } },
        { "show '' x # y", { "show", "", "x", NULL } },
        { "a \"b\\\"c\\\\d\\e\"", { "a", "b\"c\\d\\e", NULL } },
        { "a 'b\\'", { "a", "b\\", NULL } },
        { "a \\# \\' \\\\", { "a", "#", "'", "\\", NULL } },
        { "$x `y` *", { "$x", "`y`", "*", NULL } },
        { "Gr\xf6\xdf"
          "e",
          { "Gr\xf6\xdf"
            "e",
            NULL } },
    };
    char **list;
    size_t i;
    int n, k;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(lines); i++) {
        assert_null(shell_words(lines[i].line, &list, &n));
        for (k = 0; k < n && lines[i].words[k]; k++)
            assert_string_equal(list[k], lines[i].words[k]);
        assert_null(list[k]);
        assert_null(lines[i].words[k]);
        free(list);
    }
}

static void no_words(void **state)
{
    static const char *const lines[] = {
        "'",      "a 'b",  "a \"b", "a \"b\\\"", "a\\",
        "a \x01", "a\x7f", "a\nb",  "'a\rb'",
    };
    char **list;
    size_t i;
    int n;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(lines); i++) {
        assert_non_null(shell_words(lines[i], &list, &n));
        assert_null(list);
    }
}

UNIT_MAIN(TEST(words), TEST(no_words))
