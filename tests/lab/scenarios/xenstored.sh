# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that xentimectl survives its xenstored: one that is slow is waited
# for, and said to be; one that dies is an error that comes soon, and leaves
# no change half done.
#
# How: SIGSTOP and SIGCONT, then SIGKILL, at each request that a set-mode makes.
# What had been done by then is known by the lock and by the value Xen has.
# After a death xenstored is started again, empty, which is good enough to
# try the next moment; no real host could do so.
#
# lab: slow=1 releases=oldest timeout=400 idle=120 all=oldest@stock+c

. /lib/lab/lib.sh
. /lib/lab/robust.sh

d=$(labdom create 'a b')
b=$(labdom create other)
labdom unpause "$d"
xentimectl set-mode "$d,$b" 1 >/dev/null
moment=$(moment "$d")
daemon=$(readlink -f "/proc/$xs/exe")
uptime_cs() { cut -d' ' -f1 /proc/uptime | tr -d .; }

# ---- slow ----

kill -STOP "$xs"
start xentimectl set-mode 'a b' 2
sleep 1
is "$(cat /run/lab/job.err)" "" "xenstored stopped: nothing is said for a second"
sleep 2
is "$(cat /run/lab/job.err)" "xentimectl: still waiting for xenstored" \
    "after two seconds it is said what is waited for"
is_range "$(sleep 4; grep -c . /run/lab/job.err)" 2 4 "and again"
kill -CONT "$xs"
finish
is "$status" 0 "it goes on as soon as xenstored does"
is "$(mode_of "$d") $(record_of "$d")" "2 2 2" "and does all its work"

for command in 'list' 'show 1' 'list --json'; do
    kill -STOP "$xs"
    # shellcheck disable=SC2086 # words
    start xentimectl $command
    sleep 3
    like "$(cat /run/lab/job.err)" 'still waiting for xenstored' \
        "$command says so as well"
    kill -CONT "$xs"
    finish
    is "$status" 0 "$command goes on as well"
done
ok "the document of list --json is whole" is_json "$out"

# interrupted SIGNAL: a set-mode of 'a b' that gets the signal while it waits,
# in the foreground, as the shell has background jobs ignore SIGINT.
interrupted() {
    kill -STOP "$xs"
    (
        waits() { victim=$(pidof xentimectl) && is_state "$victim" S; }
        wait_for 5 waits
        sleep 1
        kill "-$1" "$(pidof xentimectl)"
        sleep 1
        kill -CONT "$xs"
    ) &
    t0=$(uptime_cs)
    capture xentimectl set-mode 'a b' 3
    took=$(($(uptime_cs) - t0))
    wait $!
}
for signal in INT TERM; do
    interrupted $signal
    case $signal in INT) want=130 ;; TERM) want=143 ;; esac
    is "$status" "$want" "SIG$signal while it waits, before the change, ends it"
    is_range $took 50 180 "at once, in 1/100 s"
    is "$(mode_of "$d") $(record_of "$d")" "2 2 2" "nothing was changed"
    ok "and nothing is locked" test ! -e "$(lock_of "$d")"
done

# further: the next request to try; of the last transaction, every third.
further() {
    case $stage in record) n=$((n + 3)) ;; *) n=$((n + 1)) ;; esac
}

# ---- stopped at each request ----

: >/run/lab/stages
n=1 new=2
while old=$new new=$((1 + new % 3));
      at_request $n xentimectl set-mode "$d" $new; do
    stage=$(stage_of "$d" "$old")
    # A signal is held back until the change is complete.
    signal=
    if [ "$stage" = announce ] || [ "$stage" = record ]; then
        case $((n % 3)) in 1) signal=TERM ;; 2) signal=HUP ;; esac
    fi
    [ -z "$signal" ] || kill -$signal "$job"
    usleep 10000
    kill -CONT "$xs"
    finish
    case $signal in '') want=0 ;; TERM) want=143 ;; HUP) want=129 ;; esac
    is "$status $(mode_seen "$d") $(record_of "$d")" "$want $new $new $new" \
        "stopped at request $n, stage '$stage'${signal:+, SIG$signal}: complete"
    echo "$stage $signal" >>/run/lab/stages
    further
done
is_range "$(grep -c announce /run/lab/stages)" 1 9 "it was announcing"
is_range "$(grep -c record /run/lab/stages)" 2 24 "it was recording"
is_range "$(grep -c '[TH]' /run/lab/stages)" 2 24 "with a signal"

