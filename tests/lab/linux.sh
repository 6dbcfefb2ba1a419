# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
#
# Debian's kernel as a witness of guest time: . /lib/lab/linux.sh, after lib.sh.
#
# The guest is an HVM domain that has what Xen itself emulates and no more
# ("labdom linux"); "nopv" keeps Linux from Xen's clocks and interrupts. Its
# init, tests/guests/linux/clockwitness.c, writes to Xen's console what time it
# has, and Xen's stamps are the reference. The machine needs the settings
#
#   with=linux consoled=1 mem=1536 idle=600
#   xen=dom0_mem=600M,dom0_mem=max:600M,guest_loglvl=all,
#       console_timestamps=boot,conring_size=1M,sched_ratelimit_us=10000
#
# What a clock is kept by, CLOCK:
#
#   jiffies  ticks of the local APIC's timer, counted and nothing else
#   pit      ticks of the PIT, counted and nothing else; one vCPU
#   tsc      clocksource=tsc
#   hpet     clocksource=hpet
#   pvclock  clocksource=xen, in a PVH domain of "xl create"

# What of Linux serves nobody here, and takes an emulated CPU seconds. It need
# not judge the TSC itself either, by the other clocks or between vCPUs.
linux_args="earlyprintk=xen,keep quiet tsc=reliable init_on_alloc=0 \
mitigations=off cryptomgr.notests audit=0 lsm= rodata=off pci=off nowatchdog \
random.trust_cpu=on initcall_blacklist=cubictcp_register,init_kprobe_trace,\
netns_bpf_init,i8042_init,inet6_init"

# linux_khz: the TSC's frequency as Xen has it, and gives it to guests.
linux_khz() {
    # xl info has MHz with three decimals.
    xl info | sed -n 's/^cpu_mhz *: *\([0-9]*\)\.\([0-9]*\)$/\1\2/p'
}

# linux_said ERE: on Xen's console, since it was last emptied.
linux_said() { xl dmesg | grep -Eq "$1"; }

# linux_wait SECONDS ERE: until it is said. Each look costs the guest time.
linux_wait() {
    lab_left=$1
    until linux_said "$2"; do
        lab_left=$((lab_left - 2))
        [ "$lab_left" -gt 0 ] || return 1
        sleep 2
    done
}

# The TSC's frequency is Xen's, as an emulated CPU is too uneven for Linux to
# measure it against the PIT; Linux refines it by the HPET.
linux_ticks() {
    echo "nohz=off highres=off lpj=2000000 tsc_early_khz=$(linux_khz)"
}

# linux_hvm CLOCK VCPUS TSC: a paused domain; prints its id.
linux_hvm() {
    case $1 in
    pit) lab_source="jiffies nolapic_timer hpet=disable" ;;
    *)   lab_source=$1 ;;
    esac
    case $3 in
    emulated) lab_tsc=1 ;;
    native)   lab_tsc=2 ;;
    esac
    labdom linux --weight 256 --vcpus "$2" --tsc-mode "$lab_tsc" linux \
        /lib/lab/vmlinux /lib/lab/witness.cpio "$linux_args nopv \
$(linux_ticks) clocksource=$lab_source -- 50 busy"
}

# linux_perfloop NAME TURNS ARGUMENTS: a paused domain that counts what it does
# itself (tests/guests/linux/perfloop.c), with these arguments for Linux; prints its
# id.
linux_perfloop() {
    labdom linux --weight 256 "$1" /lib/lab/vmlinux /lib/lab/perfloop.cpio \
        "$linux_args $(linux_ticks) $3 -- $2 1 rdpmc"
}

# linux_pvh VCPUS TSC: the same, with xl.
linux_pvh() {
    case $2 in
    emulated) lab_tsc=always_emulate ;;
    native)   lab_tsc=native ;;
    esac
    cat >/run/lab/linux.cfg <<-EOC
	type = "pvh"
	name = "linux"
	kernel = "/lib/lab/vmlinux"
	ramdisk = "/lib/lab/witness.cpio"
	extra = "$linux_args clocksource=xen -- 50 busy"
	memory = 160
	vcpus = $1
	cpu_weight = 256
	tsc_mode = "$lab_tsc"
	EOC
    xl create -p -q /run/lab/linux.cfg >/dev/null && xl domid linux
}

