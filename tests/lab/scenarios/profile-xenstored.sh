# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves what becomes of sessions when xenstored is stopped, updated live or
# gone for good, and when xentimectl is killed between any two of its requests
# to it: nothing is half done, what waits says so, and where Xen counts the
# counts are safe.
#
# lab: slow=1 hv=stock,patched xen=vpmu=on timeout=600 idle=200
# lab: all=newest@patched+c
# lab: cpu=qemu64,+svm,+npt,family=16,model=4,stepping=2

. /lib/lab/lib.sh
. /lib/lab/robust.sh
. /lib/lab/profile.sh

labdom vpmu 0
initial=0
d=$(labdom create a)
b=$(labdom create b)

# ---- stopped and continued ----

kill -STOP "$xs"
start xentimectl profile start "$d,$b" --holder x
sleep 3
ok "stopped: it waits" is_state "$job" S
like "$(cat /run/lab/job.err)" 'still waiting for xenstored' "and says so"
is "$(vpmu)" 0 "stopped: nothing was changed"
kill -CONT "$xs"
finish
is "$status" 0 "continued: it is done"
vpmu_is self "continued"
xentimectl profile stop --all >/dev/null
nothing_left "continued"

# ---- killed between two requests ----

# killed_at_each NAME BEFORE AFTER COMMAND...: how many sessions there are.
killed_at_each() {
    name=$1 before=$2 after=$3 n=1 problems=''
    shift 3
    while :; do
        xentimectl profile stop --all >/dev/null
        xentimectl profile start "$d" --holder old >/dev/null 2>&1
        at_request $n "$@" || break
        kill -KILL "$job"
        kill -CONT "$xs"
        wait_for 5 is_state "$job" X
        got=$(xentimectl profile status --json | grep -c '"kind"')
        [ "$got" = "$before" ] || [ "$got" = "$after" ] ||
            problems="${problems}request $n: $got sessions; "
        [ -z "$patched" ] || [ "$(claims)" = "$got" ] ||
            problems="${problems}request $n: $got, Xen has $(claims); "
        n=$((n + 1))
    done
    xentimectl profile stop --all >/dev/null
    is "$problems" "" "$name, killed at each of its requests"
    is_range $n 5 60 "$name: there were some"
    nothing_left "$name"
}
killed_at_each "start of a name" 1 2 xentimectl profile start "$b" --holder x
killed_at_each "start of two" 1 3 xentimectl profile start "$d,$b"
killed_at_each "stop of a name" 1 0 xentimectl profile stop "$d" --holder old

# ---- updated live ----

xentimectl profile start "$d" --holder x >/dev/null 2>&1
xentimectl profile start "$b" >/dev/null 2>&1
before=$(xentimectl profile status --json)
daemon=$(readlink -f "/proc/$xs/exe")
capture xenstore-control live-update "$daemon"
if [ "$status" = 0 ]; then
    is "$(xentimectl profile status --json)" "$before" \
        "updated live: the sessions are as they were"
    # The next update is under load: commands run all the while.
    (
        i=0
        while [ $i -lt 20 ]; do
            i=$((i + 1))
            xentimectl profile start a --holder "l$i" &&
                xentimectl profile stop a --holder "l$i" || echo "l$i failed"
        done >/run/lab/load 2>&1
    ) &
    load=$!
    for i in 1 2 3; do
        usleep 700000
        exits 0 "updated live under load, $i" -- \
            xenstore-control live-update "$daemon"
    done
    wait $load
    is "$(grep failed /run/lab/load)" "" "no command failed meanwhile"
    is "$(xentimectl profile status --json)" "$before" \
        "the sessions are as they were"
else
    skip "updated live" "this xenstored cannot: $out $err"
fi
xentimectl profile stop --all >/dev/null
nothing_left "updated live"

# ---- gone for good ----

xentimectl profile start "$d" >/dev/null 2>&1
xentimectl profile start "$d" --holder x >/dev/null 2>&1
before=$(vpmu)
xs=$(cat /run/xenstored.pid)
kill -KILL "$xs"
wait_for 5 is_state "$xs" X
for command in "start $d" "start $d --holder y" "stop $d" "stop $d --holder x" \
        'stop --all' 'start --xen' status; do
    # shellcheck disable=SC2086 # words
    no_xen "xenstored gone: $command" xentimectl profile $command
done
exits 5 "nor is a program run" -- \
    timeout 10 xentimectl profile start "$d" -- touch /run/lab/ran
ok "it was not" test ! -e /run/lab/ran
is "$(vpmu)" "$before" "the mode is as it was"
if [ -n "$patched" ]; then
    is "$(session_count "$d")" 2 "and so is Xen's count"
    labdom destroy --no-xenstore "$d"
    is "$(vpmu)" 0 "which ends with the domain"
fi
is "$(ls /run/xentime)" "" "nothing is locked"
done_testing
