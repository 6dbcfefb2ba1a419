# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that sessions are counted, named and ended as the manual says, that
# the first one sets the least vPMU mode that is needed and the last one
# restores what was there, whatever that was, and that what cannot be done is
# refused with the right status and changes nothing.
#
# How: xentimectl profile, with Xen's own mode (and count, where it is patched)
# read by another program after every step.
#
# lab: timeout=400 hv=stock,patched,debug xen=vpmu=on
# lab: check=newest@patched all=oldest@stock,newest@patched+c
# lab: cpu=qemu64,+svm,+npt,family=16,model=4,stepping=2

. /lib/lab/lib.sh
. /lib/lab/robust.sh
. /lib/lab/profile.sh

is "$initial" 1 "Xen has a vPMU, in mode self"
labdom vpmu 0
initial=0
d=$(labdom create 'web 1' pit=20)
b=$(labdom create other pit=20)
labdom unpause "$d" "$b"
p() { xentimectl profile "$@"; }

# ---- counting ----

exits 0 "start" -- p start 'web 1'
like "$out" '^web 1: profiling started$' "it says so"
like "$out" '^vPMU mode off -> self$' "and what became of the mode"
vpmu_is self "one session"
is "$(cat /sys/hypervisor/pmu/pmu_mode)" self "Linux says the same"
if [ -n "$patched" ]; then
    like "$err" '^xentimectl: note: web 1 has run already\. .*xl create -p' \
        "a kernel that has booted without will not look again"
    is "$(session_count "$d")" 1 "Xen counts it"
else
    like "$err" 'note: .*not only those with a session' "others have one too"
fi
exits 0 "start again" -- p start "$d"
exits 0 "of two" -- p start "$d,$b"
exits 0 "stop" -- p stop "$d"
exits 0 "stop" -- p stop "$(uuid_of "$d")"
exits 0 "stop the other" -- p stop other
vpmu_is self "one is left"
exits 1 "a stop too many" -- p stop other
like "$err" '^xentimectl: other: cannot stop profiling: there is no session' \
    "is told"
vpmu_is self "and changes nothing"
exits 1 "all or none" -- p stop "$d,$b"
exits 0 "nobody was stopped: the last one" -- p stop "$d"
like "$out" '^vPMU mode self -> off$' "the mode goes back"
nothing_left "counting"
exits 1 "with none left" -- p stop "$d"
nothing_left "a stop too many"

# ---- names ----

exits 0 "named" -- p start "$d" --holder ci
exits 0 "twice is once" -- p start "$d" --holder ci
like "$out" 'profiling goes on \(ci\)' "it says so"
exits 0 "another" -- p start "$d" -H night-run_2
exits 1 "without the name" -- p stop "$d"
like "$err" 'hint: "(ci|night-run_2)" has one: --holder' "a hint at the name"
exits 1 "another's name" -- p stop "$d" --holder nobody
exits 0 "the name" -- p stop "$d" --holder ci
exits 1 "is gone" -- p stop "$d" --holder ci
vpmu_is self "one name is left"
exits 0 "status" -- p status
like "$out" "^ *$d +web 1 +domain +night-run_2 +1 " "it has the session"
exits 0 "status --json" -- p status --json
like "$out" '"vpmu_initial": ?"off"' "it has the initial mode"
ok "is valid" is_json "$out"
exits 0 "the other name" -- p stop "$d" --holder night-run_2
nothing_left "names"
for bad in 'a b' '' 'a/b' '@' 'a.b' "$(printf '%065d' 1)"; do
    exits 2 "no holder: '$bad'" -- p start "$d" --holder "$bad"
done
nothing_left "no such names"

# ---- Xen itself, and passive domains ----

exits 0 "Xen" -- p start --xen
vpmu_is hv "samples of Xen"
exits 6 "a second primary" -- p start --xen
exits 6 "by a name" -- p start --xen --holder x
like "$err" 'samples Xen already' "it says why"
exits 0 "and a domain" -- p start "$d"
vpmu_is hv "both"
exits 0 "no more Xen" -- p stop --xen
vpmu_is self "the domain alone"
exits 6 "passive does not go with it" -- p start "$b" --passive
vpmu_is self "nothing was changed"
exits 0 "stop it" -- p stop "$d"
nothing_left "Xen and a domain"
exits 1 "no more to stop" -- p stop --xen

# On stock Xen a domain created in mode self is in the way of mode all.
exits 0 "passive" -- p start "$d,$b" --passive
vpmu_is all "passive"
exits 0 "Xen with it" -- p start --xen --holder x
vpmu_is all "passive and Xen"
exits 6 "a domain of its own does not go with it" -- p start "$d"
exits 6 "nor another" -- p start "$b" --holder y
exits 0 "dom0 does" -- p start 0
exits 0 "status" -- p status
like "$out" "^ *$d .* passive " "it has the passive ones"
like "$out" '^ *- +\(Xen\) +xen +x ' "and Xen"
exits 0 "stop" -- p stop "$d,$b"
vpmu_is hv "Xen and dom0"
exits 0 "all of it" -- p stop --all
like "$out" '^2 sessions stopped$' "it says how many"
nothing_left "passive"
exits 2 "dom0 is not passive" -- p start 0 --passive

