# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that sessions survive whatever many processes do at once: none of the
# counts is lost or doubled, and in the end nobody profiles and the mode is
# what it was.
#
# How: rounds of 64 processes at once, that start and stop sessions with and
# without names, and around programs, of four domains and of Xen. In every
# other round some of them get SIGKILL after a pseudo-random time, and a domain
# is destroyed in between. After each round the sessions without a name are
# held against what the processes reported, where one that was killed may have
# done it or not; then all is stopped. lab.rounds=N on Linux' command line
# makes it longer (make soak).
#
# lab: slow=1 releases=oldest hv=stock,patched xen=vpmu=on timeout=900 idle=400
# lab: all=oldest@patched+smp2,oldest@patched+smp4
# lab: cpu=qemu64,+svm,+npt,family=16,model=4,stepping=2

. /lib/lab/lib.sh
. /lib/lab/robust.sh
. /lib/lab/profile.sh

rounds=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^lab.rounds=//p')
rounds=${rounds:-4}
labdom vpmu 0
initial=0
for name in a b c d; do
    labdom create $name >/dev/null
done
w=/run/lab/storm
mkdir -p $w

# one NAME DELAY COMMAND...: killed after DELAY us unless that is "-". Leaves
# "STATUS COMMAND..." in NAME.end.
one() {
    name=$1 delay=$2 end=0
    shift 2
    xentimectl profile --wait 300 "$@" >$w/"$name".out 2>&1 &
    pid=$!
    if [ "$delay" != - ]; then
        usleep "$delay"
        kill -KILL $pid
    fi
    wait $pid || end=$?
    echo "$end $*" >$w/"$name".end
} 2>/dev/null

# commands SEED KILL: 64 of them, one a line, each after its delay.
commands() {
    awk -v seed="$1" -v killing="$2" '
    function any(n) { return int(rand() * n) }
    BEGIN {
        srand(seed)
        split("a b c d", dom, " ")
        for (i = 0; i < 64; i++) {
            d = dom[1 + any(4)]
            k = any(10)
            if (k < 3) c = "start " d
            else if (k < 5) c = "stop " d
            else if (k == 5) c = "start " d " --holder h" any(4)
            else if (k == 6) c = "stop " d " --holder h" any(4)
            else if (k == 7) c = "start " d " -- usleep " any(200000)
            else if (k == 8) c = "start --xen --holder x" any(2)
            else c = "stop --xen --holder x" any(2)
            print killing && any(3) == 0 ? any(3000000) : "-", c
        } }'
}

# account DOM: of those without a name, "WHAT-MUST-BE WHAT-MAY-BE".
account() {
    cat $w/*.end | awk -v d="$1" '
        NF == 3 && $3 == d && $2 == "start" {
            if ($1 == 0) { low++; high++ }
            if ($1 == 137) high++ }
        NF == 3 && $3 == d && $2 == "stop" {
            if ($1 == 0) { low--; high-- }
            if ($1 == 137) low-- }
        END { print (low < 0 ? 0 : low + 0), high + 0 }'
}

# nameless DOM: as status has them.
nameless() {
    xentimectl profile status --json | tr -d ' \n' | tr '{' '\n' |
        grep "\"name\":\"$1\"" | sed -n \
            's/.*"holder":null,"count":\([0-9]*\).*/\1/p' | grep . || echo 0
}

n=0 bad=''
while [ $n -lt "$rounds" ]; do
    n=$((n + 1)) killing=$(((n + 1) % 2))
    rm -f $w/*
    commands $n $killing >/run/lab/commands
    i=0
    while read -r delay command; do
        i=$((i + 1))
        # shellcheck disable=SC2086 # words
        one $i "$delay" $command &
    done </run/lab/commands
    if [ $killing = 1 ]; then
        usleep 2000000
        labdom destroy "$(xl domid d)"
    fi
    wait

    strange=$(cat $w/*.end | grep -Ev '^(0|1|3|6|137) ')
    [ -z "$strange" ] || bad="${bad}round $n: $strange; "
    for name in a b c; do
        account $name >/run/lab/account
        read -r low high </run/lab/account
        is=$(nameless $name)
        [ "$is" -ge "$low" ] && [ "$is" -le "$high" ] ||
            bad="${bad}round $n: $name has $is, not $low to $high; "
    done
    xentimectl profile stop --all >/run/lab/out 2>&1 ||
        bad="${bad}round $n: $(cat /run/lab/out); "
    [ "$(claims) $(vpmu)" = "0 0" ] ||
        bad="${bad}round $n: $(claims) claims, mode $(vpmu); "
    [ -z "$(ls /run/xentime)" ] || bad="${bad}round $n: a lock is left; "
    [ $killing = 0 ] || labdom create d >/dev/null
    diag "round $n: $(cut -d' ' -f1 $w/*.end | sort -n | uniq -c | tr '\n' ' ')"
    is "$bad" "" "round $n of $rounds"
    bad=''
done
nothing_left "the end"
done_testing
