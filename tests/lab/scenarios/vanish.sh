# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a domain may be destroyed at any moment of its change: set-mode
# ends with 0 or 3, after 3 nothing of the change is left in xenstore or in
# the other domains of the same command, and no other domain is touched, were
# it one with the same name and UUID.
#
# How: victims, each destroyed by labdom at another moment of a set-mode of it
# alone or together with others: while both run; while set-mode is stopped;
# while it waits for a stopped xenstored. The latter two make the gap wide, so
# that it is known, and counted, what had been done by then.
#
# lab: slow=1 releases=oldest timeout=400 idle=120 all=oldest@stock+c

. /lib/lab/lib.sh
. /lib/lab/robust.sh

a=$(labdom create stays)
b=$(labdom create 'stays too')
labdom unpause "$b"
id=$b
moment=$(moment "$a")
diag "applied after $moment us"
exits 0 "two domains that stay" -- xentimectl set-mode "$a,$b" 1

# victim: a new domain, always of the same name; its id is $id.
victim() {
    labdom many 1
    id=$((id + 1))
}

wrong() { problems="$problems$*; "; }

# ---- at many moments ----

mode_a=1 mode_b=1

# field UUID NAME: of the records in $store; "-" if there is none.
field() {
    field=${store#*"$1 = "}
    [ "$field" != "$store" ] || { echo -; return; }
    field=${field#*" $2 = \""}
    echo "${field%%\"*}"
}

# intact ID MODE: domain and record have this mode.
intact() {
    case "
$modes
" in *"
$1 $2
"*) ;; *) wrong "domain $1 does not have mode $2" ;; esac
    record="$(field "$(uuid_of "$1")" requested) $(
        field "$(uuid_of "$1")" applied)"
    [ "$record" = "$2 $2" ] ||
        wrong "domain $1 has mode $2, the record says $record"
}

# try WAY REFS US: destroy domain $id US after the start of set-mode REFS
# (ahead: start them the other way round; waiting: at its request number US).
try() {
    way=$1 refs=$2 us=$3 problems='' stage=unknown end=''
    new=$((1 + mode_a % 3))

    if [ "$way" = ahead ]; then
        labdom destroy --no-xenstore "$id" &
        destroyer=$!
        usleep "$us"
        start xentimectl set-mode "$refs" $new
        wait $destroyer || wrong "not destroyed"
    else
        case $way in
        waiting) at_request "$us" xentimectl set-mode "$refs" $new || return ;;
        *) start xentimectl set-mode "$refs" $new
           usleep "$us" ;;
        esac
        [ "$way" != stopped ] || kill -STOP "$job" 2>/dev/null
        [ "$way" = running ] || stage=$(stage_of "$id" 0)
        labdom destroy --no-xenstore "$id" || wrong "not destroyed"
        kill -CONT "$xs" "$job" 2>/dev/null
    fi
    finish
    err=$(printf '%s\n' "$err" | grep -v 'still waiting for xenstored')
    modes=$(xentimectl list --raw --noheadings -o ID,MODE)
    store=$(xenstore-ls /tool/xentime)

    case $status in
    0)
        end='done'
        [ "$err" = "" ] || wrong "stderr: $err"
        case ,$refs, in *,"$a",*) mode_a=$new ;; esac
        case ,$refs, in *,"$b",*) mode_b=$new ;; esac
        ;;
    3)
        end=$(printf '%s\n' "$err" | sed -n '
            s/.*: no such domain$/missing/p
            s/.*; nothing was changed$/untouched/p
            s/.*: the domain is gone$/refused/p
            s/.*; what was changed ([0-9]*) was put back$/undone/p')
        [ "$end" ] || wrong "stderr: $err"
        [ "$out" = "" ] || wrong "stdout: $out"
        [ "$(field "$(uuid_of "$id")" requested)" = - ] ||
            wrong "a record is left"
        ;;
    *) wrong "status $status: $err" ;;
    esac
    intact "$a" $mode_a
    intact "$b" $mode_b
    echo "$way $stage ${end:-?}" >>/run/lab/tries
}

: >/run/lab/tries
n=0

# result: of the last try.
result() {
    name="$way $us, $stage, ${end:-?}"
    is "$problems" "" "$name" || {
        xentimectl set-mode "$a" $mode_a
        xentimectl set-mode "$b" $mode_b
    } >/dev/null

    # The domain died after its change: the next change sweeps the record.
    if [ "$status" = 0 ] && has_record "$id"; then
        xentimectl set-mode "$b" $mode_b >/dev/null
        isnt "$(has_record "$id"; echo $?)" 0 "$name: the record is swept"
        echo swept >>/run/lab/tries
    fi
}

