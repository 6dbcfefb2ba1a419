# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that a profiling session costs those nothing who have none, and the one
# that has it no more than stock Xen's vPMU; prints the instructions that a
# tick takes, for comparison with other hypervisors.
#
# How: as tick-cost. A tick of a guest that sleeps is two switches of vCPUs, to
# the guest and back to idle: half of the difference between two guests' ticks is
# what counting adds to a switch.
#
# lab: slow=1 hv=stock,patched counters=1 xen=vpmu=on

. /lib/lab/lib.sh
. /lib/lab/profile.sh
. /lib/lab/counts.sh

# busy: ns that the CPU has worked so far.
busy() {
    labdom idle | sed 's/.*idle_ns=\(.*\) now_ns=\(.*\)/\2 \1/' |
        awk '{ print $1 - $2 }'
}

# ticks DOM...: of all of them.
ticks() {
    for d; do labdom ticks "$d"; done |
        sed -n 's/^timer=lapic.* ticks=\([0-9]*\).*/\1/p' |
        awk '{ n += $1 } END { print n }'
}

# cost NAME DOM...: sets $NAME to the instructions a tick, over 10 s.
cost() {
    name=$1
    shift
    busy0=$(busy) ticks0=$(ticks "$@")
    sleep 10
    eval "$name=$(awk -v busy=$(($(busy) - busy0)) \
        -v ticks=$(($(ticks "$@") - ticks0)) \
        'BEGIN { printf "%.0f", ticks < 1000 ? 0 : busy / ticks / 16 }')"
}

# count DOM: has it count with two counters, asleep between its ticks.
count() {
    labdom count "$1" start "$INSNS" "$CYCLES" >/dev/null
    labdom set "$1" idle=hlt
}

a=$(labdom create a lapic=250) b=$(labdom create b lapic=250)
labdom unpause "$a" "$b"
labdom wait "$a" lapic 50
cost none "$a" "$b"
cost again "$a" "$b"
is_range "$none" 1000 100000 "a tick has its price"
is_range $((none - again)) -200 200 "the same every time"

[ -z "$patched" ] || xentimectl profile start "$a" >/dev/null 2>&1
count "$a"
cost one "$a" "$b"
[ -z "$patched" ] || xentimectl profile start "$b" >/dev/null 2>&1
count "$b"
cost both "$a" "$b"
[ -z "$patched" ] || xentimectl profile stop --all >/dev/null
is_range $((both - none)) 0 4000 "two switches with counters have theirs"
is_range $((both - one)) -200 4000 "one guest's counters cost less than two's"

text="$LAB_HYPERVISOR none $none one $one both $both"
diag "$text"
echo "$text" >/run/lab/profile-cost
send_file "profile-cost-$LAB_HYPERVISOR" /run/lab/profile-cost
done_testing
