# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
#
# Sourced by build: Bochs. The words of a target are options for configure.
#
# It is built for CPUs of 2009 and later (x86-64-v2), as a home directory may be shared
# by machines; what it emulates does not depend on it.

built=src/bochs

# The dot of "3.0" is no part of what apt_source looks for: Debian's version has
# "+dfsg" in its place.
fetch() { apt_source bochs 3 "$here/sources"; }

prepare() { :; }

# Its makefiles know of one header in two; in a tree that is new, nothing is stale.
compile() {
    cd "$work/src" || return
    ./configure --with-nogui --disable-docbook --disable-debugger \
        CC='ccache gcc' CXX='ccache g++' \
        CXXFLAGS='-O3 -fno-plt -march=x86-64-v2' "$@" &&
        make -j"$(nproc)" bochs
}
