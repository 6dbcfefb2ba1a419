#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# README.md's first screen has a picture of the demo, docs/demo.svg, which is what
# docs/picture draws, and shows what README.md quotes of the demo word for word.
# No link of README.md and docs/ leads to a page or a heading that is not there.
#
# How: the quotation is drawn again, as it stands and among the rest of what the demo
# prints, and has to give the same bytes. The text of the picture is also read by an
# XML parser, which knows nothing of the script, and compared with the quotation.

. tests/unit/sh/tap.sh
picture=docs/demo.svg

sed -n '/^### The demo$/,/^### /{/^    /{s///p};/^$/p}' README.md >"$tmp/quoted"
ok "README.md quotes the demo" grep -qx '# xentimectl list' "$tmp/quoted"

docs/picture <"$tmp/quoted" >"$tmp/drawn"
ok "the quotation, drawn, is $picture" cmp "$tmp/drawn" $picture

# The demo itself: a space after each command, other commands, and no end yet.
{
    echo "lab: building"
    sed 's/^# .*/& /
        s/^  web counted ticks 163 /\n# xentimectl show web \ntimer_mode: 0\n&/' \
        "$tmp/quoted"
    printf '\n# xentimectl list \nID NAME\n\ndemo: ok\n'
} >"$tmp/demo"
docs/picture <"$tmp/demo" >"$tmp/drawn"
ok "the demo, drawn, is $picture" cmp "$tmp/drawn" $picture

capture docs/picture </dev/null
is "$status $out$err" "1 picture: this is not the output of the demo" \
    "what is not the demo is refused"

# ---- the file, as a browser reads it ----

# The lines of text are compared, but for the title bar's, which the terminal
# does not have.
/usr/bin/python3 - $picture >"$tmp/shown" 2>"$tmp/err" <<'EOF_PYTHON'
import sys, xml.etree.ElementTree as tree
svg = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == svg + "svg" and root.get("role") == "img"
named = {e.get("id"): e.text for e in root if e.tag in (svg + "title", svg + "desc")}
assert all(named[i] for i in root.get("aria-labelledby").split()) and len(named) == 2
for text in root.iter(svg + "text"):
    if text.get("class") != "name":
        print("".join(text.itertext()))
EOF_PYTHON
is "$?$(cat "$tmp/err")" 0 "well-formed, an image with a title and a description"
is "$(cat "$tmp/shown")" "$(sed '/^Back to mode 0/,$d; /^$/d' "$tmp/quoted")" \
    "the picture and README.md show the same"
is_range "$(wc -l <"$tmp/shown")" 15 24 "lines of the terminal"
is "$(grep -E '.{81}' "$tmp/shown")" "" "no line is wider than 80 columns"

ok "colours for a dark page" grep -q 'prefers-color-scheme: dark' $picture
is "$(grep -niE '<script|<image|href|url\(|@import|@font-face' $picture)" "" \
    "nothing is run or fetched"
is_range "$(wc -c <$picture)" 1 60000 "size in bytes"

# The text in place of the picture may go over several lines.
like "$(tr '\n' ' ' <README.md)" '!\[[^]]{80,}\]\(docs/demo\.svg\)' \
    "README.md has the picture, and words for those who cannot see it"

# ---- links ----

for page in README.md docs/*.md; do
    grep -oE '\]\([^)]*\)' "$page" | sed 's/^](//; s/)$//' | grep -v '^https:' |
        while read -r to; do
            case $to in
            \#*) sed -n 's/^##* //p' "$page" | tr 'A-Z ' 'a-z-' | tr -dc 'a-z0-9\n-' |
                grep -qx -- "${to#\#}" ;;
            *)   [ -e "$(dirname "$page")/$to" ] ;;
            esac || echo "$to"
        done >"$tmp/broken"
    is "$(cat "$tmp/broken")" "" "$page: its links lead somewhere"
done

done_testing
