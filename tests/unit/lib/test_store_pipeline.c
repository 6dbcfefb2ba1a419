/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of many domains, which are asked for at once: they are those that
 * xenstore has, whatever pieces the answers come in.  Whatever goes wrong with
 * the connection for that, or with an answer, libxenstore is asked for the rest.
 */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include <xen/io/xs_wire.h>

#include "unit.h"

/* More than two windows of requests, and the last is not full. */
#define DOMAINS 150

/* Makes domains of which every third has no name. */
static void make_domains(void)
{
    char name[32];
    unsigned int id;

    for (id = 1; id <= DOMAINS; id++) {
        fake_add(id, XENTIME_PV);
        snprintf(name, sizeof(name), "vm-%u", id);
        if (id % 3)
            name_domain(id, name);
    }
}

/* Lists them and returns how many have not the name that they are to have. */
static unsigned int wrong_names(void)
{
    struct xentime_domain *doms;
    unsigned int wrong = 0;
    char name[32];
    size_t n, i;

    fault_clear(&store_fault);
    assert_done(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n));
    assert_int_equal(n, DOMAINS);
    for (i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "vm-%u", doms[i].domid);
        if (doms[i].domid % 3)
            wrong += !doms[i].name || strcmp(doms[i].name, name) != 0;
        else
            wrong += !!doms[i].name;
    }
    xentime_free_domains(doms, n);
    return wrong;
}

static void named(void **state)
{
    (void)state;
    make_domains();
    assert_int_equal(wrong_names(), 0);
    /* Each is asked for once, in windows of 64. */
    assert_int_equal(store_fault.calls, DOMAINS);
    assert_int_equal(store_answers.windows, 3);
}

static void in_pieces(void **state)
{
    static const size_t most[] = { 1, 2, 15, 16, 17, 23, 24, 61 };
    size_t i;

    (void)state;
    make_domains();
    for (i = 0; i < ARRAY_COUNT(most); i++) {
        store_answers.most = most[i];
        assert_int_equal(wrong_names(), 0);
        assert_int_equal(store_fault.calls, DOMAINS);
    }
}

/* Answers that are together larger than what is received at once. */
static void large(void **state)
{
    char value[2100];
    struct xentime_domain *doms;
    unsigned int id;
    size_t n, i;

    (void)state;
    for (id = 1; id <= 40; id++) {
        fake_add(id, XENTIME_PV);
        memset(value, 'a' + id % 26, sizeof(value) - 1);
        value[2000 + id] = '\0';
        name_domain(id, value);
    }
    assert_done(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n));
    assert_int_equal(n, 40);
    assert_int_equal(store_fault.calls, 40);
    for (i = 0; i < n; i++) {
        assert_int_equal(strlen(doms[i].name), 2000 + doms[i].domid);
        assert_int_equal(doms[i].name[1999], 'a' + doms[i].domid % 26);
    }
    xentime_free_domains(doms, n);
}

static void signal_comes(void **state)
{
    unsigned int k;

    (void)state;
    make_domains();
    for (k = 1; k <= 3; k++) {
        fault_fail(&answer_fault, k, EINTR, false);
        assert_int_equal(wrong_names(), 0);
        assert_true(answer_fault.struck);
        assert_int_equal(store_fault.calls, DOMAINS);
    }
}

/* xenstored closes the connection, or it breaks, before any of its answers. */
static void connection_ends(void **state)
{
    static const int errors[] = { 0, ECONNRESET };
    unsigned int k;
    size_t i;

    (void)state;
    make_domains();
    for (i = 0; i < ARRAY_COUNT(errors); i++)
        for (k = 1; k <= 3; k++) {
            fault_fail(&answer_fault, k, errors[i], false);
            assert_int_equal(wrong_names(), 0);
            assert_true(answer_fault.struck);
            assert_in_range(store_fault.calls, DOMAINS + 1, 2 * DOMAINS);
        }
}

/* A send that fails, at each window, is made good; if all do, it is told. */
static void send_fails(void **state)
{
    struct xentime_domain *doms;
    unsigned int k;
    size_t n;

    (void)state;
    make_domains();
    for (k = 1; k < DOMAINS; k += 60) {
        fault_fail(&store_fault, k, EPIPE, false);
        assert_done(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n));
        assert_true(store_fault.struck);
        assert_string_equal(doms[0].name, "vm-1");
        assert_string_equal(doms[DOMAINS - 2].name, "vm-149");
        xentime_free_domains(doms, n);

        fault_fail(&store_fault, k, EACCES, true);
        assert_error(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n),
                     XENTIME_ERR_PERM);
        assert_null(doms);
    }
}

/*
 * Any byte of the first answers is wrong.  A value may be, that nobody can tell;
 * no other name is, and nothing is written where it does not belong.
 */
static void damaged(void **state)
{
    size_t at;

    (void)state;
    make_domains();
    /* The answers are "vm-1", "vm-2" and "ENOENT". */
    for (at = 1; at <= 3 * sizeof(struct xsd_sockmsg) + 4 + 4 + 7; at++) {
        store_answers = (struct store_answers){ .damage_at = at,
                                                .damage = 1 << at % 7 };
        assert_in_range(wrong_names(), 0, 1);
    }
}

/* Without a socket, or with a dead one, what libxenstore finds is the answer. */
static void no_socket(void **state)
{
    struct xentime_domain *doms;
    size_t n;

    (void)state;
    make_domains();
    assert_int_equal(wrong_names(), 0);
    store_stop();
    assert_error(xentime_list(xt, XENTIME_WANT_NAME, &doms, &n),
                 XENTIME_ERR_NOXEN);
    assert_has(error_text(), "xenstored");
}

/*
 * A xenstored in a domain of its own has no socket, and libxenstore reaches it
 * otherwise.
 */
static void no_socket_but_libxenstore(void **state)
{
    (void)state;
    make_domains();
    /* libxenstore connects, since it is asked for what did not come. */
    fault_fail(&answer_fault, 1, ECONNRESET, false);
    assert_int_equal(wrong_names(), 0);
    assert_true(answer_fault.struck);

    assert_int_equal(rename("store/socket", "store/away"), 0);
    store_answers = (struct store_answers){ 0 };
    assert_int_equal(wrong_names(), 0);
    assert_int_equal(store_answers.windows, 0);
    assert_int_equal(store_fault.calls, DOMAINS);
    assert_int_equal(rename("store/away", "store/socket"), 0);
}

UNIT_MAIN(TEST(named), TEST(in_pieces), TEST(large), TEST(signal_comes),
          TEST(connection_ends), TEST(send_fails), TEST(damaged),
          TEST(no_socket_but_libxenstore), TEST(no_socket))
