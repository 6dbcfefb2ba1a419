/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON documents on stdout: see json.h. */

#include <math.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "output/json.h"
#include "output/text.h"

json_object *json_text(const char *text)
{
    char *clean = utf8_text(text);
    json_object *string = json_object_new_string(clean ? clean : "");

    free(clean);
    return string;
}

json_object *setting_json(enum xentime_setting setting, int value)
{
    return setting == XENTIME_VHPET ? json_object_new_boolean(value)
                                    : json_object_new_int(value);
}

json_object *json_uuid(const uint8_t uuid[16])
{
    char text[UUID_TEXT];

    uuid_text(uuid, text);
    return json_object_new_string(text);
}

json_object *json_state(unsigned int states)
{
    json_object *list = json_object_new_array();
    const char *word;

    if (!states)
        json_object_array_add(list, json_object_new_string(state_word(states)));
    while ((word = take_state_word(&states)))
        json_object_array_add(list, json_object_new_string(word));
    return list;
}

json_object *json_domain(const struct xentime_domain *dom)
{
    json_object *o = json_object_new_object();

    json_object_object_add(o, "id", json_object_new_int64(dom->domid));
    json_object_object_add(o, "name", dom->name ? json_text(dom->name) : NULL);
    json_object_object_add(o, "uuid", json_uuid(dom->uuid));
    return o;
}

json_object *json_decimals(double value, int decimals)
{
    char text[DECIMAL_TEXT];

    if (!isfinite(value))
        return NULL;
    decimal_text(value, decimals, false, text);
    return json_object_new_double_s(value, text);
}

json_object *json_decimal(double value)
{
    return json_decimals(value, 3);
}

static enum { NO_ARRAY, EMPTY_ARRAY, ARRAY } json_array;

void open_json_array(void)
{
    fputs("[", stdout);
    json_array = EMPTY_ARRAY;
}

void close_json_array(void)
{
    puts("\n]");
    json_array = NO_ARRAY;
}

/* Returns the document with its version before all else; frees @doc. */
static json_object *with_version(json_object *doc)
{
    struct json_object_iterator at = json_object_iter_begin(doc);
    struct json_object_iterator end = json_object_iter_end(doc);
    json_object *whole = json_object_new_object();

    json_object_object_add(whole, "json_version",
                           json_object_new_int(JSON_VERSION));
    for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
        json_object_object_add(whole, json_object_iter_peek_name(&at),
                               json_object_get(
                                   json_object_iter_peek_value(&at)));
    json_object_put(doc);
    return whole;
}

/* A document in an array is on one line; any other is indented. */
void print_json(json_object *doc)
{
    int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

    doc = with_version(doc);
    if (json_array == NO_ARRAY)
        flags |= JSON_C_TO_STRING_PRETTY;
    else
        fputs(json_array == ARRAY ? ",\n" : "\n", stdout);
    fputs(json_object_to_json_string_ext(doc, flags), stdout);
    if (json_array == NO_ARRAY)
        fputc('\n', stdout);
    else
        json_array = ARRAY;
    json_object_put(doc);
}
