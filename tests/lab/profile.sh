# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# The scenarios about profiling sessions share this file, and source it after
# lib.sh.
#
# vPMU needs a CPU whose performance monitor Xen knows: family 10h with
# vpmu=on. Stock QEMU's counters stand still; modes, contexts and refusals do not
# need them to count. Where they do (counters=1), counts.sh has more.

case $LAB_HYPERVISOR in stock) patched='' ;; *) patched=1 ;; esac

# Xen's mode is asked by another program than the one under test.
vpmu() { labdom vpmu; }

# session_count DOM: as Xen counts them; stock Xen does not.
session_count() {
    labdom profile status "$1" | sed 's/.*sessions=\([0-9]*\).*/\1/'
}

# claims: all of all domains; on stock Xen what xenstore has.
claims() {
    if [ -n "$patched" ]; then
        labdom profile status 0 | sed 's/.*claims=\([0-9]*\).*/\1/'
    else
        xentimectl profile status --json | grep -c '"kind"'
    fi
}

# vpmu_is MODE NAME: off, self, hv or all.
vpmu_is() {
    case $1 in off) n=0 ;; self) n=1 ;; hv) n=2 ;; all) n=4 ;; esac
    is "$(vpmu)" "$n" "$2: the mode is $1"
}

# nothing_left NAME: no session, and the mode as before.
nothing_left() {
    is "$(claims)" 0 "$1: nobody profiles"
    is "$(vpmu)" "$initial" "$1: the mode is as before"
    is "$(xenstore-ls /tool/xentime/profile 2>/dev/null)" "" \
        "$1: nothing in xenstore"
}
initial=$(vpmu)
