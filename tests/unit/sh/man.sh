#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The manual pages are clean mdoc for mandoc and for groff, fit a terminal of 80
# columns in both, lead to each other, and agree with the program: "xentimectl
# help COMMAND" names a command's page, in which the command and all of its
# options are described, and in no other.
#
# A page has a command in its SYNOPSIS (".Ic list") and as the head of a list
# item (".It Ic list"), and an option in its section OPTIONS, where it is a word
# with two hyphens in .Fl's spelling (".It Fl -json", ".It Fl o , -output Ar
# COLUMNS").

. tests/unit/sh/tap.sh
# groff and mandoc print UTF-8, and grep is to count characters.
export LD_LIBRARY_PATH=build/host LC_ALL=C.UTF-8
tool=build/host/xentimectl
mkdir "$tmp/mandoc" "$tmp/groff"

# section PAGE NAME: the lines of a section.
section() {
    awk -v name="$2" '/^\.Sh /  { inside = substr($0, 5) == name; next }
                      inside' "$1"
}

# ---- each page, as mandoc and as groff (man) print it ----

for f in man/*; do
    capture mandoc -Tlint -Wwarning "$f"
    is "$status $out$err" "0 " "mandoc -Tlint $f"
    capture groff -ww -mdoc -Tutf8 "$f"
    is "$status $err" "0 " "groff -ww $f"
    mandoc -Tutf8 "$f" | col -bx >"$tmp/mandoc/${f#man/}"
    MANWIDTH=80 man -l "$f" | col -bx >"$tmp/groff/${f#man/}"
    for by in mandoc groff; do
        is_range "$(wc -l <"$tmp/$by/${f#man/}")" 50 1000 "$f by $by has a text"
    done
    is "$(grep -E '.{81}' "$tmp/groff/${f#man/}")" "" \
        "$f by groff is for 80 columns"
    # groff 1.22 and mandoc indent text by 5 columns, and groff 1.23 by 7.
    is "$(grep -E '.{79}' "$tmp/mandoc/${f#man/}")" "" \
        "$f by mandoc leaves two of 80 columns"
done

# ---- each command is in the page that its help names ----

$tool help --json >"$tmp/help.json"
commands=$(jq -r '.commands[].name' "$tmp/help.json")

# page_of COMMAND: the page that its help names.
page_of() {
    $tool help "$1" | sed -n '$s|^See \(.*\)(8)\.$|man/\1.8|p'
}
# in_index COMMAND: the page that the index of xentimectl(8) sends it to, and
# its summary there.
in_index() {
    section man/xentimectl.8 COMMANDS | awk -v c="$1" '
        /^\.Ss /             { page = "" }
        /^\.Xr xentimectl-/  { page = "man/" $2 "." $3 }
        $0 == ".It Ic " c    { getline; print page, $0 }'
}
# pages_with PATTERN: those with such a line in their synopsis.
pages_with() {
    for f in man/*.8; do
        section "$f" SYNOPSIS | grep -Eq "$1" && echo "$f"
    done
}

for c in $commands; do
    page=$(page_of "$c")
    echo "$page" >>"$tmp/pages"
    is "$(pages_with "^\\.Ic $c( |\$)")" "$page" "$c is in the synopsis of $page"
    described=$(grep -lE "^\\.It Ic $c( |\$)" man/*.8)
    if [ "$page" = man/xentimectl.8 ]; then
        is "$described" "$page" "$c is described in $page"
        continue
    fi
    is "$described" "$(printf '%s\n' "$page" man/xentimectl.8)" \
        "$c is described in $page and has a line in xentimectl(8)"
    summary=$(jq -r --arg c "$c" '.commands[] | select(.name == $c) |
        .summary | (.[:1] | ascii_upcase) + .[1:] + "."' "$tmp/help.json")
    is "$(in_index "$c")" "$page $summary" "which is its summary"
done
sort -u "$tmp/pages" -o "$tmp/pages"
is "$(printf '%s\n' man/*.8 | sort)" "$(cat "$tmp/pages")" \
    "no page of section 8 is without a command"

# ---- and so is each option ----

# in_synopsis COMMAND PAGE: its options there, by letter where they have one.
in_synopsis() {
    section "$2" SYNOPSIS | awk -v c="$1" '
        /^\.Nm/   { mine = 0; next }
        /^\.Ic /  { mine = $2 == c }
        mine      { for (i = 1; i < NF; i++)
                        if ($i ~ /^\.?Fl$/ || ($i == "|" && $(i + 1) ~ /^-/))
                            print $(i + 1) }' | while read -r o; do
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
for c in $commands; do
    page=$(page_of "$c")
    is "$(in_synopsis "$c" "$page")" "$(in_help "$c")" \
        "$page: options of $c, as its --help has them"
    $tool help "$c" | sed -n 's/^  .*--\([a-z-]*\) \([A-Z.]*\)  *.*/\1 \2/p
        s/^  .*--\([a-z-]*\) \([A-Z.]*\)$/\1 \2/p' |
        grep ' [A-Z]' >"$tmp/valued"
    while read -r o value; do
        ok "$page: --$o $value" grep -Eq -- \
            "^\.It Fl (. , )?(Fl )?-$o (Op )?Ar ${value%%.*}" "$page"
    done <"$tmp/valued"
