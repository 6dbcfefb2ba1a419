# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a domain can be named whatever xenstore takes, and that no name
# can deceive: blanks, commas, 8-bit characters (UTF-8 and not), control
# characters, digits only, UUID-like, very long, the same twice, none at all.
#
# How: each is created by labdom, found by its name and changed by it; the
# output is searched for bytes that a terminal would obey.
#
# lab: timeout=240

. /lib/lab/lib.sh

mode_of() { labdom param "$1" timer_mode | sed 's/.*=//'; }

# Bytes below blank (but for the newline), DEL and 8-bit bytes are unsafe.
unsafe() { LC_ALL=C tr -d '\n -~' | wc -c; }

mode=0
# check NAME WHAT: found, changed and shown by that name.
check() {
    id=$(labdom create "$1")
    mode=$((mode % 3 + 1))
    is "$(xentimectl list -n -o ID "$1" | tr -d ' ')" "$id" "$2: found"
    exits 0 "$2: changed" -- xentimectl set-mode "$1" $mode
    is "$(mode_of "$id")" $mode "$2: Xen agrees"
    is "$(xentimectl list "$1" | unsafe)" 0 "$2: nothing unsafe in a table"
    is "$(xentimectl set-mode "$1" $mode | unsafe)" 0 \
        "$2: nothing unsafe in a message"
    is "$(xentimectl set-vhpet "$1" maybe 2>&1 | unsafe)" 0 \
        "$2: nothing unsafe in an error"
}

check "two words" "a blank"
check " leading and trailing " "blanks around it"
check "Größe" "UTF-8"
check "$(printf 'Gr\366\337e')" "Latin-1"
check "$(printf 'red\033[31m\007')" "an escape sequence"
check "$(printf 'tab\tbed')" "a tab"
# shellcheck disable=SC2016 # it is a name
check '$(reboot) `reboot` ; * ?' "what a shell would obey"
check "%s%n%d" "what printf would obey"
check "$(printf '%0200d' 0 | tr 0 x)" "200 characters"

exits 0 "JSON of a name that is not UTF-8" -- \
    xentimectl list --json "$(printf 'Gr\366\337e')"
like "$out" "\"name\":\"Gr$(printf '\357\277\275\357\277\275')e\"" \
    "has the replacement character"
exits 0 "JSON of control characters" -- \
    xentimectl list --json "$(printf 'tab\tbed')"
like "$out" 'tab\\tbed' "escapes them"
exits 0 "--raw escapes blanks" -- xentimectl list -n -r -o NAME "two words"
is "$out" 'two\x20words' "as lsblk does"

# ---- names that look like something else ----

id=$(labdom create 4711)
is "$(xentimectl list -n -o ID 4711 | tr -d ' ')" "$id" \
    "a name of digits, where no domain has that id"
other=$(labdom create "$id")
is "$(xentimectl list -n -o NAME "$id")" 4711 "an id goes before a name"
uuid=$(xentimectl list -n -o UUID "$other")
labdom create "$uuid" >/dev/null
is "$(xentimectl list -n -o ID "$uuid" | tr -d ' ')" "$other" \
    "a UUID goes before a name"

# ---- a comma parts a list; such a domain goes by its id ----

comma=$(labdom create "a,b")
exits 3 "list takes it as a list" -- xentimectl list "a,b"
exits 3 "set-mode takes it as a list" -- xentimectl set-mode "a,b" 1
exits 0 "the id serves" -- xentimectl set-mode "$comma" 1
exits 0 "show has one operand, and takes the name" -- xentimectl show "a,b"

# ---- the same name twice; none ----

first=$(labdom create twin)
second=$(labdom create twin)
exits 3 "an ambiguous name" -- xentimectl set-mode twin 1
like "$err" "twin: several domains have this name: id $first, $second$" \
    "lists the candidates"
is "$(mode_of "$first")$(mode_of "$second")" 00 "and changes neither"

nameless=$(labdom create --no-xenstore gone)
exits 0 "a domain that xenstore does not know" -- xentimectl show "$nameless"
like "$out" '^name +- +xenstore' "has no name"
exits 0 "and can be changed" -- xentimectl set-mode "$nameless" 2
like "$out" "^domain $nameless: timer_mode 0" "by its id"

done_testing
