# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a host can do without virtual HPETs: with vhpet=off on Xen's
# command line a new domain has none, unless its toolstack asks for one.
#
# How: labdom, which leaves the parameter alone, creates a guest that wants
# ticks of its HPET: it finds none, and ticks by its PIT. Another one is given
# an HPET before it starts, and gets its ticks.
#
# lab: hv=patched xen=vhpet=off

. /lib/lab/lib.sh
. /lib/lab/timers.sh

guest without pit=50 hpet=50 idle=spin
is "$(labdom param "$dom" hpet)" 0 "a new domain's vhpet is off"
like "$(xentimectl list "$dom")" ' off +-$' "as list says"
labdom unpause "$dom"
labdom wait "$dom" pit 20
like "$(labdom ticks "$dom")" '^timer=hpet hz=50 ticks=0 .* absent=1' \
    "the guest finds no HPET"
labdom destroy "$dom"

guest with pit=50 hpet=50 idle=spin
labdom param "$dom" hpet 1
labdom unpause "$dom"
ok "asked for, it is there, and ticks" labdom wait "$dom" hpet 20
like "$(labdom ticks "$dom")" '^timer=hpet hz=50 .* absent=0' \
    "the guest finds it"

done_testing
