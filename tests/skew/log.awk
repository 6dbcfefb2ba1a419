# SPDX-License-Identifier: GPL-2.0-or-later
#
# Writes a log of a clock with a known fault, as ntpd ("loopstats") or chronyd
# ("tracking.log") would.  tests/skew/faults has the settings of each fault:
#
#   form        loopstats or tracking.log
#   n           readings
#   poll        seconds between two readings (64)
#   noise       seconds, the standard deviation of a reading (1e-4)
#   ar          the correlation of a reading's noise with the one before
#   corrected   ppm, the rate of the clock that the daemon corrects
#   wander      ppm, by how much that varies (standard deviation)
#   rate        ppm, what of the clock's rate is left over
#   step        seconds by which the error changes and stays so, once at
#   step_at     reading (the middle one), or
#   step_every  seconds, again and again
#   stopped     seconds before each such step in which nothing is written
#   set         yes: the daemon sees a step in one reading, and sets the clock
#   jump        seconds of error that come at
#   jump_at     reading (the middle one), and are
#   jump_hold   seconds later still there
#   jump_slew   seconds after that gone, little by little
#   wild        the share of readings that are off by
#   wild_size   seconds (standard deviation); wild_at is a single one
#   wild_at     reading that is off by exactly wild_size
#   date_1970   reading whose date is of 1970
#   unsync      lines in the middle that chronyd writes when it has no source
#   seed        of the random numbers (1)

# The "minimal standard" generator (S. Park and K. Miller, Communications of the
# ACM 31, 1988).  rand() is another in each awk, and so would the logs be.
function random() {
    state = state * 16807 % 2147483647
    return state / 2147483647
}

function normal(    r) {
    r = sqrt(-2 * log(random()))
    return r * cos(6.283185307179586 * random())
}

function noise_of(i) {
    last_noise = i ? ar * last_noise + sqrt(1 - ar * ar) * normal() : normal()
    return noise * last_noise
}

# How many steps there were up to second t.
function steps_by(t) {
    if (step_every)
        return int((t + 1e-6) / step_every)
    return t >= step_at * poll
}

function step_of(t,    now, before) {
    now = steps_by(t)
    before = t < poll ? 0 : steps_by(t - poll)
    return step * (set ? now > before : now)
}

function jump_of(t) {
    t -= jump_at * poll
    if (!jump || t < 0 || t > jump_hold + jump_slew)
        return 0
    return t <= jump_hold ? jump : jump * (1 - (t - jump_hold) / jump_slew)
}

function wild_of(i) {
    if (wild_at != "")
        return i == wild_at ? wild_size : 0
    return random() < wild ? wild_size * normal() : 0
}

function is_stopped(t) {
    return stopped && t > stopped && (t + stopped) % step_every < stopped
}

# ntpd's offset is what the clock has to be moved by, and its frequency that
# by which it is to be made faster: both have the other sign.
function loopstats(i, t, error) {
    t += 1 + 86400 * (i == date_1970 && date_1970 != "" ? 40587 : 60000)
    printf "%d %.3f %.9f %.3f %.9f %.6f 6\n", t / 86400, t % 86400, -error,
           -corrected - wander * normal(), noise * (0.5 + random()),
           0.01 * (0.5 + random())
}

function tracking(t, error, source,    days, seconds) {
    days = int(t / 86400)
    seconds = t % 86400
    printf "2024-%02d-%02d %02d:%02d:%02d %-15s %2d %10.3f %10.3f %10.3e %s " \
           " 1 %10.3e %10.3e %10.3e %10.3e %10.3e\n", 3 + int(days / 31),
           1 + days % 31, int(seconds / 3600), int(seconds / 60) % 60,
           seconds % 60, source, source == "0.0.0.0" ? 0 : 2, corrected, 0.01,
           error, source == "0.0.0.0" ? "?" : "N", noise, 0, 1e-3, 1e-3, 0.1
}

function reading(i,    t, error) {
    t = i * poll
    error = noise_of(i) + rate * 1e-6 * t + step_of(t) + jump_of(t) + wild_of(i)
    if (is_stopped(t))
        return
    if (form == "loopstats")
        loopstats(i, t, error)
    else if (unsync && i >= n / 2 && i < n / 2 + unsync)
        tracking(t, 0, "0.0.0.0")
    else
        tracking(t, error, "192.0.2.1")
}

BEGIN {
    poll = poll ? poll : 64
    noise = noise ? noise : 1e-4
    step_at = step_at ? step_at : int(n / 2)
    jump_at = jump_at ? jump_at : int(n / 2)
    state = seed ? seed : 1
    for (i = 0; i < 10; i++)
        random()
    for (i = 0; i < n; i++)
        reading(i)
}