done

# options_of PAGE: those of its commands that not every command has, or, of
# xentimectl(8), those that every command has, and its own.
options_of() {
    if [ "$1" = man/xentimectl.8 ]; then
        echo version
        $tool help | sed -n '/^Options of every/,/^$/s/.*--\([a-z]*\) .*/\1/p'
        return
    fi
    for c in $commands; do
        [ "$(page_of "$c")" != "$1" ] ||
            jq -r --arg c "$c" '.commands[] | select(.name == $c).options[]' \
                "$tmp/help.json"
    done | grep -Evx 'help|json|verbose'
}
jq -r '.commands[].options[], "version"' "$tmp/help.json" | sort -u \
    >"$tmp/options"
for page in man/*.8; do
    # sort -u would hide a fault, an option that is described twice.
    is "$(section "$page" OPTIONS |
            sed -n 's/^\.It Fl \(. , \)\?-\([a-z-]*\).*/\2/p' | sort)" \
        "$(options_of "$page" | sort -u)" \
        "$page describes the options of its commands, and no others"
    grep -E '(^\.| )Fl ' "$page" | grep -Eo '(^| )-[a-z][a-z-]+' |
        sed 's/^ *-//' | sort -u >"$tmp/mentioned"
    is "$(comm -13 "$tmp/options" "$tmp/mentioned")" "" \
        "$page mentions no option that the program has not"
done

# ---- references ----

for f in man/*; do
    while read -r name number; do
        ok "$f: $name($number)" test -s "man/$name.$number"
    done < <(sed -n 's/^.*Xr \(\(lib\)\?xentime[^ ]*\) \([1-8]\).*/\1 \3/p' "$f")
    while read -r name; do
        ok "$f: section $name" grep -Eqx "\\.S[hs] $name" "$f"
    done < <(sed -n 's/^.*Sx \([A-Z][A-Z ]*[A-Z]\).*/\1/p' "$f")
done
is "$({ echo xentimectl.8
        section man/xentimectl.8 "SEE ALSO" |
            sed -n 's/^\.Xr \(\(lib\)\?xentime[^ ]*\) \(.\).*/\1.\3/p'; } | sort)" \
    "$(cd man && printf '%s\n' * | sort)" "xentimectl(8) refers to all pages"
# Programs, units and papers name pages that are there.
while read -r name number; do
    ok "$name($number), which others name" test -s "man/$name.$number"
