/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records in the real xenstored: what is written is read back; a commit that
 * others spoil is repeated and loses nobody's record; what is damaged is an
 * error and nothing worse; records go with their domain unless they persist
 * or are not ours.
 */

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "record.h"
#include "unit.h"

#define MODE XENTIME_TIMER_MODE
#define VHPET XENTIME_VHPET

static const struct xentime_record sample = {
    .requested = 2,
    .applied = 1,
    .when = 1234567890,
    .by = "root test[1]",
    .persist = true,
};

static void read_of(uint32_t id, enum xentime_setting setting,
                    struct xentime_record *rec, bool *found)
{
    uint8_t uuid[16];

    fake_uuid(id, uuid);
    assert_done(xentime_record_read(xt, uuid, setting, rec, found));
}

static enum xentime_error write_of(uint32_t id, enum xentime_setting setting,
                                   const struct xentime_record *rec)
{
    uint8_t uuid[16];

    fake_uuid(id, uuid);
    return xentime_record_write(xt, uuid, setting, rec);
}

static bool has_record(uint32_t id, enum xentime_setting setting)
{
    struct xentime_record rec;
    bool found;

    read_of(id, setting, &rec, &found);
    return found;
}

static void round_trip(void **state)
{
    struct xentime_record rec, other = sample;
    bool found;

    (void)state;
    fake_add(1, XENTIME_HVM);
    other.requested = other.applied = 0;
    other.persist = false;
    strcpy(other.by, "");
    assert_done(write_of(1, MODE, &sample));
    assert_done(write_of(1, VHPET, &other));

    read_of(1, MODE, &rec, &found);
    assert_true(found);
    assert_int_equal(rec.requested, 2);
    assert_int_equal(rec.applied, 1);
    assert_int_equal(rec.when, 1234567890);
    assert_string_equal(rec.by, "root test[1]");
    assert_true(rec.persist);
    read_of(1, VHPET, &rec, &found);
    assert_true(found);
    assert_int_equal(rec.requested, 0);
    assert_string_equal(rec.by, "");
    assert_false(rec.persist);
}

/* The nodes are as documented, because other programs read them. */
static void nodes(void **state)
{
    static const char *const fields[][2] = {
        { "requested", "2" },     { "applied", "1" }, { "when", "1234567890" },
        { "by", "root test[1]" }, { "persist", "1" },
    };
    size_t i;

    (void)state;
    fake_add(1, XENTIME_HVM);
    assert_done(write_of(1, MODE, &sample));
    for (i = 0; i < ARRAY_COUNT(fields); i++) {
        char *value = store_get(record_path(1, MODE, fields[i][0]));

        assert_string_equal(value, fields[i][1]);
        free(value);
    }
}

static void none_there(void **state)
{
    struct xentime_record rec;
    uint8_t uuid[16];
    bool found = true;

    (void)state;
    memcpy(&rec, &sample, sizeof(rec));
    read_of(1, MODE, &rec, &found);
    assert_false(found);
    assert_memory_equal(&rec, &sample, sizeof(rec));
    fake_uuid(1, uuid);
    assert_done(xentime_record_remove(xt, uuid));
}

static void removal(void **state)
{
    uint8_t uuid[16];

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_HVM);
    assert_done(write_of(1, MODE, &sample));
    assert_done(write_of(1, VHPET, &(struct xentime_record){ 0 }));
    assert_done(write_of(2, MODE, &sample));
    fake_uuid(1, uuid);
    assert_done(xentime_record_remove(xt, uuid));
    assert_false(has_record(1, MODE) || has_record(1, VHPET));
    assert_true(has_record(2, MODE));
}

/* A record that a read would not take is not written. */
static void invalid_records(void **state)
{
    struct xentime_record rec;

    (void)state;
    fake_add(1, XENTIME_HVM);
    rec = sample, rec.requested = -1;
    assert_error(write_of(1, MODE, &rec), XENTIME_ERR_INVALID);
    rec = sample, rec.requested = XENTIME_TIMER_MODES;
    assert_error(write_of(1, MODE, &rec), XENTIME_ERR_INVALID);
    rec = sample, rec.applied = XENTIME_TIMER_MODES;
    assert_error(write_of(1, MODE, &rec), XENTIME_ERR_INVALID);
    assert_error(write_of(1, VHPET, &sample), XENTIME_ERR_INVALID);
    assert_error(write_of(1, XENTIME_SETTINGS, &sample), XENTIME_ERR_INVALID);
    assert_error(write_of(1, -1, &sample), XENTIME_ERR_INVALID);
    rec = sample, rec.when = -1;
    assert_error(write_of(1, MODE, &rec), XENTIME_ERR_INVALID);
    assert_false(store_has("/tool/xentime"));
}

/* A setting that does not exist cannot be read. */
static void invalid_setting(void **state)
{
    struct xentime_record rec;
    uint8_t uuid[16];
    bool found;

    (void)state;
    fake_uuid(1, uuid);
    assert_error(xentime_record_read(xt, uuid, XENTIME_SETTINGS, &rec, &found),
                 XENTIME_ERR_INVALID);
    assert_error(xentime_record_read(xt, uuid, -1, &rec, &found),
                 XENTIME_ERR_INVALID);
}

