#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# unit: slow
#
# The packages for other distributions can be made: RPMs by rpmbuild, and Arch's by
# makepkg, as Debian has these programs. What they are to have is there.

. tests/unit/sh/tap.sh
export LC_ALL=C
make=${MAKE:-make}
unset CFLAGS CPPFLAGS LDFLAGS WERROR
version=$(sed -n 's/^VERSION := //p' Makefile)

ok "what it takes is installed" \
    tests/need rpm makepkg pacman-package-manager libarchive-tools fakeroot
ok "make dist" "$make" -s --no-print-directory dist
dist=build/dist/xentimectl-$version.tar.gz

# ---- RPM ----

rpms=$tmp/rpm/RPMS/x86_64
ok "make rpm" rpmbuild --define "_topdir $tmp/rpm" --nodeps -tb "$dist"
for p in xentimectl libxentime libxentime-devel; do
    ok "there is $p" test -s "$rpms/$p-$version-1.x86_64.rpm"
done
requires=$(rpm -qp --nosignature --requires "$rpms/xentimectl-$version"-*.rpm)
like "$requires" 'libxenctrl\.so' "xentimectl has a release of Xen to require"
like "$requires" 'libjson-c\.so' "and nothing of libraries in it"
is "$(rpm -qp --nosignature --configfiles "$rpms/xentimectl-$version"-*.rpm)" \
    /etc/xentime/policy.xml "a policy that was changed stays"

# ---- Arch ----

# makepkg does not run as root, and nobody else can look into $tmp.
arch=$(mktemp -d -p /tmp)
trap 'rm -rf "$tmp" "$arch"' EXIT
cp packaging/PKGBUILD "$dist" "$arch/"
chown -R nobody "$arch"
ok "makepkg" setpriv --reuid=nobody --regid=nogroup --clear-groups \
    env -C "$arch" HOME="$arch" TMPDIR="$arch" makepkg --nodeps
files=$(tar -tf "$arch/xentimectl-$version-1-x86_64.pkg.tar.gz" | sort)
for f in usr/bin/xentimectl usr/lib/xentime/xentimectl-full \
         usr/lib/libxentime.so.1 usr/share/man/man8/xentimectl.8.gz \
         usr/lib/systemd/system/xentimectl.service etc/xentime/policy.xml; do
    like "$files" "^$f\$" "Arch's has $f"
done

done_testing
