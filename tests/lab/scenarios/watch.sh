# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that "xentimectl watch" gives domains their settings as they come: one
# that is created, before it runs; one destroyed and created again with
# its UUID; one whose state is restored into another; what --persist has set,
# before any policy; a dozen at once, also while xenstored is updated live. That
# it keeps the old policy where the new one is wrong, costs nothing while
# nothing happens, is there once, and ends with xenstored.
#
# How: labdom introduces domains to the real xenstored as libxl does, paused.
#
# lab: hv=stock,patched check=newest@patched all=oldest@stock,newest@patched+c
# lab: timeout=400 idle=120 xen=vpmu=on
# lab: cpu=qemu64,+svm,+npt,family=16,model=4,stepping=2

. /lib/lab/lib.sh

policy=/etc/xentime/policy.xml
log=/run/lab/watch.log
# policy TEXT
policy() { echo "<xentime-policy version='1'>$1</xentime-policy>" >$policy; }
# rule NAME TICKPOLICY
rule() {
    echo "<rule><match name='$1'/><clock><timer name='platform'
        tickpolicy='$2'/></clock></rule>"
}
# arrives ARG...: a domain that comes as xl has it come: in mode 1, paused.
arrives() {
    dom=$(labdom create --introduce "$@") || bail "labdom creates $*"
}
mode() { labdom param "$1" timer_mode; }
# said TEXT: it has, within its time.
said() { wait_for 60 grep -qF "$1" "$log"; }
# ran DOM: ns that it has run.
ran() {
    xentimectl show "$1" | sed -n 's/^ *cpu_time_ns  *\([0-9]*\).*/\1/p'
}

start_watch() {
    xentimectl watch >/run/lab/watch.out 2>$log &
    watcher=$!
    ok "it watches" said watching
}

# ---- those that come ----

policy "$(rule 'web-*' discard)$(rule '*' merge)"
arrives web-0
start_watch
is "$(mode "$dom")" 2 "one that was there"
like "$(cat $log)" '^xentimectl: web-0 \(1\): timer_mode 0 .* -> 2 .*\(line 1\)$' \
    "is said to be changed, and why"
arrives web-1
first=$dom
ok "one that is created" said "web-1 ($dom): timer_mode"
is "$(mode "$dom") $(ran "$dom")" "2 0" "has its mode before it has run at all"
arrives 'old billing' pit=100 idle=spin
labdom unpause "$dom"
ok "one that runs at once" said "old billing ($dom): timer_mode"
is "$(mode "$dom")" 3 "has its mode"
labdom destroy "$dom"

# ---- again ----

uuid=6a2ac4b1-5f00-4a8d-8b0f-0a5d5c9e7a01
arrives --uuid $uuid db
ok "another" said "db ($dom)"
exits 0 "set to persist" -- xentimectl set-mode --persist db 1
labdom destroy "$dom"
arrives --uuid $uuid db
ok "rebooted" said "db ($dom): timer_mode 0 (delay_for_missed_ticks) -> 1 (no_delay_for_missed_ticks) (record)"
is "$(mode "$dom")" 1 "has what persists, and not what the policy says"
before=$dom
labdom pause "$before"
arrives --uuid $uuid db
ok "restored" said "db ($dom)"
ok "with the other's state" labdom copyctx "$before" "$dom"
labdom destroy "$before"
is "$(mode "$dom")" 1 "has it as well"

# ---- a policy that is read again ----

echo '<xentime-policy version="1"><rule/></xentime-policy>' >$policy
kill -HUP $watcher
ok "a policy that is wrong" said "the policy stays as it was"
like "$(cat $log)" 'policy.xml:1: <rule> without a <match>' "with its line"
arrives web-2
ok "is not heeded" said "web-2 ($dom): timer_mode"
policy "$(rule 'web-*' catchup)"
kill -HUP $watcher
ok "one that is right" said "web-2 ($dom): timer_mode 2"
is "$(mode "$first")" 1 "is applied to all"

# ---- nothing to do ----

switches() { sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' /proc/$watcher/status; }
sleep 2
asleep=$(switches)
sleep 60
is "$(switches)" "$asleep" "a minute in which nothing happens costs nothing"
exits 6 "there is one" -- xentimectl watch
like "$err" "process $watcher watches this host already" "says the second"

# ---- sessions ----

xentimectl profile start web-2 --holder h -- sleep 1000 >/dev/null 2>&1 &
holder=$!
ok "a session" wait_for 60 sh -c 'xentimectl profile status | grep -q " h "'
# Its program is the holder.
kill -KILL $holder "$(pidof sleep)"
ok "ends when its holder is killed" wait_for 30 sh -c \
    '! xenstore-ls -f /tool/xentime/profile | grep -q /h'

# ---- many, and xenstored updated meanwhile ----

daemon=$(readlink -f "/proc/$(cat /run/xenstored.pid)/exe")
ids=
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    arrives --mem-kib 1280 "web-n$i"
    ids="$ids $dom"
    case $i in
    3|6|9)
        capture xenstore-control live-update "$daemon"
        is "$status" 0 "xenstored is updated live ($i domains have come)" ;;
    esac
done
last=$dom
ok "and the last of a dozen is seen" said "web-n12 ($last): timer_mode"
wrong=
for dom in $ids; do [ "$(mode "$dom")" = 1 ] || wrong="$wrong $dom"; done
is "$wrong" "" "each of them has its mode"

# ---- its end ----

kill -TERM $watcher
wait $watcher
is $? 0 "SIGTERM ends it"
is "$(ls /run/xentime)" "" "and leaves nothing"
start_watch
kill -KILL "$(cat /run/xenstored.pid)"
wait $watcher
is $? 5 "xenstored's end ends it"
like "$(cat $log)" 'xenstored is gone: ending' "and it says so"

done_testing
