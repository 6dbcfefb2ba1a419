# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that whoever may not talk to Xen, or has none to talk to, is told so
# in one line; and that another user cannot get at the locks of root.
#
# How: busybox's su to a user made here; the directory of the locks made by
# that user beforehand; the devices of Xen moved away.
#
# lab: releases=oldest timeout=200

. /lib/lab/lib.sh
. /lib/lab/robust.sh

echo 'guest:x:1000:1000:guest:/:/bin/sh' >>/etc/passwd
echo 'guest:x:1000:' >>/etc/group
as_guest() { su -s /bin/sh guest -c "$*"; }
is "$(as_guest id -u)" 1000 "a user other than root"

d=$(labdom create 'a b')
commands="list
list -o ID,MODE
show $d
set-mode $d 2
set-mode --all 2
set-vhpet $d off
info"

# all_refused NAME ERE HINT-ERE COMMAND...: of each command, run by COMMAND.
all_refused() {
    refused=$1 why=$2 hint=$3
    shift 3
    while read -r command; do
        # shellcheck disable=SC2086 # words
        no_xen "$refused: $command" "$@" $command
        like "$err" "$why" "$refused: $command: why"
        like "$err" "^xentimectl: hint: $hint" "$refused: $command: the hint"
    done <<EOF
$commands
EOF
}

unchanged() {
    is "$(mode_of "$d") $(labdom param "$d" hpet) $(record_of "$d")" \
        "0 1 - -" "$1: nothing was changed"
}

# ---- another user ----

printf '#!/bin/sh\nexec su -s /bin/sh guest -c "xentimectl $*"\n' >/run/guest
chmod 755 /run/guest
all_refused "as a user" \
    "^xentimectl: cannot open Xen's privcmd device: Permission denied$" \
    'run it as root$' /run/guest
unchanged "as a user"
for command in 'help' 'help set-mode' 'set-mode --help' '--version'; do
    # shellcheck disable=SC2086 # words
    exits 0 "as a user: $command works" -- as_guest xentimectl $command
    isnt "$out" "" "as a user: $command says something"
done
exits 0 "as a user: help --json works" -- as_guest xentimectl help --json
ok "and is valid" is_json "$out"
exits 2 "as a user: a misuse is one" -- as_guest xentimectl set-mode "$d" 9
exits 0 "as a user: completion of domains is silent" -- \
    as_guest xentimectl --complete 2 xentimectl show ''
is "$out$err" "" "and empty"

# ---- what another user can do about the locks ----

# Debian has the directories so; the lab's are otherwise.
chmod 1777 /run/lock
chmod 755 /run

ok "the user takes a name in /run/lock" as_guest mkdir -m 777 /run/lock/xentime
isnt "$(as_guest mkdir /run/xentime 2>&1 >/dev/null; echo $?)" 0 \
    "but cannot in /run"
exits 0 "set-mode works" -- timeout 10 xentimectl set-mode "$d" 2
is "$(ls -A /run/lock/xentime)" "" "and goes to no directory of the user's"
rmdir /run/lock/xentime
is "$(stat -c '%a %U' /run/xentime)" "755 root" "the locks' directory is root's"
isnt "$(as_guest touch /run/xentime/a 2>&1 >/dev/null; echo $?)" 0 \
    "in which the user can make nothing"

chmod 777 /run/xentime
exits 5 "a directory that all can write to is refused" -- \
    timeout 10 xentimectl set-mode "$d" 3
like "$err" '^xentimectl: other users can write to /run/xentime$' \
    "the message names it"
exits 0 "list works all the same" -- xentimectl list
rmdir /run/xentime

mkdir /run/roots
ln -s /run/roots /run/xentime
exits 5 "a link is refused" -- timeout 10 xentimectl set-mode --json "$d" 3
ok "with --json: valid" is_json "$out"
is "$(ls -A /run/roots)" "" "root has left nothing where it leads"
rm /run/xentime
is "$(labdom param "$d" timer_mode)" 2 "none of these has changed anything"
labdom param "$d" timer_mode 0
xenstore-rm /tool/xentime

# ---- no Xen ----

# libxenctrl would make do with /proc/xen/privcmd, of older kernels.
umount -l /proc/xen
mv /dev/xen/privcmd /run/privcmd
all_refused "without Xen's device" \
    "^xentimectl: cannot open Xen's privcmd device: No such file" \
    'this has to run in the control domain .dom0. of a Xen' xentimectl
exits 0 "without Xen's device: help works" -- xentimectl help
exits 0 "without Xen's device: completion is silent" -- \
    xentimectl --complete 2 xentimectl show ''
is "$out$err" "" "and empty"
mv /run/privcmd /dev/xen/privcmd
unchanged "without Xen's device"
exits 0 "with it again all works" -- xentimectl set-mode "$d" 1

done_testing
