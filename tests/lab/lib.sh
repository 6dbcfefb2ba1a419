# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What a scenario (busybox sh, in dom0) starts with: . /lib/lab/lib.sh
#
# Every check prints one TAP line and returns 0 if it passed, 1 if not, and
# the scenario goes on. The last command must be done_testing. A failed check
# is followed by what was got and what was wanted.

lab_count=0 lab_failed=0 lab_plan=
out='' err='' status=0
lab_newline='
'

# diag TEXT...: a remark; it is shown with the check before it if that fails.
diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

# host_cpus: how many CPUs the machine has, as Xen counts them.
host_cpus() { xl info | sed -n 's/^nr_cpus *: *//p'; }

# host_mhz: the TSC's frequency, as Xen has it.
host_mhz() { xl info | sed -n 's/^cpu_mhz *: *//p'; }

# plan N: optional; done_testing then checks that N checks were made.
plan() { lab_plan=$1; }

pass() { lab_count=$((lab_count + 1)); echo "ok $lab_count - $1"; }

fail() {
    lab_count=$((lab_count + 1)) lab_failed=$((lab_failed + 1))
    echo "not ok $lab_count - $1"
    return 1
}

# ok NAME CMD...: the command succeeds.
ok() {
    lab_name=$1
    shift
    if capture "$@"; [ "$status" -eq 0 ]; then pass "$lab_name"; return; fi
    fail "$lab_name" || lab_show "$@"
}

# is GOT WANTED NAME
is() {
    if [ "$1" = "$2" ]; then pass "$3"; return; fi
    fail "$3" || { diag "     got: '$1'"; diag "  wanted: '$2'"; return 1; }
}

# isnt GOT UNWANTED NAME
isnt() {
    if [ "$1" != "$2" ]; then pass "$3"; return; fi
    fail "$3" || { diag "     got: '$1', unwanted"; return 1; }
}

# is_range VALUE LO HI NAME: LO <= VALUE <= HI; decimals are fine.
is_range() {
    if awk -v v="$1" -v lo="$2" -v hi="$3" 'BEGIN {
            number = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$"
            exit !(v ~ number && v + 0 >= lo + 0 && v + 0 <= hi + 0) }'
    then pass "$4 ($1)"; return; fi
    fail "$4" || { diag "     got: $1"; diag "  wanted: $2 to $3"; return 1; }
}

# lab_matches TEXT ERE: as grep -E would have it.
lab_matches() {
    lab_rest=$1
    while :; do
        # shellcheck disable=SC3010,SC2076 # busybox has it, and not as bash
        if [[ "${lab_rest%%"$lab_newline"*}" =~ "$2" ]]; then return 0; fi
        case $lab_rest in
        *"$lab_newline"*) lab_rest=${lab_rest#*"$lab_newline"} ;;
        *) return 1 ;;
        esac
    done
}

# like TEXT ERE NAME: a line of the text matches.
like() {
    if lab_matches "$1" "$2"; then pass "$3"; return; fi
    fail "$3" || { diag "     got: '$1'"; diag "  wanted: /$2/"; return 1; }
}

# unlike TEXT ERE NAME: no line matches.
unlike() {
    if ! lab_matches "$1" "$2"; then pass "$3"; return; fi
    fail "$3" || { diag "     got: '$1'"; diag "unwanted: /$2/"; return 1; }
}

# capture CMD...: run it, leave its output in $out and $err (and unchanged in
# /run/lab/out and /run/lab/err), its exit status in $status.
capture() {
    status=0 out='' err=''
    "$@" >/run/lab/out 2>/run/lab/err || status=$?
    [ ! -s /run/lab/out ] || out=$(cat /run/lab/out)
    [ ! -s /run/lab/err ] || err=$(cat /run/lab/err)
}

lab_show() {
    diag "command: $*"
    diag "  status: $status"
    [ -z "$out" ] || diag "  stdout: $out"
    [ -z "$err" ] || diag "  stderr: $err"
    return 1
}

# exits STATUS NAME -- CMD...: the command ends with that status.
exits() {
    lab_want=$1 lab_name=$2
    shift 3
    capture "$@"
    if [ "$status" -eq "$lab_want" ]; then pass "$lab_name"; return; fi
    fail "$lab_name" || { diag "  wanted: status $lab_want"; lab_show "$@"; }
}

# is_long: this is `make check-all`, or who else said lab.long.
is_long() {
    read -r lab_line </proc/cmdline
    case " $lab_line " in *' lab.long '*) ;; *) return 1 ;; esac
}

# skip NAME REASON: a check that cannot be made here; the summary names it.
skip() {
    lab_count=$((lab_count + 1))
    echo "ok $lab_count - $1 # SKIP $2"
}

# wait_for SECONDS CMD...: until the command succeeds, 0.1 s at a time.
wait_for() {
    lab_left=$(($1 * 10))
    shift
    until "$@" >/dev/null 2>&1; do
        lab_left=$((lab_left - 1))
        [ "$lab_left" -gt 0 ] || return 1
        usleep 100000
    done
}

# send_file NAME PATH: to build/lab/RELEASE/out/NAME on the host.
send_file() {
    echo "# lab: file $1 begin"
    cat "$2"
    echo "# lab: file $1 end"
}

# bail REASON: there is no point in going on.
bail() {
    fail "$1"
    done_testing
}

# done_testing: print the plan and leave the scenario.
done_testing() {
    [ -z "$lab_plan" ] || [ "$lab_plan" -eq "$lab_count" ] ||
        diag "planned $lab_plan checks, made $lab_count"
    echo "1..${lab_plan:-$lab_count}"
    exit $((lab_failed > 0))
}

# ---- what xentimectl keeps in xenstore ----

# records_of UUID: the directory of a domain's records.
records_of() {
    lab_rest=$(echo "$1" | tr -d -) lab_bucket=0
    while [ -n "$lab_rest" ]; do
        lab_bucket=$((lab_bucket ^ 0x${lab_rest%"${lab_rest#??}"}))
        lab_rest=${lab_rest#??}
    done
    printf '/tool/xentime/%02x/%s' "$lab_bucket" "$1"
}

# recorded: the UUIDs of the domains that have records.
recorded() {
    xenstore-ls -f /tool/xentime 2>/dev/null |
        sed -n 's|^/tool/xentime/../\([^/ ]*\) = .*|\1|p' | sort
}
