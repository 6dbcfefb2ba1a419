# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a profiling session costs a guest without one nothing, and that on a
# patched Xen a guest with one reads a counter that runs without an exit. Prints the
# instructions that a tick takes with and without counters, and such a reading;
# "make bench" sets them beside the other hypervisor's.
#
# How: as tick-cost. A tick of a guest that sleeps has two switches of vCPUs, to
# the guest and back to idle, so that half of the difference between two costs is
# what counting adds to a switch. On a stock Xen each guest has a vPMU, and what
# counts here is the guest that uses it. A reading is the difference between rounds
# (rounds.c) that read one counter and two, twice each.
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

labdom pause "$a" "$b"
c=$(labdom create c)
[ -z "$patched" ] || xentimectl profile start "$c" >/dev/null
labdom unpause "$c"
reading=$(reading "$c")
diag "reading a counter takes $reading instructions"
if [ -n "$patched" ]; then
    is_range "$reading" 1 100 "it reads a counter without an exit"
else
    is_range "$reading" 500 20000 "an exit reads it a counter"
fi
[ -z "$patched" ] || xentimectl profile stop --all >/dev/null

text="$LAB_HYPERVISOR none $none one $one both $both reading $reading"
diag "$text"
echo "$text" >/run/lab/profile-cost
send_file "profile-cost-$LAB_HYPERVISOR" /run/lab/profile-cost
done_testing
