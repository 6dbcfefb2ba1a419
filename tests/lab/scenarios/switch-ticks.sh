# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that switching between modes 0 and 1, which deliver every tick, loses
# no tick and makes none up, and that in each of the twelve switches what is
# pending becomes what vpt-policy.c says in front of vpt_mode_switched().
#
# How: labdom switches a counted guest with four timers on two vCPUs a thousand
# times between 0 and 1 - running, asleep and both, paused and not. Then as
# many ticks are due as periods have passed, all of them delivered or pending,
# and the guest has counted the same. After that a busy guest is paused until
# each timer has missed 20 ticks or more, switched, looked at, and resumed:
#
#     from  to    of the 20 ticks
#     0     1     all stay pending; likewise 1 to 0
#     0, 1  2     one stays pending, the others are dropped
#     0, 1  3     one stays pending, the others are collapsed
#     2     any   all are dropped; but one, if it was pending before
#     3     0..2  one stays pending, the others are collapsed
#
# lab: slow=1 hv=patched,debug timeout=900
# lab: all=newest@debug+smp2,newest@patched+smp4 intel=oldest@patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh
. /lib/lab/stats.sh

# begin MODE SETTING...: a guest that is counted from here on.
begin() {
    begin_mode=$1
    shift
    guest "$what" vcpus=2 clocks=1 "$@"
    labdom param "$dom" timer_mode "$begin_mode"
    labdom unpause "$dom"
    labdom wait "$dom" lapic 2
    quiesce
    labdom counting "$dom" 1
    reading a
}

for states in running blocked mix; do
    what="0 and 1, $states"
    begin 0 pit=20 lapic=20 hpet=20 aplapic=20 idle=hlt
    labdom unpause "$dom"
    exits 0 "$what: switched, and no clock goes backwards" -- \
        labdom stress "$dom" n=1000 modes=0x3 states=$states
    diag "$out"
    quiesce
    reading b
    adds_up "$what" a b 4
    is "$t_collapsed $t_dropped" "0 0" "$what: no tick is lost"
    is_range "$t_least_delivered" 50 2000 "$what: of many"
    is "$(sed -n 's/^vcpu=\([0-9]\) since.* switches=//p' /run/lab/b.stats |
        tr '\n' ' ')" "1000 1000 " "$what: in 1000 switches, says Xen as well"
    labdom destroy "$dom"
done

# handed_over FROM TO: what has become of each timer's backlog; nothing if
# that is right. What has come due since the switch is pending as well: at most
# "due", the ticks between the readings before and after it. LAPICs tick half a
# period after the HPET, so that some timers have none.
handed_over() {
    exact=0
    while read -r line; do
        eval "$line"
        lost=$((collapsed + dropped))
        case $1$2 in
        01 | 10) right=$((lost == 0)) ;;
        2?) right=$((collapsed == 0 && dropped >= 19 && pending <= 1 + due)) ;;
        *3 | 3*) right=$((dropped == 0 && collapsed >= 19 &&
            pending >= 1 && pending <= 1 + due)) ;;
        *) right=$((collapsed == 0 && dropped >= 19 &&
            pending >= 1 && pending <= 1 + due)) ;;
        esac
        [ $((right && delivered == 0 && pending + lost - due >= 20 &&
            due <= 1)) -eq 1 ] || echo "$line"
        [ "$due" -gt 0 ] || exact=$((exact + 1))
    done </run/lab/tally
    [ $exact -ge 1 ] || echo "each timer was due meanwhile"
}

for from in 0 1 2 3; do
    for to in 0 1 2 3; do
        [ $from != $to ] || continue
        what="$from to $to"
        # dom0 needs 340 ms from one reading to the next on two CPUs and a debug
        # build of Xen, less than half a second. The RTC has no lower rate than this.
        begin $from rtc=2 lapic=1 hpet=1 aplapic=1 idle=spin
        usleep 20000000
        labdom ticks "$dom" >/run/lab/b.ticks
        labdom stats "$dom" >/run/lab/b.stats
        labdom param "$dom" timer_mode $to
        reading c
        adds_up "$what, while paused" b c 4
        is "$(handed_over $from $to)" "" \
            "$what: the backlog becomes what it must"
        labdom unpause "$dom"
        usleep 4000000
        quiesce
        reading d
        adds_up "$what, resumed" c d 4
        # 20 were pending, and some fall due meanwhile, more on a slow machine.
        case $from$to in
        01 | 10)
            is "$t_collapsed $t_dropped" "0 0" "$what: no tick is lost later"
            is_range "$t_least_delivered" 22 36 "$what: all came" ;;
        *)
            is_range "$t_least_delivered" 2 12 "$what: the backlog did not come"
            ;;
        esac
        is "$(backwards "$dom")" "$never $never" "$what: no clock goes backwards"
        labdom destroy "$dom"
    done
done

done_testing
