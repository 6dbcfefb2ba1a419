# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that "show" tells of a domain's clocks what this Xen has: whether the TSC
# is native or emulated in each tsc_mode, its frequency, whether CPUID calls it
# invariant, the RTC's offset; and that "info" counts dom0's pinned vCPUs as xl
# pins them.
#
# How: QEMU's TSC is not fit for guests, so that one left to Xen is emulated. In
# default-tsc.sh it is fit.
#
# lab: all=newest@stock timeout=180

. /lib/lab/lib.sh

# field NAME: its value in "show", to the end of the line.
field() { xentimectl show "$dom" | sed -n "s/^ *$1  *//p"; }

# domain TSC-MODE
domain() {
    dom=$(labdom create --tsc-mode "$1" web pit=100) ||
        bail "labdom creates a domain"
}

host=$(xentimectl info | sed -n 's/^TSC: *\([0-9]*\) kHz$/\1/p')
mhz=$(xl info | sed -n 's/^cpu_mhz *: *//p')
is "$((host / 1000))" "${mhz%.*}" "info has the frequency that xl has"

while read -r mode word kind; do
    domain "$mode"
    like "$(field tsc_mode)" "^$word " "tsc_mode $mode: $word"
    like "$(field tsc)" "^$kind " "it is $kind"
    like "$(field tsc_khz)" "^$host " "at the host's frequency"
    like "$(field host_tsc_khz)" "^$host  *Xen" "which is shown without a difference"
    like "$(field tsc_error_ppm)" '^none ' "and is right"
    like "$(field tsc_invariant)" '^no ' "CPUID does not call it invariant"
    like "$(field rtc_offset_s)" '^0: it is UTC' "the RTC is UTC"
    labdom unpause "$dom"
    labdom wait "$dom" pit 20
    like "$(field tsc)" "^$kind " "once it runs, the TSC is $kind still"
    labdom destroy "$dom"
done <<END
0 default emulated
1 always_emulate emulated
2 native native
END

exits 0 "xl vcpu-pin" -- xl vcpu-pin 0 0 0
like "$(xentimectl info)" '^dom0: .* 1 pinned to the CPU of their number$' \
    "info says that vCPU 0 is pinned"

done_testing
