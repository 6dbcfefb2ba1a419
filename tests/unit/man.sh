#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The manual pages are clean mdoc, and xentimectl(8) and the program agree:
# every command and every option of "xentimectl help --json" is in the page,
# and the page has no option that the program has not.
#
# A command is looked for as the head of a list item (".It Ic list", ".It Cm
# list"), an option as a word with two hyphens in .Fl's spelling (".Fl -json",
# ".It Fl o , -output Ar COLUMNS", ".It Fl o , Fl -output").

. tests/unit/tap.sh
export LD_LIBRARY_PATH=build/host LC_ALL=C
tool=build/host/xentimectl
page=man/xentimectl.8

for f in man/*.[1-8]; do
    ok "$f has a text" test -s "$f"
    capture mandoc -Tlint -Wwarning "$f"
    is "$status $out$err" "0 " "mandoc -Tlint $f"
done

$tool help --json >"$tmp/help.json"
for c in $(jq -r '.commands[].name' "$tmp/help.json"); do
    ok "$page: command $c" grep -Eq "^\\.It (Ic|Cm) $c( |\$)" $page
done

jq -r '.commands[].options[]' "$tmp/help.json" | sort -u >"$tmp/options"
grep -E '(^\.| )Fl ' $page | grep -Eo '(^| )-[a-z][a-z-]+' |
    sed 's/^ *-//' | sort -u >"$tmp/described"
while read -r o; do
    ok "$page: option --$o" grep -qx -- "$o" "$tmp/described"
done <"$tmp/options"
is "$(comm -13 "$tmp/options" "$tmp/described" | grep -vx version)" "" \
    "$page: no option that the program has not"

# ---- each command by itself: SYNOPSIS against its help ----

# in_synopsis COMMAND: its options there, by letter where they have one.
in_synopsis() {
    awk -v c="$1" '
        /^\.Sh /  { inside = $2 == "SYNOPSIS" }
        !inside   { next }
        /^\.Nm/   { mine = 0; next }
        /^\.Ic /  { mine = $2 == c }
        mine      { for (i = 1; i < NF; i++)
                        if ($i ~ /^\.?Fl$/ || ($i == "|" && $(i + 1) ~ /^-/))
                            print $(i + 1) }' $page | while read -r o; do
        case $o in
        -*) echo "-$o" ;;
        *)  echo "$o" | sed 's/./-&\n/g' | grep . ;;
        esac
    done | sort -u | tr '\n' ' '
}
# in_help COMMAND: the same, without that of help itself.
in_help() {
    $tool help "$1" | sed -n 's/^  \(-.\), --.*/\1/p
        s/^      \(--[a-z-]*\).*/\1/p' | grep -vx -- -h | sort -u | tr '\n' ' '
}
for c in $(jq -r '.commands[].name' "$tmp/help.json"); do
    is "$(in_synopsis "$c")" "$(in_help "$c")" \
        "$page: options of $c, as its --help has them"
    $tool help "$c" | sed -n 's/^  .*--\([a-z-]*\) \([A-Z.]*\)  *.*/\1 \2/p
        s/^  .*--\([a-z-]*\) \([A-Z.]*\)$/\1 \2/p' |
        grep ' [A-Z]' >"$tmp/valued"
    while read -r o value; do
        ok "$page: --$o $value" grep -Eq -- \
            "^\.It Fl (. , )?(Fl )?-$o (Op )?Ar ${value%%.*}" $page
    done <"$tmp/valued"
done

# ---- the playbook, word for word ----

is "$(sed -n '/^\.Ss Fleets/,/^\.Ed/p' man/xentimectl.8 |
    sed '1,/^\.Bd/d; /^\.Ed/d; s/\\-/-/g; s/\\(aq/'"'"'/g; s/\\e/\\/g')" \
    "$(cat examples/fleet.yml)" "$page: has examples/fleet.yml"

# ---- libxentime(3): each function of the header, and none that is not ----

grep -o 'xentime_[a-z_]* *(' libxc-ext/xentime.h | tr -d ' (' | sort -u \
    >"$tmp/functions"
sed -n 's/^\.F[no] \(xentime_[a-z_]*\).*/\1/p' man/libxentime.3 | sort -u \
    >"$tmp/synopsis"
is "$(cat "$tmp/synopsis")" "$(cat "$tmp/functions")" \
    "libxentime(3) has the header's functions"

done_testing
