# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves who reads performance counters by RDPMC. On stock Xen any guest does,
# whoever is counting: the MSRs of the same counters, which Xen looks after, have
# nothing. On a patched Xen a guest without a session reads 0, as by RDMSR, and
# one that has a session reads its own counters.
#
# How: one guest counts, and so does dom0, whose kernel has its NMI watchdog on a
# counter. The other guest has never touched one, and looks at all four in both
# ways; what counts is the largest that it finds.
#
# lab: hv=stock,patched,debug counters=1 xen=vpmu=on
# lab: check=oldest@stock,newest@patched all=newest@stock,oldest@patched,newest@debug

. /lib/lab/lib.sh
. /lib/lab/profile.sh
. /lib/lab/counts.sh

# seen KEY N LINE: element N of KEY=A,B,... of what a guest has found.
seen() {
    echo "$3" | sed "s/.*$1=\([^ ]*\).*/\1/" | cut -d , -f $(($2 + 1))
}

a=$(labdom create a lapic=400) b=$(labdom create b)
[ -z "$patched" ] || xentimectl profile start "$a" >/dev/null
labdom unpause "$a" "$b"
labdom count "$a" start - - "$INSNS" >/dev/null

# The counters hold what the last of those who count has left in them, dom0 in 0
# and the first guest, alone, in 2. The other guest looks for a third of a second,
# in which each of them wakes up, takes the CPU from it, and sleeps again.
labdom set "$a" idle=hlt
looks=2000
[ -n "$patched" ] || looks=200000
found=$(labdom count "$b" start looks=$looks -)
like "$found" ' counter=0,0,0,0$' "by RDMSR the other guest sees nothing"
exits 0 "info" -- xentimectl info

if [ -z "$patched" ]; then
    like "$out" '^defect: *rdpmc-open: present$' "info names the defect"
    unlike "$found" fault "by RDPMC it is not refused"
    isnt "$(seen rdpmc 0 "$found")" 0 "it reads what dom0 counts"
    isnt "$(seen rdpmc 2 "$found")" 0 "and what the other guest has counted"
    done_testing
fi

like "$out" '^defect: *rdpmc-open: fixed$' "info names the defect as fixed"
like "$found" '^rdpmc=0,0,0,0 ' "without a session it reads nothing"

# Between its RDPMC and its RDMSR of the same counter a guest executes some
# instructions, and no more: the loop of one round has 40,000.
found=$(labdom count "$a" start - - "$INSNS")
rdpmc=$(seen rdpmc 2 "$found") msr=$(seen counter 2 "$found")
is_range $((msr - rdpmc)) 1 1000 "it reads the guest's own counter"
is "$(seen rdpmc 1 "$found")" 0 "a counter of its own that it does not use is 0"

xentimectl profile stop "$a" >/dev/null
like "$(labdom count "$a" start "$INSNS")" '^rdpmc=0,0,0,0 ' \
    "after the session it reads nothing, and is not stopped by #GP"
nothing_left "the end"
done_testing
