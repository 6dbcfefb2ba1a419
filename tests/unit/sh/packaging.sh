#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The files that make packages agree: each has the Makefile's version, and asks for
# what packaging/dependencies has in its column. sh/elsewhere builds packages.

. tests/unit/sh/tap.sh
export LC_ALL=C
spec=packaging/xentimectl.spec pkgbuild=packaging/PKGBUILD
version=$(sed -n 's/^VERSION := //p' Makefile)

is "$(sed -n 's/^Version: *//p' $spec)" "$version" "the RPMs' version"
is "$(sed -n 's/^pkgver=//p' $pkgbuild)" "$version" "that of Arch's package"

rows() { grep -E '^(needed|optional) ' packaging/dependencies; }
ok "there are rows" test "$(rows | wc -l)" -gt 5
is "$(rows | awk 'NF != 7')" "" "each has a package of five distributions, or -"

# column N: all that is in a column
column() { rows | awk -v n="$1" '$n != "-" { print $n }' | sort -u; }
sed -n 's/^BuildRequires: *//p' $spec | sort -u >"$tmp/rpm"
sed -n 's/^depends=(\(.*\))/\1/p' $pkgbuild | tr ' ' '\n' | sort >"$tmp/arch"
sed -n '/^Build-Depends:/,/^[A-Z].*:/p' debian/control | grep -v '^S' |
    tr -d ' ' | tr ',' '\n' | sed 's/.*://' | sort >"$tmp/deb"
# Debian has the C library's headers without being asked.
is "$(column 3 | grep -vx libc6-dev | comm -23 - "$tmp/deb")" "" "Debian's"
is "$(column 4 | comm -23 - "$tmp/rpm")" "" "Fedora's"
is "$(column 5 | comm -23 - "$tmp/arch")" "" "Arch's"
is "$(column 6 | comm -23 - "$tmp/rpm")" "" "openSUSE's"

done_testing