done < <(grep -rhoE '(lib)?xentime[a-z-]*\([1-8]\)' ./*.md docs systemd tools \
    libxc-ext tests examples grafana hv-patches/README.md |
    sed 's/(\(.\))/ \1/' | sort -u)

# ---- xentime-policy(5) shows XML ----

# Prints the tags that are not well-formed, and their number.
cat >"$tmp/tags.py" <<'EOF'
import re, sys
from xml.etree import ElementTree
tags = re.findall(r'<[a-z][^<>]*>', sys.stdin.read())
for tag in tags:
    name = re.match('<([a-z-]*)', tag).group(1)
    try:
        ElementTree.fromstring(tag if tag.endswith('/>') else
                               tag + '</' + name + '>')
    except ElementTree.ParseError as error:
        print(tag, error)
print(len(tags) > 20 and 'many', 'tags')
EOF
for by in mandoc groff; do
    page=$tmp/$by/xentime-policy.5
    is "$(python3 "$tmp/tags.py" <"$page")" "many tags" \
        "xentime-policy(5) by $by: each tag is well-formed"
    sed -n '/^EXAMPLES/,/^SEE/p' "$page" |
        sed -n '/^ *<xentime-policy/,/^ *<.xentime-policy>/p' >"$tmp/example.xml"
    ok "the example by $by is XML" python3 -c \
        'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' \
        "$tmp/example.xml"
    ok "and a policy" $tool policy check "$tmp/example.xml"
done

# ---- what the pages list of the program's tables ----

tr -s ' ' <"$tmp/mandoc/xentime-modes.7" | sed 's/^ //' >"$tmp/modes"
$tool help set-mode | sed -n '/^Modes:/,/^$/p' | grep '^  [0-9]' |
    sed 's/ (needs.*//; s/,//g' | tr -s ' ' | sed 's/^ //' >"$tmp/rows"
is_range "$(wc -l <"$tmp/rows")" 6 10 "there are modes"
while read -r row; do
    ok "xentime-modes(7): $row" grep -Eq "^$row [a-z]" "$tmp/modes"
done <"$tmp/rows"

tr '\n' ' ' <"$tmp/modes" | tr -s ' ' >"$tmp/line"
cat libxc-ext/capability.c libxc-ext/names.c | tr '\n' ' ' |
    grep -Eo '"[a-z-]*", *(\.patch = )?"x86/[^"]*"' |
    sed 's/^"//; s/", *[^"]*"/\t/; s/".*//' >"$tmp/capabilities"
is_range "$(wc -l <"$tmp/capabilities")" 9 30 "there are capabilities"
while IFS=$'\t' read -r name patch; do
    ok "xentime-modes(7): $name" grep -Eq " $name [^:]*: $patch " "$tmp/line"
done <"$tmp/capabilities"

is "$(section man/xentimectl-metrics.8 METRICS | sed -n 's/^\.It Sy //p' | sort)" \
    "$(grep -o '{ "[a-z_]*", [A-Z]*,' tools/host/metrics-text.c |
        tr -d '{ ",' | sed 's/COUNTER$/_total/; s/INFO$/_info/
            s/GAUGE$//; s/HISTOGRAM$//' | sort)" \
    "xentimectl-metrics(8) has all metrics"

# The page has the playbook word for word.
is "$(sed -n '/^\.Ss Fleets/,/^\.Ed/p' man/xentimectl-policy.8 |
    sed '1,/^\.Bd/d; /^\.Ed/d; s/\\-/-/g; s/\\(aq/'"'"'/g; s/\\e/\\/g')" \
    "$(cat examples/fleet.yml)" "xentimectl-policy(8) has examples/fleet.yml"

# ---- libxentime(3): each function of the header, and none that is not ----

grep -o 'xentime_[a-z_]* *(' libxc-ext/xentime.h | tr -d ' (' | sort -u \
    >"$tmp/functions"
sed -n 's/^\.F[no] \(xentime_[a-z_]*\).*/\1/p' man/libxentime.3 | sort -u \
    >"$tmp/synopsis"
is "$(cat "$tmp/synopsis")" "$(cat "$tmp/functions")" \
    "libxentime(3) has the header's functions"

done_testing
