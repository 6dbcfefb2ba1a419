# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
#
# Sourced by build: QEMU. The words of a target are the devices that it has, and what
# these select, and options for configure. Nothing else of QEMU's devices is in it.

arch=${program#qemu-system-}
built=obj/$program

fetch() {
    apt_source qemu 1:10.0 "$here/sources" &&
        apt_run apt-get -q download meson && dpkg -x meson_*.deb meson
}

prepare() {
    # For tests of QEMU's own; configure would have it from the network.
    sed -i '/^pycotap/d' pythondeps.toml
    # Firmware that Debian's tarball is without.
    sed -i 's/^edk2_targets = .*/edk2_targets = []/' meson.build
    echo "$1" | tr , '\n' | sed 's/.*/CONFIG_&=y/' \
        >"configs/devices/$arch-softmmu/lab.mak"
}

compile() {
    shift
    export PYTHONPATH="$debs/meson/usr/lib/python3/dist-packages"
    cd "$work/obj" || return
    # The system's Python: it knows Debian's way to make a venv.
    ../src/configure --python=/usr/bin/python3 --disable-download \
        --target-list="$arch-softmmu" --enable-system --enable-tcg \
        --without-default-features --without-default-devices \
        "--with-devices-$arch=lab" --enable-trace-backends=nop \
        --disable-install-blobs --disable-docs --disable-debug-info \
        --cc='ccache gcc' "$@" &&
        ninja -j"$(nproc)" "$program"
}
