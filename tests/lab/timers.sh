# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
#
# What the scenarios about time have in common: . /lib/lab/timers.sh, after
# lib.sh.

# guest NAME SETTING...: a paused domain in mode 0 with the test guest; its
# id is in $dom. Of a low weight, lest a busy one slow dom0 down.
guest() {
    dom=$(labdom create --weight 32 "$@") || bail "labdom creates $1"
}

# contend DOM...: where there are several CPUs, they share the last one, and dom0
# has the others.
contend() {
    lab_cpu=$(host_cpus)
    [ "$lab_cpu" -gt 1 ] || return 0
    for lab_dom; do
        xl vcpu-pin "$lab_dom" all $((lab_cpu - 1)) || bail "domains are pinned"
    done
}

# measure NAME IDLE ARG...: run "labdom ARG..." (gaps, measure) and keep each
# value that it prints as $m_TIMER_KEY or $m_clocks_KEY. IDLE is what the
# guest does between ticks. One check: that it did find time for it, because
# a guest which does not shows its own limits instead of the timer mode's.
measure() {
    lab_name="$1: the guest is not overloaded" lab_idle=$2
    shift 2
    if ! labdom "$@" >/run/lab/measured; then
        fail "$lab_name"
        return
    fi
    m_clocks_overload='' m_fault=
    while read -r lab_key lab_rest; do
        case $lab_key in
        timer=*) lab_key=${lab_key#timer=} ;;
        fault) m_fault=1 ;;
        esac
        for lab_value in $lab_rest; do
            eval "m_${lab_key}_${lab_value%%=*}=\${lab_value#*=}"
        done
    done </run/lab/measured
    # Undisturbed it makes 270,000 (spin), 8,000 (sample) turns a second.
    if [ -z "$m_fault" ] && [ "$m_clocks_overload" = 0 ] &&
       awk -v cpu="$m_clocks_cpu" -v dt="$m_clocks_dt_s" -v idle="$lab_idle" \
           -v loops="$m_clocks_loops" 'BEGIN {
               exit !(idle == "hlt" ? cpu < 0.5 :
                      loops > cpu * dt * (idle == "spin" ? 90000 : 2500)) }'
    then pass "$lab_name"; else fail "$lab_name"; fi
    # "filtered": interrupts that QEMU injected twice, and nobody counted.
    lab_name=$?
    sed 's/^/# /' /run/lab/measured
    return $lab_name
}

# late TIMER PAUSED_MS: of the ticks that fell due while the domain was
# paused, in all so long, how many came nevertheless.
late() {
    eval "set -- \$m_$1_ticks \$m_$1_ideal $2"
    awk -v ticks="$1" -v ideal="$2" -v paused="$3" -v dt="$m_clocks_dt_s" \
        'BEGIN { printf "%.1f", ticks - ideal * (1 - paused / 1000 / dt) }'
}

# backwards DOM: how often each clock of the guest has run backwards.
backwards() {
    # shellcheck disable=SC2046,SC2005 # on one line
    echo $(labdom ticks "$1" | grep -o '[a-z]*_back=[0-9]*')
}
never='tsc_back=0 hpet_back=0 pv_back=0'

# safe_switch DOM: this Xen has what makes the switch to mode 0 safe.
safe_switch() {
    lab_features=$(labdom status "$1" 2>/dev/null |
        sed 's/^features=\([^ ]*\).*/\1/')
    [ $((${lab_features:-0} & 1)) -eq 1 ]
}

# tsc_of DOM: native or emulated, as xentimectl finds out.
tsc_of() { xentimectl show "$1" | sed -n 's/^ *tsc  *\([a-z]*\).*/\1/p'; }

# has_apicv: Xen has the CPU deliver interrupts to guests (Intel alone).
has_apicv() { xl dmesg | grep -q 'Virtual Interrupt Delivery'; }

# record DOM SETTING: what xenstore has of the last change: the value that
# was requested, and the one in force; nothing if it has none.
record() {
    lab_node=$(records_of \
        "$(printf '6c616264-6f6d-4000-8000-0000%04x%04x' "$1" "$1")")/$2
    # shellcheck disable=SC2046,SC2005 # on one line
    echo $(xenstore-read "$lab_node/requested" "$lab_node/applied" 2>/dev/null)
}

# shown DOM: what "show --json" prints, without blanks.
shown() {
    # In a subshell, which forgets about IFS.
    # shellcheck disable=SC2046,SC2030 # one word a blank
    (set -f; set -- $(xentimectl show --json "$1"); IFS=; echo "$*")
}
