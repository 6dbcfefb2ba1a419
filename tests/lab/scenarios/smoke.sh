# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that the lab is what the other scenarios take it for: a dom0 on the
# Xen of the release asked for, whose own tools work.
#
# How: Debian's xl and xenstore clients, nothing of this project's.
#
# lab: check=newest@stock all=oldest@stock timeout=120 intel=oldest@stock,newest@stock

. /lib/lab/lib.sh

exits 0 "xl info works" -- xl info
version=$(echo "$out" | sed -n 's/^xen_major *: //p').$(
    echo "$out" | sed -n 's/^xen_minor *: //p')
is "$version" "$LAB_RELEASE" "the hypervisor is of the release asked for"
like "$out" '^xen_caps .*hvm-3.0-x86_64' "the machine can run HVM domains"

exits 0 "xl list works" -- xl list
is "$(echo "$out" | awk 'NR > 1 { print $1, $2 }')" "Domain-0 0" \
    "dom0 is the only domain"

exits 0 "xenstore takes a value" -- xenstore-write /tool/lab/a "b c"
is "$(xenstore-read /tool/lab/a)" "b c" "xenstore gives it back"
exits 0 "xenstore removes it" -- xenstore-rm /tool/lab
exits 1 "and it is gone" -- xenstore-read /tool/lab/a

done_testing
