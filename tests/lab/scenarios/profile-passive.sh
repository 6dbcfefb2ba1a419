# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves where dom0's samples of a passive HVM guest are taken: at the guest's own
# addresses, in the guest mode of perf. On AMD the interrupt is taken after the
# guest was left, with Xen's registers, and on stock Xen each such sample is one of
# Xen.
#
# How: perf_event_open() on dom0's CPU (tests/lab/sampler.c). The guest, which has
# no paging, is in its second MiB. profile-xen has samples of Xen itself.
#
# lab: hv=patched,debug counters=1 xen=vpmu=on
# lab: all=newest@debug,oldest@patched

. /lib/lab/lib.sh
. /lib/lab/profile.sh

# Samples are in this file, a line each.
samples=/run/lab/samples
of_guest='^guest-kernel 0x1[0-9a-f]{5}$'
how_many() { grep -cE "$1" $samples; }

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
