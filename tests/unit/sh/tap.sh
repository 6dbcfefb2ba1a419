# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034 # of capture, for its callers
#
# The tests that are scripts start with ". tests/unit/sh/tap.sh".
#
# They run in the top directory, print TAP, and have $tmp for their files.

tap_count=0 tap_failed=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# A test that calls what is not there would pass by not being counted.
command_not_found_handle() {
    echo "not ok - there is a command $1"
    return 127
}

# result NAME STATUS REMARK...
result() {
    tap_count=$((tap_count + 1))
    if [ "$2" -eq 0 ]; then
        echo "ok $tap_count - $1"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $1"
        shift 2
        printf '%s\n' "$@" | sed 's/^/# /'
    fi
}

# ok NAME CMD...: the command succeeds
ok() {
    local name=$1 said
    shift
    said=$("$@" 2>&1)
    result "$name" $? "$*:" "$said"
}

# is GOT WANTED NAME
is() {
    [ "$1" = "$2" ]
    result "$3" $? "   got: $1" "wanted: $2"
}

# isnt GOT UNWANTED NAME
isnt() {
    [ "$1" != "$2" ]
    result "$3" $? "   got: $1, unwanted"
}

# is_range VALUE LO HI NAME: LO <= VALUE <= HI; decimals are fine
is_range() {
    awk -v v="$1" -v lo="$2" -v hi="$3" 'BEGIN {
        number = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$"
        exit !(v ~ number && v + 0 >= lo + 0 && v + 0 <= hi + 0) }'
    result "$4" $? "   got: $1" "wanted: $2 to $3"
}

# like TEXT ERE NAME: a line of the text matches
like() {
    printf '%s\n' "$1" | grep -Eq -e "$2"
    result "$3" $? "   got: $1" "wanted: /$2/"
}

# unlike TEXT ERE NAME: no line matches
unlike() {
    ! printf '%s\n' "$1" | grep -Eq -e "$2"
    result "$3" $? "     got: $1" "unwanted: /$2/"
}

# skip NAME REASON
skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

# capture CMD...: leaves $out, $err and $status
capture() {
    "$@" >"$tmp/out" 2>"$tmp/err"
    status=$?
    out=$(cat "$tmp/out")
    err=$(cat "$tmp/err")
}

done_testing() {
    echo "1..$tap_count"
    exit $((tap_failed > 0))
}
