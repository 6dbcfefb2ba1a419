# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that the limits of xenstored are no trap: dom0, where xentimectl runs, has
# no quota of nodes, watches or transactions, in either xenstored; what a limit of
# paths or of values refuses is told as that, and nothing is half done.
#
# How: xenstored is started again with quotas of one, then with a limit that a
# path of a record, or the name of who made the change, is beyond. No real host
# could do so, since what was in xenstore is lost.
#
# lab: check=oldest@stock all=oldest@stock+c,newest@stock,newest@stock+c

. /lib/lab/lib.sh
. /lib/lab/robust.sh

d=$(labdom create a)
daemon=$(readlink -f "/proc/$xs/exe")
conf=/etc/xen/oxenstored.conf
cp $conf /run/lab/oxenstored.conf
labdom param "$d" timer_mode 1

# restarted NAME=NUMBER...: xenstored with these limits, named as in
# oxenstored.conf.
restarted() {
    kill -KILL "$xs"
    wait_for 5 is_state "$xs" X
    rm -f /run/xenstored.pid
    cp /run/lab/oxenstored.conf $conf
    options=
    for limit; do
        echo "$limit" >>$conf
        case $limit in
        quota-maxentity=*)   options="$options --entry-nb ${limit#*=}" ;;
        quota-maxwatch=*)    options="$options --watch-nb ${limit#*=}" ;;
        quota-transaction=*) options="$options --transaction ${limit#*=}" ;;
        quota-path-max=*)    options="$options --path-max ${limit#*=}" ;;
        esac
    done
    case $daemon in */oxenstored) options= ;; esac
    # shellcheck disable=SC2086 # words
    "$daemon" --pid-file=/run/xenstored.pid $options
    wait_for 5 test -s /run/xenstored.pid || bail "xenstored does not start"
    read -r xs </run/xenstored.pid
    xen-init-dom0 >/dev/null
}

# refused NAME WHY CMD...: for that reason, and nothing is left of the change.
refused() {
    name=$1 why=$2
    shift 2
    exits 1 "$name: exit 1" -- "$@"
    like "$err" "^xentimectl: .* in xenstore: $why" "$name: the reason"
    is "$(printf '%s\n' "$err" | grep -c '^xentimectl: hint: ')" 1 \
        "$name: and a hint"
    is "$(labdom param "$d" timer_mode)" 1 "$name: the mode is as it was"
    is "$(xenstore-ls /tool/xentime 2>/dev/null)" "" "$name: no record is left"
    is "$(ls /run/lock/xentime)" "" "$name: and no lock"
}

# ---- quotas of guests ----

restarted quota-maxentity=1 quota-maxwatch=1 quota-transaction=1
exits 0 "quotas of one: set-mode" -- xentimectl set-mode "$d" 2
is "$(mode_of "$d") $(record_of "$d")" "2 2 2" "quotas of one: all is done"
xentimectl watch >/run/lab/watch.out 2>/run/lab/watch.err &
watcher=$!
ok "quotas of one: watch" wait_for 60 grep -q watching /run/lab/watch.err
kill -TERM $watcher
wait $watcher
exits 0 "back" -- xentimectl set-mode "$d" 1

# ---- limits of a request ----

case $daemon/$LAB_RELEASE in
*/oxenstored/* | */4.17)
    # dom0's own nodes have shorter paths.
    restarted quota-path-max=40
    refused "a path" "a quota of xenstored's or its limit for paths forbids it" \
        xentimectl set-mode "$d" 3 ;;
*)
    restarted quota-path-max=40
    exits 0 "dom0 has no limit of paths" -- xentimectl set-mode "$d" 1 ;;
esac

case $daemon in
*/oxenstored)
    # "by" in the record is the last of it, when Xen has the new mode.
    restarted quota-maxsize=60
    refused "a value" "it is more than xenstored allows" \
        env SUDO_USER=a-name-that-is-longer-than-a-value-of-sixty-bytes-may-be-here \
        xentimectl set-mode "$d" 3
    exits 0 "a shorter one" -- xentimectl set-mode "$d" 3
    is "$(mode_of "$d") $(record_of "$d")" "3 3 3" "a shorter one: all is done" ;;
esac

done_testing
