# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# The scenarios that stop, kill and destroy things under a running xentimectl
# share this file, and source it after lib.sh.
#
# Nothing here that is meant for a moment at which a process is stopped asks
# xenstored: a client that is stopped in the middle of a request makes Debian
# 12's xenstored wait for the rest, and everybody else for xenstored.

# shellcheck disable=SC2034 # for those who source this
modes='1 2 3'

# Domains of the lab have their id in their UUID.
uuid_of() { printf '6c616264-6f6d-4000-8000-0000%04x%04x' "$1" "$1"; }
lock_of() { echo "/run/xentime/$(uuid_of "$1")"; }

# Xen's mode is asked by another program than the one under test.
mode_of() { labdom param "$1" timer_mode; }
# xentimectl tells it in half the time, where it is asked for often.
mode_seen() { xentimectl list --raw --noheadings -o MODE "$1"; }

# record_of DOM: "REQUESTED APPLIED" of its timer_mode, "-" where not there.
record_of() {
    robust_dir=$(records_of "$(uuid_of "$1")")/timer_mode
    echo "$(xenstore-read "$robust_dir/requested" 2>/dev/null || echo -)" \
        "$(xenstore-read "$robust_dir/applied" 2>/dev/null || echo -)"
}

# has_record DOM: anything at all.
has_record() { xenstore-exists "$(records_of "$(uuid_of "$1")")"; }

# start CMD...: in the background; its process is $job.
start() {
    "$@" >/run/lab/job.out 2>/run/lab/job.err &
    job=$!
}

# finish: wait for it; $status, $out and $err as capture leaves them.
finish() {
    status=0
    wait "$job" || status=$?
    out=$(cat /run/lab/job.out)
    err=$(cat /run/lab/job.err)
}

# is_state PID LETTERS: of /proc/PID/stat; X: there is no such process.
is_state() {
    robust_stat='x) X '
    { read -r robust_stat <"/proc/$1/stat"; } 2>/dev/null || :
    robust_stat=${robust_stat##*) }
    case $2 in *"${robust_stat%% *}"*) return 0 ;; esac
    return 1
}

# A settled process neither runs nor is about to: it waits for xenstored, or has
# ended.
has_settled() { is_state "$1" SDZX && usleep 1000 && is_state "$1" SDZX; }
settle() { wait_for 5 has_settled "$1"; }

# $xs is the process of xenstored.
read -r xs </run/xenstored.pid

# stage_of DOM OLD: how far $job, a set-mode of it to another mode than OLD, has
# got, seen while it does not run: "before" (it takes the lock), "announce",
# "record" (it was applied), "after" (it has let go of the lock).
stage_of() {
    robust_mode=$(mode_seen "$1")
    # A lock file may be left behind by one that was killed.
    robust_owner=
    { read -r robust_owner <"$(lock_of "$1")"; } 2>/dev/null || :
    if [ "$robust_owner" = "$job" ]; then
        if [ "$robust_mode" = "$2" ]; then echo announce; else echo record; fi
    elif [ "$robust_mode" = "$2" ]; then
        echo before
    else
        echo after
    fi
}

# moment DOM: the time in microseconds after which a set-mode by id, started
# and left alone, has just been applied. By halving; all else that is random
# spreads around it. Leaves the domain in mode 1.
moment() {
    robust_lo=0 robust_hi=160000
    labdom param "$1" timer_mode 1
    while [ $((robust_hi - robust_lo)) -gt 400 ]; do
        robust_at=$(((robust_lo + robust_hi) / 2))
        start xentimectl set-mode "$1" 2
        usleep $robust_at
        kill -STOP "$job" 2>/dev/null
        if [ "$(mode_seen "$1")" = 1 ]; then robust_lo=$robust_at
        else robust_hi=$robust_at; fi
        kill -CONT "$job" 2>/dev/null
        finish
        labdom param "$1" timer_mode 1
    done
    echo $robust_hi
}

