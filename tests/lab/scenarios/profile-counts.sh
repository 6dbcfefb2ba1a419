# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that counters count for the guest that has a session and for nobody
# else: two guests that count different events, in different counters, on the
# same CPU in turn, count to the last instruction what each counts alone.
#
# How: a round of the guest is a loop of known length with interrupts off, read
# before and after; a counter that leaks shows as a round that counts more, one
# that is not loaded again as one that counts less. Xen tells the guest in which
# rounds it had to wait for its CPU. Stock Xen's vPMU counts as well, but for
# every guest.
#
# lab: hv=stock,patched,debug counters=1 xen=vpmu=on
# lab: all=newest@debug,newest@patched+smp2,oldest@patched

. /lib/lab/lib.sh
. /lib/lab/profile.sh
. /lib/lab/counts.sh

a=$(labdom create a) b=$(labdom create b)
[ -z "$patched" ] || exits 0 "sessions for both" -- \
    xentimectl profile start "$a,$b"
labdom unpause "$a" "$b"

# Alone first: a's instructions in counter 0 and cycles in 1, b's in 2 and 0.
labdom count "$a" start "$INSNS" "$CYCLES" >/dev/null
counts_alone "$a" alone_a
labdom set "$a" idle=hlt
labdom count "$b" start loops=14000 "$CYCLES" - "$INSNS" >/dev/null
counts_alone "$b" alone_b
is_one_value "$alone_a" "the first counts the same in each round"
is_one_value "$alone_b" "so does the second"
# Some more lie between the loop and the readings.
is_range "$(counter 0 "$alone_a")" 40000 40200 "20000 turns are 40000 instructions"
is_range "$(counter 2 "$alone_b")" 28000 28200 "14000 turns are 28000 instructions"
is_range "$(counter 1 "$alone_a")" $((16 * 40000)) $((16 * 40200)) \
    "an instruction takes 16 cycles of this machine"

# Both, and a third that preempts them 400 times a second and counts nothing.
c=$(labdom create c lapic=400)
labdom unpause "$c"
labdom count "$a" start "$INSNS" "$CYCLES" >/dev/null
times=1000
! is_long || times=10000
exits 0 "the first goes on, $times times preempted" -- \
    labdom count "$a" $times
is "$(counts "$out")" "$alone_a" "it counts what it counted alone"
exits 0 "the second, too" -- labdom count "$b" $times
is "$(counts "$out")" "$alone_b" "it counts what it counted alone"

# A guest may ask to count Xen as well, by a bit that is meant for hypervisors.
labdom count "$a" start $((INSNS | HOST_ONLY)) "$CYCLES" >/dev/null
exits 0 "it would count Xen" -- labdom count "$a" 200
if [ -n "$patched" ]; then
    is "$(counts "$out")" "$alone_a" "and counts itself, as before"
else
    isnt "$(counts "$out")" "$alone_a" "and stock Xen lets it"
fi

# A counter that is started and stopped is nothing to the others. In stock Xen
# they stand still until a register is touched.
if [ -n "$patched" ]; then
    labdom count "$a" start stop=1 "$INSNS" "$CYCLES" >/dev/null
    exits 0 "it starts and stops a third counter in each round" -- \
        labdom count "$a" 200
    is "$(counts "$out")" "$alone_a" "and counts with the first two as before"
    xentimectl profile stop --all >/dev/null
    nothing_left "the end"
fi
done_testing