# ---- killed at each request ----

revive() {
    rm -f /run/xenstored.pid
    "$daemon" --pid-file=/run/xenstored.pid || bail "xenstored does not start"
    wait_for 5 test -s /run/xenstored.pid || bail "xenstored does not start"
    read -r xs </run/xenstored.pid
    xen-init-dom0 >/dev/null
    xenstore-write "/local/domain/$d/name" 'a b' \
        "/local/domain/$b/name" other
}

# died: what a set-mode of $refs from $old to $new makes of the death.
died() {
    finish
    took=$(($(uptime_cs) - t0))
    problems=
    [ $took -lt 300 ] || problems="it took $took/100 s; "
    case $status in
    0)
        now=$new
        [ "$out" ] || problems="${problems}it says nothing; "
        [ "$err" = "" ] || problems="${problems}stderr: $err; "
        ;;
    5)
        now=$old
        printf '%s\n' "$err" | grep -Eq \
            'xenstored.*(; (nothing was changed|what was changed \([12]\) was put back)|: Connection (refused|reset by peer))$|: xenstored is gone$' ||
            problems="${problems}stderr: $err; "
        case $stage.$err in
        record.*"put back"* | announce.*"nothing was changed"*) ;;
        record* | announce*) problems="${problems}not true: $err; " ;;
        esac
        ;;
    *) problems="${problems}status $status: $err; " now=$old ;;
    esac
    for i in $(echo "$refs" | tr , ' '); do
        [ "$(mode_seen "$i")" = $now ] ||
            problems="${problems}domain $i has mode $(mode_seen "$i"); "
    done
    is "$problems" "" "xenstored killed, $1: ended with $status, mode $now"
    echo "$stage $status" >>/run/lab/stages
    revive
}

: >/run/lab/stages
old=1 new=2 refs=$d,$b n=1
xentimectl set-mode "$refs" $old >/dev/null
while at_request $n xentimectl set-mode "$refs" $new; do
    stage=$(stage_of "$d" $old)
    t0=$(uptime_cs)
    kill -KILL "$xs"
    died "at request $n, stage '$stage'"
    xentimectl set-mode "$refs" $old >/dev/null
    further
done
is_range "$(grep -c 'announce 5' /run/lab/stages)" 2 9 "it was announcing"
is_range "$(grep -c 'record 5' /run/lab/stages)" 2 24 "it was recording"

refs=$d stage=unknown
for us in $(numbers 13 5 $((moment - 2500)) $((moment + 3500))); do
    xentimectl set-mode "$d" $old >/dev/null
    start xentimectl set-mode "$refs" $new
    usleep "$us"
    t0=$(uptime_cs)
    kill -KILL "$xs"
    died "at full speed"
done

# ---- gone for good ----

xentimectl set-mode "$d,$b" 1 >/dev/null
kill -KILL "$xs"
wait_for 5 is_state "$xs" X
for command in 'list' 'show 1' 'set-mode 1 2' 'set-vhpet 1 off'; do
    # shellcheck disable=SC2086 # words
    no_xen "xenstored gone: $command" xentimectl $command
    like "$err" '^xentimectl: cannot connect to xenstored: ' \
        "xenstored gone: $command: it names xenstored"
done
is "$(mode_of "$d") $(labdom param "$d" hpet)" "1 1" "nothing was changed"
is "$(ls /run/xentime)" "" "nothing is locked"
exits 0 "info needs no xenstored" -- timeout 10 xentimectl info
exits 0 "nor does a list without names" -- \
    timeout 10 xentimectl list --raw --noheadings -o ID,MODE
is "$out" "0 -
$d 1
$b 1" "which is complete"
exits 0 "nor do ids in it" -- timeout 10 xentimectl list --json -o ID,MODE "$d"
ok "valid JSON" is_json "$out"
exits 5 "but names do" -- timeout 10 xentimectl list -o ID,MODE other

# Without its socket xenstored could be in a domain of its own, behind the
# kernel's device, where nobody can tell a dead one from a slow one.
rm /run/xenstored/socket
start xentimectl list
sleep 3
like "$(cat /run/lab/job.err)" 'still waiting for xenstored|cannot connect' \
    "without a socket it says what it waits for, or gives up"
kill -TERM "$job" 2>/dev/null
wait_for 5 is_state "$job" X
ok "and can be stopped" is_state "$job" X

done_testing
