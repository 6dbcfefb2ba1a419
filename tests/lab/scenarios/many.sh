# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a hundred domains are listed, found and changed as one is, and
# that a record does not outlive its domain for ever.
#
# How: labdom makes a hundred paused domains whose modes it knows; each line
# of the list is held against Xen's answer; half of them are destroyed.
#
# lab: releases=oldest timeout=300 idle=120 all=oldest@stock+c

. /lib/lab/lib.sh

exits 0 "a hundred domains" -- labdom many --numbered 100

exits 0 "list" -- xentimectl list
is "$(echo "$out" | wc -l)" 102 "a heading, dom0 and all of them"
is "$(echo "$out" | awk 'NR > 2 && $5 != ($1 + 3) % 4' | wc -l)" 0 \
    "each with its own mode"
exits 0 "list --json" -- xentimectl list --json
is "$(echo "$out" | grep -c '"uuid"')" 101 "has them all"
is "$(xentimectl list -n -r -o ID guest100 guest001 | tr '\n' ' ')" \
    "100 1 " "found by name among a hundred"

exits 0 "set-mode --all" -- xentimectl set-mode --all 2
is "$(echo "$out" | grep -c '^guest')" 100 "changes a hundred"
is "$(xentimectl list -n -r -o MODE | sort | uniq -c | tr -s ' \n' ' ')" \
    " 1 - 100 2 " "all of them have it"
is "$(recorded | wc -l)" 100 "and a record each"
is "$(find /run/xentime -type f | wc -l)" 0 "and no lock"

exits 4 "set-mode --all to what one of them cannot" -- \
    xentimectl set-mode 1,2,3,4,5,0 1
is "$(xentimectl list -n -r -o MODE 1 2 3 4 5 | sort -u)" 2 \
    "changes none of them"

# shellcheck disable=SC2046 # one word a domain
labdom destroy $(seq 1 50)
is "$(recorded | wc -l)" 100 "records of fifty that ended"
exits 0 "the next change" -- xentimectl set-mode 100 1
is "$(recorded | wc -l)" 100 "has none of them in its directory"
# Its record is in the directory of guest001's.
d=$(labdom create --uuid 6d616e79-0000-4000-8000-000000000203 new)
exits 0 "a change" -- xentimectl set-mode "$d" 1
is "$(recorded | grep -c '00000000\(0001\|0203\)$')" 1 "sweeps its directory"
labdom destroy "$d"
exits 0 "list of those that are left" -- xentimectl list
is "$(echo "$out" | wc -l)" 52 "fifty"

done_testing