/* ---- damage ---- */

static void damaged_records(void **state)
{
    static const char *const values[] = {
        "",           "x",
        "2x",         "9",
        "-1",         "99999999999999999999999",
        "0x2",        "1 2",
        "2147483648", "-9223372036854775809",
        "\xff\xff",   "1.5",
    };
    static const char *const fields[] = { "requested", "applied", "when",
                                          "persist" };
    struct xentime_record rec;
    uint8_t uuid[16];
    size_t i, k;
    bool found;

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_uuid(1, uuid);
    for (i = 0; i < ARRAY_COUNT(fields); i++) {
        for (k = 0; k < ARRAY_COUNT(values); k++) {
            bool number = !strcmp(values[k], "9") ||
                          !strcmp(values[k], "2147483648");

            if (number && !strcmp(fields[i], "when"))
                continue;
            assert_done(write_of(1, MODE, &sample));
            store_put(record_path(1, MODE, fields[i]), values[k]);
            assert_error(xentime_record_read(xt, uuid, MODE, &rec, &found),
                         XENTIME_ERR_FAIL);
            assert_has(error_text(), fields[i]);
            assert_false(found);
            /* A change mends it. */
            assert_done(change_one(1, MODE, 1 + k % 3, 0));
            assert_true(has_record(1, MODE));
        }
    }
}

static void huge_values(void **state)
{
    struct xentime_record rec;
    char huge[2000]; /* oxenstored takes 2048 bytes at most */
    uint8_t uuid[16];
    bool found;

    (void)state;
    memset(huge, '7', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = '\0';
    fake_uuid(1, uuid);
    fake_add(1, XENTIME_HVM);
    assert_done(write_of(1, MODE, &sample));
    store_put(record_path(1, MODE, "by"), huge);
    read_of(1, MODE, &rec, &found);
    assert_int_equal(strlen(rec.by), sizeof(rec.by) - 1);
    store_put(record_path(1, MODE, "applied"), huge);
    assert_error(xentime_record_read(xt, uuid, MODE, &rec, &found),
                 XENTIME_ERR_FAIL);
}

static void partial_record(void **state)
{
    struct xentime_record rec;
    bool found;

    (void)state;
    store_put(record_path(1, MODE, "requested"), "3");
    read_of(1, MODE, &rec, &found);
    assert_true(found);
    assert_int_equal(rec.requested, 3);
    assert_int_equal(rec.applied, -1);
    assert_int_equal(rec.when, 0);
    assert_string_equal(rec.by, "");
    assert_false(rec.persist);
}

/* ---- others that write meanwhile ---- */

static unsigned int intrusions;

static void intrude(void *arg)
{
    char value[16];

    (void)arg;
    snprintf(value, sizeof(value), "%u", ++intrusions);
    store_put("/tool/xentime/intruder", value);
    store_put(record_path(256, MODE, "requested"), "3");
}

static void a_spoilt_commit_is_repeated(void **state)
{
    struct xentime_record rec;
    unsigned int once;
    bool found;

    (void)state;
    fake_add(1, XENTIME_HVM);
    fake_add(256, XENTIME_HVM);
    fault_clear(&store_fault);
    assert_done(write_of(1, MODE, &sample));
    once = store_fault.calls;

    intrusions = 0;
    fault_hook(&store_fault, NULL, once, intrude, NULL);
    assert_done(write_of(1, VHPET, &(struct xentime_record){ 0 }));
    assert_int_equal(intrusions, 1);
    assert_true(store_fault.calls >= 2 * once);
    read_of(1, VHPET, &rec, &found);
    assert_true(found);
    read_of(256, MODE, &rec, &found);
    assert_true(found && rec.requested == 3);
    assert_true(has_record(1, MODE));
}

static void write_many(void *arg)
{
    uint32_t id = *(uint32_t *)arg;
    struct xentime_record rec = sample;
    int i;

    for (i = 0; i < 25; i++) {
        rec.applied = rec.requested = i % 4;
        rec.when = i;
        if (write_of(id, MODE, &rec))
            _exit(1);
    }
}

static void several_writers(void **state)
{
    uint32_t ids[6];
    pid_t pids[ARRAY_COUNT(ids)];
    struct xentime_record rec;
    bool found;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(ids); i++)
        fake_add(ids[i] = i + 1, XENTIME_HVM);
    for (i = 0; i < ARRAY_COUNT(ids); i++)
        pids[i] = start_child(write_many, &ids[i]);
    for (i = 0; i < ARRAY_COUNT(ids); i++)
        assert_int_equal(wait_child(pids[i]), 0);
    for (i = 0; i < ARRAY_COUNT(ids); i++) {
        read_of(ids[i], MODE, &rec, &found);
        assert_true(found);
        assert_int_equal(rec.when, 24);
        assert_int_equal(rec.applied, 0);
    }
}

/* ---- sweeping ---- */

