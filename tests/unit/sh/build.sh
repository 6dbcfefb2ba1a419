#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# It builds where no Debian package manager is, with clang, without libsystemd,
# and its sources with musl's headers; a header that is missing is named, with the
# packages that have it; programs are hardened unless the builder has flags of
# his own; and each library is linked as it can be had.

. tests/unit/sh/tap.sh
export LC_ALL=C
make=${MAKE:-make}
unset CFLAGS CPPFLAGS LDFLAGS WERROR
run_make() { "$make" -s --no-print-directory "$@"; }

# A directory of programs without dpkg and apt, and one of headers.
mkdir "$tmp/bin" "$tmp/include"
ln -s /usr/bin/* "$tmp/bin/"
ln -sf /usr/sbin/* "$tmp/bin/"
rm -f "$tmp"/bin/dpkg* "$tmp"/bin/apt*
ln -s /usr/include/* "$tmp/include/"
rm "$tmp/include/systemd"
elsewhere() { PATH=$tmp/bin "$@"; }
clang="clang -nostdlibinc -isystem $tmp/include \
    -isystem /usr/include/$(gcc -print-multiarch)"

# ---- clang, no dpkg, no libsystemd ----

ok "clang builds all of it, without a warning, dpkg and libsystemd" \
    elsewhere run_make -j2 B="$tmp/clang" CC="$clang" WERROR=-Werror
is "$("$tmp/clang/xentimectl" --version | head -n 1)" \
    "xentimectl $(sed -n 's/^VERSION := //p' Makefile)" "xentimectl runs"
ok "so does xentimectl-full" \
    "$tmp/clang/xentimectl" policy check examples/policy.xml
unlike "$(readelf -d "$tmp/clang/xentimectl-full")" 'libsystemd' \
    "it needs no libsystemd"
ok "it is installed" elsewhere run_make install B="$tmp/clang" CC="$clang" \
    DESTDIR="$tmp/dest"
is "$(find "$tmp/dest" -name '*.service')" "" "without units of systemd"

for f in xentimectl xentimectl-full libxentime.so.1; do
    elf=$(readelf -hldW --dyn-syms "$tmp/clang/$f")
    like "$elf" 'Type: *DYN' "$f can be loaded anywhere"
    like "$elf" 'BIND_NOW|Flags:.* NOW' "$f is bound when it starts"
    like "$elf" 'GNU_RELRO' "its table of functions is read-only then"
    like "$elf" '__[a-z]*_chk(@|$)' "_FORTIFY_SOURCE"
    like "$elf" '__stack_chk_fail' "the stack is protected"
done

# ---- what the builder says ----

commands=$(run_make -n B="$tmp/none")
unlike "$commands" 'Werror' "a warning ends no one's build"
unlike "$(echo "$commands" | grep -v libxc-ext/)" 'fPIC' \
    "only the library is position independent as one"
is "$(echo "$commands" | grep 'libxc-ext/.*\.c$' | grep -vc fPIC)" 0 "all of it"
commands=$(run_make -n B="$tmp/none" CFLAGS=-O1 LDFLAGS=-Wl,-O1)
unlike "$commands" 'FORTIFY|stack-protector|-O2|relro' "own flags replace these"
like "$commands" ' -O1 -Wl,-O1 ' "and are used"
commands=$(run_make -n B="$tmp/none" SYSTEMD=no)
like "$commands" '-DNO_SYSTEMD' "SYSTEMD=no"
unlike "$commands" '-lsystemd' "links nothing of it"

# ---- archives ----

# without NAME...: a compiler that has no archive of these libraries
without() {
    {
        echo '#!/bin/sh'
        for name; do
            echo "[ \"\$1\" != -print-file-name=lib$name.a ] || exec echo lib$name.a"
        done
        echo "exec ${CC:-cc} \"\$@\""
    } >"$tmp/cc"
    chmod 755 "$tmp/cc"
}
# linked MAKE'S ARGUMENT...: $needed is what xentimectl then needs when it runs
linked() {
    rm -rf "$tmp/linked"
    cp -a build/host "$tmp/linked"
    rm -f "$tmp/linked/xentimectl"
    ok "linked${*:+ with $*}" run_make B="$tmp/linked" "$@" \
        "$tmp/linked/xentimectl"
    needed=$(readelf -d "$tmp/linked/xentimectl" | grep NEEDED)
}
linked
unlike "$needed" 'xen|json|uuid' "each archive is taken"
without json-c
linked CC="$tmp/cc"
like "$needed" 'libjson-c\.so' "json-c, of which there is none, is shared"
unlike "$needed" 'xen|uuid' "the others are not"
without xencall
linked CC="$tmp/cc"
for lib in xenctrl xencall xenstore; do
    like "$needed" "lib$lib\\.so" "without libxencall.a $lib is shared"
done
linked XEN_STATIC=
like "$needed" 'libjson-c\.so' "XEN_STATIC= takes none"

# ---- a header that is missing ----

rm "$tmp/include/json-c" "$tmp/include/uuid"
capture elsewhere run_make B="$tmp/missing" CC="$clang"
isnt "$status" 0 "without a header there is no build"
like "$err" '<json-c/json.h> is missing; .*libjson-c-dev .*json-c-devel ' \
    "json-c's is named, with its packages"
like "$err" '<uuid/uuid.h> is missing' "and libuuid's"
is "$(echo "$err" | grep -c 'is missing')" 2 "each that is missing, no other"
is "$(find "$tmp/missing" -type f)" "" "nothing was compiled"
capture elsewhere run_make B="$tmp/missing" CC=no-compiler
like "$err" 'no-compiler is not there' "a compiler that is not there is named"

capture elsewhere tests/need gcc
is "$status" 1 "tests/need needs dpkg"
like "$err" 'no dpkg here.*gcc' "and says what it would have installed"
is "$(echo "$err" | wc -l)" 1 "in one line"

# ---- musl ----

mkdir "$tmp/musl"
for h in libxml2 json-c libsmartcols uuid gsl readline systemd unicode linux \
         asm-generic "$(gcc -print-multiarch)/asm"; do
    ln -s "/usr/include/$h" "$tmp/musl/"
done
ln -s /usr/include/*xen* /usr/include/*libxl* "$tmp/musl/"
objects=$(find libxc-ext tools -name '*.c' | sed "s|\(.*\)c$|$tmp/obj/\1o|")
# shellcheck disable=SC2086 # words
ok "musl's headers have all that is called" run_make -j2 B="$tmp/obj" \
    CC=musl-gcc CPPFLAGS="-isystem $tmp/musl -isystem $tmp/musl/libxml2" \
    CFLAGS=-O0 WERROR=-Werror $objects

done_testing
