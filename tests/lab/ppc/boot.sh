# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # here: whose file this is sourced from
#
# boot CONSOLE LIMIT IDLE VERSION OPTION...: runs the machine that ./qemu makes of
# VERSION and the options, until it ends or ../watchdog ends it, which is given
# LIMIT and IDLE. The machine writes to the file CONSOLE, TEST.log, and QEMU
# itself to TEST.qemu. If the machine did not end well, a last line of the
# console, "(LAB) ...", tells ./verdict why.
boot() {
    console=$1 limit=$2 idle=$3 base=${1%.log}
    shift 3
    : >"$console"
    "$here/qemu" "$@" -serial "file:$console" </dev/null >"$base.qemu" 2>&1 &
    qemu=$!
    # Its output is not captured by $(), in which the shell would not notice
    # that the machine has ended.
    "$here/../watchdog" $qemu "$limit" "$idle" \
        'UNRECOVERABLE EXC|Xen BUG|Panic on CPU' "$console" >"$base.why"
    status=0 why=$(cat "$base.why")
    rm -f "$base.why"
    wait $qemu 2>/dev/null || status=$?
    [ -n "$why" ] || [ $status = 0 ] || why="QEMU ended with status $status"
    [ -z "$why" ] || printf '\n(LAB) %s\n' "$why" >>"$console"
}
