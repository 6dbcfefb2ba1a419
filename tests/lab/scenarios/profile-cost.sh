# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a profiling session costs a guest without one nothing, and that on a
# patched Xen a guest with one reads a counter that runs without an exit. Prints the
# instructions that a switch of vCPUs takes with and without counters, and such a
# reading; "make bench" sets them beside the other hypervisor's.
#
# How: two guests do nothing but yield to each other, and each yield switches. That
# of a guest which is alone switches nothing, and is taken off, as the hypercall's
# own cost. On a stock Xen each guest has a vPMU, and what counts here is the guest
# that uses it. A reading is the difference between rounds (rounds.c) that read one
# counter and two, twice each.
#
# lab: slow=1 hv=stock,patched counters=1 xen=vpmu=on timeout=400

. /lib/lab/lib.sh
. /lib/lab/profile.sh
. /lib/lab/counts.sh

# yielding DOM [EVENT...]: has it yield, and count with these counters.
yielding() {
    dom=$1
    shift
    [ $# -gt 0 ] || set -- -
    labdom count "$dom" start yield=1 "$@" >/dev/null
}

# counting DOM: the same with a session, and two counters.
counting() {
    [ -z "$patched" ] || xentimectl profile start "$1" >/dev/null 2>&1
    yielding "$1" "$INSNS" "$CYCLES"
}

# switch DOM DOM: instructions.
switch() { echo $(($(pace "$@") - alone)); }

a=$(labdom create a) b=$(labdom create b) c=$(labdom create c)
labdom unpause "$a" "$b" "$c"
yielding "$a"
labdom pause "$b" "$c"
alone=$(pace "$a")
is_range "$alone" 100 20000 "a yield has its price"
labdom unpause "$b"
yielding "$b"
none=$(switch "$a" "$b") again=$(switch "$a" "$b")
is_range "$none" 100 20000 "and a switch"
is_range $((none - again)) -20 20 "the same every time"

labdom unpause "$c"
counting "$c"
labdom pause "$c"
beside=$(switch "$a" "$b")
is_range $((beside - none)) -20 20 "a session costs nothing who has none"

counting "$a"
one=$(switch "$a" "$b")
counting "$b"
both=$(switch "$a" "$b")
is_range $((one - none)) 1 4000 "a switch from or to one that counts costs more"
is_range $((both - one)) 1 4000 "and one between two of them more than that"

labdom pause "$a" "$b"
labdom unpause "$c"
reading=$(reading "$c")
diag "reading a counter takes $reading instructions"
if [ -n "$patched" ]; then
    is_range "$reading" 1 100 "it reads a counter without an exit"
    xentimectl profile stop --all >/dev/null
else
    is_range "$reading" 500 20000 "an exit reads it a counter"
fi

text="$LAB_HYPERVISOR none $none one $one both $both reading $reading alone $alone"
diag "$text beside $beside"
echo "$text" >/run/lab/profile-cost
send_file "profile-cost-$LAB_HYPERVISOR" /run/lab/profile-cost
done_testing
