/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of the fake Xen, and its domains: see fake_xen.h. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xenctrl.h>
#include <xen/pmu.h>
#include <xen/sysctl.h>

#include "fake_xen.h"

struct fake_xen *fake;
int fake_xen_fd = -1;
struct fault xen_fault;

static void die(const char *what)
{
    perror(what);
    abort();
}

__attribute__((constructor)) static void map_fake(void)
{
    const char *inherited = getenv(FAKE_NAME_ENV);

    if (inherited) {
        fake_xen_fd = *inherited == '/' ? open(inherited, O_RDWR)
                                        : atoi(inherited);
    } else {
        fake_xen_fd = memfd_create("fake xen", 0);
        if (fake_xen_fd < 0 || ftruncate(fake_xen_fd, sizeof(*fake)))
            die("memfd_create");
    }
    fake = mmap(NULL, sizeof(*fake), PROT_READ | PROT_WRITE, MAP_SHARED,
                fake_xen_fd, 0);
    if (fake == MAP_FAILED)
        die("mmap");
    if (!inherited) {
        pthread_mutexattr_t attr;

        pthread_mutexattr_init(&attr);
        pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
        pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
        pthread_mutex_init(&fake->mutex, &attr);
        pthread_mutexattr_destroy(&attr);
        fake_reset();
    }
}

void fake_enter(void)
{
    if (pthread_mutex_lock(&fake->mutex) == EOWNERDEAD)
        pthread_mutex_consistent(&fake->mutex);
}

int fake_leave(int rc)
{
    pthread_mutex_unlock(&fake->mutex);
    return rc;
}

void fake_reset(void)
{
    fake_enter();
    fault_clear(&xen_fault);
    fake->open_errno = 0;
    fake->domctl_version = XEN_DOMCTL_INTERFACE_VERSION;
    fake->sysctl_version = XEN_SYSCTL_INTERFACE_VERSION;
    fake->version = 4 << 16 | 17;
    fake->patched = false;
    fake->features = 0;
    fake->vtimer_version = XEN_VTIMER_INTERFACE_VERSION;
    fake->hvm = true;
    fake->khz = 2400000;
    fake->no_policy = false;
    fake->vpmu = -1;
    fake->mode_stuck = fake->counts_sessions = false;
    fake->primary = fake->held = false;
    fake->mode_sets = 0;
    fake->vpmu_before = 0;
    strcpy(fake->commandline, "console=com1");
    fake->scheduler = XEN_SCHEDULER_CREDIT2;
    strcpy(fake->console, "(XEN) Platform timer is 14.318MHz HPET\n");
    strcpy(fake->changeset, "fake");
    fake->count = 0;
    fake_leave(0);
}

size_t fake_place(uint32_t id)
{
    size_t low = 0, high = fake->count, middle;

    while (low < high) {
        middle = (low + high) / 2;
        if (fake->dom[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct fake_domain *fake_lookup(uint32_t id)
{
    size_t i = fake_place(id);

    return i < fake->count && fake->dom[i].id == id ? &fake->dom[i] : NULL;
}

void fake_uuid(uint32_t id, uint8_t uuid[16])
{
    memset(uuid, 0x11, 16);
    uuid[14] = id >> 8;
    uuid[15] = id;
}

struct fake_domain *fake_add(uint32_t id, enum xentime_type type)
{
    struct fake_domain *d;
    size_t i;

    fake_enter();
    i = fake_place(id);
    if (fake->count == FAKE_MAX_DOMAINS || fake_lookup(id))
        die("fake_add");
    d = &fake->dom[i];
    memmove(d + 1, d, (fake->count - i) * sizeof(*d));
    fake->count++;
    *d = (struct fake_domain){
        .id = id,
        .type = type,
        .flags = XEN_DOMINF_running,
        .vcpus = 1,
        .cpu_time = 1000000000,
        .param = { [XENTIME_TIMER_MODE] = 1, [XENTIME_VHPET] = 1 },
        .tsc_mode = 2,
        .tsc_khz = 2400000,
        .made_khz = 2000000,
        .rtc_offset = 3600,
        .affinity = { 0xf, 0xf, 0xf, 0xf },
    };
    fake_uuid(id, d->uuid);
    d->vpmu = fake->vpmu == XENPMU_MODE_SELF || fake->vpmu == XENPMU_MODE_HV;
    fake_vtimer_reset(id);
    fake_leave(0);
    return d;
}

struct fake_domain *fake_domain(uint32_t id)
{
    struct fake_domain *d = fake_lookup(id);

    if (!d)
        die("fake_domain");
    return d;
}

unsigned int fake_changes(void)
{
    unsigned int sum = 0;
    size_t i;

    for (i = 0; i < fake->count; i++)
        sum += fake->dom[i].changes;
    return sum;
}

bool fake_exists(uint32_t id)
{
    return fake_lookup(id);
}

void fake_remove(struct fake_domain *d)
{
    fake->count--;
    memmove(d, d + 1, (fake->count - (d - fake->dom)) * sizeof(*d));
    fake_profile_settle();
}

void fake_destroy(uint32_t id)
{
    struct fake_domain *d;

    fake_enter();
    d = fake_lookup(id);
    if (d)
        fake_remove(d);
    fake_leave(0);
}

void fake_replace(uint32_t id)
{
    enum xentime_type type = fake_domain(id)->type;

    fake_destroy(id);
    memset(fake_add(id, type)->uuid, 0xee, 12);
}
