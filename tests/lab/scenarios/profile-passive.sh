# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves where dom0's samples are taken. While Xen is profiled (--xen) there are
# samples of Xen, and none without; a second primary is refused. Samples of a
# passive HVM guest are the guest's: at its own addresses, in the guest mode of
# perf. On AMD the interrupt is taken after the guest was left, with Xen's
# registers, and on stock Xen each such sample is one of Xen.
#
# How: perf_event_open() on dom0's CPU (tests/lab/sampler.c). Xen's addresses
# begin with 0xffff82d0, and the guest, which has no paging, is in its second
# MiB.
#
# lab: hv=patched,debug counters=1 xen=vpmu=on
# lab: all=newest@debug,oldest@patched

. /lib/lab/lib.sh
. /lib/lab/profile.sh

# Samples are in this file, a line each.
samples=/run/lab/samples
of_xen=' 0xffff82d0' of_guest='^guest-kernel 0x1[0-9a-f]{5}$'
how_many() { grep -cE "$1" $samples; }

# dom0 makes hypercalls meanwhile.
sample() {
    sampler "$@" >$samples &
    sampler=$!
    while kill -0 $sampler 2>/dev/null; do xenstore-ls >/dev/null; done
    wait $sampler || fail "sampler $*"
}

sample 200000 0 2000
is_range "$(how_many '^(kernel|user) ')" 50 100000 "dom0 samples itself"
is "$(how_many "$of_xen")" 0 "and not Xen"
exits 0 "Xen too" -- xentimectl profile start --xen
sample 200000 0 2000
is_range "$(how_many "$of_xen")" 5 100000 "there are samples of Xen"
like "$(cat $samples)" '^count=[1-9][0-9]* lost=0$' "and none is lost"
exits 1 "a second primary is refused by Xen" -- labdom profile primary-start
like "$err" EBUSY "with EBUSY"
exits 0 "no more" -- xentimectl profile stop --xen
sample 200000 0 2000
is_range "$(how_many '^(kernel|user) ')" 50 100000 "dom0 goes on sampling itself"
is "$(how_many "$of_xen")" 0 "and there are no more samples of Xen"

d=$(labdom create spin idle=spin lapic=50)
labdom unpause "$d"
exits 0 "the guest is passive" -- xentimectl profile start "$d" --passive
vpmu_is all "passive"
sampler 1000000 0 3000 >$samples
guest=$(how_many "$of_guest") total=$(how_many ' 0x')
# The guest has the CPU for nearly all of the time.
is_range "$total" 20 100000 "there are samples"
is_range "$guest" $((total * 3 / 4)) "$total" \
    "of $total most are the guest's, at its own addresses"
is "$(how_many '^guest-user ')" 0 "and it has no user mode"
exits 0 "no more" -- xentimectl profile stop "$d"
nothing_left "the end"
done_testing
