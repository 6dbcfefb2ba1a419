#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# After "make install" everything is of use: a program is compiled with nothing
# but pkg-config's answer, with the shared and with the static library; the
# libraries offer what xentime.h declares and nothing else. "make uninstall"
# takes away all of it but a policy that was changed.

. tests/unit/sh/tap.sh
export LC_ALL=C
dest=$tmp/dest prefix=/opt/xentime
root=$dest$prefix
make=${MAKE:-make}

ok "make install" "$make" -s --no-print-directory install \
    DESTDIR="$dest" prefix=$prefix
for f in sbin/xentimectl lib/libxentime.a lib/libxentime.so.1 \
         lib/libxentime.so lib/pkgconfig/xentime.pc include/xentime.h \
         $(cd man && printf '%s\n' * | sed 's|.*\(.\)$|share/man/man\1/&|') \
         share/xentime/xentime-policy.rng \
         share/xentime/xentime.json share/xentime/fleet.yml \
         lib/systemd/system/xentimectl.service \
         lib/systemd/system/xentimectl-metrics.service \
         lib/systemd/system/xentimectl-metrics.timer \
         share/bash-completion/completions/xentimectl \
         share/zsh/site-functions/_xentimectl \
         share/fish/vendor_completions.d/xentimectl.fish; do
    ok "installs $f" test -s "$root/$f"
done
ok "installs a policy" test -s "$dest/etc/xentime/policy.xml"
echo mine >"$dest/etc/xentime/policy.xml"
ok "make install again" "$make" -s --no-print-directory install \
    DESTDIR="$dest" prefix=$prefix
is "$(cat "$dest/etc/xentime/policy.xml")" mine "which leaves the policy alone"
is "$(find "$dest" -type f -o -type l | wc -l)" \
    $((17 + $(find man -type f | wc -l))) "installs nothing else"
is "$(readlink "$root/lib/libxentime.so")" libxentime.so.1 \
    "libxentime.so is a relative link"
like "$(readelf -d "$root/lib/libxentime.so.1")" \
    'SONAME.*\[libxentime\.so\.1\]' "soname"

# ---- units, as systemd reads them, but that ours are not where it looks ----

for unit in "$root"/lib/systemd/system/*.service; do
    sed "s|^ExecStart=[^ ]*|ExecStart=/bin/true|" "$unit" \
        >"$tmp/${unit##*/}"
    like "$(cat "$unit")" "^ExecStart=$prefix/sbin/xentimectl " \
        "${unit##*/} runs what was installed"
    ok "systemd takes ${unit##*/}" systemd-analyze verify --man=no \
        "$tmp/${unit##*/}"
    # Whether a session's holder lives is read in /proc, which needs no CAP_KILL.
    is "$(sed -n 's/^CapabilityBoundingSet=//p' "$unit")" \
        "CAP_DAC_OVERRIDE CAP_SYS_ADMIN" "${unit##*/} has two capabilities"
    # It is 0 to 10, the less the better; a unit not confined at all has 9.6.
    exposure=$(systemd-analyze security --offline=true "$tmp/${unit##*/}" |
        sed -n 's/.*exposure level.*: \([0-9.]*\) .*/\1/p')
    is_range "$exposure" 0 4 "${unit##*/} is confined"
done

# ---- what ends the service for good ----

unit=$root/lib/systemd/system/xentimectl.service
setting() { sed -n "s/^$1=//p" "$unit"; }
echo '<xentime-policy version="1"><rulle/></xentime-policy>' >"$tmp/wrong.xml"
capture "$root/sbin/xentimectl" watch --policy "$tmp/wrong.xml"
like "$err" 'wrong.xml:1: .*rulle' "watch names what is wrong with a policy"
like " $(setting RestartPreventExitStatus) " " $status " \
    "and its exit status, $status, is one that it is not started again after"
is_range $(($(setting StartLimitBurst) * $(setting RestartSec))) 1 \
    $(($(setting StartLimitIntervalSec) - 1)) \
    "nor is it after a failure that does not go away"

