# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that the way of xentimectl-profile(8) from vpmu=on to samples leads there,
# with Debian's perf: counts and samples of dom0, samples of Xen, which get their
# names from /proc/xen/xensyms, samples and counts of a passive domain, and counts
# and samples of a Linux guest by its own perf.
#
# How: the commands of that page. The guest's init is a script that runs perf on
# tests/guests/linux/perfloop.c and writes the result to its kernel's log, which
# goes to Xen's console.
#
# lab: with=perf consoled=1 hv=patched,debug counters=1 slow=1
# lab: all=oldest@patched timeout=1800 idle=600 mem=1536
# lab: xen=vpmu=on,dom0_mem=800M,dom0_mem=max:800M,guest_loglvl=all,conring_size=1M

. /lib/lab/lib.sh
. /lib/lab/profile.sh
. /lib/lab/linux.sh

turns=1000000 insns=2000000
work=/run/lab/perf
mkdir -p $work
cd $work || exit

# stat_of EVENT FILE: what "perf stat -x," has counted.
stat_of() { sed -n "s/^\([0-9]*\),,$1,.*/\1/p" "$2"; }

# samples_in FILE ERE: how many samples have it in their line.
samples_in() { perf script -i "$1" -F ip,sym,dso 2>/dev/null | grep -cE "$2"; }

# ---- dom0 ----

exits 0 "perf list" -- perf list hw
like "$out" 'instructions' "Linux has found a performance monitor"
exits 0 "perf stat in dom0" -- xentimectl profile start 0 -- \
    perf stat -x, -o $work/stat -e instructions:u,cycles:u perfloop $turns
is_range "$(stat_of instructions:u $work/stat)" $insns $((insns * 3 / 2)) \
    "counts the program and what goes with it"
exits 7 "with the program's exit status" -- xentimectl profile start 0 -- \
    perf stat -x, -o $work/stat sh -c 'exit 7'
exits 0 "perf record in dom0" -- xentimectl profile start 0 -- \
    perf record -q -a -o $work/dom0 -c 200000 -e instructions perfloop 5000000
is_range "$(samples_in $work/dom0 perfloop)" 40 1000 "has samples of the program"
is "$(samples_in $work/dom0 ffff82d)" 0 "and none of Xen"
exits 0 "perf report" -- perf report --stdio -i $work/dom0
like "$out" '%.*perfloop' "names it"
nothing_left "dom0"

# ---- Xen ----

# shellcheck disable=SC2016 # for the other shell
exits 0 "samples of Xen" -- xentimectl profile start --xen -- \
    perf record -q -a -o $work/xen -c 1000000 -e cycles sh -c \
    'for i in 1 2 3 4 5 6 7 8; do cat /proc/xen/xensyms >/dev/null; done'
names=$({ cat /proc/xen/xensyms
          perf script -i $work/xen -F ip | sed -n 's/ *\(ffff82d.*\)/\1 ~/p'
        } | LC_ALL=C sort | awk '
            NF == 3 { f = $3; next }
            { n[f]++ }
            END { for (f in n) print n[f], f }' | sort -rn)
diag "$(echo "$names" | head -n 5)"
like "$(echo "$names" | head -n 1)" '#symbols_expand_symbol$' \
    "none has as many as what lists Xen's symbols"
nothing_left "Xen"

# ---- a passive domain ----

spin=$(labdom create spin idle=spin lapic=50)
labdom unpause "$spin"
exits 0 "samples of a passive domain" -- \
    xentimectl profile start spin --passive -- \
    perf kvm --host --guest record -q -a -o $work/spin -c 10000000 -e cycles \
    sleep 3
exits 0 "perf kvm report" -- perf kvm --host --guest report --stdio -n \
    --sort comm -i $work/spin
# A line is a percentage, how many samples, and whose.
all=$(echo "$out" | awk '/^ .*%/ { n += $2 } END { print n + 0 }')
guest=$(echo "$out" | awk '/^ .*% .*\[guest\// { n += $2 } END { print n + 0 }')
# The guest has the CPU nearly all of the time, which is 300 periods.
is_range "$all" 200 320 "of 3 s"
is_range "$guest" $((all * 3 / 4)) "$all" "of $all most are a guest's"
exits 0 "counts of a passive domain" -- \
    xentimectl profile start spin --passive -- perf stat -x, -o $work/stat \
    -a -e instructions:G,instructions sleep 1
guest=$(stat_of instructions:G $work/stat) all=$(stat_of instructions $work/stat)
is_range "$all" 50000000 100000000 "of 1 s, at 16 ns an instruction"
is_range "$guest" $((all * 3 / 4)) "$all" "most are a guest's"
labdom destroy "$spin"
nothing_left "passive"

# ---- a guest's own perf ----

mkdir -p guest/bin guest/usr/bin guest/opt guest/proc guest/sys guest/dev guest/tmp
cp /usr/bin/busybox guest/bin/
ln -s busybox guest/bin/sh
cp -a /opt/perf guest/opt/
cp /usr/bin/perf /usr/bin/perfloop guest/usr/bin/
cat >guest/init <<EOI
#!/bin/sh
export PATH=/usr/bin:/bin
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t devtmpfs dev /dev
# tell WHAT: each line of it, as a message that the console gets.
tell() { while read -r l; do echo "<1>\$1 \$l" >/dev/kmsg; done; }
cd /tmp
n=0
while :; do
    n=\$((n + 1))
    perf stat -x, -o stat -e instructions:u,cycles:u perfloop $turns
    tell "stat \$n" <stat
    perf record -q -o data -c 100000 -e instructions:u perfloop $turns
    perf report -i data --stdio 2>&1 | busybox grep '%' | tell "report \$n"
done
EOI
chmod 755 guest/init
(cd guest && find . | cpio -o -H newc >$work/guest.cpio 2>/dev/null)
d=$(labdom linux --weight 256 --mem-mib 256 web /lib/lab/vmlinux \
        $work/guest.cpio "$linux_args $(linux_ticks)") || bail "a Linux guest"
rm -r guest $work/guest.cpio
exits 0 "a session for a guest" -- xentimectl profile start web
xl dmesg -c >/dev/null
labdom unpause "$d"
ok "perf reports there" linux_wait 200 ' report 3 '
xl dmesg >$work/console
counted=$(sed -n 's/.* stat [0-9]* \([0-9]*\),,instructions:u,.*/\1/p' \
    $work/console | sort -n)
# The program's own beginning and end are some thousand instructions more.
is_range "$(echo "$counted" | head -n 1)" $insns $((insns + 50000)) \
    "perf stat counts the loop"
is "$(echo "$counted" | tail -n 1)" "$(echo "$counted" | head -n 1)" \
    "the same each time"
like "$(cat $work/console)" ' report [0-9]+ +(9[0-9]|100)\.[0-9]+%.*perfloop' \
    "perf record finds where it was"
exits 0 "the session ends" -- xentimectl profile stop web
labdom destroy "$d"
nothing_left "the end"
done_testing
