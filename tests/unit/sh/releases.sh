#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# hv-patches/releases decides which releases there are: each has all the files
# that it needs, and a release more is a row more. The latter is tried with a
# table of three releases and scenarios made here, of which tests/lab/check says
# what it would run.

. tests/unit/sh/tap.sh

for release in $(tests/releases); do
    ok "Xen $release: the list of its packages" \
        test -s "tests/lab/packages-$release"
    ok "and the checksums of its source" \
        grep -q "^$release " hv-patches/sources
done
is "$(tests/releases nothing)" "" "no release has a series that is none"

# A word in a scenario's settings that names no release would run it nowhere.
tests/lab/check -n --matrix | sed 's/.* //' | sort -u >"$tmp/run"
basename -s .sh tests/lab/scenarios/*.sh | sort >"$tmp/all"
sed -n "s/^not_tests='\(.*\)'/\1/p" tests/lab/check | xargs -n 1 |
    sort >"$tmp/not_tests"
is "$(comm -13 "$tmp/run" "$tmp/all")" "$(cat "$tmp/not_tests")" \
    "check --matrix runs each scenario that is a test"

mkdir -p "$tmp/hv-patches" "$tmp/tests/lab/scenarios"
cp tests/releases "$tmp/tests/"
cp tests/lab/check tests/lab/setting "$tmp/tests/lab/"
cat >"$tmp/hv-patches/releases" <<'EOT'
# a comment
8.1 buzz x86 tools
8.2 woody x86

8.10 rex x86 ppc
EOT
scenario() { echo "# lab: $2" >"$tmp/tests/lab/scenarios/$1.sh"; }
scenario any "timeout=100"
scenario both "hv=stock,patched timeout=90"
scenario one "releases=oldest hv=patched timeout=80"
scenario new "releases=newest timeout=70"
scenario exact "releases=8.2 timeout=60"
scenario told "check=oldest@patched+smp2,newest@stock all=newest@debug timeout=50"
scenario late "slow=1 hv=patched all=oldest@stock timeout=40"

runs() { "$tmp/tests/lab/check" -n "$@"; }
is "$("$tmp/tests/releases" | tr '\n' ' ')" "8.1 8.2 8.10 " \
    "the order of the table is that of the releases"
is "$("$tmp/tests/releases" ppc)" 8.10 "those of one series"
is "$(runs)" "8.1 any@stock
8.1 one@patched
8.1 told@patched+smp2
8.2 exact@stock
8.10 both@patched
8.10 new@stock
8.10 told@stock" "what check runs"
is "$(runs --all)" "8.1 any@stock
8.1 one@patched
8.1 told@patched+smp2
8.1 late@stock
8.2 exact@stock
8.10 both@patched
8.10 new@stock
8.10 told@stock
8.10 told@debug
8.10 late@patched" "what check --all runs"
is "$(runs --matrix)" "8.1 any
8.1 both
8.1 one
8.1 told
8.1 late
8.2 any
8.2 both
8.2 exact
8.2 told
8.2 late
8.10 any
8.10 both
8.10 new
8.10 told
8.10 late" "what check --matrix runs"

done_testing
