# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that list, show, set-mode, set-vhpet, info and help do what
# xentimectl-domain(8) and xentimectl(8) say, with domains of every type, that
# stats, tune and resync name the patch they need, and that wrong use gets one
# clear line and the documented exit status and changes nothing.
#
# How: labdom makes an HVM, a PVH and a PV domain; what xentimectl says is
# held against Xen's own answers, which labdom reads without our library.
#
# lab: timeout=350

. /lib/lab/lib.sh

one_line() { [ "$(printf '%s\n' "$err" | grep -vc hint:)" = 1 ]; }
mode_of() { labdom param "$1" timer_mode | sed 's/.*=//'; }
vhpet_of() { labdom param "$1" hpet | sed 's/.*=//'; }

# refused STATUS PATTERN NAME -- CMD...: status, one line, and what it says.
refused() {
    refused_status=$1 refused_like=$2 refused_name=$3
    shift 4
    exits "$refused_status" "$refused_name: status $refused_status" -- "$@"
    like "$err" "$refused_like" "$refused_name: the reason"
    ok "$refused_name: one line" one_line
}

# ---- a host without domains ----

exits 0 "list on an empty host" -- xentimectl list
is "$(echo "$out" | wc -l)" 2 "a heading and dom0"
like "$out" '^ *0 Domain-0 +PV +running +- +- +-$' "dom0 has no settings"
exits 0 "set-mode --all on an empty host" -- xentimectl set-mode --all 1
is "$out" "" "which has nothing to say"

# ---- one of each ----

hvm=$(labdom create web pit=100 idle=hlt)
pvh=$(labdom create --type pvh box)
pv=$(labdom create --type pv old)
uuid=$(xentimectl list --raw --noheadings -o UUID web)
labdom unpause "$hvm"

exits 0 "list" -- xentimectl list
like "$out" "^ *$hvm web +HVM +[a-z]+ +0 on +-$" "the HVM domain"
like "$out" "^ *$pvh box +PVH +paused +0 - +-$" "the PVH domain has no vhpet"
like "$out" "^ *$pv old +PV +paused +- - +-$" "the PV domain has neither"
for ref in web "$hvm" "$uuid" "$(echo "$uuid" | tr a-f A-F)"; do
    is "$(xentimectl list --raw --noheadings -o ID "$ref")" "$hvm" \
        "found as $ref"
done
is "$(xentimectl list -n -r -o id,Mode-Name box web | tr '\n' ' ')" \
    "$pvh delay_for_missed_ticks $hvm delay_for_missed_ticks " \
    "columns in any case, domains in the order asked for"
is "$(xentimectl list -n -o NAME web web "$hvm")" web "a domain once"
exits 0 "list --json" -- xentimectl list --json
like "$out" '"timer_mode":0' "has the mode"
like "$out" '"type":"PVH"' "has the type"
like "$out" '"vhpet":null' "null where there is none"

for ref in web box old Domain-0; do
    exits 0 "show $ref" -- xentimectl show "$ref"
    like "$out" "^name +$ref +xenstore" "show $ref: where the name is from"
done
exits 0 "show --json" -- xentimectl show --json web
like "$out" '"source":"HVM parameter"' "with sources"

# ---- changing ----

n=1
for word in catchup no_missed_ticks_pending 3 NODELAY sync mixed; do
    exits 0 "set-mode web $word" -- xentimectl set-mode web $word
    is "$(mode_of "$hvm")" $n "Xen has mode $n"
    n=$((n % 3 + 1))
done
exits 0 "set-mode to what it is" -- xentimectl set-mode web 3
like "$out" '^web: timer_mode is already 3' "says so"
exits 0 "set-mode by options first" -- xentimectl --json set-mode web 2
like "$out" '"old":3' "old value in JSON"
like "$out" '"new":2' "new value in JSON"
exits 0 "set-mode of a list" -- xentimectl set-mode "box,$uuid" 1
is "$(mode_of "$hvm")$(mode_of "$pvh")" 11 "both have it"
exits 0 "set-mode --all" -- xentimectl set-mode --all merge
is "$(mode_of "$hvm")$(mode_of "$pvh")" 33 "all that can have it"
exits 0 "set-vhpet off" -- xentimectl set-vhpet web off
is "$(vhpet_of "$hvm")" 0 "Xen has it off"
exits 0 "set-vhpet on" -- xentimectl set-vhpet web ON
is "$(vhpet_of "$hvm")" 1 "Xen has it on"
record=$(records_of "$uuid")/timer_mode
is "$(xenstore-read "$record/requested" "$record/applied" | tr '\n' ' ')" "3 3 " \
    "the record agrees"
like "$(xenstore-read "$record/by")" '^root xentimectl\[[0-9]+\]$' "by whom"
is "$(ls /run/xentime)" "" "no lock is left"

