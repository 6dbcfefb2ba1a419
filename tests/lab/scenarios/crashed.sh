# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that labdom tells a guest that has crashed from one that is silent: a
# command that waits for it says "crashed", and where, and does not wait.
#
# How: a guest whose first instruction is invalid has no IDT yet, which makes a
# triple fault. A paused guest is silent and has not crashed.

. /lib/lab/lib.sh

printf '\017\013' >/run/lab/invalid
dom=$(labdom create --guest /run/lab/invalid invalid pit=100) ||
    bail "labdom creates a guest"
labdom unpause "$dom"
for command in "wait $dom pit 1" "set $dom pit=50" "measure $dom 50" \
               "clocks $dom" "stress $dom n=10"; do
    # shellcheck disable=SC2086 # words
    exits 1 "$command: fails" -- labdom $command
    like "$err" "domain $dom crashed" "$command: says why"
    like "$err" '^vcpu0 eip=0x100000 ' "$command: and where"
done
like "$(labdom state "$dom")" ' state=crashed ' "labdom state says so too"
labdom destroy "$dom"

dom=$(labdom create silent pit=100) || bail "labdom creates a guest"
exits 1 "a paused guest" -- labdom wait --timeout-ms 100 "$dom" pit 1
unlike "$err" crashed "a paused guest has not crashed"
labdom destroy "$dom"

done_testing
