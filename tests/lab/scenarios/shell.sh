# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that the shell does on a real Xen what its lines say, with domains whose
# names want quotes, that a domain that ends is no end of it, and that a dumb
# terminal, all that this dom0 has, will do.
#
# lab: check=oldest@stock

. /lib/lab/lib.sh

web=$(labdom create web)
old=$(labdom create 'old "billing"')
for dom in "$web" "$old"; do labdom param "$dom" timer_mode 1; done

cat >/run/lab/lines <<'EOF'
# what an administrator would type
list
set-mode web 2
set-mode 'old "billing"' merge   # quotes
show "old \"billing\""
set-vhpet old\ \"billing\" off
EOF
capture sh -c 'xentimectl shell </run/lab/lines'
is "$status $err" "0 " "lines from a file"
is "$(labdom param "$web" timer_mode) $(labdom param "$old" timer_mode) $(labdom param "$old" hpet)" \
    "2 3 0" "are done"
like "$out" '^old "billing": vhpet on -> off' "and shown"

labdom destroy "$web"
printf 'show web\nlist\n' >/run/lab/lines
capture sh -c 'xentimectl shell </run/lab/lines'
is "$status" 0 "after one that fails the next is run"
like "$err" 'web: no such domain|no domain' "which is said"
like "$err" 'that was line 1: exit status 3' "with its line"
like "$out" 'old "billing"' "and the next is"

printf 'every 0.1 list\n' >/run/lab/lines
sh -c 'exec xentimectl shell </run/lab/lines >/run/lab/every' &
pid=$!
# shellcheck disable=SC2016 # for the other shell
ok "every" wait_for 30 sh -c \
    '[ "$(grep -c "^ID" /run/lab/every)" -ge 3 ]'
kill -INT $pid 2>/dev/null
kill -KILL $pid
is "$(tr -d '\n -~' </run/lab/every | wc -c)" 0 \
    "which clears nothing where there is no terminal"

if command -v script >/dev/null 2>&1; then
    # This script is busybox's, and the terminal can do nothing.
    printf 'list\nexit\n' |
        TERM=dumb script -q -c 'xentimectl shell' /run/lab/typescript \
            >/dev/null 2>&1
    like "$(cat /run/lab/typescript)" 'old "billing"' "on a dumb terminal"
fi

done_testing
