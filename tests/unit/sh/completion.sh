#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Bash completion with the built xentimectl: commands, options, modes,
# columns, each for the word where it belongs.  (Names of domains need a Xen;
# the words that bash gets for them are in test_tool.c.)

. tests/unit/sh/tap.sh
top=$PWD
mkdir "$tmp/bin"
cat >"$tmp/bin/xentimectl" <<EOF
#!/bin/sh
if [ -n "\$FAKE_NAMES" ]; then printf '%s\n' "\$FAKE_NAMES"; exit; fi
LD_LIBRARY_PATH=$top/build/host exec $top/build/host/xentimectl "\$@"
EOF
chmod +x "$tmp/bin/xentimectl"
PATH=$tmp/bin:$PATH
unset FAKE_NAMES

ok "bash reads the file" bash -n tools/xentimectl.bash
. tools/xentimectl.bash
like "$(complete -p xentimectl)" "-F _xentimectl" "is bound to xentimectl"

# complete WORD...: the candidates for the last word, a line each
candidates() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _xentimectl
    printf '%s\n' "${COMPREPLY[@]}"
}

is "$(candidates xentimectl "" | sort | tr '\n' ' ')" \
    "help info list metrics policy profile recommend resync set-mode set-vhpet shell show simulate skew stats tune watch " "commands"
is "$(candidates xentimectl set-)" "$(printf 'set-mode\nset-vhpet')" \
    "commands that begin so"
is "$(candidates xentimectl nope "")" "" "nothing after a wrong command"
is "$(candidates xentimectl help inf)" info "commands for help"
like "$(candidates xentimectl list --)" '^--output$' "options"
is "$(candidates xentimectl list --no)" --noheadings "options that begin so"
is "$(candidates xentimectl info --out)" "" "no option of another command"
is "$(candidates xentimectl set-mode web | wc -l)" 1 "no Xen, no names"
is "$(candidates xentimectl set-mode web one)" one_missed_tick_pending \
    "modes"
is "$(candidates xentimectl set-mode --force web no_de)" \
    no_delay_for_missed_ticks "modes after an option"
is "$(candidates xentimectl set-vhpet web o)" "$(printf 'off\non')" "on, off"
is "$(candidates xentimectl skew "")" analyze "what to do about skew"
is "$(candidates xentimectl skew analyze "")" "" "files are left to bash"
is "$(candidates xentimectl simulate --load io-)" \
    "$(printf '%s\n' io-8 io-32 io-4/32)" "loads"
is "$(candidates xentimectl simulate -g "" | tr '\n' ' ')" \
    "all tick tick-tsc clock " "kinds of guest"
is "$(candidates xentimectl simulate -m pac)" paced_missed_ticks \
    "modes after --mode"
is "$(candidates xentimectl profile "" | tr '\n' ' ')" "start stop status " \
    "what to do about profiling"
is "$(candidates xentimectl policy "" | tr '\n' ' ')" \
    "check apply export import " "what to do about policies"
is "$(candidates xentimectl policy export --format "" | tr '\n' ' ')" \
    "policy libvirt xl " "formats"
is "$(candidates xentimectl policy export --format = x)" xl \
    "of --format=x, which is three words to bash"
is "$(candidates xentimectl policy export --format =)" \
    "$(printf '%s\n' policy libvirt xl)" "and two of --format="
is "$(candidates xentimectl metrics --textfile "")" "" \
    "a file after --textfile is left to bash"
is "$(candidates xentimectl simulate --hours "")" "" "no word for a number"
is "$(candidates xentimectl set-mode --wait 5 web one)" \
    one_missed_tick_pending "an option's value is no operand"
is "$(candidates xentimectl profile stop --holder "")" "" "no Xen, no holders"
is "$(candidates xentimectl tune web "")" "sync-wakeup-after=" "what to tune"
is "$(candidates xentimectl stats web --)" \
    "$(printf '%s\n' --count --help --interval --json --off --reset \
        --verbose)" "options of stats"
is "$(candidates xentimectl resync web --)" \
    "$(printf '%s\n' --help --json --verbose --wait)" "options of resync"
is "$(candidates xentimectl set-mode web no_doub)" no_doubled_ticks_pending \
    "the newest mode"
is "$(candidates xentimectl list -o NA)" NAME "columns after -o"
like "$(candidates xentimectl list --output "")" '^UUID$' \
    "columns after --output"
is "$(candidates xentimectl list -o ID,NA)" ID,NAME "a column after a comma"
is "$(candidates xentimectl list -o +VH)" +VHPET "a column after +"
is "$(candidates xentimectl --ver)" "$(printf -- '--verbose\n--version')" \
    "options in place of a command"

# Help names the same words, in the same order, and the first as the default;
# those of --format are known to xentimectl-full alone.
for option in "simulate --guest" "simulate --load" "policy --format"; do
    # shellcheck disable=SC2086 # two words
    mapfile -t words < <(candidates xentimectl $option "")
    like "$(xentimectl help "${option% *}" | grep -A1 -e "${option#* }" |
        tr -s '\n ' ' ')" \
        ": ${words[0]} \(default\)$(printf ',? (or )?%s' "${words[@]:1}") " \
        "help names the words of $option"
done

# shellcheck disable=SC2016 # a hostile name
FAKE_NAMES=$(printf 'two words\nweb\n$(reboot)')
export FAKE_NAMES
is "$(candidates xentimectl show t)" 'two\ words' "a name with a blank"
is "$(candidates xentimectl show '$')" '\$\(reboot\)' "a hostile name"

done_testing
