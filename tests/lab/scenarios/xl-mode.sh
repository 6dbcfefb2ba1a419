# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that Xen's own xl, rebuilt with the series of hv-patches/tools, creates
# domains with the timer modes that a patched hypervisor has, by name and by
# number; that it passes a hypervisor's refusal on with the mode and the reason;
# that it refuses what is no mode; and that xl as Debian has it knows neither.
#
# How: /opt/xl-patched, beside dom0's own xl; PVH domains, one of which runs
# Linux. What the hypervisor takes is asked by setting its parameter on
# domains of another maker first, so that a mode is demanded of xl as soon as a
# hypervisor has it.
#
# lab: with=xl consoled=1 releases=newest hv=stock,patched all=newest@stock
# lab: timeout=600 idle=300 mem=1536 slow=1 xen=dom0_mem=600M,dom0_mem=max:600M

. /lib/lab/lib.sh

config=/run/lab/web.cfg
new=/opt/xl-patched
patched_xl() { LD_LIBRARY_PATH=$new $new/xl "$@"; }

# configure LINE...: xl.cfg of a domain "web".
configure() {
    cat >$config <<-EOC
	type = "pvh"
	name = "web"
	kernel = "/lib/lab/vmlinuz"
	ramdisk = "/lib/lab/guest.cpio"
	extra = "console=hvc0 quiet init_on_alloc=0 mitigations=off cryptomgr.notests rodata=off"
	memory = 160
	EOC
    printf '%s\n' "$@" >>$config
}

# web: the parameter of the domain that there is.
web() { labdom param "$(xl domid web)" timer_mode; }

# created MODE NAME WHAT: as configured, and by no other mode.
created() {
    exits 0 "$3: created" -- patched_xl create -p $config
    warned=$err
    is "$(web)" "$1" "$3: it has the mode"
    capture patched_xl list -l web
    like "$out" "\"timer_mode\": \"$2\"" "$3: xl list -l tells of it"
}

# refused WHAT MESSAGE XL: there is no such domain afterwards. What xl exits with
# depends on who refused it.
refused() {
    capture "$3" create -p $config
    isnt "$status" 0 "$1: refused"
    said=$err
    like "$said" "$2" "$1: why"
    capture xl domid web
    isnt "$status" 0 "$1: there is no such domain"
}

# hypervisor_takes MODE LABDOM-OPTION...: does it, of any domain?
hypervisor_takes() {
    mode=$1
    shift
    d=$(labdom create "$@") || bail "labdom create $*"
    status=0
    labdom param "$d" timer_mode "$mode" 2>/dev/null || status=$?
    labdom destroy "$d"
    return "$status"
}

ok "xl is there" test -x $new/xl || bail "nothing to test"

[ "$LAB_HYPERVISOR" = stock ] ||
    ok "the hypervisor has mode 4" hypervisor_takes 4 probe

for mode in 4:paced_missed_ticks 5:no_doubled_ticks_pending; do
    name=${mode#*:} mode=${mode%:*}

    configure "timer_mode = \"$name\"" 'tsc_mode = "always_emulate"' 'vcpus = 2'
    if hypervisor_takes "$mode" probe; then
        created "$mode" "$name" "$name"
        exits 0 "$name: Debian's xl lists it" -- xl list web
        capture xl list -l web
        unlike "$out" '"timer_mode"' "$name: but cannot read what it is like"
        xl destroy web
        configure "timer_mode = $mode" 'tsc_mode = "always_emulate"'
        created "$mode" "$name" "$mode"
        like "$warned" "e\.g\. timer_mode=\"$name\"" \
            "$mode: xl names it"
        xl destroy web
    else
        refused "$name, which this hypervisor lacks" \
            "HVM_PARAM_TIMER_MODE to $name: Invalid argument" patched_xl
    fi

    configure "timer_mode = \"$name\""
    refused "$name by Debian's xl" "invalid value \"$name\" for" xl
    configure "timer_mode = $mode"
    refused "$mode by Debian's xl" "invalid value $mode for" xl
done

# A native TSC cannot stand still for one vCPU of several: whether it is native
# is known by the time that xl sets the mode, or this would be created.
configure 'timer_mode = "paced_missed_ticks"' 'tsc_mode = "native"' 'vcpus = 2'
if [ "$LAB_HYPERVISOR" != stock ]; then
    if hypervisor_takes 4 --tsc-mode 2 probe vcpus=2; then
        created 4 paced_missed_ticks "two vCPUs and a native TSC"
        xl destroy web
    else
        refused "two vCPUs and a native TSC" \
            "to paced_missed_ticks: Operation not supported" patched_xl
        like "$said" 'needs tsc_mode="always_emulate"' "and the way out"
        like "$said" 'take timer_mode="no_doubled_ticks_pending"' "and the other"
    fi
fi

for value in '"paced"' '"paced_missed_ticks "' '""' 6; do
    configure "timer_mode = $value"
    refused "timer_mode = $value" "invalid value $value for" patched_xl
done

configure
exits 0 "none: created" -- patched_xl create -p $config
is "$(web)" 1 "none: no_delay_for_missed_ticks, as ever"
xl destroy web

if [ "$LAB_HYPERVISOR" != stock ]; then
    configure 'timer_mode = "paced_missed_ticks"' \
        'tsc_mode = "always_emulate"' 'vcpus = 1'
    exits 0 "once more, to run" -- patched_xl create $config
    patched_xl console web >/run/lab/console &
    up() { grep -q '^up ' /run/lab/console; }
    ok "Linux comes up in it" wait_for 200 up
    is "$(web)" 4 "with the mode"
fi

done_testing
