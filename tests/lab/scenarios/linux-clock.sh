# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2086
#
# Proves what each timer mode does to the clock of a guest that nobody here
# wrote, Debian's kernel, beside a busy domain: one that counts ticks is right
# in mode 1 and loses half of its time in mode 2; one that reads TSC, HPET or
# pvclock is right in every mode; no clock steps back from one vCPU to another.
#
# How: see linux.sh; HZ is 250, and a cell takes two minutes of virtual time.
# Each cell leaves a line "cell {...}" of JSON, and all of them the file
# linux-clock.rows. `make check-all` has a few cells; with lab.cells=ERE on
# Linux' command line it is those whose name, CLOCK-VCPUS-TSC-MODE, matches: "."
# for all, or "^tsc-2-native"; lab.seconds=N measures for so long, 64 by default.
#
# lab: with=linux consoled=1 hv=stock,patched slow=1
# lab: timeout=3600 idle=600 mem=1536 icount=4 qemu=own all=oldest@stock
# lab: xen=dom0_mem=600M,dom0_mem=max:600M,guest_loglvl=all,console_timestamps=boot,conring_size=1M,sched_ratelimit_us=10000

. /lib/lab/lib.sh
. /lib/lab/linux.sh

argument() { tr ' ' '\n' </proc/cmdline | sed -n "s/^lab.$1=//p"; }
cells=$(argument cells) seconds=$(argument seconds)
seconds=${seconds:-64}
rows=/run/lab/rows
: >$rows

# Not on a machine with one CPU: Linux' read_hpet() has a lock, and an emulated
# HPET takes so long to read that a vCPU mostly loses its CPU in there. The other
# one, whose every tick reads the HPET, then waits for as long as a tick lasts
# and more, so that a mode which delivers each tick delivers them faster than it
# handles them: Linux comes to a standstill while it boots, on a stock Xen too.
overload='hpet-2-emulated-[0145]'

# Those of make check-all.
few='pit-1-emulated-1 pit-1-emulated-2 jiffies-1-emulated-1
jiffies-2-emulated-1 tsc-1-emulated-2 tsc-2-native-2 hpet-1-emulated-3
hpet-2-emulated-3 pvclock-1-emulated-2 pit-1-emulated-4 tsc-2-emulated-4
tsc-2-native-5'

# Stock Xen has modes 0 to 3.
modes='0 1 2 3'
[ "$LAB_HYPERVISOR" = stock ] || modes='0 1 2 3 4 5'

# Whether the TSC is native is of interest for the clock that is kept by it.
all() {
    for mode in $modes; do
        echo "pit-1-emulated-$mode"
        for vcpus in 1 2; do
            for clock in jiffies hpet tsc pvclock; do
                echo "$clock-$vcpus-emulated-$mode"
            done
            echo "tsc-$vcpus-native-$mode"
        done
    done
}

# right: as the accuracy table has it. A minute's readings tell 0.001 %.
right() { is_range "$error" -0.005 0.005 "$cell: the clock is right"; }

judge() {
    # A vCPU has half of the CPU, or a third where there are two of them.
    case $clock-$mode-$vcpus in
    tsc-*|hpet-*|pvclock-*|*-[0145]-*) right ;;
    *-2-1) is_range "$error" -60 -40 "$cell: half of the ticks are lost" ;;
    *-2-2) is_range "$error" -75 -55 "$cell: two thirds of them are lost" ;;
    *-3-1) is_range "$error" -45 -15 "$cell: missed ticks are lost but one" ;;
    *-3-2) is_range "$error" -65 -20 "$cell: missed ticks are lost but one" ;;
    esac
    [ "$vcpus" -gt 1 ] || return 0
    isnt "$handovers" 0 "$cell: the vCPUs have read in turn"
    case $LAB_HYPERVISOR-$mode in
    # Stock Xen has a time for each vCPU in mode 0.
    stock-0) diag "$cell: $back steps back" ;;
    *) is "$back" 0 "$cell: no clock steps back between vCPUs" ;;
    esac
}

# key NAME VALUE, and "text" where it is none of numbers: a member of the row.
key() { row="$row${row:+, }\"$1\": $2"; }
text() { key "$1" "\"$2\""; }

host_cpus=$(host_cpus)
for cell in $(if [ -n "$cells" ]; then all | grep -E -e "$cells"
              else all | grep -xF "$(echo $few | tr ' ' '\n')"; fi); do
    # CLOCK-VCPUS-TSC-MODE
    clock=${cell%%-*} mode=${cell##*-} rest=${cell#*-}
    vcpus=${rest%%-*} tsc=${rest#*-} tsc=${tsc%-*}
    if [ "$host_cpus" = 1 ] && echo "$cell" | grep -qx "$overload"; then
        skip "$cell" "two vCPUs on one emulated CPU wait for each other's HPET"
        continue
    fi
    cell_status=0
    linux_cell "$clock" "$vcpus" "$tsc" "$mode" "$seconds" || cell_status=$?
    case $cell_status in
    0) judge ;;
    1) error=null alone=null back=null back_max=null handovers=null
       diag "$err"
       skip "$cell" "this Xen refuses the mode" ;;
    2) fail "$cell: Linux keeps ticking"
       continue ;;
    esac
    row=
    text witness linux
    text xen "$LAB_HYPERVISOR"
    text release "$LAB_RELEASE"
    text guest "$clock"
    text load cpu
    key hz 250
    key vcpus "$vcpus"
    key host_cpus "$host_cpus"
    text tsc "$tsc"
    key mode "$mode"
    key error_pct "$error"
    key alone_pct "$alone"
    key back "$back"
    key back_max "$back_max"
    key handovers "$handovers"
    echo "{$row}" >>$rows
    diag "cell {$row}"
done

send_file linux-clock.rows $rows
done_testing
