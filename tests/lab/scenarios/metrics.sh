# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that "xentimectl metrics" says of real domains what list and stats say,
# whatever they are called; that the textfile is replaced while others read it,
# and never half of one; that a domain that has ended is not in the next.
#
# lab: hv=stock,patched check=newest@patched all=oldest@stock

. /lib/lab/lib.sh

prom=/run/lab/xentime.prom
# sample NAME LABELS: its value in $out, where the labels follow each other.
sample() { printf '%s\n' "$out" | sed -n "s/^xentime_$1{[^}]*$2[^}]*} //p"; }

web=$(labdom create 'a "web" 1' pit=100 idle=hlt)
labdom create --type pvh pvh >/dev/null
labdom param "$web" timer_mode 2
labdom unpause "$web"
[ "$LAB_HYPERVISOR" = stock ] || xentimectl stats "$web" --reset >/dev/null
labdom wait "$web" pit 50
labdom pause "$web"

exits 0 "OpenMetrics" -- xentimectl metrics
is "$(printf '%s\n' "$out" | tail -n 1)" "# EOF" "ends as it has to"
is "$(printf '%s\n' "$out" | grep -v '^#' | grep -Evc '^xentime_[a-z_]*\{.*\} -?[0-9.]+$')" \
    0 "each line is a sample"
is "$(sample domain_timer_mode 'name="a \\"web\\" 1"')" 2 "the mode"
is "$(sample domain_vhpet 'name="a \\"web\\" 1"')" 1 "the HPET"
is "$(sample domain_info 'name="pvh",domid="[0-9]*",type="PVH"')" 1 "a PVH domain"
is "$(sample domain_timer_mode 'name="Domain-0"')" "" "dom0 has no mode"
is "$(sample capability 'name="tick-stats"')" \
    "$([ "$LAB_HYPERVISOR" = stock ]; echo $?)" "what this Xen can"
if [ "$LAB_HYPERVISOR" = stock ]; then
    unlike "$out" '^xentime_ticks' "no ticks on a stock Xen"
else
    # The guest is paused: it gets no more of them.
    delivered=$(sample ticks_delivered_total 'vcpu="0",timer="pit"')
    is_range "$delivered" 50 1000 "ticks of the PIT"
    is "$(xentimectl stats "$web" | awk '$2 == "pit" { print $4 }')" \
        "$delivered" "stats says the same"
    capture xentimectl metrics
    is "$(sample tick_lateness_seconds_bucket 'timer="pit",le="+Inf"')" \
        "$(sample ticks_delivered_total 'timer="pit"')" \
        "all that were delivered are in the histogram"
fi

# ---- the file ----

exits 0 "a textfile" -- xentimectl metrics --textfile $prom
is "$(stat -c %a $prom)" 644 "for all to read"
(
    n=0
    while [ $n -lt 10 ]; do
        n=$((n + 1))
        xentimectl metrics --textfile $prom || echo failed
    done >/run/lab/writer
    : >/run/lab/done
) &
bad=0 reads=0
while [ ! -e /run/lab/done ]; do
    reads=$((reads + 1))
    [ "$(grep -c '^xentime_domain_info{' $prom)" = 3 ] || bad=$((bad + 1))
done
is "$(cat /run/lab/writer)" "" "replaced ten times"
is_range $reads 5 100000 "and read meanwhile"
is $bad 0 "whole each time"
labdom destroy "$web"
xentimectl metrics --textfile $prom
out=$(cat $prom)
unlike "$out" 'web' "a domain that has ended is not in it"
like "$out" '^# TYPE xentime_domain_cpu_seconds_total counter' \
    "in the text format's words"
is "$(find /run/lab -name 'xentime.prom*')" $prom "and nothing is left beside it"

mkdir /run/lab/small
mount -t tmpfs -o size=4k small /run/lab/small
echo 1 >/run/lab/small/full
exits 1 "a disk that is full" -- \
    xentimectl metrics --textfile /run/lab/small/xentime.prom
is "$(ls /run/lab/small)" full "has nothing more on it afterwards"

done_testing
