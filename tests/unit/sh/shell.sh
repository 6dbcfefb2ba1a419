#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The shell, by hand: tmux types into it and looks at its screen. Completion,
# history, Ctrl-C, Ctrl-Z, a terminal that is as before whatever ends it; with
# its input redirected; and README's transcript, typed again. (Names of domains
# are in test_shell.c.)

. tests/unit/sh/tap.sh
export LC_ALL=C XDG_STATE_HOME=$tmp/state
top=$PWD
tool=$top/build/host/xentimectl
pane() { tmux -S "$tmp/tmux" "$@"; }
stop() { pane kill-server 2>/dev/null; rm -rf "$tmp"; }
trap stop EXIT

# type TEXT: as it stands. key NAME...: as tmux calls them.
type() { pane send-keys -l -- "$1"; }
key() { pane send-keys "$@"; }
screen() { pane capture-pane -p | sed -e 's/ *$//' -e '/^$/d'; }
# await ERE NAME: it comes on the screen, however long that takes here.
await() {
    local left=300
    until screen | grep -Eq -- "$1"; do
        left=$((left - 1))
        [ $left -gt 0 ] || break
        sleep 0.1
    done
    [ $left -gt 0 ]
    result "$2" $? "no $1 on the screen:" "$(screen)"
}
# fresh: an empty screen.
fresh() { key C-l; pane clear-history; }

TERM=xterm pane -f /dev/null new-session -d -x 80 -y 40 \
    "cd $top; PS1='host> ' exec sh"
await '^host> *$' "a terminal"
type "before=\$(stty -g); alias x=$tool; clear; echo re\"\"ady"
key Enter
# "ready" is awaited, as anything typed before it would be cleared away.
await '^ready$' "the host's shell"
# Quotes split the words that are typed, lest the command itself be found.
sane() {
    # shellcheck disable=SC2016 # for the shell in the terminal
    type 'clear; [ "$before" = "$(stty -g)" ] && echo sa""ne'
    key Enter
    await '^sane$' "$1: the terminal is as before"
    type 'clear; echo re""ady'
    key Enter
    await '^ready$' "$1: and goes on"
}

# ---- typing ----

type "x shell"
key Enter
await '^xentime> *$' "a prompt"
type "simu"
key Tab
await '^xentime> simulate' "a command is completed"
type "--hou"
key Tab
await 'simulate --hours' "an option"
type "0.01 --mode no_mi"
key Tab
await 'no_missed_ticks_pending' "a mode"
key Enter
await 'tick-tsc .*1\.000$' "it runs"
type "rubbish"
key C-c
await '\^C' "Ctrl-C drops a line"
type "help stats"
key Enter
await '^Usage: xentimectl stats' "and goes on"
fresh
type "nope"
key Enter
await 'no command "nope"' "a wrong command"
type "show 'a b"
key Enter
await 'a quote has no end' "a wrong line"
type "every 1 set-mode a 1"
key Enter
await 'every is for list, show and stats' "a change is not repeated"
fresh
type "skew analyze /dev/zero"
key Enter
sleep 0.5
key C-c
type "help info"
key Enter
await '^Usage: xentimectl info' "Ctrl-C ends a command, and not the shell"
fresh
key Up
await 'help info' "Up has the last line"
key C-z
await '^host> *$' "Ctrl-Z"
sane "Ctrl-Z"
type "fg"
key Enter
# Before the shell has the terminal again, C-u would be the terminal's own.
await '^xentime> help info$' "fg shows the line again"
key C-u
type "help tune"
key Enter
await '^Usage: xentimectl tune' "fg"
fresh
key C-d
await '^host> *$' "Ctrl-D ends it"
sane "Ctrl-D"

# ---- history ----

like "$(cat "$XDG_STATE_HOME/xentime/history")" '^help tune$' \
    "the history is kept"
is "$(stat -c '%a %a' "$XDG_STATE_HOME/xentime/history" | cut -d' ' -f1)" 600 \
    "for its owner alone"
