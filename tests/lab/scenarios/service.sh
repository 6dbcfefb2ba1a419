# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that the units that are installed do their work under systemd, inside
# all that they are not allowed: xentimectl.service starts, says that it is
# ready, gives domains their settings as they come, logs to the journal, is
# reloaded, comes back when it was killed, stops, and ends with xenstored for
# good; the metrics' service writes its file, and the timer starts that.
#
# How: Debian's systemd is dom0's init, and this scenario one of its services.
#
# lab: with=systemd releases=oldest timeout=400 idle=120 xen=vpmu=on
# lab: all=oldest@stock+c
# lab: cpu=qemu64,+svm,+npt,family=16,model=4,stepping=2

. /lib/lab/lib.sh

policy=/etc/xentime/policy.xml
prom=/var/lib/prometheus/node-exporter/xentime.prom
# policy TICKPOLICY
policy() {
    echo "<xentime-policy version='1'><rule><match name='web-*'/><clock>" \
        "<timer name='platform' tickpolicy='$1'/></clock></rule>" \
        "</xentime-policy>" >$policy
}
# arrives NAME
arrives() {
    dom=$(labdom create --introduce "$1") || bail "labdom creates $1"
}
not() { ! "$@"; }
unit() { systemctl show -P "$1" xentimectl; }
journal() { journalctl -q -o cat -u xentimectl; }
said() { journal | grep -qF "$1"; }
active() { [ "$(unit ActiveState)" = active ] && [ "$(unit MainPID)" != "$1" ]; }

is "$(cat /proc/1/comm)" systemd "systemd is dom0's init"
policy discard
arrives web-0
ok "started, and ready" systemctl start xentimectl
is "$(unit ActiveState)/$(unit SubState)/$(unit Result)" active/running/success \
    "it runs"
is "$(labdom param "$dom" timer_mode)" 2 "what was there has its mode"
arrives web-1
ok "what comes is in the journal" wait_for 60 said "web-1 ($dom): timer_mode"
is "$(labdom param "$dom" timer_mode)" 2 "and has its mode"
exits 0 "persists" -- xentimectl set-mode --persist web-1 3

policy never
systemctl reload xentimectl
ok "a policy that is wrong is said to be" wait_for 60 said "the policy stays as it was"
policy merge
systemctl reload xentimectl
ok "a reload" wait_for 60 said "web-0 (1): timer_mode 2"
is "$(labdom param 1 timer_mode)" 3 "the new policy is in force"
is "$(unit ActiveState)" active "it runs still"

xentimectl profile start web-0 --holder night -- sleep 1000 >/dev/null 2>&1 &
holder=$!
in_session() { xenstore-ls -f /tool/xentime/profile 2>/dev/null | grep -q night; }
ok "a session" wait_for 60 in_session
pid=$(unit MainPID)
kill -KILL "$pid"
usleep 5000000 # RestartSec
ok "killed, it comes back" wait_for 60 active "$pid"
arrives web-2
ok "and watches" wait_for 60 said "web-2 ($dom): timer_mode"
kill -KILL $holder "$(pidof sleep)"
usleep 4000000 # it looks every five seconds
ok "a session whose holder is gone is released" wait_for 60 not in_session

i=0
while [ $i -lt 3 ] && systemctl restart xentimectl; do i=$((i + 1)); done
is $i 3 "restarted time and again"
ok "stopped" systemctl stop xentimectl
is "$(unit ActiveState)/$(unit Result)" inactive/success "without complaint"

mkdir -p "${prom%/*}"
ok "metrics" systemctl start xentimectl-metrics
like "$(cat $prom)" '^xentime_domain_timer_mode\{.*name="web-2"' "are in their file"
rm -f $prom
ok "their timer" systemctl start xentimectl-metrics.timer
ok "starts it" wait_for 90 test -s $prom

ok "started again" systemctl start xentimectl
kill "$(cat /run/xenstored.pid)"
ended() { [ "$(unit ActiveState)" = failed ]; }
ok "it ends with xenstored" wait_for 60 ended
is "$(unit ExecMainStatus)" 5 "with its status"
usleep 6000000
is "$(unit ActiveState)/$(unit NRestarts)" failed/0 "for good"

done_testing
