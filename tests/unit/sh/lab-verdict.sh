#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/lab/verdict, the judge of the lab's scenarios, finds every fault that a
# run can have, and none in a good one.

. tests/unit/sh/tap.sh

mkdir "$tmp/files"
log=$tmp/some@patched
end='# lab: scenario end'

# run OUTPUT [WHY] <TAP: judges what the scenario printed, and what is in $console
# and $qemu; leaves $status, the counts in $counts, and the rest in $report.
console='' qemu=''
run() {
    cat >"$log.tap"
    printf %b "$console" >"$log.log"
    printf %b "$qemu" >"$log.qemu"
    capture tests/lab/verdict "$log" "$1" "$tmp/files" 12 "${2-}"
    counts=$(echo "$out" | head -n 1)
    report=$(echo "$out" | sed 1d)
    [ -z "$err" ] || report="$report
stderr: $err"
}

# judge NAME COUNTS TEXT [OUTPUT [WHY]] <TAP: the run is judged as bad, and the
# report has a line TEXT.
judge() {
    run "${4:-tap}" "${5-}"
    is "$status $counts" "1 $2" "$1"
    like "$report" "^  $3\$" "$1: it says so"
}

console='(XEN) Xen version 4.20\r\n[    0.1] Linux\r\n' qemu=''
run tap <<END
ok 1 - a
# a remark
ok 2 - b
some output
1..2
$end 0
END
is "$status $counts" "0 2 0 0" "a good run"
is "$report" "ok some@patched: 2 of 2 (12 s)" "its report is one line"

run tap <<END
ok 1 - a
ok 2 - b # SKIP no cpu
ok 3 - c # SKIP no disk
1..3
$end 0
END
is "$status $counts" "0 1 0 2" "checks that were skipped"
is "$report" "skip some@patched: b (no cpu)
skip some@patched: c (no disk)
ok some@patched: 1 of 1, 2 skipped (12 s)" "their names and reasons"

run tap <<END
loose
ok 1 - a
not ok 2 - b
#      got: 1
#   wanted: 2
ok 3 - c
# about c
1..3
$end 1
END
is "$status $counts" "1 2 1 0" "a failed check"
is "$report" "not ok some@patched: 2 of 3 (12 s)
  not ok 2 - b
  #      got: 1
  #   wanted: 2
  other output:
  loose
  # about c
  logs: $log.tap (the scenario), $log.log (Xen and Linux)" \
    "what it said of itself, and what else there was"

judge "a plan that is cut short" "2 1 0" \
    "cut short: 1 checks planned, 2 made" <<END
ok 1 - a
ok 2 - b
1..1
$end 0
END
judge "a plan without its number" "2 1 0" "cut short: no plan after 2 checks" <<END
ok 1 - a
ok 2 - b
1..
$end 0
END
judge "a check is missing" "1 1 0" "cut short: 2 checks planned, 1 made" <<END
ok 1 - a
1..2
$end 0
END
judge "two plans" "2 1 0" "cut short: 2 plans after 2 checks" <<END
ok 1 - a
1..1
ok 2 - b
1..2
$end 0
END
judge "no plan" "1 1 0" "cut short: no plan after 1 checks" <<END
ok 1 - a
$end 0
END
judge "nothing but an end" "0 1 0" "cut short: no plan after 0 checks" <<END
$end 0
END
judge "a machine that stopped early" "2 1 0" \
    "cut short: the machine stopped before the scenario's end" <<END
ok 1 - a
ok 2 - b
END
judge "a machine that stopped after the plan" "1 1 0" \
    "cut short: the machine stopped before the scenario's end" <<END
ok 1 - a
1..1
END
judge "nothing at all" "0 1 0" \
    "cut short: the machine stopped before the scenario's end" </dev/null
judge "a status, though every check passed" "1 1 0" \
    "every check passed, but it ended with 3" <<END
ok 1 - a
1..1
$end 3
END

qemu='qemu: terminated\n'
judge "a machine that hung" "1 1 0" "hung: no output for 60 s" tap \
    "hung: no output for 60 s" <<END
ok 1 - a
END
like "$report" '^  \| \[    0.1\] Linux$' "the end of the console is shown"
like "$report" '^  \| qemu: terminated$' "and what QEMU said"
judge "killed, though the scenario came to its end" "1 1 0" "too slow: .*" tap \
    "too slow: not done after 300 s" <<END
ok 1 - a
1..1
$end 0
END
qemu=''

# ---- what stands in the console ----

good="ok 1 - a
1..1
$end 0"
while IFS='|' read -r name console text; do
    judge "$name" "1 1 0" "panic: $text" tap "stopped after a panic" <<<"$good"
