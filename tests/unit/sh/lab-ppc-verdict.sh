#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/lab/ppc/verdict, the judge of the POWER lab's consoles, finds every fault
# that a run can have, and none in a good one.

. tests/unit/sh/tap.sh

# judge NAME WANTED [DOMAIN...] <CONSOLE: WANTED is "PASSED FAILED", and then
# what the failures have to mention.
judge() {
    local name=$1 counts mention
    counts=$(echo "$2" | cut -d' ' -f1-2)
    mention=$(echo "$2" | cut -d' ' -f3-)
    shift 2
    # Lines of the console end in CR and LF.
    sed 's/$/\r/' >"$tmp/log"
    capture tests/lab/ppc/verdict "$tmp/log" "$@"
    is "$(echo "$out" | head -n 1)" "$counts" "$name"
    ok "$name: it says so" grep -qF -- "$mention" "$tmp/out"
}

gone='(XEN) all guests are gone: power off'
judge "two domains, mixed" "3 0" <<EOC
[    0.000000000,5] OPAL starting...
(d1) ok 1 - a
(d2) ok 1 - a
(d1) # some text, and Assertion
(d1) ok 2 - b
(d1) 1..2
(d2) 1..1
$gone
EOC
fault="\
(XEN) UNRECOVERABLE EXCEPTION: Hypervisor Emulation Assistance (0x0e40)
(XEN) LR        : 0xc000000000045c50
(XEN) PC        : 0xc000000000045c00
(LAB) the machine said that it will not go on"
judge "Xen is to crash, and does" "1 0" xen <<EOC
$fault
EOC
judge "Xen is to crash, after a check" "2 0" xen <<EOC
(d1) ok 1 - a
$fault
EOC
judge "Xen is not to crash" "0 4 panic" <<EOC
$fault
EOC
judge "Xen is to crash, and does so by another fault" \
    "0 3 panic: (XEN) UNRECOVERABLE EXCEPTION: Data Access (0x0300)" xen <<EOC
(XEN) UNRECOVERABLE EXCEPTION: Data Access (0x0300)
(XEN) PC        : 0xc000000000045c00
EOC
judge "Xen is to crash, and does not" "1 1 xen: did not crash" xen <<EOC
(d1) ok 1 - a
(d1) 1..1
$gone
EOC
judge "Xen is to crash, with registers that are a guest's" \
    "0 2 xen: did not crash" xen <<EOC
${fault/PC        : 0xc0/PC        : 0x00}
EOC
judge "a failed check" "1 1 (d1) # got 2" <<EOC
(d1) not ok 1 - a
(d1) # got 2
(d1) ok 2 - b
(d1) 1..2
$gone
EOC
judge "no plan" "2 1 d2: no plan" <<EOC
(d1) ok 1 - a
(d1) 1..1
(d2) ok 1 - a
$gone
EOC
judge "no plan at all" "0 1 no domain printed a plan" <<EOC
(d1) hello
$gone
EOC
judge "nothing" "0 2 did not power off" </dev/null
judge "too few checks" "1 1 2 checks planned, 1 made" <<EOC
(d1) ok 1 - a
(d1) 1..2
$gone
EOC
judge "a plan of none" "0 1 no checks" <<EOC
(d1) 1..0
$gone
EOC
judge "a line lost" "2 1 after check 1" <<EOC
(d1) ok 1 - a
(d1) ok 3 - c
(d1) ok 4 - d
(d1) 1..4
$gone
EOC
judge "checks after the plan" "1 2 after the plan" <<EOC
(d1) ok 1 - a
(d1) 1..1
(d1) ok 2 - b
$gone
EOC
judge "two plans" "1 1 second plan" <<EOC
(d1) ok 1 - a
(d1) 1..1
(d1) 1..1
$gone
EOC
judge "cut short" "1 1 cut short" <<EOC
(d1) ok 1 - a
(d1) 1..1
EOC
judge "a crash" "1 1 d3 crashed" <<EOC
(d1) ok 1 - a
(XEN) d3 crashed: 0x700 at 0x100
(d1) 1..1
$gone
EOC
judge "a crash that is meant" "2 0" d2 d3 <<EOC
(d1) ok 1 - a
(XEN) d3 crashed: 0x700 at 0x100
(d2) ok 1 - a
(XEN) d2 crashed: 0x700 at 0x100
(d1) 1..1
$gone
EOC
judge "a crash that is missing" "1 1 d2: did not crash" d2 d3 <<EOC
(d1) ok 1 - a
(XEN) d3 crashed: 0x700 at 0x100
(d1) 1..1
$gone
EOC
for text in 'UNRECOVERABLE EXCEPTION 700' '(XEN) Xen BUG at a.c:1' \
    '(XEN) Panic on CPU 0:' \
    '(XEN) UBSAN: Undefined behaviour in a.c:1:1' \
    "(XEN) Assertion 'x' failed at a.c:1" '(LAB) hung: no output for 30 s'; do
    judge "$text" "1 1" <<EOC
(d1) ok 1 - a
(d1) 1..1
$text
$gone
EOC
done

done_testing
