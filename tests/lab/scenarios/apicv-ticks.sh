# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that with APICv a stock Xen counts ticks of a backlog as delivered that the
# guest never gets, in the modes that deliver one, and that a patched Xen does not.
#
# How: a busy guest is paused, for 250 ms six times, and then gets what it has
# missed of its four timers. Handlers exit to Xen: that of the RTC's tick reads a
# register of the RTC, and the EOI of a vector is an exit where a tick is pending. With
# virtual interrupt delivery a stock Xen counts a tick at each VM entry at which one is
# pending, also while the vector is still in the IRR for an earlier one: so ticks of the
# PIT, whose vector waits behind the others', are merged.
#
# Without APICv, on AMD too, none is lost on any Xen.
#
# lab: slow=1 hv=stock,patched check=oldest@stock
# lab: intel=oldest@stock,newest@stock,oldest@patched,newest@patched
# lab: quick=newest@patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh

pause=250 times=6 period=400

like "$(xentimectl info)" "^defect: *apicv-ticks: $(
    [ "$LAB_HYPERVISOR" = stock ] && echo present || echo fixed)" \
    "info names the defect"

modes='0 1'
[ "$LAB_HYPERVISOR" = stock ] || modes='0 1 4'
if [ "$LAB_HYPERVISOR" = stock ] && has_apicv; then
    least=0.3 most=0.8 what='ticks of the backlog are lost'
else
    least=0.97 most=1.03 what='no tick is lost'
fi

for mode in $modes; do
    guest "mode $mode" pit=100 rtc=128 lapic=100 hpet=100 idle=spin clocks=1
    ok "mode $mode" labdom param "$dom" timer_mode "$mode"
    labdom unpause "$dom"
    measure "mode $mode" spin \
        gaps --pause $pause --times $times --period $period "$dom"
    is_range "$m_pit_ratio" $least $most "mode $mode, the PIT: $what"
    [ "$LAB_HYPERVISOR" = stock ] || for timer in rtc lapic hpet; do
        eval "ratio=\$m_${timer}_ratio"
        is_range "$ratio" 0.97 1.03 "mode $mode, $timer: no tick is lost"
    done
    labdom destroy "$dom"
done

done_testing