# ---- the end of a domain ----

e=$(labdom create short pit=20)
labdom unpause "$e"
p start "$e" >/dev/null 2>&1
p start "$e" --holder x >/dev/null 2>&1
p start "$d" --holder y >/dev/null 2>&1
labdom destroy "$e"
if [ -n "$patched" ]; then
    is "$(claims)" 1 "Xen forgot them at once"
fi
exits 0 "status" -- p status
unlike "$out" "^ *$e " "they are gone"
exits 0 "the other's is there" -- p stop "$d" --holder y
nothing_left "the end of a domain"
p start "$b" --holder x >/dev/null 2>&1
labdom destroy "$b"
if [ -n "$patched" ]; then
    is "$(vpmu)" "$initial" "the last one: the mode is restored at once"
fi
exits 0 "or by the next call" -- p status
nothing_left "the end of the last domain"
exits 3 "no such domain" -- p start "$b"

v=$(labdom create --type pv 'a pv one')
exits 0 "a PV domain" -- p start "$v"
vpmu_is self "a PV domain"
exits 0 "stop it" -- p stop 'a pv one'
exits 0 "passive" -- p start "$v" --passive
vpmu_is all "a passive PV domain"
labdom destroy "$v"
p status >/dev/null
nothing_left "a PV domain"

# ---- whatever the initial mode was ----

for mode in 1 2 4; do
    labdom vpmu $mode
    initial=$mode
    exits 0 "mode $mode: dom0" -- p start 0
    is "$(vpmu)" $mode "mode $mode: serves dom0"
    if [ $mode = 4 ]; then
        exits 6 "mode 4: not another" -- p start "$d"
        exits 0 "mode 4: Xen" -- p start --xen
        is "$(vpmu)" 4 "mode 4: serves Xen"
    else
        exits 0 "mode $mode: a domain" -- p start "$d"
        exits 0 "mode $mode: Xen" -- p start --xen
        vpmu_is hv "mode $mode, Xen"
    fi
    exits 0 "mode $mode: stop" -- p stop --all
    nothing_left "mode $mode"
done
labdom vpmu 0
initial=0

# ---- times ----

exits 0 "for a second" -- p start "$d" --for 1
vpmu_is self "for a second"
exits 0 "status" -- p status
like "$out" ' in [01] s$' "it says for how long"
ok "it ends by itself" wait_for 10 test "$(sleep 2; vpmu)" = 0
nothing_left "for a second"

# ---- what others set meanwhile ----

p start "$d" >/dev/null 2>&1
if [ -n "$patched" ]; then
    labdom vpmu 2 2>/run/lab/err
    like "$(cat /run/lab/err)" EBUSY "nobody else sets the mode now"
else
    labdom vpmu 2
    exits 0 "on stock Xen anybody may: it is put right" -- p status
fi
vpmu_is self "with a session"
p stop "$d" >/dev/null 2>&1
nothing_left "set by another"

# ---- wrong uses ----

for args in '' restart start 'stop --for 3 other' 'status web' \
        "start --xen $d" "start $d --passive --xen" "start $d --all" \
        "start $d --holder" "start $d --for 1e9" "start $d --for -1" \
        'stop --all --xen' "stop $d -- true" 'status --holder x' \
        "start $d --json -- true" 'start 0 --passive --holder x'; do
    # shellcheck disable=SC2086 # words
    exits 2 "profile $args" -- p $args
    case $args in
    *--json*) like "$out" '"code": ?"usage"' "profile $args: in JSON" ;;
    *)        is "$out" "" "profile $args: nothing on stdout" ;;
    esac
done
exits 3 "domains with blanks between them" -- p start a b c
exits 3 "an empty name" -- p start "$d,,0"
exits 0 "one named twice" -- p start "$d,web 1"
like "$out" '^web 1: profiling started$' "is started"
exits 0 "once" -- p stop "$d"
nothing_left "named twice"
exits 1 "a closed stdout" -- sh -c 'xentimectl profile status >&-'
# A command is stopped while it has the lock, which is at its third request.
at_request 3 xentimectl profile start "$d" --holder x
kill -STOP "$job"
kill -CONT "$xs"
exits 6 "somebody holds the lock" -- p start "$d" --wait 0
like "$err" "process $job is changing profiling sessions" "it says who"
kill -TERM "$job"
kill -CONT "$job"
finish
is "$status" 143 "a signal ends one that has not begun"
nothing_left "wrong uses"

# ---- list ----

p start "$d" --holder x >/dev/null 2>&1
p start "$d" >/dev/null 2>&1
is "$(xentimectl list --raw -n -o NAME,PROFILE "$d")" 'web\x201 2' \
    "list shows how many"
is "$(xentimectl list --raw -n -o PROFILE 0)" 0 "and dom0's"
exits 0 "show" -- xentimectl show "$d"
like "$out" '^profile_sessions +2 ' "shows it too"
p stop --all >/dev/null 2>&1
nothing_left "the end"

# ---- the interface itself ----

if [ -n "$patched" ]; then
    exits 0 "each misuse has its answer" -- labdom misuse
    is "$(labdom profile features)" 0x27 "domain, primary, passive, own RDPMC"
    nothing_left "misuse"
fi
done_testing
