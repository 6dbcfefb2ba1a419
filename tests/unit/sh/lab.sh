#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tools that run the labs work: tests/lab/setting reads what a scenario asks
# for, tests/lab/watchdog ends a machine that does not end, and tests/lab/new
# begins a scenario.
#
# shellcheck disable=SC2016 # a machine's own shell expands its script

. tests/unit/sh/tap.sh

# ---- setting ----

cat >"$tmp/scenario" <<'END'
# Proves much. lab: hv=wrong
#
# lab: releases=4.17,4.20  timeout=5 xen=vpmu=on
# lab: timeout=6
#lab: idle=1
echo "# lab: file x begin"
END
cat >"$tmp/guest" <<'END'
/* Proves much.
 *
 * guests: d1 d2
 * lab: crashes=d2,d3 qemu=10,7.2
 */
END
setting=tests/lab/setting
is "$($setting "$tmp/scenario" releases all)" 4.17,4.20 "a list"
is "$($setting "$tmp/scenario" xen)" vpmu=on "a value with an equals sign"
is "$($setting "$tmp/scenario" timeout 300)" 6 "the later one counts"
is "$($setting "$tmp/scenario" idle 60)" 60 "a default"
is "$($setting "$tmp/scenario" hv)" "" "no default; not a line of settings"
is "$($setting "$tmp/guest" crashes)" d2,d3 "a comment of C"
is "$($setting "$tmp/guest" guests none)" none "a line that is not lab's"
is "$($setting "$tmp/guest" | paste -sd ' ')" "crashes=d2,d3 qemu=10,7.2" \
    "all of them"
capture $setting "$tmp/nobody" hv stock
isnt "$status $out" "0 stock" "no file is an error"

# A misspelt name would be taken for a setting that is not there.
known=$(sed -n 's/^| \([a-z, ]*\) |.*/\1/p' tests/lab/README.md |
    tr -s ', ' '\n' | paste -sd '|')
is "$(for f in tests/lab/scenarios/*.sh tests/guests/ppc/*/d1.c; do
    $setting "$f" | grep -vE "^($known)=.|^$" | sed "s|^|$f: |"
done)" "" "every setting of the tree is one that tests/lab/README.md has"

# ---- either xenstored ----

# Debian's dom0 starts oxenstored, which is the default; what stops, kills or
# updates xenstored depends on which one it is.
runs=$(tests/lab/check -n --all)
is "$(grep -lE 'kill .*([$]xs|xenstored[.]pid)|live-update|at_(request|stage)' \
    tests/lab/scenarios/*.sh | while read -r f; do
    name=$(basename "$f" .sh)
    echo "$runs" | grep -qE " $name(@[a-z]+)?([+][a-z0-9]+)*[+]c$" ||
        echo "$name: not with C xenstored"
    echo "$runs" | grep -E " $name(@|$)" | grep -qv '[+]c$' ||
        echo "$name: not with oxenstored"
done)" "" "scenarios about xenstored run with both in check-all"
capture env LAB_STORE=sqlite tests/lab/run smoke
is "$status $err" "1 lab: LAB_STORE is c or ox, not sqlite" \
    "no third xenstored"

# ---- watchdog ----

unset LAB_SLOW

# machine NAME LIMIT IDLE SCRIPT: starts a machine that is this script, in which
# "console" and "output" are the files that it writes, and a watchdog for it.
declare -A machines=() watchdogs=()
machine() {
    console=$tmp/$1.log output=$tmp/$1.tap
    touch "$console" "$output"
    console=$console output=$output bash -c "$4" &
    machines[$1]=$!
    tests/lab/watchdog $! "$2" "$3" 'crashed: |Panic on CPU' "$console" \
        "$output" >"$tmp/$1.why" &
    watchdogs[$1]=$!
}

# ends NAME WHY TEXT: what its watchdog says; afterwards it does not run.
ends() {
    wait "${watchdogs[$1]}"
    is "$? $(cat "$tmp/$1.why")" "0 $2" "$3"
    wait "${machines[$1]}"
    is $? "$([ -n "$2" ] && echo 137 || echo 0)" "$3: how it ended"
}

# The machines run at the same time.
machine well 60 60 'echo hello >>"$console"'
machine hung 60 1 'echo hello >>"$console"; exec sleep 100'
machine talks 60 5 'for i in {1..20}; do
    printf . >>"$output"; sleep 0.5
done'
machine slow 3 60 'while :; do echo hello >>"$console"; sleep 0.5; done'
LAB_SLOW=2 machine slower 1 60 \
    'while :; do echo hello >>"$console"; sleep 0.5; done'
machine panic 60 60 'printf "a\0b (XEN) Panic on CPU 0:" >>"$console"
    exec sleep 100'
machine tells 60 60 'echo "(XEN) d1 crashed: no" >>"$output"; sleep 3'
ends well "" "a machine that ends"
ends hung "hung: no output for 1 s" "a machine that hangs"
ends talks "" "a line that grows is a sign of life"
ends slow "too slow: not done after 3 s" "a machine that goes on"
ends slower "too slow: not done after 2 s" "LAB_SLOW gives it more time"
ends panic "stopped after a panic" "a panic, in a line with a NUL"
ends tells "" "a scenario may write of a crash"

# The parent of this machine never waits for it.
: >"$tmp/zombie.log"
bash -c 'sleep 0 & echo $!; exec sleep 60' >"$tmp/pid" &
parent=$!
ok "it comes up" timeout 10 sh -c "until [ -s '$tmp/pid' ]; do sleep 0.1; done"
is "$(timeout 10 tests/lab/watchdog "$(cat "$tmp/pid")" 60 60 x "$tmp/zombie.log"
    echo $?)" 0 "a machine that has ended, but is there as a zombie"
kill $parent

# ---- new ----

mkdir -p "$tmp/lab/scenarios"
cp tests/lab/new "$tmp/lab/"
scenario=$tmp/lab/scenarios/two-clocks.sh
capture "$tmp/lab/new" two-clocks
is "$status $err" "0 " "a new scenario"
like "$out" '^    make lab SCENARIO=two-clocks$' "it says what to run"
is "$(sed '/^#$/q; s/ disable=.*//' "$scenario")" \
    "$(sed '/^#$/q; s/ disable=.*//' tests/lab/scenarios/smoke.sh)" \
    "it begins as another"
like "$(cat "$scenario")" '^# Proves that ' "its head has a place for the proof"
is "$($setting "$scenario")" "" "it has no settings"
capture sh -c "$(sed "s|/lib/lab/|tests/lab/|" "$scenario")"
is "$status $out" "1 not ok 1 - the scenario is not written yet
1..1" "it runs, and fails"

echo mine >"$scenario"
capture "$tmp/lab/new" two-clocks
is "$status $out" "1 " "one that exists is refused"
is "$(cat "$scenario")" mine "and left as it is"
for name in '' Smoke ../smoke a/b a.sh 'a b' 1a -a a@patched; do
    capture "$tmp/lab/new" "$name"
    is "$status $out" "1 " "no name: \"$name\""
done
capture "$tmp/lab/new"
is "$status" 2 "a name is needed"
is "$(ls "$tmp/lab/scenarios")" two-clocks.sh "nothing else was written"

done_testing
