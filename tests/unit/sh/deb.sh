#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The packages of "make deb": lintian has no complaint; in a Debian of their own
# they are installed, found to work, upgraded with the administrator's policy
# left as it is, and purged without a trace. That Debian, with what they depend
# on, is made once and kept in build/deb-root.
#
# shellcheck disable=SC2031 # apt.sh has a "version" of its own, in a subshell

. tests/unit/sh/tap.sh
export LC_ALL=C
make=${MAKE:-make}
packages='xentimectl libxentime1 libxentime-dev xen-xentime-patches'

ok "make deb" "$make" -s --no-print-directory deb
version=$(sed -n 's/^VERSION := //p' Makefile)
for p in $packages; do
    deb=$(echo build/deb/"$p"_"$version"_*.deb)
    ok "there is $p $version" test -s "$deb"
    cp "$deb" "$tmp/$p.deb"
done
ok "lintian has no complaint" lintian --allow-root --fail-on error,warning \
    build/deb/*.changes
is "$(ls -d debian/files debian/tmp debian/xentimectl 2>/dev/null)" "" \
    "the tree is as it was"

# ---- a Debian ----

field() { dpkg-deb -f "$tmp/$1.deb" "$2"; }
# Xen's libraries are in xentimectl, and their licence asks for their source.
source_of() {
    # shellcheck disable=SC2016 # for dpkg-query
    dpkg-query -W -f '${source:Package} (= ${source:Version})' "$1"
}
is "$(field xentimectl Built-Using)" \
    "$(source_of libxen-dev)" \
    "Built-Using names what is linked statically and has to be there as source"
is "$(field libxentime1 Built-Using)" "" "the library has no other in it"
# Only names are compared, without those of these packages.
wanted=$(for p in $packages; do field "$p" Depends; done | tr ',' '\n' |
    sed -e 's/^ *//' -e 's/[ (|:].*//' |
    grep -v '^libxentime' | grep . | sort -u | paste -sd,)
like "$wanted" 'libxenmisc4' "they depend on a release of Xen"
make_root() {
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    . hv-patches/apt.sh
    apt_sources "$suite" "$suite" deb >"$tmp/sources.list"
    mkdir -p build/deb-root
    mmdebstrap --quiet --variant=apt --include="$wanted" "$suite" \
        build/deb-root/new.tar "$tmp/sources.list" &&
        mv build/deb-root/new.tar build/deb-root/root.tar &&
        echo "$wanted" >build/deb-root/wanted
}
if [ "$(cat build/deb-root/wanted 2>/dev/null)" != "$wanted" ]; then
    ok "a Debian with what they depend on" make_root
fi
root=$tmp/root
mkdir "$root"
ok "unpacked" tar -C "$root" --exclude=./dev/* -xf build/deb-root/root.tar
in_root() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    DEBIAN_FRONTEND=noninteractive "$@"; }
: >"$root/dev/null"
chmod 666 "$root/dev/null"
# xentimectl finds xentimectl-full by its own place.
if ! mount --bind /proc "$root/proc"; then
    skip "installed, upgraded, purged" "this kernel lets nobody mount"
    done_testing
    exit
fi
trap 'umount "$root/proc"; rm -rf "$tmp"' EXIT
files() { (cd "$root" && find . \( -path ./var -o -path ./proc \) -prune -o -print |
    sort); }
before=$(files)

# ---- installed ----

for p in $packages; do cp "$tmp/$p.deb" "$root/tmp/"; done
all=$(for p in $packages; do echo "/tmp/$p.deb"; done)
# shellcheck disable=SC2086 # words
ok "installed" in_root dpkg -i $all
capture in_root xentimectl --version
is "$status $(head -n 1 <<<"$out")" "0 xentimectl $version" "xentimectl runs"
capture in_root xentimectl policy check
is "$status" 0 "and what needs xentimectl-full, with the policy that came"
capture in_root xentimectl list
is "$status" 5 "there is no Xen"
for f in /usr/share/man/man8/xentimectl.8.gz \
         /usr/share/man/man7/xentime-modes.7.gz \
         /usr/share/man/man3/libxentime.3.gz /usr/share/xentime/xentime.json \
         /usr/share/bash-completion/completions/xentimectl \
         /usr/share/zsh/vendor-completions/_xentimectl \
         /usr/share/fish/vendor_completions.d/xentimectl.fish \
         /usr/include/xentime.h /usr/share/xen-xentime-patches/x86/series.mbox \
         /usr/share/xen-xentime-patches/ppc/quilt/series; do
    ok "$f" test -s "$root$f"
done
is "$(find "$root/etc/systemd" -name 'xentimectl*')" "" \
    "no service is started by being installed"
ok "the patches are mail" grep -q '^Subject: \[PATCH' \
    "$root/usr/share/xen-xentime-patches/x86/series.mbox"

# ---- upgraded ----

echo '<xentime-policy version="1"><!-- mine --></xentime-policy>' \
    >"$root/etc/xentime/policy.xml"
for p in $packages; do
    dpkg-deb -R "$tmp/$p.deb" "$tmp/$p"
    sed -i -e "s/^Version: .*/Version: $version+next/" \
        -e "s/(= $version)/(= $version+next)/" "$tmp/$p/DEBIAN/control"
    dpkg-deb --root-owner-group -b "$tmp/$p" "$root/tmp/$p.deb" >/dev/null
done
# shellcheck disable=SC2086
ok "upgraded" in_root dpkg -i $all
# shellcheck disable=SC2016 # for dpkg-query
is "$(in_root dpkg-query -W -f '${Version}' xentimectl)" "$version+next" \
    "to the next version"
like "$(cat "$root/etc/xentime/policy.xml")" mine "the policy is as it was"

# ---- purged ----

rm -f "$root"/tmp/*.deb
# shellcheck disable=SC2086
ok "purged" in_root dpkg --purge $packages
is "$(files | comm -13 <(echo "$before") -)" "" "without a trace"
is "$(find "$root/var" -name '*xentime*' ! -path '*/log/*')" "" \
    "nor one in /var"

done_testing
