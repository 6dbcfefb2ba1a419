# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a profiling session costs a guest without one nothing; prints the
# instructions that a tick takes with and without counters, which "make bench"
# sets beside those of the other hypervisor.
#
# How: as tick-cost. A tick of a guest that sleeps has two switches of vCPUs, to
# the guest and back to idle, so that half of the difference between two costs is
# what counting adds to a switch. On a stock Xen each guest has a vPMU, and what
# counts here is the guest that uses it.
#
# lab: slow=1 hv=stock,patched counters=1 xen=vpmu=on timeout=400

. /lib/lab/lib.sh
. /lib/lab/profile.sh
. /lib/lab/counts.sh
. /lib/lab/ticks.sh

# count DOM: has it count with two counters, asleep between its ticks.
count() {
    [ -z "$patched" ] || xentimectl profile start "$1" >/dev/null 2>&1
    labdom count "$1" start "$INSNS" "$CYCLES" >/dev/null
    labdom set "$1" idle=hlt
}

a=$(labdom create a lapic=250) b=$(labdom create b lapic=250)
labdom unpause "$a" "$b"
labdom wait "$a" lapic 50
none=$(cost "$a" "$b") again=$(cost "$a" "$b")
is_range "$none" 1000 100000 "a tick has its price"
is_range $((none - again)) -200 200 "the same every time"

# The other one's ticks alone, while this one counts and does not run.
labdom pause "$a"
alone=$(cost "$b")
labdom unpause "$a"
count "$a"
labdom pause "$a"
beside=$(cost "$b")
labdom unpause "$a"
is_range $((beside - alone)) -200 200 "a session costs nothing who has none"

one=$(cost "$a" "$b")
count "$b"
both=$(cost "$a" "$b")
[ -z "$patched" ] || xentimectl profile stop --all >/dev/null
is_range $((both - none)) 1 4000 "a tick with counters costs more"
is_range $((both - one)) 1 4000 "and that of two guests more than that of one"

text="$LAB_HYPERVISOR none $none one $one both $both"
diag "$text"
echo "$text" >/run/lab/profile-cost
send_file "profile-cost-$LAB_HYPERVISOR" /run/lab/profile-cost
done_testing
