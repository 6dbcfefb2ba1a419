# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves who gets at a performance monitor. On a patched Xen a guest without a
# session has none: its MSRs read 0 and drop what is written; with a session it
# has one, from its first to its last, and nobody else has. On stock Xen a
# guest that was created in mode self has one as long as it lives.
#
# How: the guest writes a reserved bit of an event select register, which Xen's
# vPMU refuses and nothing else does, and turns a counter on; Xen's debug key q
# shows which vCPUs have a context, and whether it runs.
#
# lab: hv=stock,patched,debug xen=vpmu=on
# lab: all=newest@debug+smp2,newest@debug+smp4
# lab: cpu=qemu64,+svm,+npt,family=16,model=4,stepping=2

. /lib/lab/lib.sh
. /lib/lab/robust.sh
. /lib/lab/profile.sh

d=$(labdom create a lapic=50 vcpus=2)
b=$(labdom create b lapic=50)
labdom unpause "$d" "$b"

# A register that this family has not: stock Xen hands it to the CPU, and here
# that one reads 0; on hardware it faults, in Xen.
later='read-later=done write-later=done'
[ -z "$patched" ] || later='read-later=fault write-later=fault'

# has_pmu DOM NAME, lacks_pmu DOM NAME
has_pmu() {
    like "$(labdom pmu "$1" on)" " write-reserved=fault write-ctrl=done $later " \
        "$2: it has a vPMU"
}
lacks_pmu() {
    like "$(labdom pmu "$1" on)" ' write-reserved=done write-ctrl=done .* ctrl=0 counter=0$' \
        "$2: it has none"
}

# contexts DOM: how many of its vCPUs have a vPMU, how many of these run.
contexts() {
    xl dmesg -c >/dev/null
    xl debug-keys q
    xl dmesg -c | awk -v d="$1" '
        / General information for domain / { of = $NF + 0 }
        of == d && /VPMU state: / { n++; if (/RUNNING/) running++ }
        END { print n + 0, running + 0 }'
}

if [ -z "$patched" ]; then
    has_pmu "$d" "stock, no session"
    has_pmu "$b" "stock, no session"
    xentimectl profile start "$d" >/dev/null 2>&1
    has_pmu "$b" "stock, another's session"
    xentimectl profile stop "$d" >/dev/null
    has_pmu "$d" "stock, after a session"
    exits 6 "they are in the way of passive domains" -- \
        xentimectl profile start "$d" --passive
    like "$err" 'created with a vPMU are in the way' "it says so"
    xentimectl profile start "$d" >/dev/null 2>&1
    labdom vpmu 2
    exits 0 "and of the mode before" -- xentimectl profile stop "$d"
    nothing_left "stock"

    # vPMU is off before the first session, and a domain is created during it.
    labdom destroy "$d" "$b"
    labdom vpmu 0
    initial=0
    d=$(labdom create a lapic=50)
    labdom unpause "$d"
    xentimectl profile start "$d" >/dev/null 2>&1
    lacks_pmu "$d" "stock, created in mode off"
    b=$(labdom create b lapic=50)
    exits 0 "stop" -- xentimectl profile stop "$d"
    like "$err" 'note: the vPMU mode stays self' "it cannot be restored yet"
    vpmu_is self "not yet"
    exits 0 "status" -- xentimectl profile status
    like "$out" 'off before the first session' "it is not forgotten"
    labdom destroy "$b"
    exits 0 "status" -- xentimectl profile status
    nothing_left "restored when they have ended"
    done_testing
fi

lacks_pmu "$d" "no session"
is "$(contexts "$d")" "0 0" "no session: no context"
exits 0 "start" -- xentimectl profile start "$d"
has_pmu "$d" "its session"
lacks_pmu "$b" "another's session"
ok "it goes on" labdom wait "$d" lapic 20
is "$(contexts "$d")" "2 1" "two contexts, one runs"
is "$(contexts "$b")" "0 0" "none of the other"
exits 0 "the other too" -- xentimectl profile start "$b"
has_pmu "$b" "its session"
ok "in turns" labdom wait "$b" lapic 20
exits 0 "stop" -- xentimectl profile stop "$d"
lacks_pmu "$d" "no session any more"
is "$(contexts "$d")" "0 0" "no session any more: no context"
has_pmu "$b" "its session goes on"
exits 0 "start again" -- xentimectl profile start "$d"
is "$(contexts "$d")" "2 0" "it begins anew: nothing runs"
has_pmu "$d" "again"

# Sessions are started and stopped under a guest that uses its vPMU.
n=0 times=12
! is_long || times=30
while [ $n -lt $times ]; do
    n=$((n + 1))
    labdom profile stop "$d" || break
    labdom profile start "$d" || break
    [ $((n % 3)) -ne 0 ] || labdom pmu "$d" on >/dev/null
done
is $n $times "$times times, under a running guest"
has_pmu "$d" "after that"
ok "it lives" labdom wait "$d" lapic 20
xentimectl profile stop --all >/dev/null
lacks_pmu "$d" "the end"
lacks_pmu "$b" "the end"

# A session can begin before its domain runs, but not before it is created.
e=$(labdom create early lapic=50)
exits 0 "before it runs" -- xentimectl profile start "$e"
labdom unpause "$e"
has_pmu "$e" "from the beginning"
labdom destroy "$e"
nothing_left "its end"

# A domain is destroyed while its vPMU is in use.
exits 0 "start" -- xentimectl profile start "$d" --holder x
has_pmu "$d" "before its end"
labdom destroy "$d"
is "$(labdom profile status 0)" \
    "sessions=0 passive=0 claims=0 primary=-1 mode=1 initial=1" \
    "destroyed: nothing is left in Xen"
xentimectl profile status >/dev/null
nothing_left "destroyed"
lacks_pmu "$b" "the other never got it"

# A domain in a passive session has no vPMU of its own.
exits 0 "passive" -- xentimectl profile start "$b" --passive
lacks_pmu "$b" "passive"
exits 0 "stop" -- xentimectl profile stop "$b"
nothing_left "passive"
done_testing