cp "$root"/lib/systemd/system/*.timer "$tmp/"
ok "systemd takes the timer" systemd-analyze verify --man=no \
    "$tmp/xentimectl-metrics.timer"

# ---- the dashboard has metrics that there are ----

grep -o '{ "[a-z_]*", [A-Z]*,' tools/host/metrics-text.c | tr -d '{ ",' |
    sed -n 's/COUNTER$/_total/p; s/INFO$/_info/p; s/GAUGE$//p
            s/HISTOGRAM$/_bucket/p' | sed 's/^/xentime_/' | sort -u >"$tmp/names"
jq -r '.. | (.expr? , .definition?) // empty' "$root/share/xentime/xentime.json" |
    grep -o 'xentime_[a-z_]*' | sort -u >"$tmp/used"
ok "the dashboard has metrics" test "$(wc -l <"$tmp/used")" -gt 9
is "$(comm -23 "$tmp/used" "$tmp/names")" "" "each of which there is"

# ---- pkg-config ----

export PKG_CONFIG_PATH=$root/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$dest
is "$(pkg-config --variable=prefix xentime | sed "s|^$dest||")" $prefix \
    "xentime.pc names the prefix that was installed to"
like "$(pkg-config --modversion xentime)" '^[0-9]+\.[0-9]+' "a version"

cat >"$tmp/prog.c" <<EOF
#include <stdio.h>
#include <xentime.h>

int main(void)
{
    xentime *xt;
    enum xentime_error rc = xentime_open(&xt, NULL);

    printf("%s %d\n", xentime_mode_name(2)->name, rc >= 0);
    xentime_close(xt);
    return 0;
}
EOF
# shellcheck disable=SC2046
ok "a program with the shared library compiles" \
    gcc -Wall -Wextra -Werror -o "$tmp/shared" "$tmp/prog.c" \
    $(pkg-config --cflags --libs xentime)
is "$(LD_LIBRARY_PATH=$root/lib "$tmp/shared")" "no_missed_ticks_pending 1" \
    "and runs"
like "$(readelf -d "$tmp/shared")" 'NEEDED.*libxentime\.so\.1' \
    "and needs libxentime.so.1"

# The page's example is a program, too.
sed -n '/^#include <stdio.h>/,/^\.Ed/p' man/libxentime.3 |
    sed -e '/^\.Ed/d' -e 's/\\e/\\/g' >"$tmp/example.c"
# shellcheck disable=SC2046
ok "libxentime(3)'s example compiles" \
    gcc -Wall -Wextra -Werror -o "$tmp/example" "$tmp/example.c" \
    $(pkg-config --cflags --libs xentime)

mv "$root/lib/libxentime.so" "$tmp/"
# shellcheck disable=SC2046
ok "a program with the static library compiles" \
    gcc -Wall -Wextra -Werror -o "$tmp/static" "$tmp/prog.c" \
    $(pkg-config --static --cflags --libs xentime)
is "$("$tmp/static")" "no_missed_ticks_pending 1" "and runs"
is "$(readelf -d "$tmp/static" | grep -c 'NEEDED.*libxentime')" 0 \
    "and needs no libxentime.so"

# ---- header and symbols ----

echo '#include "xentime.h"' >"$tmp/alone.c"
ok "xentime.h stands alone, in C99" gcc -std=c99 -pedantic -Wall -Wextra \
    -Werror -fsyntax-only -I"$root/include" "$tmp/alone.c"

gcc -E -P -I"$root/include" "$tmp/alone.c" |
    grep -o 'xentime_[a-z0-9_]* *(' | tr -d ' (' | sort -u >"$tmp/declared"
nm -D --defined-only "$root/lib/libxentime.so.1" |
    awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u \
    >"$tmp/exported"
ok "something is declared" test -s "$tmp/declared"
is "$(grep -v '^xentime_' "$tmp/exported")" "" "only xentime_* is exported"
is "$(comm -23 "$tmp/declared" "$tmp/exported")" "" \
    "all that is declared is exported"
is "$(comm -13 "$tmp/declared" "$tmp/exported")" "" \
    "all that is exported is declared"

# ---- make uninstall ----

where() { "$make" -s --no-print-directory "$@" DESTDIR="$tmp/64" prefix=/usr \
    sbindir=/usr/bin libdir=/usr/lib64; }
ok "make install where another distribution has things" where install
for f in bin/xentimectl lib64/libxentime.a lib64/libxentime.so.1 \
         lib/xentime/xentimectl-full; do
    ok "$f is there" test -s "$tmp/64/usr/$f"
done
like "$(cat "$tmp/64/usr/lib64/pkgconfig/xentime.pc")" '^libdir=/usr/lib64$' \
    "xentime.pc names the directory of libraries"
ok "make uninstall" where uninstall
is "$(find "$tmp/64" ! -type d -o -name 'xentime*')" "" "leaves nothing"
ok "once more" where uninstall

ok "make uninstall where the policy was changed" "$make" -s \
    --no-print-directory uninstall DESTDIR="$dest" prefix=$prefix
is "$(find "$dest" ! -type d)" "$dest/etc/xentime/policy.xml" \
    "leaves the policy alone"

# ---- a directory with a blank ----

mkdir "$tmp/a"
for target in install uninstall; do
    echo mine >"$tmp/a/xentimectl"
    is "$("$make" -s --no-print-directory $target DESTDIR="$tmp/a b" \
        sbindir=/a 2>&1 >/dev/null | sed 's/^[^*]*//')" \
        "*** DESTDIR has a blank in it: \"$tmp/a b\".  Stop." \
        "make $target says what is wrong"
    is "$(ls -d "$tmp/a" "$tmp/a "* "$tmp/a/"* 2>/dev/null)" "$tmp/a
$tmp/a/xentimectl" "and touches nothing"
done

done_testing
