# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # versions sets them
#
# Proves that an xentimectl built for another release of Xen says so, naming
# both interface versions, and does nothing.
#
# How: the xentimectl of the lab for the oldest release, with its own libraries,
# on the newest, beside the one built for it. Which versions there are is known
# from the headers of both.
#
# lab: releases=newest timeout=200

. /lib/lab/lib.sh
. /lib/lab/robust.sh

old=/opt/xen-other/xentimectl
ok "the build for another release is there" test -x $old ||
    bail "nothing to test"
# shellcheck source=/dev/null
. /opt/xen-other/versions
like "$domctl $other_domctl" '^0x[1-9a-f][0-9a-f]* 0x[1-9a-f][0-9a-f]*$' \
    "both versions are known"
isnt "$domctl" "$other_domctl" "and differ"

d=$(labdom create 'a b')
exits 0 "the right build sets a mode" -- xentimectl set-mode 'a b' 1
like "$out" '^a b: timer_mode 0 .* -> 1 ' "and says so"

for command in 'list' 'list -o ID,MODE' "show $d" "set-mode $d 2" \
               'set-mode --all 2' "set-vhpet $d off" 'info'; do
    # shellcheck disable=SC2086 # words
    no_xen "$command" $old $command
    like "$err" '^xentimectl: interface versions differ: ' "$command: why"
    like "$err" "built for domctl $other_domctl and sysctl 0x" \
        "$command: its own version"
    like "$err" "running Xen $LAB_RELEASE has domctl $domctl and sysctl 0x" \
        "$command: that of the hypervisor"
    like "$err" '^xentimectl: hint: .*release of Xen' "$command: the hint"
done
exits 5 "with --json" -- $old list --json
like "$out" '"code": ?"version"' "the code in JSON"
like "$out" "\"message\": ?\".*$other_domctl.*$domctl" "both versions in JSON"

is "$(mode_of "$d") $(labdom param "$d" hpet)" "1 1" "nothing was changed"
is "$(record_of "$d")" "1 1" "nor in the record"
ok "no lock is left" test ! -e "$(lock_of "$d")"

exits 0 "what needs no Xen works with it: help" -- $old help
exits 0 "and --version" -- $old --version

exits 0 "the right build still lists" -- xentimectl list --raw --noheadings \
    -o ID,NAME,MODE
like "$out" "^$d a\\\\x20b 1$" "what there is"
exits 0 "it sets a mode" -- xentimectl set-mode "$d" 2
is "$(mode_of "$d")" 2 "which is in force"
exits 0 "its info works" -- xentimectl info
like "$out" "for domctl $domctl and sysctl 0x.*Xen .*$LAB_RELEASE" "and names the interface"

done_testing
