#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Proves that whatever is linked into one program may be in it by its licence, and
# that the tree has the licences that COPYING names.
#
# How: the parts of a program are its own sources and headers, which have SPDX
# lines; the members of static libraries, which the linker's map names; and the
# shared libraries that the program needs. A library that no table here knows is a
# failure. At the end the same check is given parts that it has to refuse.

. tests/unit/sh/tap.sh
export LC_ALL=C
B=build/host

# ---- the tables ----

# The licence of each program as a whole.
programs='
xentimectl       GPL-2.0-or-later
xentimectl-full  GPL-3.0-or-later
libxentime.so.1  LGPL-2.1-only
'

# The licences that parts of such a whole may have. This is the FSF's matrix of GNU
# licences (gpl-faq, "AllCompatibility"): GPL-2.0-only code may not be in a program
# that is GPL-3.0, a library under any version of the LGPL may be used in it (LGPL-2.1,
# section 6), and permissive licences are compatible with all. libgcc may be in
# anything that GCC compiles.
free='LGPL-2.1-only LGPL-2.1-or-later MIT BSD-3-Clause Zlib public-domain
      GCC-exception-3.1'
may_be_in() {
    case $1 in
    GPL-3.0-or-later) echo "GPL-3.0-or-later GPL-2.0-or-later $free" ;;
    GPL-2.0-or-later) echo "GPL-2.0-or-later $free" ;;
    GPL-2.0-only) echo "GPL-2.0-only GPL-2.0-or-later $free" ;;
    LGPL-2.1-only) echo "$free" ;;
    esac
}

# Libraries, static or shared. Where Debian's copyright file of a package has less
# to say than the library's own sources, these are named.
libraries='
ld-linux-x86-64    LGPL-2.1-or-later  libc6
libc               LGPL-2.1-or-later  libc6
libgcc             GCC-exception-3.1  libgcc-*-dev: GPL-3.0-or-later with it
libgsl             GPL-3.0-or-later   gsl_math.h; the package says "GPL"
libgslcblas        GPL-3.0-or-later   gsl_cblas.h
libjson-c          MIT                libjson-c-dev, "Expat"
liblzma            public-domain      liblzma5, "PD"; 0BSD from 5.6 on
libm               LGPL-2.1-or-later  libc6
libreadline        GPL-3.0-or-later   libreadline8
libsmartcols       LGPL-2.1-or-later  libsmartcols1
libsystemd         LGPL-2.1-or-later  libsystemd0
libuuid            BSD-3-Clause       libuuid1
libxencall         LGPL-2.1-only      tools/libs/call of Xen, and its CONTRIBUTING
libxenctrl         LGPL-2.1-only      tools/libs/ctrl; six of its files are "or later"
libxendevicemodel  LGPL-2.1-only      tools/libs/devicemodel
libxenforeignmemory LGPL-2.1-only     tools/libs/foreignmemory
libxenstore        LGPL-2.1-or-later  tools/libs/store/xs.c
libxentoolcore     LGPL-2.1-only      tools/libs/toolcore
libxentoollog      LGPL-2.1-only      tools/libs/toollog
libxlutil          LGPL-2.1-only      libxlutil.h, and CONTRIBUTING
libxml2            MIT                libxml2
libz               Zlib               zlib1g
'

# ---- what a program consists of ----

spdx() { sed -n '1,5s/.*SPDX-License-Identifier: \([^ ]*\).*/\1/p' "$1" | head -n 1; }

# Prints "LICENCE FILE" for an object and the project's headers that it includes.
own_parts() {
    local file
    tr -sc '[:graph:]' '\n' <"${1%.o}.d" | grep '^[a-z].*\.[chS]$' | sort -u |
        while read -r file; do echo "$(spdx "$file") $file"; done
}

# Prints "LICENCE LIBRARY" for names such as /usr/lib/libgsl.a or libuuid.so.1.
library_parts() {
    sed -e 's|.*/||' -e 's|\.so.*||; s|\.a$||' | sort -u |
        awk 'NR == FNR { if ($1 != "") licence[$1] = $2; next }
             { print ($1 in licence ? licence[$1] : "unknown"), $1 }' \
            <(echo "$libraries") -
}

