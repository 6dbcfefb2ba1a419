# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Sourced by run: the machine that QEMU makes. MACHINE is five words, XEN MEM SMP
# XEN-ARGS LINUX-ARGS; $program, $cpu, $initrd, $icount, $realtime and $map, a file of
# symbols or nothing, are run's.

# qemu MACHINE QEMU-OPTION...: become the machine.
#
# $cpu must have npt: Debian's Xen has no shadow paging.
qemu() {
    kernel=$1 mem=$2 smp=$3 xen=$4
    # QEMU takes a comma for the end of a module unless it is doubled.
    linux=$(echo "$5" | sed 's/,/,,/g')
    shift 5
    [ "$realtime" = 1 ] || set -- "$@" -icount "shift=$icount,sleep=off" \
        -rtc base=2026-01-01,clock=vm
    # If this process is killed outright, the machine goes with it.
    exec setpriv --pdeathsig KILL "$program" -M pc -accel tcg \
        -cpu "${LAB_CPU:-$cpu}" -smp "$smp" -m "$mem" \
        -nodefaults -display none -no-reboot "$@" -kernel "$kernel" \
        -append "$xen" -initrd "$lab/vmlinux $linux,$initrd"
}

# qemu_save FILE MACHINE: save the machine to the file when dom0 is up and asks for
# a scenario.
qemu_save() {
    file=$1 left=$((120 * ${LAB_SLOW:-1}))
    shift
    rm -f "$file.monitor"
    mkfifo "$file.monitor"
    exec 8<>"$file.monitor"
    qemu "$@" -serial "file:$file.log" -serial "file:$file.tap" \
        -fw_cfg name=opt/lab/scenario,string=- -monitor stdio \
        <&8 >"$file.qemu" 2>&1 &
    qemu=$!
    trap 'kill -KILL $qemu 2>/dev/null; exit 143' TERM
    is_ready $qemu "$left" "$file.tap" || kill -KILL $qemu 2>/dev/null || :
    printf '%s\n' 'migrate_set_parameter max-bandwidth 100G' \
        "migrate \"exec:cat >'$file.new'\"" >&8
    # The command may return before the state of the devices is written.
    until grep -Eq '^Migration status: (completed|failed)' "$file.qemu" ||
          ! kill -0 $qemu 2>/dev/null || [ "$left" -le 0 ]; do
        echo 'info migrate' >&8
        sleep 0.2
        left=$((left - 1))
    done
    echo quit >&8
    wait $qemu 2>/dev/null || :
    trap - TERM
    exec 8>&-
    ! grep -q '^Migration status: completed' "$file.qemu" ||
        mv "$file.new" "$file"
    rm -f "$file.monitor" "$file.new"
    [ -e "$file" ]
}

# qemu_run NAME FILE MACHINE: become the machine, for a scenario that it is told of by
# fw_cfg, from the saved FILE, or on its command line, if FILE is empty.
qemu_run() {
    name=$1 file=$2
    shift 2
    [ -z "$file" ] || set -- "$@" -incoming "exec:cat '$file'" \
        -fw_cfg "name=opt/lab/scenario,string=${name%@*}"
    [ -z "$map" ] || set -- "$@" -fw_cfg "name=opt/lab/symbols,file=$map"
    qemu "$@" -serial "file:$log/$name.log" -serial "file:$log/$name.tap" \
        </dev/null >"$log/$name.qemu" 2>&1
}
