# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# The scenarios in which counters count (counters=1) share this file, and source
# it after profile.sh. The guest's rounds are in tests/guests/x86/rounds.c.

# shellcheck disable=SC2034 # the scenarios use these
INSNS=0xc0 CYCLES=0x76
# HostOnly, a bit of an event select register.
HOST_ONLY=$((1 << 41))

# counts LINE: what "labdom count" says of the counters, without how often.
counts() { echo "$1" | sed 's/.*preempted=[0-9]* *//'; }

# counter N LINE: what counter N counted in each round.
counter() { echo "$2" | sed -n "s/.*counter$1=\([0-9.]*\).*/\1/p"; }

# counts_alone DOM NAME: sets $NAME to what the domain counts in some 100 rounds.
counts_alone() {
    sleep 1
    line=$(labdom count "$1")
    is_range "$(echo "$line" | sed 's/.*rounds=\([0-9]*\).*/\1/')" 10 1000000 \
        "domain $1 alone: rounds enough"
    eval "$2=\$(counts \"\$line\")"
}

# is_one_value COUNTS NAME: no round counted another number than the others.
is_one_value() {
    like "$1" 'counter[0-9]=[1-9]' "$2" && unlike "$1" '\.\.' "$2"
}

# pace DOM...: instructions (16 ns each) that a round of these takes, which nobody
# else wants the CPU of, but for what dom0 does now and then.
pace() { echo $(($(labdom pace 3 "$@") / 16)); }

# round DOM EVENT...: and a round that reads each of these counters twice.
round() {
    dom=$1
    shift
    labdom count "$dom" start loops=1 "$@" >/dev/null
    pace "$dom"
}

# reading DOM: and the reading of one that runs, the difference between two rounds.
reading() {
    echo $((($(round "$1" "$INSNS" "$CYCLES") - $(round "$1" "$INSNS")) / 2))
}