for us in $(numbers 3 16 0 8000); do
    n=$((n + 1))
    victim
    case $((n / 4 % 4)) in
    0) refs=$id ;;
    1) refs=$a,$id ;;
    2) refs=$id,$a ;;
    3) refs=$a,$id,$b ;;
    esac
    case $((n % 4)) in
    0) try running "$refs" "$us" ;;
    1) try ahead "$refs" $((us * 2)) ;;
    *) try stopped "$refs" $((moment - 3000 + us)) ;;
    esac
    result
done

# The domain is destroyed at each request that a set-mode of two domains makes;
# of those of the last transaction, at every third.
n=1
victim
while try waiting "$a,$id" $n; [ "$stage" != unknown ]; do
    result
    case $stage in record) n=$((n + 3)) ;; *) n=$((n + 1)) ;; esac
    victim
done
# The last try came too late: the change is done, and the domain alive.
mode_a=$new
labdom destroy "$id"
xentimectl set-mode "$a" $mode_a >/dev/null
sort /run/lab/tries | uniq -c | while read -r line; do diag "$line"; done

number() { grep -c "$1" /run/lab/tries; }
is_range "$(number ' done')" 1 40 "often the change was done before"
is_range "$(number 'unknown [mru]')" 1 10 "often it was overtaken"
is_range "$(number ' undone')" 2 40 "often it was put back"
is_range "$(number ' untouched')" 1 40 "often nothing had been changed yet"
is_range "$(number ' announce')" 2 40 \
    "often it died between announcing and applying"
is_range "$(number ' record')" 2 40 \
    "often it died between applying and recording"
is_range "$(number swept)" 1 40 "often its record was swept by the next change"
is "$(recorded)" \
    "$(printf '%s\n' "$(uuid_of "$a")" "$(uuid_of "$b")" | sort)" \
    "the only records left are those of the domains that stay"
is "$(ls /run/xentime)" "" "no lock file is left"

# ---- its name and UUID go to another domain ----

for stage in announce record; do
    name="replaced at the stage '$stage'"
    xentimectl set-mode "$a" 1 >/dev/null
    victim
    at_stage $stage "$id" 0 xentimectl set-mode "$a,$id" 2 ||
        bail "$name: never got there"
    before=$id
    labdom destroy --no-xenstore "$before"
    id=$(labdom create --no-xenstore --uuid "$(uuid_of "$before")" guest001)
    kill -CONT "$xs"
    finish
    case $stage.$status in
    # The mode was applied to all before the domain died, and so it may be said.
    record.0) want=2 ;;
    *) want=1
       is "$status" 3 "$name: exit 3"
       like "$err" "^xentimectl: guest001: .*the domain is gone; " \
            "$name: the message" ;;
    esac
    is "$(mode_of "$id")" 0 "$name: the new domain is not touched"
    is "$(mode_of "$a") $(record_of "$a")" "$want $want $want" \
        "$name: the other one is as is said"
    isnt "$(has_record "$before"; echo $?)" 0 "$name: no record is left"
    exits 0 "$name: the new domain can be changed, by UUID" -- \
        xentimectl set-mode "$(uuid_of "$before")" 3
    is "$(mode_of "$id") $(record_of "$before")" "3 3 3" \
        "$name: and has its record"
    labdom destroy "$id"
done

# ---- a domain that is dead but not gone ----

# Its memory cannot be freed while a process of dom0 has a page of it mapped.
xentimectl set-mode "$a,$b" 1 >/dev/null
z=$(labdom create zombie pit=100)
labdom unpause "$z"
xentimectl set-mode "$z" 1 >/dev/null
labdom wait --timeout-ms 3600000 "$z" pit 1000000 >/dev/null 2>&1 &
holder=$!
wait_for 10 grep -q privcmd "/proc/$holder/maps" || bail "no page of it mapped"
kill -STOP $holder
labdom destroy --no-xenstore "$z"
like "$(labdom state "$z")" 'state=dying' "a zombie"

exits 0 "list shows it" -- xentimectl list --raw --noheadings -o ID,STATE
like "$out" "^$z dying$" "as dying"
exits 3 "set-mode: exit 3" -- xentimectl set-mode "$z" 2
like "$err" 'zombie: the domain is gone' "the message names it"
exits 3 "set-vhpet: exit 3" -- xentimectl set-vhpet "$z" off
exits 3 "with another domain: exit 3" -- xentimectl set-mode "$a,$z" 3
is "$(mode_of "$a") $(record_of "$a")" "1 1 1" "the other one is as it was"
exits 0 "--all leaves it out" -- xentimectl set-mode --all 2
is "$(mode_of "$a") $(mode_of "$b")" "2 2" "and changes the others"
kill -KILL $holder
wait $holder
wait_for 5 sh -c "! labdom state $z"
exits 0 "a change after its end" -- xentimectl set-mode "$a" 3
isnt "$(has_record "$z"; echo $?)" 0 "sweeps its record"

done_testing
