/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls by which watch tells systemd of itself.  Without libsystemd, or with
 * NO_SYSTEMD, they do nothing; its lines have the same levels in any case.
 */
#ifndef XENTIMECTL_WATCH_SYSTEMD_H
#define XENTIMECTL_WATCH_SYSTEMD_H

#if !defined(NO_SYSTEMD) && __has_include(<systemd/sd-daemon.h>)
#include <systemd/sd-daemon.h>
#else
#define SD_ERR "<3>"
#define SD_WARNING "<4>"
#define SD_NOTICE "<5>"
#define SD_INFO "<6>"
#define sd_notify(unset, state) ((void)(state))
#define sd_notifyf(unset, ...) ((void)0)
#endif

#endif /* XENTIMECTL_WATCH_SYSTEMD_H */