# linux_start CLOCK VCPUS TSC MODE: the guest is $dom, and runs; TSC is emulated
# or native. Status 1: this Xen refuses the mode, and says why in $err. Status
# 2: Linux did not come up.
linux_start() {
    case $1 in
    pvclock) dom=$(linux_pvh "$2" "$3") ;;
    *)       dom=$(linux_hvm "$1" "$2" "$3") ;;
    esac || bail "there is a domain with Linux"
    capture labdom param "$dom" timer_mode "$4"
    [ "$status" -eq 0 ] || { linux_stop; return 1; }
    xl dmesg -c >/dev/null
    labdom unpause "$dom"
    linux_wait 100 ' clock 2 ' && return
    xl dmesg | tail -n 20 | sed 's/^/# /'
    linux_stop
    return 2
}

linux_stop() {
    if [ -e /run/lab/linux.cfg ]; then
        rm /run/lab/linux.cfg
        xl destroy linux
    else
        labdom destroy "$dom"
    fi
}

# linux_rate SECONDS: by how many percent the guest's clock is fast, over so
# long, in $rate; Xen's console meanwhile is /run/lab/console.
linux_rate() {
    xl dmesg -c >/dev/null
    sleep "$1"
    xl dmesg >/run/lab/console
    # Between the reading of the clock and Xen's stamp a vCPU may have waited
    # for a CPU, and ticks may be on their way, so that the clock seems late.
    # It never seems early: the greatest difference in each three seconds is
    # the clock's own. The rate is that of these, by least squares.
    rate=$(awk -v window=3 -v seconds="$1" '
        / clock [0-9]+ [0-9]+ [0-9]+$/ {
            stamp = $0
            sub(/^[^[]*\[ */, "", stamp)
            sub(/\].*/, "", stamp)
            n = $(NF - 2)
            at[n] = stamp + 0
            if (!((n - 1) in at))
                next
            t = at[n - 1]
            delete at[n - 1]
            ahead = $(NF - 1) / 1e9 - t
            if (!start)
                start = t
            w = int((t - start) / window)
            if (!(w in best) || ahead > best[w]) {
                best[w] = ahead
                when[w] = t - start
            }
            if (w > last)
                last = w
        }
        END {
            # The last window is not whole.
            for (w = 0; w < last; w++)
                if (w in best) {
                    k++
                    sx += when[w]
                    sy += best[w] - best[0]
                    sxx += when[w] * when[w]
                    sxy += when[w] * (best[w] - best[0])
                }
            d = k * sxx - sx * sx
            if (k < 4 || when[last] < 0.8 * seconds)
                exit 1
            printf "%.4f", 100 * (k * sxy - sx * sy) / d
        }' /run/lab/console) || rate=stopped
}

# linux_back KEY: what is said last of steps back between the vCPUs, the largest
# of all clocks ("max" is in ns, or in the TSC's own unit); 0 with one vCPU.
linux_back() {
    sed -n "s/.* cross \([a-z]*\) .*\<$1=\([0-9]*\).*/\1 \2/p" \
        /run/lab/console | awk '{ n[$1] = $2 }
        END { for (c in n) if (n[c] > most) most = n[c]; print most + 0 }'
}

# linux_cell CLOCK VCPUS TSC MODE SECONDS: a guest, busy, in one mode, beside a
# busy domain on the same CPU. Its error in percent is $error; $alone was its
# error before the other domain began, from Linux' own measuring of the timer,
# and has been taken off. $back, $back_max and $handovers are what the vCPUs saw
# of each other. Status as linux_start's; 2 also if Linux stops ticking.
linux_cell() {
    # QEMU's SVM may inject an interrupt twice, which stops a Linux guest for
    # good: once more, then.
    for lab_try in 1 2 3; do
        lab_status=0
        linux_start "$1" "$2" "$3" "$4" || lab_status=$?
        case $lab_status in
        1) return 1 ;;
        2) continue ;;
        esac

        linux_rate 16
        alone=$rate
        rival=$(labdom create --weight 256 rival idle=spin) ||
            bail "labdom creates a rival"
        labdom unpause "$rival"
        [ "$alone" = stopped ] || linux_rate "$5"
        labdom destroy "$rival"
        linux_stop
        if [ "$rate" = stopped ]; then
            diag "Linux has stopped ticking, try $lab_try"
            tail -n 5 /run/lab/console | sed 's/^/# /'
            continue
        fi

        case $1-$4 in
        # Where ticks are lost, some are so whenever dom0 does anything.
        pit-[23]|jiffies-[23]) error=$rate ;;
        *) error=$(awk -v e="$rate" -v a="$alone" \
               'BEGIN { printf "%.4f", e - a }') ;;
        esac
        back=$(linux_back back) back_max=$(linux_back max)
        handovers=$(linux_back handovers)
        return 0
    done
    return 2
}
