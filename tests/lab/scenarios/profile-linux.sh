# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Proves that Linux counts with perf_event_open() what it does, in dom0 and as an
# HVM guest, with "nopv" and without: a guest that has a session when it boots
# finds its performance monitor, counts the instructions of a loop the same to
# the last one, beside another that preempts it too, and takes samples. When its
# session ends while it counts it goes on, and its counter reads 0; in the next
# session it counts again. One that booted without a session counts nothing in
# one that comes later, of which "profile start" warns.
#
# How: tests/guests/linux/perfloop.c, as a program of dom0 and as a guest's init.
#
# lab: with=linux consoled=1 hv=patched,debug counters=1 slow=1
# lab: all=newest@debug,oldest@patched timeout=1800 idle=600 mem=1536
# lab: xen=vpmu=on,dom0_mem=600M,dom0_mem=max:600M,guest_loglvl=all,conring_size=1M

. /lib/lab/lib.sh
. /lib/lab/profile.sh
. /lib/lab/linux.sh

turns=500000 insns=1000000
note='has run already. Linux looks for a performance monitor when it boots'

# values KEY FILE: what the rounds there have of it, one a line.
values() { sed -n "s/.* $1=\([0-9]*\).*/\1/p" "$2"; }

# sum KEY FILE
sum() { values "$1" "$2" | awk '{ n += $1 } END { printf "%d", n }'; }

# least KEY FILE and most KEY FILE: of the rounds there.
least() { values "$1" "$2" | sort -n | head -n 1; }
most() { values "$1" "$2" | sort -n | tail -n 1; }

# rounds N: the guest's next N rounds are in $console, but for the first of them,
# which may have begun before.
console=/run/lab/console
rounds() {
    xl dmesg -c >/dev/null
    lab_left=60
    until xl dmesg >"$console.all"
          [ "$(grep -c ' round [0-9]' "$console.all")" -gt "$1" ]; do
        lab_left=$((lab_left - 1))
        [ "$lab_left" -gt 0 ] || { tail -n 20 "$console.all"; return 1; }
        sleep 0.5
    done
    awk '/ round / { n++ } n > 1' "$console.all" >"$console"
}

# ---- dom0 ----

exits 0 "a program of dom0 counts in a session of its own" -- \
    xentimectl profile start 0 -- perfloop $turns 5
echo "$out" >"$console"
# A PV kernel runs in the mode of its programs, so that it counts as well.
is_range "$(least insns "$console")" "$insns" $((insns * 11 / 10)) "at least the loop"
is_range "$(most insns "$console")" "$insns" $((insns * 11 / 10)) "and not much more"
is_range "$(sum taken "$console")" 40 60 "a sample each 100000 instructions"
is_range "$(sum in_loop "$console")" 40 60 "in the loop"
like "$err" 'profiling stopped' "and then the session ends"
nothing_left "dom0"

# ---- a guest with a session ----

for pv in nopv ''; do
    name="Linux ${pv:-with its drivers for Xen}"
    d=$(linux_perfloop web $turns "$pv")
    xl dmesg -c >/dev/null
    exits 0 "$name: a session" -- xentimectl profile start web
    unlike "$err" "$note" "$name: which it finds when it boots"
    labdom unpause "$d"
    ok "$name: it boots" linux_wait 100 ' round 2 '
    ok "$name: its driver is AMD's" \
        linux_said ' linux Performance Events: .*AMD PMU driver'

    ok "$name: alone" rounds 20
    alone=$(values insns $console | sort -u)
    is_range "$alone" "$insns" $((insns + 500)) \
        "$name: it counts the loop, the same in each round"
    is_range "$(least cycles "$console")" $((16 * insns)) $((16 * insns + 8000)) \
        "$name: a cycle a nanosecond"
    n=$(grep -c ' samples ' $console) taken=$(sum taken $console)
    is_range "$taken" $((10 * n)) $((10 * n + n / 2)) \
        "$name: a sample each 100000 instructions, in $n rounds"
    is_range "$(sum in_loop "$console")" $((taken * 95 / 100)) "$taken" \
        "$name: in the loop, but for some"
    is "$(sum lost "$console")" 0 "$name: none is lost"

    rival=$(labdom create rival lapic=400)
    labdom unpause "$rival"
    ok "$name: beside one that preempts it" rounds 20
    is "$(values insns $console | sort -u)" "$alone" \
        "$name: it counts what it counted alone"
    labdom destroy "$rival"

    # ---- which ends while it counts ----

    exits 0 "$name: the session ends" -- xentimectl profile stop web
    ok "$name: it goes on" rounds 3
    ok "$name: and goes on" rounds 10
    # A counter that Linux loads with -(2^47 - 1) and then finds at 0 has counted
    # 2^47 - 1, as Linux sees it.
    is "$(values insns $console | awk '$1 && $1 < 100000000000000')" "" \
        "$name: its rounds count nothing, or what cannot be"
    is "$(values rdpmc $console | sort -u)" 0 "$name: its counter reads 0"
    is "$(sum taken "$console")" 0 "$name: there are no samples"
    exits 0 "$name: a second session" -- xentimectl profile start web
    like "$err" "$note" "$name: may be too late"
    ok "$name: it goes on in that" rounds 3
    ok "$name: and goes on in that" rounds 10
    is "$(values insns $console | sort -u)" "$alone" "$name: it counts again"
    unlike "$(values rdpmc "$console")" '^0$' "$name: its counter does not read 0"
    labdom destroy "$d"
    nothing_left "$name"
done

# ---- a guest without ----

d=$(linux_perfloop late $turns nopv)
xl dmesg -c >/dev/null
labdom unpause "$d"
ok "without a session: it boots" linux_wait 100 ' round 2 '
ok "it has found nothing" \
    linux_said ' linux Performance Events: PMU not available'
exits 0 "a session that comes later" -- xentimectl profile start late
like "$err" "^xentimectl: note: late $note" "is too late, as the note says"
ok "it goes on" rounds 5
like "$(cat "$console")" ' round [0-9]+ none ENOENT' "and has no events to count"
unlike "$(cat "$console")" ' insns=' "none"
labdom destroy "$d"
nothing_left "the end"
done_testing