static void records_end_with_their_domain(void **state)
{
    /* Domains whose records are in one directory. */
    static const uint32_t ids[] = { 1, 256, 515, 770, 1029 };
    struct xentime_record brief = sample;
    size_t i;

    (void)state;
    brief.persist = false;
    for (i = 0; i < ARRAY_COUNT(ids); i++)
        assert_int_equal(bucket_of(fake_add(ids[i], XENTIME_HVM)->uuid), 1);
    fake_add(2, XENTIME_HVM);
    assert_done(write_of(1, MODE, &brief));
    assert_done(write_of(2, MODE, &brief));
    assert_done(write_of(256, MODE, &sample));
    assert_done(write_of(515, MODE, &brief));
    assert_done(write_of(770, MODE, &sample));
    brief.requested = brief.applied = 0;
    assert_done(write_of(770, VHPET, &brief));
    store_put(record_path(1284, MODE, "requested"), "1");
    store_put("/tool/xentime/01/not-a-uuid", "x");
    store_put("/tool/xentime/01/not-a-uuid/timer_mode/requested", "1");
    store_put("/tool/xentime/version", "1");

    fake_destroy(1);
    fake_destroy(2);
    fake_destroy(256);
    fake_destroy(770);
    assert_done(write_of(1029, MODE, &sample));

    assert_false(has_record(1, MODE)); /* ended */
    assert_false(store_has("/tool/xentime/01/"
                           "11111111-1111-1111-1111-111111110001"));
    assert_true(has_record(256, MODE)); /* persists */
    assert_true(has_record(515, MODE)); /* lives */
    assert_true(has_record(770, MODE)); /* persists, its vhpet not */
    assert_false(has_record(770, VHPET));
    assert_false(has_record(1284, MODE)); /* an intent left by a crash */
    assert_true(store_has("/tool/xentime/01/not-a-uuid/timer_mode/requested"));
    assert_true(store_has("/tool/xentime/version"));
    assert_true(has_record(2, MODE)); /* in another directory */
}

static void dying_domains_keep_theirs(void **state)
{
    struct xentime_record brief = sample;

    (void)state;
    brief.persist = false;
    fake_add(1, XENTIME_HVM);
    fake_add(256, XENTIME_HVM);
    assert_done(write_of(1, MODE, &brief));
    fake_domain(1)->flags = XEN_DOMINF_dying;
    assert_done(write_of(256, MODE, &brief));
    assert_true(has_record(1, MODE));
}

static void damage_is_not_swept(void **state)
{
    (void)state;
    fake_add(1, XENTIME_HVM);
    store_put(record_path(256, MODE, "requested"), "1");
    store_put(record_path(256, MODE, "persist"), "maybe");
    assert_done(write_of(1, MODE, &sample));
    assert_true(store_has(record_path(256, MODE, "persist")));
}

/* Without a list of domains nothing is swept, nor written. */
static void no_sweep_without_a_list(void **state)
{
    struct xentime_record brief = sample;

    (void)state;
    brief.persist = false;
    fake_add(1, XENTIME_HVM);
    assert_done(write_of(1, MODE, &brief));
    fake_destroy(1);
    fault_fail(&xen_fault, 1, EPERM, true);
    assert_error(write_of(256, MODE, &sample), XENTIME_ERR_PERM);
    fault_clear(&xen_fault);
    assert_true(has_record(1, MODE));
    assert_false(has_record(256, MODE));
}

/*
 * A reply of oxenstored has at most 4096 bytes: with one directory of all
 * domains no change was possible any more from the 111th record on.
 */
static void a_thousand_domains(void **state)
{
    struct xentime_record rec;
    uint32_t id;
    bool found;

    (void)state;
    for (id = 1; id <= 1000; id++) {
        fake_add(id, XENTIME_HVM);
        assert_done(write_of(id, MODE, &sample));
    }
    for (id = 1; id <= 1000; id += 111) {
        assert_done(change_one(id, MODE, 2, 0));
        read_of(id, MODE, &rec, &found);
        assert_true(found);
        assert_int_equal(rec.applied, 2);
    }
}

static void at_most_11_requests(void **state)
{
    (void)state;
    fake_add(1, XENTIME_HVM);
    fault_clear(&store_fault);
    assert_done(write_of(1, MODE, &sample));
    assert_in_range(store_fault.calls, 1, 11);
    fault_clear(&store_fault);
    assert_done(change_one(1, MODE, 2, 0));
    assert_in_range(store_fault.calls, 1, 11);
}

UNIT_MAIN(TEST(round_trip), TEST(nodes), TEST(none_there), TEST(removal),
          TEST(invalid_records), TEST(invalid_setting), TEST(damaged_records),
          TEST(huge_values), TEST(partial_record),
          TEST(a_spoilt_commit_is_repeated), TEST(several_writers),
          TEST(records_end_with_their_domain), TEST(dying_domains_keep_theirs),
          TEST(damage_is_not_swept), TEST(no_sweep_without_a_list),
          TEST(a_thousand_domains), TEST(at_most_11_requests))
