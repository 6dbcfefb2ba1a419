#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# unit: slow
#
# It builds on other machines than this: in a tree of this Debian that has neither
# dpkg nor apt, and in one of Debian sid, which has the newest compiler and
# libraries. A tree is made by mmdebstrap from the machine's own mirror, and is
# kept for a week in build/elsewhere.
#
# shellcheck disable=SC2031 # apt.sh has a "version" of its own, in a subshell

. tests/unit/sh/tap.sh
export LC_ALL=C
make=${MAKE:-make}
unset CFLAGS CPPFLAGS LDFLAGS WERROR
kept=build/elsewhere
version=$(sed -n 's/^VERSION := //p' Makefile)
mkdir -p "$kept"
trap 'rm -rf "$tmp" "$kept"/*.tree' EXIT

ok "what it takes is installed" tests/need mmdebstrap
ok "make dist" "$make" -s --no-print-directory dist
dist=build/dist/xentimectl-$version.tar.gz

wanted=make,gcc,$(awk '/^(needed|optional) / { print $3 }' \
    packaging/dependencies | paste -sd,)
own=$(. /etc/os-release && echo "$VERSION_CODENAME")

# A mirror's copy of sid may be older than the week for which it is valid.
make_tree() {
    . hv-patches/apt.sh
    apt_sources "$own" "$1" deb | grep " $1 main\$" >"$tmp/sources.list"
    mmdebstrap --quiet --aptopt='Acquire::Check-Valid-Until "false"' \
        --variant=essential --include="$wanted" "$1" \
        "$kept/$1.new.tar" "$tmp/sources.list" >"$tmp/log" 2>&1 &&
        mv "$kept/$1.new.tar" "$kept/$1.tar" &&
        echo "$wanted" >"$kept/$1.wanted"
}
is_kept() {
    [ "$(cat "$kept/$1.wanted" 2>/dev/null)" = "$wanted" ] &&
        [ -n "$(find "$kept/$1.tar" -mtime -7)" ]
}

# in_tree COMMAND...: where the tree has the project
in_tree() {
    # shellcheck disable=SC2016 # for the shell there
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        sh -c 'cd "/src/$0" && "$@"' "xentimectl-$version" "$@"
}

# builds_in SUITE
builds_in() {
    if ! is_kept "$1" && ! make_tree "$1"; then
        skip "build on Debian $1" "no tree of it could be made: $(grep -m 1 \
            '^E: ' "$tmp/log" || tail -n 1 "$tmp/log")"
        return
    fi
    root=$kept/$1.tree
    rm -rf "$root"
    mkdir -p "$root/src"
    ok "$1: unpacked" tar -C "$root" --exclude='./dev/*' -xf "$kept/$1.tar"
    if ! mknod -m 666 "$root/dev/null" c 1 3; then
        skip "build on Debian $1" "this kernel lets nobody make a /dev/null"
        return
    fi
    find "$root"/usr/bin "$root"/usr/sbin \( -name 'dpkg*' -o -name 'apt*' \) \
        -delete
    tar -C "$root/src" -xf "$dist"
    ok "$1: make" in_tree make -s -j2 CC=gcc
    is "$(in_tree build/host/xentimectl --version | head -n 1)" "xentimectl $version" \
        "$1: xentimectl runs"
    capture in_tree build/host/xentimectl list
    is "$status" 5 "$1: and says that there is no Xen"
    ok "$1: xentimectl-full reads a policy" \
        in_tree build/host/xentimectl-full policy check examples/policy.xml
    echo '<xentime-policy version="1"><rule></xentime-policy>' \
        >"$root/src/xentimectl-$version/wrong.xml"
    capture in_tree build/host/xentimectl-full policy check wrong.xml
    is "$status $(echo "$err" | grep -c '^xentimectl: wrong.xml:1: ')" "1 1" \
        "$1: and of what is no XML says the first fault alone"
    ok "$1: make install" in_tree make -s CC=gcc DESTDIR=/dest prefix=/usr \
        libdir=/usr/lib64 install
    ok "$1: the library is where it was to be" \
        test -s "$root/dest/usr/lib64/libxentime.so.1"
    ok "$1: make uninstall" in_tree make -s CC=gcc DESTDIR=/dest prefix=/usr \
        libdir=/usr/lib64 uninstall
    is "$(find "$root/dest" ! -type d 2>&1)" "" "$1: leaves nothing"
    rm -rf "$root"
}
builds_in "$own"
builds_in sid

done_testing
