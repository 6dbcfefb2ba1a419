# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
#
# Scenarios that hold Xen's count of the ticks of $dom against the guest's own
# source this file, after timers.sh.

# reading NAME: of both counts, for tally; the domain is best quiescent.
reading() {
    labdom stats "$dom" >"/run/lab/$1.stats" &&
        labdom ticks "$dom" >"/run/lab/$1.ticks"
}

# tally A B: what happened from reading A to reading B, in /run/lab/tally, a
# line of KEY=VALUE for each timer that runs: the counters of "labdom stats",
# and what the guest has counted; sums over all timers in $t_KEY; pending as
# of B, ideal by Xen's time and the period. What does not add up is in
# $t_unequal, $t_lateness (ticks in the histogram), $t_guest and $t_ideal: the
# timers, with the numbers.
tally() {
    # awk gets the files of both readings, those of A first.
    awk '
    function value(key,   i) {
        for (i = 1; i <= NF; i++)
            if (index($i, key "=") == 1)
                return substr($i, length(key) + 2)
        return 0
    }
    function wrong(what, text) { bad[what] = bad[what] " " text }
    BEGIN {
        n_keys = split("due delivered late collapsed dropped wakeups", keys)
    }
    FNR == 1 { file++ }
    /^timer=/ {
        src = value("timer") == "hpet" ? "hpet0" : value("timer")
        name = "0-" src
        guest[file > 2, name] = value("ticks")
        filtered[file > 2, name] = value("filtered")
        next }
    /^vcpu[0-9]/ {
        name = substr($1, 5) "-lapic"
        guest[file > 2, name] = value("lapic")
        filtered[file > 2, name] = value("filtered")
        next }
    /^vcpu=[0-9]* since/ {
        now[file > 2, value("vcpu")] = value("now"); next }
    /^vcpu=/ {
        b = file > 2
        name = value("vcpu") "-" value("src")
        for (i = 1; i <= n_keys; i++)
            v[b, name, keys[i]] = value(keys[i])
        pending = value("pending")
        sum = value("delivered") + value("collapsed") + value("dropped") + \
              pending
        if (sum != value("due") + 0)
            wrong("unequal", name ":" value("due") "/" sum)
        n = split(value("lateness"), late, ",")
        for (sum = i = 0; i++ < n; ) sum += late[i]
        if (sum != value("delivered") + 0)
            wrong("lateness", name ":" sum "/" value("delivered"))
        if (!b || value("period") == 0)
            next

        line = "timer=" name
        for (i = 1; i <= n_keys; i++) {
            d = v[1, name, keys[i]] - v[0, name, keys[i]]
            line = line " " keys[i] "=" d
            total[keys[i]] += d
            if (!(keys[i] in least) || d < least[keys[i]])
                least[keys[i]] = d
            delta[keys[i]] = d
        }
        total["pending"] += pending
        line = line " pending=" pending
        names[++timers] = name
        lines[name] = line
        due[name] = delta["due"]
        delivered[name] = delta["delivered"]
        cpu = value("vcpu")
        ideal[name] = (now[1, cpu] - now[0, cpu]) / value("period")
        seconds[name] = (now[1, cpu] - now[0, cpu]) / 1e9
        next }
    END {
        for (i = 1; i <= timers; i++) {
            name = names[i]
            counted = guest[1, name] - guest[0, name]
            printf "%s guest=%d filtered=%d ideal=%.2f\n", lines[name],
                counted, filtered[1, name] - filtered[0, name], \
                ideal[name] >"/run/lab/tally"
            # Once a second the RTC ends an update: if the guest has not read
            # register C since its last tick, rtc_update_irq() interrupts it
            # once more, for a tick that it has counted.
            more = name ~ /rtc$/ ? int(seconds[name]) + 1 : 0
            if (counted < delivered[name] || counted > delivered[name] + more)
                wrong("guest", name ":" delivered[name] "/" counted)
            d = due[name] - ideal[name]
            if (d < -1 || d > 1)
                wrong("ideal", name ":" due[name] "/" ideal[name])
        }
        printf "t_timers=%d t_pending=%d", timers, total["pending"]
        for (i = 1; i <= n_keys; i++)
            printf " t_%s=%d t_least_%s=%d", keys[i], total[keys[i]],
                keys[i], least[keys[i]]
        printf "\nt_unequal=\"%s\" t_lateness=\"%s\"", bad["unequal"],
            bad["lateness"]
        printf " t_guest=\"%s\" t_ideal=\"%s\"\n", bad["guest"], bad["ideal"]
    }' "/run/lab/$1.ticks" "/run/lab/$1.stats" \
        "/run/lab/$2.ticks" "/run/lab/$2.stats" >/run/lab/tally.sh
    # shellcheck source=/dev/null
    . /run/lab/tally.sh
}

# adds_up WHAT A B TIMERS: from one reading to the other, both of the
# quiescent domain, every tick of so many timers is accounted for.
adds_up() {
    rm -f /run/lab/tally
    tally "$2" "$3"
    is "$t_timers" "$4" "$1: $4 timers ran"
    is "$t_unequal" "" \
        "$1: due is delivered, collapsed, dropped and pending together"
    is "$t_guest" "" "$1: the guest has counted what was delivered"
    is "$t_lateness" "" "$1: each tick delivered is in the histogram"
    is "$t_ideal" "" "$1: as many are due as periods have passed"
    sed 's/^/# /' /run/lab/tally
}

# quiesce: $dom, with no interrupt on its way.
quiesce() {
    labdom quiesce "$dom" >/dev/null || bail "there is a quiet moment"
}
