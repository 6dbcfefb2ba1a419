/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The families of formats, in the order in which an unknown line is tried.
 * Those with the stricter lines are first.
 */

#include "skew/log/log.h"

const struct log_family log_families[] = {
    { "ntpdate", log_ntpdate }, { "ntpd", log_ntpd },
    { "chrony", log_chrony },   { "chronyc", log_chronyc },
    { "ntpq", log_ntpq },       { "timesyncd", log_timesyncd },
    { "windows", log_windows }, { "linuxptp", log_linuxptp },
};
const size_t log_nfamilies = sizeof(log_families) / sizeof(log_families[0]);

const char *ntplog_daemon_name(enum ntp_daemon daemon)
{
    static const char *const names[NTP_DAEMONS] = {
        [NTP_UNKNOWN] = "",
        [NTP_NTPDATE] = "ntpdate",
        [NTP_NTPD] = "ntpd",
        [NTP_CHRONYD] = "chronyd",
        [NTP_TIMESYNCD] = "systemd-timesyncd",
        [NTP_W32TIME] = "w32time",
        [NTP_LINUXPTP] = "linuxptp",
    };

    return names[daemon];
}

const char *ntplog_forms(void)
{
    return "ntpdate, loopstats, peerstats, rawstats, tracking.log, "
           "statistics.log, measurements.log, chronyc, ntpq, ntptime, "
           "timedatectl timesync-status, w32tm /stripchart, linuxptp, syslog "
           "and journal of these";
}