objects() {
    sed -n "s|^LOAD \($B/.*\.o\)$|\1|p" "$B/$1.map"
    sed -n "s|^$B/libxentime.a(\(.*\.o\))$|$B/libxc-ext/\1|p" "$B/$1.map" | sort -u
}
archives() { sed -n 's|^\(/.*\.a\)(.*|\1|p' "$B/$1.map"; }
needed() { readelf -d "$B/$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

parts() {
    local object
    for object in $(objects "$1"); do own_parts "$object"; done | sort -u
    { archives "$1"; needed "$1"; } | library_parts
}

# Reads "LICENCE PART" and prints those that may not be in a whole under licence $1.
strangers() {
    awk -v may="$(may_be_in "$1")" '
        BEGIN { n = split(may, a); for (i = 1; i <= n; i++) ok[a[i]] = 1 }
        NF != 2 || !($1 in ok)'
}

# ---- the programs ----

ok "there are programs" "${MAKE:-make}" -s --no-print-directory all
while read -r program whole; do
    [ -n "$program" ] || continue
    parts "$program" >"$tmp/$program"
    is "$(strangers "$whole" <"$tmp/$program")" "" \
        "$program: all that is linked may be in it, as it is $whole"
done <<<"$programs"

has() {
    for part in $2; do like "$(cat "$tmp/$1")" " $part\$" "$1 has $part"; done
}
has xentimectl 'tools/main.c tools/tool.h libxc-ext/change.c libsmartcols
    hv-patches/include/vtimer.h'
has xentimectl-full 'tools/policy/read.c libreadline libgsl libxlutil
    hv-patches/x86/files/xen/arch/x86/hvm/vpt-policy.c'
has libxentime.so.1 'libxc-ext/change.c libxenctrl'
# A build with Xen's libraries in it has them in the map, and no need of them.
if ! needed xentimectl | grep -q libxenctrl; then
    has xentimectl 'libxenctrl libjson-c libuuid'
fi
find hv-patches/*/files hv-patches/include -name '*.[chS]' |
    while read -r f; do echo "$(spdx "$f") $f"; done >"$tmp/xen"
is "$(strangers GPL-2.0-only <"$tmp/xen")" "" \
    "all files for the hypervisor may be in Xen, which is GPL-2.0-only"

# ---- what may not be ----

refused() {
    local part=$1 program=$2 whole=$3
    shift 3
    like "$(sed "$@" "$tmp/$program" | strangers "$whole")" "$part" \
        "refused: $* in $program"
}
refused '^GPL-2.0-only tools/main.c$' xentimectl-full GPL-3.0-or-later \
    's|.* tools/main.c$|GPL-2.0-only tools/main.c|'
refused '^GPL-2.0-only .*vpt-policy.h$' xentimectl-full GPL-3.0-or-later \
    's|.* \(.*vpt-policy.h\)$|GPL-2.0-only \1|'
refused '^ *tools/main.c$' xentimectl GPL-3.0-or-later 's|.* tools/main.c$| tools/main.c|'
refused 'libgsl' xentimectl GPL-2.0-or-later "\$a GPL-3.0-or-later libgsl"
refused 'libreadline' libxentime.so.1 LGPL-2.1-only "\$a GPL-3.0-or-later libreadline"
refused 'tools/tool.h' libxentime.so.1 LGPL-2.1-only "\$a GPL-2.0-or-later tools/tool.h"
refused 'libreadline' xen GPL-2.0-only "\$a GPL-3.0-or-later libreadline"
is "$(echo /usr/lib/libnew.so.3 | library_parts | strangers GPL-3.0-or-later)" \
    "unknown libnew" "refused: a library that is in no table"

# ---- the tree ----

tree() { find . \( -path ./build -o -path ./.git \) -prune -o -type f -print; }
licence_by_copying() {
    case $1 in
    ./libxc-ext/* | ./man/libxentime.3) echo LGPL-2.1-only ;;
    ./hv-patches/include/*) echo MIT ;;
    */vpt-policy.[ch] | */vpt-clock.[ch]) echo GPL-2.0-or-later ;;
    ./hv-patches/*/files/*) echo GPL-2.0-only ;;
    *) echo GPL-2.0-or-later ;;
    esac
}
tree | xargs grep -lI 'SPDX-License-Identifier: ' | while read -r f; do
    is=$(spdx "$f")
    [ -z "$is" ] || [ "$is" = "$(licence_by_copying "$f")" ] || echo "$f: $is"
done >"$tmp/odd"
is "$(cat "$tmp/odd")" "" "each file has the licence that COPYING gives it"
is "$(find libxc-ext tools tests hv-patches -name '*.[chS]' |
    while read -r f; do [ -n "$(spdx "$f")" ] || echo "$f"; done)" "" \
    "each file of C has a licence"
is "$(ls LICENSES)" "$(find . -path ./build -prune -o -name '*.[ch]' -print |
    while read -r f; do echo "$(spdx "$f").txt"; done | sort -u)" \
    "LICENSES/ has the text of each licence that is used, and no other"
while read -r program whole; do
    [ -z "$program" ] ||
        like "$(cat COPYING)" "^  ${program%.1}[ ,].* $whole\$" \
            "COPYING says that $program is $whole"
done <<<"$programs"

done_testing
