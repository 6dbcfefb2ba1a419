/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON documents on stdout, and what they have in common. */
#ifndef XENTIMECTL_OUTPUT_JSON_H
#define XENTIMECTL_OUTPUT_JSON_H

#include <stdint.h>

#include <json-c/json.h>

#include "xentime.h"

/*
 * The version of what is printed, json_version in each document.  Keys may be
 * added to a version; one that goes, or that gets another name, type, unit or
 * meaning, makes a new one. The manual has them all, in its sections JSON.
 */
#define JSON_VERSION 1

/*
 * Prints @doc, an object, with the version as its first key, and frees it. It
 * is a document of its own, or between
 * open_json_array() and close_json_array() an element, on a line of its own.
 */
void print_json(json_object *doc);

/*
 * All that print_json() prints between these two, errors included, is one
 * document: an array.
 */
void open_json_array(void);
void close_json_array(void);

/* Returns a string in which bytes of @text that are not UTF-8 are U+FFFD. */
json_object *json_text(const char *text);

/* Returns a number with so many decimals; null (NULL) if it is not finite. */
json_object *json_decimals(double value, int decimals);

/* Returns a number with three decimals; null (NULL) if it is not finite. */
json_object *json_decimal(double value);

/* Returns an object with id, name and uuid. */
json_object *json_domain(const struct xentime_domain *dom);

/* Returns a boolean for vhpet, and a number for any other setting. */
json_object *setting_json(enum xentime_setting setting, int value);

json_object *json_uuid(const uint8_t uuid[16]);

/* Returns an array with the words for all states XENTIME_* in @states. */
json_object *json_state(unsigned int states);

#endif /* XENTIMECTL_OUTPUT_JSON_H */
