# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that "show" finds out on a stock Xen, which does not say it, that a TSC
# which is left to Xen is native on a machine whose TSC is fit for guests; before
# the domain has run and while it runs.
#
# How: as in default-tsc.sh, where a patched Xen says it. In show-clocks.sh the
# machine's TSC is not fit for guests.
#
# lab: slow=1 qemu=own cpu=qemu64,+svm,+npt,+invtsc

. /lib/lab/lib.sh

# shown: the TSC's kind, and where "show" has it from.
shown() { xentimectl show "$dom" | sed -n 's/^ *tsc  *//p'; }

while read -r mode kind; do
    dom=$(labdom create --tsc-mode "$mode" web pit=100) ||
        bail "labdom creates a domain"
    like "$(shown)" "^$kind" "tsc_mode $mode: $kind"
    labdom unpause "$dom"
    labdom wait "$dom" pit 20
    like "$(shown)" "^$kind" "and once it runs"
    labdom destroy "$dom"
done <<END
0 native  *compared
1 emulated  *tsc_mode
2 native  *tsc_mode
END

done_testing
