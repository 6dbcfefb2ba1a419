# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# This starts two HVM domains: "web", which never sleeps, as a loaded server,
# and "old billing", which halts between its HPET's ticks.

web=$(labdom create web pit=100 idle=spin)
billing=$(labdom create "old billing" hpet=50 idle=hlt)
labdom unpause "$web" "$billing"
labdom wait "$web" pit 20
