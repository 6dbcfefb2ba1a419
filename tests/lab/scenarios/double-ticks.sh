# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves, tick by tick, why a guest that counts ticks and makes up lost ones by
# its TSC gains time in modes 0 to 3: every tick that it should not have had
# came after one at which it had made up for the same time.
#
# How: the guest reads a disk beside a busy one, 1000 ticks a second (see
# accuracy.sh), and keeps each single tick that set its clock ahead, with what
# Xen says it did before the last one that made up for others (its runstate).
#   mode 0  that one had slept, and then waited for the CPU for as long as it
#           made up for: only the wait of a preempted vCPU is frozen
#   mode 1  the same, and all that it made up for is delivered
#   mode 2, 3  the tick came at once, with the one that had made up for it: its
#           time had come between that one's injection and the guest's RDTSC
#   mode 4  there is none
#
# lab: slow=1 hv=stock,patched timeout=600 idle=120 icount=2

. /lib/lab/lib.sh
. /lib/lab/accuracy.sh

# every CONDITION WHAT: of the gains in $gains, in awk's words.
every() {
    bad=$(printf '%s\n' "$gains" | awk '/^at_us/ {
        for (i = 1; i <= NF; i++) { split($i, kv, "="); v[kv[1]] = kv[2] + 0 }
        gap = v["gap_us"]; since = v["since_us"]; made_up = v["made_up"]
        slept = v["slept_us"]; waited = v["waited_us"]
        if (!('"$1"')) print }')
    is "$bad" "" "$2"
}

# watch MODE SECONDS: $gains of the guest.
watch() {
    what="mode $1"
    start_load io-32 1000 "$1" || return 1
    labdom keep "$dom" start gains
    sleep "$2"
    labdom pause "$rivals"
    gains=$(labdom keep "$dom" gains)
    diag "$what:" "$(printf '%s\n' "$gains" | head -n 4)"
    end_load
}

for mode in 0 1; do
    watch $mode 3
    is_range "$(value gains "$gains")" 300 20000 "$what: ticks count twice"
    every 'made_up >= 1 && slept > 0' "$what: it had slept, and made up for some"
    every 'waited >= (made_up - 1) * 1000' "$what: having waited for the CPU"
    every 'since <= waited' "$what: and then it has them delivered"
done
for mode in 2 3; do
    watch $mode 12
    is_range "$(value gains "$gains")" 3 40 "$what: a tick counts twice now and then"
    every 'made_up >= 1 && since == gap && gap < 500' \
        "$what: it came with the one that had made up for it"
done
if [ "$LAB_HYPERVISOR" != stock ]; then
    watch 4 6
    is "$(value gains "$gains")" 0 "$what: none does"
fi

done_testing
