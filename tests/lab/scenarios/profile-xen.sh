# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that dom0, as the primary, finds out where Xen spends its time: while a
# function of Xen is kept busy, no other has as many samples, and it has none while
# Xen does something else. Without --xen there is no sample of Xen. A second primary
# is refused. Every sample that was due is there or is counted as lost.
#
# How: perf_event_open() on dom0's CPU (tests/lab/sampler.c). Xen's list of its own
# symbols, which dom0 reads in /proc/xen/xensyms, is made by expanding the name of
# each, in symbols_expand_symbol(). Addresses get their names from the symbols of
# the xen-syms that the running Xen was made of. What was counted in all tells how
# many samples were due.
#
# lab: hv=patched,debug counters=1 xen=vpmu=on slow=1
# lab: all=newest@debug,oldest@patched

. /lib/lab/lib.sh
. /lib/lab/profile.sh

# Samples are in this file, a line each.
samples=/run/lab/samples
hot=symbols_expand_symbol
of_xen=' 0xffff82d0'
how_many() { grep -cE "$1" $samples; }

# sample PERIOD MS PAGES LOAD...: dom0 does LOAD again and again meanwhile.
sample() {
    sampler "$1" 0 "$2" "$3" >$samples &
    sampler=$!
    period=$1
    shift 3
    while kill -0 $sampler 2>/dev/null; do "$@" >/dev/null; done
    wait $sampler || fail "sampler"
}

# names: the functions of the samples of Xen, "N NAME" each, the most frequent
# first. Each sample is sorted in behind the symbol that it belongs to; names of
# static functions are FILE#NAME.
names() {
    { grep ' [tT] ' /run/lab/symbols
      sed -n 's/.* \(0xffff82d0[0-9a-f]*\)$/\1 ~/p' $samples
    } | sort | awk '
        NF == 3 { f = $3; sub(/.*#/, "", f); next }
        { n[f]++ }
        END { for (f in n) print n[f], f }' | sort -rn
}

# all_there NAME: what was counted is what the samples stand for, those that are
# lost included; one more may have been on its way when the counter stopped.
all_there() {
    line=$(tail -n 1 $samples)
    count=${line#count=} count=${count% *} lost=${line##*=}
    is_range $((count / period - $(how_many ' 0x') - lost)) 0 1 \
        "$1: all samples are there, or counted as lost"
}

fwcfg opt/lab/symbols >/run/lab/symbols
is_range "$(grep -c ' [tT] ' /run/lab/symbols)" 3000 100000 \
    "xen-syms has symbols of functions"

sample 200003 2000 64 cat /proc/xen/xensyms
is_range "$(how_many '^(kernel|user) ')" 50 100000 "dom0 samples itself"
is "$(how_many "$of_xen")" 0 "and not Xen"
all_there "without Xen"

exits 0 "Xen too" -- xentimectl profile start --xen
sample 100003 3000 64 cat /proc/xen/xensyms
all_there "with Xen"
is "$lost" 0 "and none is lost"
xen=$(how_many "$of_xen") top=$(names | head -n 1)
is_range "$xen" 200 100000 "there are samples of Xen"
diag "$(names | head -n 5)"
is "${top#* }" $hot "none has as many as the function that is kept busy"
is_range "${top% *}" $((xen / 5)) "$xen" "of $xen a fifth and more"

sample 100003 3000 64 xenstore-ls
all_there "with another load"
diag "$(names | head -n 5)"
is_range "$(how_many "$of_xen")" 200 100000 "another load: as many samples of Xen"
unlike "$(names)" " $hot\$" "and none of that function"

# A page has 256 samples, which are taken out every 50 ms.
sample 10007 2000 1 cat /proc/xen/xensyms
is_range "$(tail -n 1 $samples | sed 's/.*lost=//')" 1 1000000 \
    "in a small ring some are lost"
all_there "a small ring"

exits 1 "a second primary is refused by Xen" -- labdom profile primary-start
like "$err" EBUSY "with EBUSY"
exits 6 "and by xentimectl" -- xentimectl profile start --xen
exits 0 "no more" -- xentimectl profile stop --xen
sample 200003 2000 64 cat /proc/xen/xensyms
is_range "$(how_many '^(kernel|user) ')" 50 100000 "dom0 goes on sampling itself"
is "$(how_many "$of_xen")" 0 "and there are no more samples of Xen"
nothing_left "the end"
done_testing
