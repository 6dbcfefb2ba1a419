# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a guest with several vCPUs is what the scenarios about them take
# it for: each vCPU has a LAPIC timer that ticks at its rate in mode 1, clocks
# that never run backwards, and the same time as the others.
#
# How: guests with 2 and with 4 vCPUs, busy (more vCPUs than the machine has
# CPUs) and halting, are measured; a meeting of their vCPUs is called before
# and after, and dom0 changes rates while they run.
#
# lab: slow=1 all=oldest@stock+smp2,oldest@stock+smp4
# lab: intel=oldest@stock,newest@stock+smp2

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# vcpu N KEY: a value of the last "labdom ticks" or "measure", in $out.
vcpu() { printf '%s\n' "$out" | sed -n "s/^vcpu$1 .*\<$2=\([^ ]*\).*/\1/p"; }

# agree WHAT: all vCPUs meet, and their clocks are the same.
agree() {
    ok "$1: the vCPUs meet" labdom clocks "$dom"
    is "$(printf '%s\n' "$out" | grep -c '^vcpu')" "$n" "$1: all $n of them"
    is_range "${out##*spread_ns=}" 0 2000 "$1: and agree on the time"
}

for n in 2 4; do
    for idle in spin hlt; do
        what="$n vCPUs, $idle"
        guest "$what" vcpus=$n lapic=50 aplapic=40 idle=$idle clocks=7
        labdom param "$dom" timer_mode 1
        labdom unpause "$dom"
        labdom wait "$dom" lapic 5
        agree "$what"

        # In 6 s it does not matter by how much a vCPU is late at either end.
        if ! labdom measure "$dom" 6000 >/run/lab/measured; then
            bail "$what: measured"
        fi
        sed 's/^/# /' /run/lab/measured
        is_range "$(sed -n 's/^timer=lapic .* ratio=\([^ ]*\).*/\1/p' \
            /run/lab/measured)" 0.97 1.03 "$what: vCPU 0 ticks"
        i=1
        while [ $i -lt $n ]; do
            is_range "$(sed -n "s/^vcpu$i .* ratio=\([^ ]*\).*/\1/p" \
                /run/lab/measured)" 0.97 1.03 "$what: vCPU $i ticks"
            i=$((i + 1))
        done

        labdom set "$dom" aplapic=0
        capture labdom ticks "$dom"
        before=$(vcpu 1 lapic)
        usleep 300000
        capture labdom ticks "$dom"
        is "$(vcpu 1 lapic)" "$before" "$what: no more when they shall not"
        labdom set "$dom" aplapic=100 apidle=sample
        # dom0's own time is no measure: it is slower with more CPUs.
        capture labdom measure "$dom" 600
        is_range "$(vcpu 1 ratio)" 0.9 1.1 "$what: and then again"
        capture labdom ticks "$dom"
        is "$(printf '%s\n' "$out" | grep -o '[a-z]*_back=[1-9][0-9]*')" "" \
            "$what: no clock of any vCPU went backwards"
        agree "$what, later"
        labdom destroy "$dom"
    done
done

done_testing
