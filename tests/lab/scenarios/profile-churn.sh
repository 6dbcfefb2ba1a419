# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that what a guest counts is its own, whatever others do: three guests
# that count different events in different counters count what they count alone,
# while sessions of others start and stop, and while others that count are saved,
# restored and destroyed. Without a session counters stand still, and the next
# session begins with all of them at zero.
#
# How: as profile-counts.
#
# lab: hv=patched,debug counters=1 xen=vpmu=on timeout=600 slow=1
# lab: all=newest@debug,newest@patched+smp2,oldest@patched

. /lib/lab/lib.sh
. /lib/lab/profile.sh
. /lib/lab/counts.sh

nothing=0,0,0,0
a=$(labdom create a) b=$(labdom create b) c=$(labdom create c)
all="$a $b $c"
events() {
    case $1 in
    "$a") echo "$INSNS $CYCLES" ;;
    "$b") echo "loops=14000 $CYCLES - $INSNS" ;;
    "$c") echo "loops=9000 - $INSNS $INSNS $CYCLES" ;;
    esac
}
# count_anew DOM: has it count its events; prints what it found before.
count_anew() {
    # shellcheck disable=SC2046 # one word an event
    labdom count "$1" start $(events "$1")
}

exits 0 "sessions for all three" -- xentimectl profile start "$a,$b,$c"
labdom unpause "$a" "$b" "$c"
for d in $all; do
    count_anew "$d" >/dev/null
    counts_alone "$d" "alone_$d"
    eval "is_one_value \"\$alone_$d\" 'alone: domain $d'"
    labdom set "$d" idle=hlt
done

# Two other domains disturb them. The session of the one that preempts comes and
# goes; the other counts, is saved, restored without a session, and destroyed in
# the middle of its counting. The first has few ticks and one clock to read: with
# a fifth of the CPU it would do nothing else otherwise, and not answer.
io=$(labdom create io lapic=100 clocks=1)
other=$(labdom create other)
labdom unpause "$io" "$other"
for d in $all; do count_anew "$d" >/dev/null; done
n=0 turns=4
! is_long || turns=20
while [ $n -lt $turns ]; do
    n=$((n + 1))
    diag "turn $n"
    xentimectl profile start "$io,$other" >/dev/null || break
    labdom count "$io" start "$CYCLES" "$CYCLES" "$CYCLES" "$CYCLES" >/dev/null
    labdom set "$io" idle=hlt
    labdom count "$other" start "$INSNS" "$INSNS" "$INSNS" "$INSNS" >/dev/null
    sleep 0.2
    labdom pause "$other"
    copy=$(labdom create copy)
    labdom copyctx "$other" "$copy" || break
    labdom destroy "$other"
    labdom unpause "$copy"
    sleep 0.1
    other=$copy
    xentimectl profile stop "$io" >/dev/null || break
done
is $n $turns "sessions, copies and ends of others, $turns times"
for d in $all; do
    exits 0 "domain $d goes on, 1000 times preempted" -- \
        labdom count "$d" 1000
    eval "is \"\$(counts \"\$out\")\" \"\$alone_$d\" \
        'domain $d counts what it counted alone'"
done
is "$(claims)" 3 "the sessions of those that ended have ended"

# The one that was copied has no session, and never had one.
like "$(labdom count "$other" start "$INSNS")" "ctrl=$nothing counter=$nothing\$" \
    "a restored guest begins with nothing"
sleep 0.2
is "$(counts "$(labdom count "$other")")" counter0=0 \
    "and counts nothing without a session"

# One session ends; its counters stand still, and the others go on.
exits 0 "one session ends" -- xentimectl profile stop "$a"
like "$(count_anew "$a")" "ctrl=$nothing counter=$nothing\$" "nothing is left of it"
sleep 0.2
is "$(counts "$(labdom count "$a")")" "counter0=0 counter1=0" \
    "its counters stand still"
count_anew "$b" >/dev/null
exits 0 "another one goes on" -- labdom count "$b" 100
eval "is \"\$(counts \"\$out\")\" \"\$alone_$b\" 'and counts what it counted'"
exits 0 "it has a session again" -- xentimectl profile start "$a"
like "$(count_anew "$a")" \
    "^rdpmc=$nothing ctrl=$nothing counter=$nothing\$" "which begins at zero"
exits 0 "it counts, 100 times preempted" -- labdom count "$a" 100
eval "is \"\$(counts \"\$out\")\" \"\$alone_$a\" 'what it counted before'"

xentimectl profile stop --all >/dev/null
nothing_left "the end"
done_testing
