#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The house keeps its floors: rooms of tools/ and libxc-ext/ know of those only
# that they may know of.  A module is a .c file with its header; it knows those
# whose headers it includes.

. tests/unit/sh/tap.sh

subjects='domain|host|profile|skew|predict|policy|watch|shell'

# includes FILE...: "FILE:HEADER" of each header that is named in quotes.
includes() { grep -H '^#include "' "$@" | sed 's/#include "\(.*\)".*/\1/'; }

is "$(includes tools/output/*.[ch] tools/cli/*.[ch] |
    grep -E ":($subjects)/" | grep -v '^tools/cli/commands\.c:')" "" \
    "output/ and cli/ include no subject's header"
is "$(includes tools/output/*.[ch] | grep ':cli/')" "" \
    "output/ does not know of cli/"
is "$(includes tools/predict/*.[ch] | grep ':policy/')" "" \
    "predict/ does not know of policy/"
is "$(includes tools/policy/*.[ch] | grep ':predict/')" "" \
    "policy/ does not know of predict/"
is "$(grep -nE '\b(printf|puts|putchar|perror|vprintf)\(|\b(stdout|stderr)\b' \
    libxc-ext/*.[ch])" "" "libxc-ext/ prints nothing"

# The command may include no header of the library but the public one.
private=$(basename -a -s .h libxc-ext/*.h | grep -vx xentime | paste -sd '|')
is "$(find tools -name '*.[ch]' -exec grep -HE "^#include \"($private)\.h\"" {} +)" \
    "" "tools/ includes nothing that is private to libxc-ext/"

# A mode that is added is to be a row of the table in names.c.  rank.c says which
# one to take of modes that are equal, and both know what is special of mode 0.
modes=$(sed -n 's/^    \[\(XENTIME_.*\)\] = {$/\1/p' libxc-ext/names.c |
    paste -sd '|')
is "$(grep -rlE --include='*.[ch]' "\<($modes)\>" libxc-ext tools | sort)" \
    "$(printf '%s\n' libxc-ext/names.c libxc-ext/xentime.h \
        tools/predict/rank.c tools/predict/recommend.c)" \
    "few files know a timer mode by its name"
# The rest of a patched mode, its capability and its patch, is in that row too.
features=$(sed -n 's/.*XT_FEATURE_CAP(\(XEN_VTIMER_FEAT_.*\)),/\1/p' \
    libxc-ext/names.c | paste -sd '|')
ok "modes need features of Xen" test -n "$features"
is "$(grep -rlE --include='*.[ch]' "\<($features)\>" libxc-ext tools)" \
    libxc-ext/names.c "one file knows which feature of Xen a mode needs"

# modules: "FROM TO" for each module that knows another.
modules() {
    local file header base from
    find tools libxc-ext -name '*.[ch]' | while read -r file; do
        from=${file%.[ch]}
        includes "$file" | sed 's/.*://' | while read -r header; do
            for base in tools libxc-ext; do
                [ ! -e "$base/$header" ] || [ "$base/${header%.h}" = "$from" ] ||
                    echo "$from $base/${header%.h}"
            done
        done
    done
}
modules >"$tmp/modules"
ok "a module knows another" grep -qx "tools/domain/set tools/output/report" \
    "$tmp/modules"
is "$(tsort "$tmp/modules" 2>&1 >/dev/null)" "" \
    "no modules know each other, in a circle"

# tests/unit/check would not run it.
is "$(ls tests/unit/*.sh tests/unit/test_* 2>/dev/null)" "" \
    "every unit test is in a room"

done_testing
