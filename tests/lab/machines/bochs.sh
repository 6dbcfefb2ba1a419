# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
#
# Sourced by run: the machine that Bochs makes, with CPUs of Intel's and VT-x. MACHINE
# is as in qemu.sh. Here $cpu is one of Bochs' models, and a saved machine a directory.
#
# GRUB boots it, from an image that is there as a disk. The machine ends when
# the scenario has: with several CPUs Linux' poweroff waits for ever for one of them.

# RDRAND and RDSEED give what the host's do, and no two runs would be the same.
bochs_without='rdrand rdseed'

# bochs_disk DIR XEN XEN-ARGS LINUX-ARGS: DIR/disk.iso.
bochs_disk() (
    mkdir -p "$1/iso/boot/grub"
    cp "$2" "$1/iso/xen"
    strip -o "$1/iso/vmlinux" "$lab/vmlinux"
    cp "$initrd" "$1/iso/initrd"
    cat >"$1/iso/boot/grub/grub.cfg" <<EOF
multiboot2 /xen xen $3
module2 /vmlinux vmlinux $4
module2 /initrd
boot
EOF
    grub-mkrescue -o "$1/disk.iso" "$1/iso" >"$1/iso.log" 2>&1 ||
        die "no disk for Bochs: see $1/iso.log"
    rm -rf "$1/iso"
)

# bochs_config DIR MEM SMP: DIR/config, where all paths are in DIR.
#
# Time is counted in instructions, of which a CPU makes so many a second ("ips"); its
# TSC counts them as well. An unknown MSR reads as 0: Xen expects a few.
bochs_config() {
    cat >"$1/config" <<EOF
display_library: nogui
plugin_ctrl: fwcfg=1
memory: guest=$2, host=$2
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
vga: extension=none, realtime=0, update_freq=1
cpu: model=$cpu, count=$3, ips=$((1000000000 >> icount)), \
reset_on_triple_fault=0, ignore_bad_msrs=1, exclude_features="$bochs_without"
boot: disk
ata0-master: type=disk, path=disk.iso, mode=volatile
clock: sync=none, time0=1767225600
com1: enabled=1, mode=file, dev=com1
com2: enabled=1, mode=file, dev=com2
fw_cfg: name=opt/lab/scenario, string=-
panic: action=fatal
error: action=ignore
info: action=ignore
debug: action=ignore
EOF
}

# bochs DIR OPTION...: become the emulator, in that directory.
bochs() {
    cd "$1" || exit
    shift
    # If this process is killed outright, the machine goes with it.
    exec setpriv --pdeathsig KILL "$program" -q "$@" </dev/null
}

# bochs_save FILE MACHINE: the machine as FILE, a directory, when dom0 is up and asks
# for a scenario.
bochs_save() {
    file=$1
    rm -rf "$file.new"
    mkdir "$file.new"
    bochs_disk "$file.new" "$2" "$5" "$6"
    bochs_config "$file.new" "$3" "$4"
    ln -sf "$file.log" "$file.new/com1"
    ln -sf "$file.tap" "$file.new/com2"
    bochs "$file.new" -f config -save saved >"$file.qemu" 2>&1 &
    bochs=$!
    trap 'kill -KILL $bochs 2>/dev/null; exit 143' TERM
    if is_ready $bochs $((400 * ${LAB_SLOW:-1})) "$file.tap"; then
        kill -USR2 $bochs
    else
        kill -KILL $bochs 2>/dev/null || :
    fi
    wait $bochs 2>/dev/null || :
    trap - TERM
    [ -e "$file.new/saved/config" ] || return 1
    mv "$file.new/disk.iso" "$file.new/saved/"
    mv "$file.new/saved" "$file"
    rm -rf "$file.new"
}

# bochs_run NAME FILE MACHINE: the machine that was saved, until the scenario has
# ended. What is in FILE is only read; Bochs is told by a configuration of its own.
bochs_run() {
    name=$1
    dir=$state/$name.bochs
    rm -rf "$dir" && mkdir "$dir"
    ln -s "$2"/* "$dir/"
    rm "$dir/config"
    sed -e "s|dev=\"*com1\"*|dev=$log/$name.log|; s|dev=\"*com2\"*|dev=$log/$name.tap|" \
        -e "/^fw_cfg:/s|string=.*|string=${name%@*}|" "$2/config" >"$dir/config"
    bochs "$dir" -r . >"$log/$name.qemu" 2>&1 &
    bochs=$!
    trap 'kill -KILL $bochs 2>/dev/null; exit 143' TERM
    tail -s 0.1 -n +1 -f --pid=$bochs "$log/$name.tap" |
        grep -qm 1 '^# lab: scenario end' || :
    kill -KILL $bochs 2>/dev/null || :
    wait $bochs 2>/dev/null || :
}
