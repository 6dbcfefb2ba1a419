# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that "xentimectl watch" keeps the settings of a domain that xl makes
# and migrates: a policy's as it comes, before it has run, and by its own name
# where xl calls it another while it receives it; those that persist after a
# live migration, and after it was destroyed and made again, in place of what
# xl.cfg says; all of it while Linux runs in it.
#
# How: xl, Debian's kernel as a PVH domain, and a migration to this very host; in
# the lab's own QEMU, as an interrupt that stock QEMU injects twice can stop a Linux
# (see linux-clock.sh); that this is what once ended this guest was not shown.
#
# lab: with=linux consoled=1 hv=stock,patched timeout=600
# lab: idle=300 mem=1536 slow=1 qemu=own
# lab: xen=dom0_mem=600M,dom0_mem=max:600M,guest_loglvl=all

. /lib/lab/lib.sh

policy=/etc/xentime/policy.xml
log=/run/lab/watch.log
config=/run/lab/web.cfg
uuid=6a2ac4b1-5f00-4a8d-8b0f-0a5d5c9e7a02
echo "<xentime-policy version='1'><rule><match name='web'/><clock><timer" \
    "name='platform' tickpolicy='discard'/></clock></rule></xentime-policy>" >$policy
cat >$config <<EOC
type = "pvh"
name = "web"
uuid = "$uuid"
kernel = "/lib/lab/vmlinuz"
ramdisk = "/lib/lab/guest.cpio"
extra = "console=hvc0 quiet init_on_alloc=0 mitigations=off cryptomgr.notests rodata=off"
memory = 160
vcpus = 1
timer_mode = "no_delay_for_missed_ticks"
EOC

# value KEY: of show's.
value() { xentimectl show web | sed -n "s/^ *$1  *\([0-9]*\).*/\1/p"; }
said() { grep -qF "$1" "$log"; }

xentimectl watch 2>$log &
ok "it watches" wait_for 60 said watching

exits 0 "xl create -p" -- xl create -p $config
ok "seen" wait_for 60 said "web (1): timer_mode 1 (no_delay_for_missed_ticks) -> 2"
is "$(value timer_mode) $(value cpu_time_ns)" "2 0" \
    "it has the policy's mode before it has run at all"
xl unpause web
xl console web >/run/lab/console &
up() { grep -q '^up ' /run/lab/console; }
ok "Linux comes up in it" wait_for 200 up
exits 0 "set to persist" -- xentimectl set-mode --persist web 3

exits 0 "xl migrate" -- xl migrate -s '' web 'xl migrate-receive'
diag "$out $err"
ok "seen" wait_for 60 said "web--incoming (2): timer_mode 1"
is "$(value id) $(value timer_mode)" "2 3" "what persists is there after it"
: >/run/lab/console
xl console web >/run/lab/console &
ok "and Linux goes on" wait_for 60 up


exits 0 "what persists is given up" -- xentimectl set-mode web 1
exits 0 "xl migrate, once more" -- xl migrate -s '' web 'xl migrate-receive'
ok "seen" wait_for 60 said "web--incoming (3): timer_mode 1"
is "$(value id) $(value timer_mode)" "3 2" "the rule for its name is in force"
exits 0 "set to persist" -- xentimectl set-mode --persist web 3

exits 0 "xl destroy" -- xl destroy web
exits 0 "and made again" -- xl create -p $config
ok "seen" wait_for 60 said "web (4): timer_mode"
is "$(value timer_mode) $(value cpu_time_ns)" "3 0" "with it, before it has run"
sed 's/^/# /' $log

done_testing
