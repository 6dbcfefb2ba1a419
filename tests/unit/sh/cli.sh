#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The built xentimectl where there is no Xen: clear errors and exit statuses,
# help for everything, and output that cannot be written is a failure.

. tests/unit/sh/tap.sh
export LD_LIBRARY_PATH=build/host LC_ALL=C
tool=build/host/xentimectl

commands=$($tool help --json | jq -r '.commands[].name')
like "$commands" '^set-mode$' "help --json lists the commands"

# ---- help ----

for c in $commands; do
    capture $tool help "$c"
    is "$status $err" "0 " "help $c exits 0"
    like "$out" "^Usage: xentimectl $c( |\$)" "help $c shows the usage"
    help=$out
    unlike "$help" '.{80}| $' "help $c is for 80 columns"
    for option in --help -h; do
        capture $tool "$c" $option
        is "$status $out" "0 $help" "$c $option is the same"
    done
    ok "help $c --json is one document" \
        jq -es 'length == 1 and (.[0].commands | length == 1)' \
        <($tool help "$c" --json)
done
help=$($tool help stats)
like "$help" '^  -i, --interval SECONDS ' "an option with a letter"
like "$help" '^      --reset  ' "an option without one"
for args in help --help -h; do
    capture $tool $args
    is "$status $err" "0 " "$args exits 0"
    for c in $commands; do
        like "$out" "^  $c " "$args lists $c"
    done
done
for args in --version -V; do
    capture $tool $args
    like "$status $out" '^0 xentimectl [0-9]+\.[0-9]+' "$args"
    like "$out" '^for Xen 4\.[0-9.a-z ]+ \(domctl 0x[0-9a-f]+, sysctl 0x[0-9a-f]+\)$' \
        "$args names the releases of Xen that this build fits"
done

# ---- usage ----

while read -r args; do
    # shellcheck disable=SC2086 # words
    capture $tool $args
    is "$status" 2 "usage: xentimectl $args"
    is "$out" "" "usage: xentimectl $args prints nothing on stdout"
done <<EOF

nope
-x
list --nope
list -o
list -o NOPE
show
show a b
set-mode
set-mode a
set-mode a 9
set-mode --all a 1
set-vhpet a maybe
tune a
tune a sync-wakeup-after=65536
stats
stats a b
stats a --interval 0
stats a --count 0
stats a --reset --off
resync
resync a --slew 5
resync a --step
resync a --cancel
info x
help nope
EOF

# ---- no Xen ----

if [ -e /dev/xen/privcmd ] || [ -e /proc/xen/privcmd ]; then
    skip "what is said without Xen" "this machine runs Xen"
else
    while read -r args; do
        # shellcheck disable=SC2086
        capture $tool $args
        is "$status" 5 "no Xen: $args exits 5"
        is "$(echo "$err" | grep -vc '^xentimectl: hint: ')" 1 \
            "no Xen: $args says why in one line"
        like "$err" '^xentimectl: .*: No such file or directory$' \
            "no Xen: $args names the reason"
        is "$out" "" "no Xen: $args prints nothing on stdout"
        # shellcheck disable=SC2086
        capture $tool $args --json
        is "$status" 5 "no Xen: $args --json exits 5"
        ok "no Xen: $args --json is one document with the error" \
            jq -es 'length == 1 and .[0].error.code == "no-xen" and
                    .[0].error.exit == 5 and
                    (.[0].error.message | length > 10)' "$tmp/out"
    done <<EOF
list
list a b
show a
set-mode a 1
set-mode --all 1
set-vhpet a on
tune a sync-wakeup-after=1
stats a
stats a --interval 0.5
stats a --off
resync a --wait 5
info
EOF
    capture $tool --complete 2 xentimectl show ""
    is "$status $out$err" "0 " "no Xen: completion of names is silent"
fi

# ---- output that nobody takes ----

for args in help "help --json" "help list" --version "list --nope --json"; do
    # shellcheck disable=SC2086
    $tool $args >/dev/full 2>"$tmp/err"
    status=$?
    case $args in *nope*) want=2 ;; *) want=1 ;; esac
    is "$status" $want "$args: a full disk is a failure"
    [ $want = 2 ] || like "$(cat "$tmp/err")" 'No space left' \
        "$args: a full disk is named"

    # shellcheck disable=SC2086
    $tool $args >&- 2>"$tmp/err"
    status=$?
    is "$status" $want "$args: a closed stdout is a failure"
done

exec 3> >(:)
wait $!
$tool help >&3 2>"$tmp/err"
is "$? $(cat "$tmp/err")" "141 " "a closed pipe ends it without a word"
exec 3>&-
first=$(set -o pipefail; $tool help | head -1)
like "$first" '^Usage: ' "help | head -1"

done_testing