# ---- what cannot be ----

refused 3 '^xentimectl: wbe: no such domain$' "a wrong name" -- \
    xentimectl set-mode wbe 1
refused 3 '^xentimectl: 4711: no such domain$' "a wrong id" -- \
    xentimectl show 4711
refused 3 '^xentimectl: "": no such domain$' "an empty name" -- \
    xentimectl list ""
refused 2 '"7" is not a timer mode' "a wrong mode" -- xentimectl set-mode web 7
refused 2 'is not on or off' "a wrong switch" -- xentimectl set-vhpet web maybe
refused 4 'Domain-0: a PV domain has no timer_mode' "dom0" -- \
    xentimectl set-mode Domain-0 1
refused 4 'box: a PVH domain has no vhpet' "vhpet of PVH" -- \
    xentimectl set-vhpet box off
refused 4 'old: a PV domain has no vhpet' "vhpet of PV" -- \
    xentimectl set-vhpet old off
refused 4 'old: a PV domain has no timer_mode' "one of a list cannot" -- \
    xentimectl set-mode web,box,old 1
refused 3 'nope: no such domain' "one of a list is not there" -- \
    xentimectl set-mode web,nope 1
is "$(mode_of "$hvm")$(mode_of "$pvh")" 33 "and none of the list was changed"
exits 3 "an error with --json" -- xentimectl show --json wbe
like "$out" '"code":"no-domain"' "is a JSON document too"

# ---- what needs a patched Xen ----

refused 4 'web: cannot read tick statistics: .* "tick-stats"' "stats" -- \
    xentimectl stats web
refused 4 'web: cannot read or set sync_wakeup_after: .* "sync-wakeup"' \
    "tune" -- xentimectl tune web sync-wakeup-after=1
refused 4 'web: cannot resync guest time: .* "resync"' "resync" -- \
    xentimectl resync web
exits 4 "resync once more" -- xentimectl resync web
like "$err" 'hint: .*"x86/vpt: tell how far guest time is behind, ' \
    "names the patch"
refused 4 'old: .*a PV domain' "resync of PV" -- xentimectl resync old

# ---- wrong use ----

exits 2 "no command: status 2" -- xentimectl
like "$err" '^  set-mode ' "no command: the commands are listed"
is "$out" "" "no command: as a mistake"
refused 2 'no command "frob"' "an unknown command" -- xentimectl frob
refused 2 'unknown option "--frob"' "an unknown option" -- xentimectl list --frob
refused 2 'takes no -a' "an option of another command" -- \
    xentimectl list -a
refused 2 'needs a value' "an option without its value" -- xentimectl list -o
refused 2 'no column' "an unknown column" -- xentimectl list -o ID,,NAME
refused 2 'expected' "too few operands" -- xentimectl set-mode web
refused 2 'several domains take commas' "too many operands" -- \
    xentimectl set-mode web 1 2
refused 2 'do not go together' "--all and a domain" -- \
    xentimectl set-mode --all web 1
refused 2 'takes 0 to' "a wrong --wait" -- xentimectl set-mode -w 1x web 1
is "$(mode_of "$hvm")" 3 "and nothing was changed"

# ---- output that goes nowhere ----

sh -c 'xentimectl list 2>/run/lab/pipe; echo $? >/run/lab/status' | :
is "$(cat /run/lab/pipe)" "" "a pipe closed early is no error to talk about"
sh -c 'xentimectl list >/dev/full' 2>/run/lab/full
is $? 1 "a full disk is an error"
like "$(cat /run/lab/full)" 'cannot write the output' "and says so"

# ---- info and help ----

exits 0 "info" -- xentimectl info
like "$out" "^Xen: +$LAB_RELEASE" "names the release"
like "$out" 'scheduler: +credit2' "the scheduler"
like "$out" 'platform timer: .*(HPET|ACPI|PIT)' "the platform timer"
like "$out" 'capabilities: +timer-mode vhpet$' "what a stock Xen can do"
is "$(echo "$out" | grep -c '^defect: .*: present$')" 8 "its known defects"
exits 0 "info --json" -- xentimectl info --json
like "$out" '"patched":false' "says that this Xen is not patched"
for c in list show set-mode set-vhpet tune stats resync info help; do
    exits 0 "help $c" -- xentimectl help $c
    like "$out" "^Usage: xentimectl $c" "help $c: usage"
done
exits 0 "list --help" -- xentimectl list --help
exits 0 "completion of a mode" -- xentimectl --complete 3 xentimectl set-mode web
like "$out" '^no_missed_ticks_pending$' "offers the modes"
exits 0 "completion of a domain" -- xentimectl --complete 2 xentimectl show
like "$out" '^box$' "offers the domains"

done_testing
