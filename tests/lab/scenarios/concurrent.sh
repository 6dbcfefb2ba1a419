# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that changes of one domain by many processes at once, some of them
# killed outright, are made one after the other, tell the truth, and end in
# one value and one record; that two domains named in opposite orders are no
# deadlock; and that whoever does not wait is told for whom.
#
# How: two streams of 50 set-mode, five of each at a time. In the first six
# rounds four of five get SIGKILL after a pseudo-random time; most of these
# are still waiting for the lock then, some are in the middle of a change.
# The modes that the survivors report as "old -> new" must be steps of one
# walk from the first value to the last: as many steps lead to a mode as lead
# away from it, where one that was killed may have led to its mode or not. In
# the last four rounds nobody is killed, and the account must be even.
#
# A process is also killed at certain points, to show what it leaves: xenstored
# is stopped after each request that it answers, and the process killed while it
# waits.
#
# lab: slow=1 releases=oldest timeout=400 idle=120 all=oldest@stock+c

. /lib/lab/lib.sh
. /lib/lab/robust.sh

w=/run/lab/streams
d=$(labdom create 'a b')
b=$(labdom create other)
labdom unpause "$d"
labdom param "$d" timer_mode 1
lock=$(lock_of "$d")
fds() { find "/proc/$xs/fd" -type l | wc -l; }
fds_before=$(fds)

# one NAME MODE DELAY: a set-mode, killed after DELAY us unless that is "-".
# Leaves "MODE STATUS HELD" in NAME.end; HELD: 1 if it had the lock.
one() {
    xentimectl set-mode --wait 60 "$d" "$2" >"$w/$1.out" 2>"$w/$1.err" &
    pid=$! held=0 end=0
    if [ "$3" != - ]; then
        usleep "$3"
        ! kill -KILL $pid 2>/dev/null ||
            { read -r owner <"$lock" && [ "$owner" = $pid ] && held=1; }
    fi 2>/dev/null
    wait $pid || end=$?
    echo "$2 $end $held" >"$w/$1.end"
} 2>/dev/null

# stream NAME SEED KILL: five at once; all but the first killed if KILL is 1.
stream() {
    awk -v seed="$2" -v killing="$3" 'BEGIN {
        srand(seed)
        for (i = 0; i < 5; i++)
            print 1 + int(rand() * 3), killing && i ? int(rand() * 9e5) : "-"
    }' | {
        i=0
        while read -r mode delay; do
            i=$((i + 1))
            one "$1.$i" "$mode" "$delay" &
        done
        wait
    }
}

# account START END: is there such a walk?
account() {
    awk -v start="$1" -v finish="$2" '
        { name = FILENAME; sub(/[.][a-z]*$/, "", name) }
        FILENAME ~ /end$/ { mode[name] = $1; status[name] = $2; next }
        / -> / {
            from[name] = $0; sub(/.*timer_mode /, "", from[name])
            into[name] = $0; sub(/.* -> /, "", into[name]) }
        / is already / {
            from[name] = $0; sub(/.* is already /, "", from[name])
            into[name] = from[name] }
        END {
            away[finish]++; to[start]++
            for (name in mode) {
                f = substr(from[name], 1, 1); t = substr(into[name], 1, 1)
                if (status[name] == 137)
                    may[mode[name]]++
                if (status[name] != 0)
                    continue
                if (t != mode[name]) {
                    print name ": wanted " mode[name] ", says \"" t "\""
                    wrong = 1
                }
                away[f]++; to[t]++
            }
            for (m = 0; m < 4; m++)
                if (away[m] - to[m] > may[m] + 0) {
                    print away[m] + 0 " steps away from " m ", " to[m] + 0 \
                          " to it, " may[m] + 0 " that may have been"
                    wrong = 1
                }
            exit wrong }' "$w"/*.end "$w"/*.out
}

# consistent NAME: value and record agree, or show tells that they do not.
consistent() {
    value=$(mode_of "$d")
    record=$(record_of "$d")
    xentimectl show "$d" >/run/lab/shown
    verdict=$(grep -o 'in force\|a change was cut short' /run/lab/shown)
    case $verdict in
    'in force') is "$record" "$value $value" "$1: value and record agree" ;;
    ?*) pass "$1: the record tells that a change was cut short" ;;
    *) fail "$1: the record tells what happened" ||
       diag "value $value, requested and applied $record:" \
           "$(grep timer_mode_record /run/lab/shown)" ;;
    esac
}

