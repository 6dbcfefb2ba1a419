# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves what becomes of a TSC that is left to Xen, on a machine whose TSC is fit
# for guests: it is native; with mode 4 and several vCPUs it is emulated, if the
# domain is given that mode before it has run, and the mode is refused
# afterwards; one that the toolstack has chosen stays as it is.
#
# How: the lab's QEMU has an invariant TSC if told to, which its CPU models and
# Debian's QEMU have not.
#
# lab: slow=1 hv=patched qemu=own cpu=qemu64,+svm,+npt,+invtsc

. /lib/lab/lib.sh

# domain VCPUS TSC-MODE: a paused one, which has not run.
domain() {
    dom=$(labdom create --tsc-mode "$2" web vcpus="$1" pit=100) ||
        bail "labdom creates a domain"
}
# What "show" says, and where it has that from.
shown() { xentimectl show "$dom" | sed -n 's/^ *tsc  *//p'; }
native() { labdom status "$dom" | sed -n 's/.* native_tsc=\([0-9]\).*/\1/p'; }

domain 2 0
is "$(native)" 1 "left to Xen, the TSC is native"
like "$(shown)" '^native  *vtimer domctl' "and show has it"
exits 0 "mode 4, of two vCPUs that never ran" -- labdom param "$dom" timer_mode 4
is "$(native)" 0 "it is emulated now"
like "$(shown)" '^emulated  *vtimer domctl' "and show has it"
exits 1 "native, in mode 4: refused" -- labdom tscinfo "$dom" 2
is "$(native)" 0 "and it stays emulated"
exits 0 "emulated" -- labdom tscinfo "$dom" 1
exits 0 "left to Xen again" -- labdom tscinfo "$dom" 0
is "$(native)" 0 "with mode 4 that is emulated"
labdom unpause "$dom"
labdom wait "$dom" pit 20
exits 0 "it has run: mode 1" -- labdom param "$dom" timer_mode 1
exits 0 "and mode 4 again" -- labdom param "$dom" timer_mode 4
labdom destroy "$dom"

domain 2 0
labdom unpause "$dom"
labdom wait "$dom" pit 20
exits 4 "it has run with a native TSC: set-mode 4 is refused" -- \
    xentimectl set-mode "$dom" 4
like "$err" always_emulate "with the way out"
is "$(labdom param "$dom" timer_mode) $(native)" "0 1" "and nothing is changed"
labdom destroy "$dom"

domain 2 2
exits 1 "chosen to be native: mode 4 is refused at once" -- \
    labdom param "$dom" timer_mode 4
is "$(native)" 1 "and it stays native"
labdom destroy "$dom"

domain 1 0
exits 0 "mode 4, of one vCPU" -- labdom param "$dom" timer_mode 4
is "$(native)" 1 "its TSC stays native"
labdom unpause "$dom"
labdom wait "$dom" pit 20
labdom destroy "$dom"

done_testing
