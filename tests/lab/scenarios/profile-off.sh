# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves what is said where Xen was booted without vpmu=on, on a CPU that has
# a performance monitor: exit 4, and the option that is needed.
#
# lab: slow=1 hv=stock,patched
# lab: cpu=qemu64,+svm,+npt,family=16,model=4,stepping=2

. /lib/lab/lib.sh

labdom create a >/dev/null
for args in 'start a' 'start --xen' 'stop a' status; do
    # shellcheck disable=SC2086 # words
    exits 4 "$args" -- xentimectl profile $args
    like "$err" 'no vPMU: Xen was booted without vpmu=on$' "$args: says why"
    like "$err" 'hint: add vpmu=on to .* command line' "$args: what to do"
done
if [ "$LAB_HYPERVISOR" = patched ]; then
    for op in 'start 0' 'start 1' 'passive 1' primary-start; do
        # shellcheck disable=SC2086 # words
        labdom profile $op 2>/run/lab/err
        like "$(cat /run/lab/err)" EOPNOTSUPP "Xen's own $op"
    done
    is "$(labdom profile features)" 0x20 "no features but a closed RDPMC"
fi
done_testing