# mended NAME: the next change is not held up, and puts all right.
mended() {
    exits 0 "$1: the next set-mode does not have to wait" -- \
        xentimectl set-mode --wait 0 "$d" 3
    is "$(mode_of "$d") $(record_of "$d")" "3 3 3" "$1: it mends the record"
}

# ---- two streams ----

killed=0 killed_holding=0 cut_short=0
for round in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$w"
    mkdir "$w"
    killing=$((round <= 6))
    start=$(mode_of "$d")
    stream x "1$round" $killing &
    x=$!
    stream y "2$round" $killing &
    y=$!
    wait $x $y
    name="round $round"

    set -- "$w"/*.end
    is $# 10 "$name: ten have ended"
    is "$(awk '$2 != 0 && $2 != 6 && $2 != 137' "$@")" "" \
        "$name: with 0, 6 or by the signal"
    is "$(awk '$2 != 0 && $2 != 137' "$@")" "" \
        "$name: none was busy for a minute"
    ok "$name: what they report fits together" \
        account "$start" "$(mode_of "$d")"
    killed=$((killed + $(cat "$@" | grep -c ' 137 ')))
    killed_holding=$((killed_holding + $(cat "$@" | grep -c ' 137 1')))
    consistent "$name"
    [ "$verdict" = 'in force' ] || cut_short=$((cut_short + 1))
    [ $killing = 1 ] || {
        is "$verdict" 'in force' "$name: not cut short"
        ok "$name: no lock file is left" test ! -e "$lock"
    }
    [ "$round" != 6 ] || mended "after the last kill"
done
diag "$killed killed, $killed_holding of them with the lock; after" \
    "$cut_short rounds the record told of it"
is_range $killed 20 48 "that many died by the signal"
is_range $killed_holding 1 48 "that many of them in the middle of a change"

# ---- killed after each request to xenstored ----

# killed: $job, after its request was carried out; xenstored runs on.
killed() {
    answer
    kill -KILL "$job"
    finish
}

: >/run/lab/killed
n=1
xentimectl set-mode "$d" 1 >/dev/null
while at_request $n xentimectl set-mode "$d" 2; do
    stage=$(stage_of "$d" 1)
    name="killed after request $n, stage '$stage'"
    killed
    case $stage in
    before | announce) want=1 ;;
    record | after) want=2 ;;
    esac
    is "$status $(mode_of "$d")" "137 $want" "$name"
    consistent "$name"
    echo "$stage: $verdict, $record" >>/run/lab/killed
    exits 0 "$name: the next one does not have to wait" -- \
        xentimectl set-mode --wait 0 "$d" 1
    is "$(record_of "$d")" "1 1" "$name: and mends the record"
    n=$((n + 1))
done
like "$(cat /run/lab/killed)" '^announce: a change was cut short, 2 1$' \
    "announced, but not applied"
like "$(cat /run/lab/killed)" '^record: a change was cut short, 2 1$' \
    "applied, but not recorded"
like "$(cat /run/lab/killed)" '^record: in force, 2 2$' "recorded"

# The second one wants back what the first one has left in force.
for n in 1 2; do
    name="killed twice, the second after request $n of its announcement"
    xentimectl set-mode "$d" 1 >/dev/null
    at_stage record "$d" 1 xentimectl set-mode "$d" 2 || bail "$name: the first"
    killed
    at_stage announce "$d" 2 xentimectl set-mode "$d" 1 ||
        bail "$name: the second"
    [ $n = 1 ] || next_request
    stage=$(stage_of "$d" 2)
    killed
    consistent "$name"
    [ "$stage" != announce ] ||
        is "$verdict" 'a change was cut short' "$name: no doubt"
    mended "$name"
done

# ---- one that holds the lock ----

# xenstored is free: the answer is sent, but not read.
xentimectl set-mode "$d" 1 >/dev/null
at_stage announce "$d" 1 xentimectl set-mode "$d" 2 ||
    bail "never got to the announcement"
answer
holder=$job

exits 6 "--wait 0 while another process holds the lock: exit 6" -- \
    timeout 5 xentimectl set-mode --wait 0 "$d" 3
is "$(echo "$err" | head -1)" \
    "xentimectl: a b: process $holder is changing it" "it names the process"
exits 6 "the same with --json" -- \
    timeout 5 xentimectl set-mode --json --wait 0 "$d" 3
like "$out" '"code": ?"busy"' "it says that it is busy"
ok "in valid JSON" is_json "$out"
exits 6 "--wait 1: exit 6" -- timeout 5 xentimectl set-mode --wait 1 "$d" 3
exits 6 "one of two domains is held: exit 6" -- \
    timeout 5 xentimectl set-mode --wait 0 "$b,$d" 3
is "$(mode_of "$b")" 0 "and the other one is left alone"
exits 0 "the other one alone can be changed" -- \
    xentimectl set-mode --wait 0 "$b" 3
is "$(mode_of "$d")" 1 "the held domain is as it was"

xentimectl set-mode "$d" 3 >/run/lab/waiter.out 2>/run/lab/waiter.err &
waiter=$!
wait_for 5 grep -q waiting /run/lab/waiter.err
is "$(head -1 /run/lab/waiter.err)" "xentimectl: still waiting for the lock \
of domain $d, held by process $holder" "one that waits says for whom"
ok "it goes on waiting" kill -0 $waiter
# Locks are taken in one order, whatever the command line has, or two commands
# could wait for each other.
xentimectl set-mode "$b,$d" 3 >/run/lab/both.out 2>/run/lab/both.err &
both=$!
ok "one of two domains is waited for" \
    wait_for 5 grep -q "the lock of domain $d," /run/lab/both.err
exits 0 "without holding the other: locks are taken in one order" -- \
    xentimectl set-mode --wait 0 "$b" 3
kill -CONT "$holder"
finish
is "$status" 0 "let go, the holder completes its change"
ok "and then the one that waited" wait $waiter
ok "and the one that waited for both" wait $both
is "$(mode_of "$d") $(record_of "$d")" "3 3 3" "whose value is in force"

xentimectl set-mode "$d" 1 >/dev/null
at_stage announce "$d" 1 xentimectl set-mode "$d" 2 ||
    bail "never got to the announcement"
answer
xentimectl set-mode "$d" 3 >/run/lab/waiter.out 2>/run/lab/waiter.err &
waiter=$!
sleep 1
kill -KILL "$job"
finish
ok "the death of a holder frees its lock" wait $waiter
is "$(mode_of "$d") $(record_of "$d")" "3 3 3" "for the one that waited"

# ---- two domains, in opposite orders ----

pair() {
    for i in 1 2 3 4 5; do
        end=0
        timeout 60 xentimectl set-mode --wait 50 "$1" "$(($2 + i % 2))" \
            >/dev/null 2>>"$w/pair.err" || end=$?
        echo $end >>"$w/pair.end"
    done
}
rm -rf "$w"
mkdir "$w"
pair "$d,$b" 1 &
x=$!
pair "$b,$d" 2 &
y=$!
pair "other,a b" 1 &
z=$!
wait $x $y $z
is "$(sort "$w/pair.end" | uniq -c | awk '{ print $1, $2 }')" "15 0" \
    "15 changes of two domains in opposite orders: all done"
is "$(cat "$w/pair.err")" "" "without a word on stderr"
is "$(mode_of "$d")" "$(mode_of "$b")" "both domains have the same mode"
is "$(record_of "$d") $(record_of "$b")" \
    "$(mode_of "$d") $(mode_of "$d") $(mode_of "$d") $(mode_of "$d")" \
    "and so say their records"

# ---- what is left ----

is "$(ls /run/xentime)" "" "no lock file is left"
is "$(fds)" "$fds_before" "xenstored has no connection left open"
is "$(recorded)" \
    "$(printf '%s\n' "$(uuid_of "$d")" "$(uuid_of "$b")" | sort)" \
    "the records are those of the two domains"
exits 0 "the domain still runs and can be shown" -- xentimectl show "$d"

done_testing