done <<'END'
a panic of Xen|(XEN) Panic on CPU 0:\r\n(XEN) FATAL TRAP\r\n|\(XEN\) Panic on CPU 0:
a panic in the middle of a line|(XEN) d1 1, 2(XEN) Panic on CPU 0:\r\n|\(XEN\) d1 1, 2\(XEN\) Panic on CPU 0:
a panic of Linux, without its end|\r\n[    1.0] Kernel panic - not|\[    1\.0\] Kernel panic - not
a fatal trap|(XEN) Assertion: FATAL PAGE FAULT\r\n|\(XEN\) Assertion: FATAL PAGE FAULT
dom0 crashed|(XEN) Hardware Dom0 crashed: rebooting\r\n|\(XEN\) Hardware Dom0 crashed: rebooting
a complaint of UBSAN|(XEN) UBSAN: Undefined behaviour in a.c:1:2\r\n|\(XEN\) UBSAN: Undefined behaviour in a.c:1:2
a panic after NULs|a\0\0b\r\n\0(XEN) Panic on CPU 1:\r\n|\(XEN\) Panic on CPU 1:
a backslash|(XEN) UBSAN: a\\nb\r\n|\(XEN\) UBSAN: a\\nb
END

console='(XEN) UBSAN: a\r\n'
judge "a complaint of UBSAN, and no reason to end the machine" "1 1 0" \
    "panic: \(XEN\) UBSAN: a" <<<"$good"
console='not Xen: FATAL, a crash, a panic\0\r\n'
run tap <<<"$good"
is "$status $report" "0 ok some@patched: 1 of 1 (12 s)" \
    "words that are no panic; a NUL and a CR"

console='(XEN) d3v0 Triple fault - invoking HVM shutdown\r\n'
run tap <<<"$good"
is "$status $report" "0 ok some@patched: 1 of 1 (12 s)" \
    "a guest may have a triple fault"
judge "a guest had one, and a check failed" "0 1 0" \
    "a guest crashed: d3v0 Triple fault" <<END
not ok 1 - a
1..1
$end 1
END
console=''

# ---- what the scenario prints ----

printf 'ok 1 - a\0b\nnot\0e\nok 2 - c\n1..2\n%s 0\n' "$end" >"$tmp/tap"
run tap <"$tmp/tap"
is "$status $report" "0 ok some@patched: 2 of 2 (12 s)" "NULs in its output"
printf 'ok 1 - a\r\n1..1\r\n%s 0\n' "$end" >"$tmp/tap"
judge "a plan that ends in a CR is none" "1 1 0" \
    "cut short: no plan after 1 checks" <"$tmp/tap"

# ---- files ----

run tap <<END
ok 1 - a
# lab: file b.json begin
not ok 2 - of the file
1..7
# lab: scenario end 3
# lab: file c end

# lab: file b.json end
# lab: file empty begin
# lab: file empty end
1..1
$end 0
END
is "$status $report" "0 ok some@patched: 1 of 1 (12 s)" \
    "what stands in a file is not judged"
is "$(cat "$tmp/files/b.json" && echo .)" "not ok 2 - of the file
1..7
# lab: scenario end 3
# lab: file c end

." "the file is as it was sent"
is "$(wc -c <"$tmp/files/empty")" 0 "so is an empty one"

cut='ok 1 - a
1..1
# lab: file cut begin
text'
judge "a file is cut off" "1 1 0" "cut short: file cut has no end" <<<"$cut"
is "$(cat "$tmp/files/cut")" text "what there is of it is kept"
judge "a file is cut off, and the scenario goes on" "1 1 0" \
    "cut short: file cut has no end" <<<"$cut# lab: file cut end
$end 0"
judge "a file is cut off by the watchdog" "1 1 0" "hung: no output for 60 s" tap \
    "hung: no output for 60 s" <<<"$cut"
run tap <<END
ok 1 - a
# lab: file ../a begin
1..1
$end 0
END
is "$status $(find "$tmp" -name a)" "0 " "a path is not the name of a file"
run tap <<END
# lab: file .. begin
$end 0
END
isnt "$status" 0 "a file that cannot be written is an error"

# ---- scenarios that make no checks ----

run plain <<END
some output
$end 0
END
is "$status $counts $report" "0 1 0 0 ok some@patched: 1 of 1 (12 s)" \
    "plain: it ends with 0"
run plain <<END
some output
$end 4
END
is "$status $counts $report" "1 0 1 0 not ok some@patched: 0 of 1 (12 s)
  logs: $log.tap (the scenario), $log.log (Xen and Linux)" \
    "plain: it ends with 4"
judge "plain: it is cut short" "0 1 0" \
    "cut short: the machine stopped before the scenario's end" plain <<END
some output
END
judge "plain: it hangs" "0 1 0" "hung: no output for 9 s" plain \
    "hung: no output for 9 s" <<<"some output"
console='Kernel panic\r\n'
judge "plain: it panics" "0 1 0" "panic: Kernel panic" plain <<<"$end 0"

done_testing
