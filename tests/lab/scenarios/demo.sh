# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Shows rather than proves: the main job, as a user would do it in dom0, on
# two domains that tick.  Ends in "demo: ok" if everything answered as the
# manual page says.
#
# How: after each change of mode the domain is paused four times for 200 ms,
# and the guest's own counter tells what became of the missed ticks.
#
# lab: output=plain timeout=170

. /lib/lab/lib.sh
. /lib/lab/demo-domains.sh

bad=0

# try STATUS COMMAND...: show the command and what it prints.
try() {
    want=$1
    shift
    printf '\n# '
    for word; do
        case $word in
        *' '*) printf '"%s" ' "$word" ;;
        *) printf '%s ' "$word" ;;
        esac
    done
    echo
    status=0
    "$@" 2>&1 || status=$?
    [ "$want" = 0 ] || echo "(exit status $status)"
    [ "$status" = "$want" ] || {
        echo "demo: expected exit status $want"
        bad=1
    }
}

ticks() { labdom ticks "$web" | awk -F '[ =]' '$2 == "pit" { print $6 }'; }

# watch_ticks: what a guest that should tick 100 times a second counts over four
# pauses.
watch_ticks() {
    before=$(ticks)
    set -- "$(labdom gaps "$web" | grep '^timer=pit')"
    after=$(ticks)
    echo "$1" | awk -v before="$before" -v after="$after" '{
        for (i = 1; i <= NF; i++) { split($i, kv, "="); v[kv[1]] = kv[2] }
        printf "  web counted ticks %d to %d; over four pauses of 0.2 s " \
               "%d of %.0f\n  that were due, %d of them late, in a burst; " \
               "longest gap %.0f ms of its TSC\n", before, after, v["ticks"],
               v["ideal"], v["short"], v["maxgap_ms"] }'
}

try 0 xentimectl list
try 0 xentimectl info
try 0 xentimectl show web
watch_ticks
for mode in catchup discard one_missed_tick_pending; do
    try 0 xentimectl set-mode web $mode
    watch_ticks
done
echo
echo "Back to mode 0, where this Xen would throw the guest's time backwards:"
try 4 xentimectl set-mode web 0
try 4 xentimectl set-vhpet "old billing" off
labdom set "$billing" hpet=0 pit=50
echo
echo "(\"old billing\" now ticks by its PIT: no timer of its HPET is armed)"
try 0 xentimectl set-vhpet "old billing" off
try 0 xentimectl list
try 0 xentimectl set-vhpet "old billing" on
try 0 xentimectl list --json web
try 3 xentimectl set-mode wbe 1
try 2 xentimectl set-mode web 7
try 4 xentimectl set-mode Domain-0 1
echo
[ $bad = 0 ] || { echo "demo: failed"; exit 1; }
echo "demo: ok"
