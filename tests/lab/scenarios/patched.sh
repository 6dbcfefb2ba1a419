# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that xentimectl uses what a patched Xen can do: refusals for defects
# that it does not have are gone, and stats, tune and resync do what they say.
#
# How: a guest ticks beside a busy one, so that it is descheduled again and
# again. Its mode is set to and fro without --force; its ticks are counted,
# read as text, as rates and as JSON, and compared with what labdom reads; it
# gathers lag in mode 0, and is resynced.
#
# lab: hv=patched all=newest@patched+smp2,newest@patched+smp4
# lab: intel=oldest@patched,newest@patched+smp2 quick=oldest@patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh

json() { printf '%s\n' "$out" | tr -d '\n' | grep -o "$1" | head -1; }

out=$(xentimectl info)
for cap in safe-switch quiet-vhpet tick-stats resync sync-wakeup paced-mode \
    one-time undoubled-mode; do
    like "$out" "$cap" "info: $cap"
done

guest rival idle=spin
rival=$dom
guest 'a web' vcpus=2 pit=100 lapic=50 hpet=20 aplapic=50 idle=spin
labdom unpause "$dom" "$rival"
labdom wait "$dom" pit 20

# ---- stats ----

exits 0 "stats: the first time" -- xentimectl stats 'a web'
like "$err" 'counting of ticks has just begun' "stats: says that it begins"
sleep 2
exits 0 "stats" -- xentimectl stats "$dom"
is "$err" "" "stats: and now it counts"
for timer in pit lapic hpet0; do
    like "$out" " $timer " "stats: $timer"
done
unlike "$out" ' rtc ' "stats: no line for a timer that is not used"
is "$(printf '%s\n' "$out" | awk 'length > 80' | wc -l)" 0 "stats: 80 columns"
diag "$out"

exits 0 "stats --json" -- xentimectl stats "$dom" --json
for timer in pit lapic hpet0; do
    isnt "$(json "\"$timer\": *{[^}]*\"due\": *[1-9]")" "" "stats --json: $timer"
done

exits 0 "stats --interval" -- xentimectl stats "$dom" --interval 0.5 --count 3
is "$(printf '%s\n' "$out" | grep -c ': per second over 0\.')" 3 \
    "stats --interval: three readings"
rate=$(printf '%s\n' "$out" | awk '$2 == "pit" { rate = $3 } END { print rate }')
is_range "$rate" 90 110 "stats --interval: the PIT's rate"

# counted: what Xen counts, as "SINCE NOW DUE PENDING": from when, when it was read,
# both in ms of Xen's time, how many ticks of the PIT were due, how many still are.
counted() {
    labdom stats "$dom" | sed -n '/^vcpu=0 /s/[a-z]*=//gp' | awk '
        NR == 1 { since = $2; now = $3 }
        $2 == "pit" { printf "%d %d %d %d\n", since / 1e6, now / 1e6, $3, $8 }'
}
read -r _ asked _ pending <<EOF
$(counted)
EOF
exits 0 "stats --reset" -- xentimectl stats "$dom" --reset
read -r since now due _ <<EOF
$(counted)
EOF
diag "at $asked ms $pending pending; since $since ms, at $now ms, $due were due"
is_range "$since" "$asked" "$now" "stats --reset: counts from now on"
# What is pending at the reset was so before, or has fallen due since: every 10 ms.
is_range "$due" 0 $((pending + (now - asked + 1) / 10 + 1)) \
    "stats --reset: from zero"
exits 0 "stats --off" -- xentimectl stats "$dom" --off
exits 1 "stats --off: Xen does not count" -- labdom stats "$dom"
exits 4 "stats of a PV domain" -- xentimectl stats 0

# ---- set-mode ----

for mode in 1 0 2 0 3 0; do
    exits 0 "set-mode $mode, without --force" -- xentimectl set-mode "$dom" $mode
    is "$(labdom param "$dom" timer_mode)" $mode "set-mode $mode: so it is"
done
unlike "$(backwards "$dom")" '_back=[1-9]' "and no clock went backwards"

# ---- tune ----

exits 0 "tune" -- xentimectl tune "$dom" sync-wakeup-after=4
like "$(labdom status "$dom")" 'sync_wakeup_after=4' "tune: so it is"
path=$(xenstore-ls -f /tool/xentime | sed -n 's|/sync_wakeup_after/applied .*||p')
is "$(xenstore-read "$path/sync_wakeup_after/applied")" 4 "tune: the record"
exits 0 "show" -- xentimectl show "$dom"
like "$out" 'sync_wakeup_after +4' "show: sync_wakeup_after"
exits 2 "tune: too much" -- xentimectl tune "$dom" sync-wakeup-after=65536
exits 4 "tune: a PV domain" -- xentimectl tune 0 sync-wakeup-after=1

# ---- resync ----

lag() { labdom status "$dom" | sed -n 's/.* lag=\([0-9]*\).*/\1/p'; }
labdom pause "$dom"
sleep 1
# The time that dom0 itself takes, on an emulated machine of several CPUs,
# counts as well.
is_range "$(lag)" 900000000 5000000000 "paused in mode 0, its time is behind"
exits 0 "resync" -- xentimectl resync "$dom"
like "$out" 'stepped' "resync: says so"
is_range "$(lag)" 0 500000000 "resync: no lag is left"
labdom param "$dom" timer_mode 1
is "$(lag)" 0 "in mode 1 nothing lags"
exits 0 "resync again" -- xentimectl resync "$dom"
like "$out" 'nothing to do' "resync again: says so"
labdom unpause "$dom"

# ---- vhpet ----

exits 0 "set-vhpet off, a timer armed, without --force" -- \
    xentimectl set-vhpet "$dom" off
exits 0 "set-vhpet on" -- xentimectl set-vhpet "$dom" on

# ---- a domain that ends meanwhile ----

xentimectl stats "$dom" --interval 0.3 --json >/run/lab/json 2>/run/lab/err &
sleep 1
labdom destroy "$dom"
wait $!
is $? 3 "stats --interval: exit 3 when the domain ends"
is "$(tail -c 2 /run/lab/json)" "]" "stats --interval: the document is whole"

done_testing