type "x shell"
key Enter
await '^xentime> *$' "another session"
key C-r
type "tune"
await 'help tune' "has it"
key Enter
await '^Usage: xentimectl tune' "and runs it"
for signal in TERM HUP QUIT INT; do
    fresh
    type "half a line"
    await 'half a line' "half a line is typed"
    shell=$(ps -e -o pid=,args= | sed -n "s|^ *\([0-9]*\) .*xentimectl-full shell\$|\1|p;
        s|^ *\([0-9]*\) $tool shell\$|\1|p" | head -n 1)
    kill -s $signal "$shell"
    if [ $signal = INT ]; then
        await '\^C' "SIGINT drops it"
        type exit
        key Enter
    fi
    await '^host> *$' "SIG$signal: back"
    sane "SIG$signal"
    type "x shell"
    key Enter
    await '^xentime> *$' "once more"
done
type "exit"
key Enter
await '^host> *$' "exit"

# ---- a narrow terminal, and none ----

type "COLUMNS= TERM=dumb x shell"
key Enter
await '^xentime> *$' "a dumb terminal"
type "help list"
key Enter
await '^Usage: xentimectl list' "will do"
key C-d

run_shell() { printf '%s\n' "$@" | "$tool" shell; }
capture run_shell 'simulate -n --hours 0.01 --mode 2 --guest tick' '# no' '' \
    'policy check "examples/policy.xml"'
is "$status $err" "0 " "redirected"
like "$out" '^   2 no_missed_ticks_pending ' "its commands run"
like "$out" '^examples/policy.xml: a policy' "all of them"
unlike "$out" "$(printf '\033')|xentime>" "without a prompt"
printf 'help list\nhelp stats\n' >"$tmp/lines"
capture sh -c "$tool shell <$tmp/lines"
is "$(grep -c '^Usage' <<<"$out")" 2 "each line of a file once"
capture run_shell 'nope' 'help' 'show "' 'exit' 'help'
is "$status" 2 "the status is that of the last command"
like "$err" 'that was line 1: exit status 2' "a failure has its line"
like "$err" 'that was line 3: exit status 2' "and does not end it"
capture run_shell 'shell'
is "$status" 2 "no shell in the shell"
capture run_shell 'exit now' 'policy check examples/policy.xml'
is "$status" 0 "exit takes nothing"
capture "$tool" shell --json
is "$status" 2 "nor has it --json"
capture run_shell "$(head -c 70000 /dev/zero | tr '\0' x)"
like "$err" 'it is too long' "a line that is too long"
capture sh -c "printf 'help\\0list\\n' | $tool shell"
like "$err" 'it has a NUL in it' "a NUL"
capture sh -c "printf 'help list' | $tool shell"
like "$out" '^Usage: xentimectl list' "a last line without an end"
capture sh -c "printf 'help\\nhelp\\n' | $tool shell | head -n 1"
like "$out" '^Usage' "a pipe that is closed early"

# ---- README ----

# README shows after each "xentime> " line what that line prints.
sed -n '/^    \$ xentimectl shell$/,/^    xentime> exit$/p' README.md |
    sed -e 1d -e 's/^    //' >"$tmp/readme"
ok "README shows a session" test "$(wc -l <"$tmp/readme")" -gt 8
type "clear; x shell"
key Enter
await '^xentime> *$' "README's session"
sed -n 's/^xentime> //p' "$tmp/readme" >"$tmp/typed"
while read -r line; do
    type "$line"
    await "^xentime> $(printf '%s' "$line" | sed 's/[].[*+?(){}|\\^$]/\\&/g')" \
        "typed: $line"
    key Enter
    [ "$line" = exit ] || await '^xentime> *$' "and done"
done <"$tmp/typed"
await '^host> *$' "to its end"
screen | sed -n '/^xentime> /,/^xentime> exit$/p' >"$tmp/shown"
is "$(cat "$tmp/shown")" "$(sed '/^$/d' "$tmp/readme")" "README shows what it prints"

done_testing
