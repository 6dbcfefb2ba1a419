# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves who reads performance counters by RDPMC. On stock Xen any guest does,
# whoever is counting: the MSRs of the same counters, which Xen looks after, have
# nothing. On a patched Xen a guest without a session gets #GP, and one that has
# a session reads its own counters.
#
# How: one guest counts, and so does dom0, whose kernel has its NMI watchdog on a
# counter. The other guest has never touched one, and looks at all four in both
# ways.
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

a=$(labdom create a) b=$(labdom create b)
[ -z "$patched" ] || xentimectl profile start "$a" >/dev/null
labdom unpause "$a" "$b"
labdom count "$a" start - - "$INSNS" >/dev/null
sleep 1
found=$(labdom count "$b" start "$INSNS")
like "$found" ' counter=0,0,0,0$' "by RDMSR the other guest sees nothing"
exits 0 "info" -- xentimectl info

if [ -z "$patched" ]; then
    like "$out" '^defect: *rdpmc-open: present$' "info names the defect"
    unlike "$found" fault "by RDPMC it is not refused"
    like "$found" '^rdpmc=[^ ]*0x[1-9a-f]' "and reads what is not its own"
    done_testing
fi

like "$out" '^defect: *rdpmc-open: fixed$' "info names the defect as fixed"
like "$found" 'rdpmc=fault,fault,fault,fault ' "without a session RDPMC is #GP"

# Between its RDPMC and its RDMSR of the same counter a guest executes some
# instructions, and no more: the loop of one round has 40,000.
found=$(labdom count "$a" start - - "$INSNS")
rdpmc=$(seen rdpmc 2 "$found") msr=$(seen counter 2 "$found")
isnt "$rdpmc" fault "with a session RDPMC is allowed"
is_range $((msr - rdpmc)) 1 1000 "it reads the guest's own counter"
is "$(seen rdpmc 1 "$found")" 0 "a counter of its own that it does not use is 0"

xentimectl profile stop "$a" >/dev/null
like "$(labdom count "$a" start "$INSNS")" 'rdpmc=fault,fault,fault,fault ' \
    "after the session it is #GP again"
nothing_left "the end"
done_testing