# at_request N CMD...: start it, let xenstored answer N - 1 requests of it and
# no more. Its process, $job, then waits for the answer to the Nth, which is
# sent; kill -CONT "$xs" lets it go on. Fails if it makes fewer: it has ended.
at_request() {
    robust_left=$1
    shift
    kill -STOP "$xs"
    start "$@"
    settle "$job"
    while [ "$robust_left" -gt 1 ] && is_state "$job" S; do
        next_request
        robust_left=$((robust_left - 1))
    done
    is_state "$job" S && return 0
    kill -CONT "$xs"
    finish
    return 1
}

# answer: let xenstored carry out what $job waits for, but hold $job itself.
answer() {
    kill -STOP "$job"
    kill -CONT "$xs"
    settle "$xs"
}

# next_request: one more.
next_request() {
    answer
    kill -STOP "$xs"
    kill -CONT "$job"
    settle "$job"
}

# at_stage STAGE DOM OLD CMD...: its first request at that stage of a set-mode.
at_stage() {
    robust_stage=$1 robust_dom=$2 robust_old=$3
    shift 3
    at_request 1 "$@" || return 1
    until [ "$(stage_of "$robust_dom" "$robust_old")" = "$robust_stage" ]; do
        next_request
        is_state "$job" S || break
    done
    is_state "$job" S && return 0
    kill -CONT "$xs"
    finish
    return 1
}

# numbers SEED N LO HI: N pseudo-random numbers, the same ones each time.
numbers() {
    awk -v seed="$1" -v n="$2" -v lo="$3" -v hi="$4" 'BEGIN {
        srand(seed)
        while (n-- > 0)
            print lo + int(rand() * (hi - lo + 1)) }'
}

# is_json TEXT: one JSON document (RFC 8259) and nothing else.
is_json() {
    printf '%s\n' "$1" | awk '
    function bad(why) { if (!failed) failed = why; s = ""; return 0 }
    function blank() { sub(/^[ \t\r\n]+/, "", s) }
    function eat(c) {
        if (substr(s, 1, length(c)) != c) return bad("no " c)
        s = substr(s, length(c) + 1); blank(); return 1 }
    function string() {
        if (!match(s, /^"([^"\\\001-\037]|\\["\\\/bfnrt]|\\u[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F])*"/))
            return bad("string")
        s = substr(s, RLENGTH + 1); blank(); return 1 }
    function members(close_, keyed) {
        if (substr(s, 1, 1) == close_) return eat(close_)
        while (!failed) {
            if (keyed && !(string() && eat(":"))) return 0
            value()
            if (substr(s, 1, 1) != ",") return eat(close_)
            eat(",")
        } }
    function value(  c) {
        c = substr(s, 1, 1)
        if (c == "{") { eat(c); return members("}", 1) }
        if (c == "[") { eat(c); return members("]", 0) }
        if (c == "\"") return string()
        if (c == "t") return eat("true")
        if (c == "f") return eat("false")
        if (c == "n") return eat("null")
        if (!match(s, /^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?/))
            return bad("value")
        s = substr(s, RLENGTH + 1); blank(); return 1 }
    { s = s $0 "\n" }
    END {
        blank(); value()
        if (!failed && s != "") failed = "more than one document"
        exit failed != "" }'
}

# no_xen NAME CMD...: a command that cannot reach Xen or xenstored ends soon,
# with status 5, one line, at most one hint, and nothing on stdout; with
# --json, the same in one document.
no_xen() {
    robust_name=$1
    shift
    exits 5 "$robust_name: exit 5" -- timeout 10 "$@"
    is "$out" "" "$robust_name: nothing on stdout"
    is "$(printf '%s\n' "$err" | awk '
        /^xentimectl: hint: / { hints++; next }
        /^xentimectl: / { lines++; next }
        { others++ }
        END { print lines + 0, hints + 0, others + 0 }')" "1 1 0" \
        "$robust_name: one line and one hint"
    robust_err=$err
    exits 5 "$robust_name --json: exit 5" -- timeout 10 "$@" --json
    like "$out" '"exit": ?5' "$robust_name --json: has the error"
    ok "$robust_name --json: valid" is_json "$out"
    err=$robust_err
}
