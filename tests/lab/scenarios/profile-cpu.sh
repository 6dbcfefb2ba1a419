# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves what is said where Xen has no vPMU for this CPU, though it was booted
# with vpmu=on: exit 4, and what to look at.
#
# lab: slow=1 hv=stock,patched xen=vpmu=on

. /lib/lab/lib.sh
. /lib/lab/robust.sh

ok "Xen says no" sh -c '! labdom vpmu 2>/dev/null'
d=$(labdom create a)
for args in 'start a' 'start 0' 'start --xen' 'stop a' 'stop --all' status; do
    # shellcheck disable=SC2086 # words
    exits 4 "$args" -- xentimectl profile $args
    like "$err" 'no vPMU: Xen does not know this CPU' "$args: it says why"
    like "$err" 'hint: "xl dmesg' "$args: and where to look"
done
exits 4 "--json" -- xentimectl profile start a --json
ok "--json: valid" is_json "$out"
exits 4 "a program is not run" -- xentimectl profile start a -- touch /run/lab/ran
ok "it was not" test ! -e /run/lab/ran
exits 0 "list works" -- xentimectl list -o ID,PROFILE "$d"
is "$(xenstore-ls /tool/xentime 2>/dev/null)" "" "nothing in xenstore"
if [ "$LAB_HYPERVISOR" = patched ]; then
    for op in 'start 0' 'start 1' 'passive 1' primary-start; do
        # shellcheck disable=SC2086 # words
        labdom profile $op 2>/run/lab/err
        like "$(cat /run/lab/err)" EOPNOTSUPP "Xen's own $op"
    done
    is "$(labdom profile features)" 0x20 "no features but a closed RDPMC"
fi
done_testing
