# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that "profile start DOM -- PROGRAM" covers exactly the program's run:
# the session is there when it begins and gone when it has ended, whether it
# ends well, fails, is killed, or cannot be started, and whatever happens to
# xentimectl; and that a session with --for ends even if its timer is killed.
#
# lab: slow=1 hv=stock,patched xen=vpmu=on
# lab: cpu=qemu64,+svm,+npt,family=16,model=4,stepping=2

. /lib/lab/lib.sh
. /lib/lab/robust.sh
. /lib/lab/profile.sh

labdom vpmu 0
initial=0
d=$(labdom create a pit=20)
b=$(labdom create b pit=20)
labdom unpause "$d" "$b"

cat >/run/lab/program <<'EOP'
#!/bin/sh
labdom vpmu >/run/lab/mode
echo "$*" >/run/lab/args
echo "its output"
[ -z "$WAIT" ] || { echo $$ >/run/lab/pid; exec sleep "$WAIT"; }
exit "${RESULT-0}"
EOP
chmod 755 /run/lab/program

# kill_like TEXT: every process that was started with it.
kill_like() {
    for process in /proc/[0-9]*; do
        if tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -q "$1"; then
            kill -KILL "${process#/proc/}"
        fi
    done 2>/dev/null
}

# ---- how it ends ----

for result in 0 1 2 3 6 77 126 255; do
    RESULT=$result
    export RESULT
    exits $result "it ends with $result" -- \
        xentimectl profile start a,b -- /run/lab/program -x --json 'a b'
    is "$(cat /run/lab/mode)" 1 "$result: it had the vPMU"
    is "$out" "its output" "$result: stdout is the program's"
    nothing_left "$result"
done
unset RESULT
is "$(cat /run/lab/args)" "-x --json a b" "its arguments are its own"
exits 0 "with a name" -- xentimectl profile start a --holder me -- sh -c 'exit 0'
nothing_left "with a name"
exits 0 "of Xen" -- xentimectl profile start --xen -- /run/lab/program
exits 127 "not found" -- xentimectl profile start a -- /no/such/program
like "$err" '^xentimectl: /no/such/program: No such file' "it says so"
nothing_left "not found"
exits 126 "not executable" -- xentimectl profile start a -- /etc/passwd
nothing_left "not executable"
rm -f /run/lab/mode
exits 3 "no such domain" -- xentimectl profile start nobody -- /run/lab/program
ok "the program was not run" test ! -e /run/lab/mode
nothing_left "no such domain"

# ---- signals ----

# running: start it, wait until the program runs; $job is xentimectl.
running() {
    rm -f /run/lab/pid
    WAIT=100 start xentimectl profile start a --holder run -- /run/lab/program
    wait_for 20 test -s /run/lab/pid
    program=$(cat /run/lab/pid)
}

for sig in TERM HUP; do
    running
    kill -$sig "$job"
    finish
    is "$status" $((128 + $(kill -l $sig))) "$sig to xentimectl: passed on"
    ok "$sig: the program is gone" wait_for 5 is_state "$program" X
    nothing_left "$sig"
done
running
kill -INT "$job"
usleep 300000
ok "INT: it waits for its program, which the terminal tells" is_state "$job" S
# A shell lets what it starts in the background ignore INT.
kill -TERM "$program"
finish
is "$status" 143 "and then has its status"
nothing_left "INT"
running
kill -KILL "$program"
finish
is "$status" 137 "the program is killed"
nothing_left "the program is killed"

running
exits 6 "its name is taken" -- xentimectl profile start a --holder run
exits 6 "also for a program" -- xentimectl profile start a --holder run -- true
exits 0 "another name is not" -- xentimectl profile start a --holder x -- true
vpmu_is self "after another's end"
kill -KILL "$job"
wait_for 5 is_state "$job" X
ok "xentimectl is killed: its program lives" is_state "$program" S
exits 0 "status" -- xentimectl profile status
like "$out" " run .* process $program\$" "and its session"
vpmu_is self "xentimectl is killed"
kill -KILL "$program"
wait_for 5 is_state "$program" X
exits 0 "the next command releases it" -- xentimectl profile status
nothing_left "both are killed"

running
labdom destroy "$d"
kill -KILL "$program"
finish
is "$status" 137 "its domain has ended: the program's status all the same"
nothing_left "its domain has ended"
d=$(labdom create a pit=20)
labdom unpause "$d"

# xentimectl is killed at any moment before the program runs.
for us in 2000 5000 10000 20000 40000 60000 80000 100000 120000 150000; do
    WAIT=100 start xentimectl profile start a -- /run/lab/program
    usleep $us
    kill -KILL "$job"
    wait "$job"
    kill_like '^sleep 100'
    usleep 50000
    xentimectl profile status >/dev/null
    [ "$(vpmu) $(claims)" = "0 0" ] || fail "killed after $us us: $(vpmu)"
done
nothing_left "killed before it runs"

# ---- a time ----

exits 0 "for a while" -- xentimectl profile start a --for 20 --holder t
# shellcheck disable=SC2016 # for the other shell
exits 0 "nobody holds our output" -- timeout 1 sh -c \
    'echo $(xentimectl profile start b --for 30)'
kill_like 'profile start a --for 20'
exits 0 "with its timer killed" -- xentimectl profile status
like "$out" ' t +1 .* in [0-9]+ s$' "it is there until then"
sleep 20
exits 0 "the next command ends it" -- xentimectl profile status
unlike "$out" ' t ' "it is gone"
exits 0 "the other is not" -- xentimectl profile stop --all
nothing_left "a time"
kill_like 'profile start'
exits 2 "not with a program" -- xentimectl profile start a --for 1 -- true
exits 2 "no time" -- xentimectl profile start a --for 0
exits 2 "no program" -- xentimectl profile start a --
nothing_left "the end"
done_testing
