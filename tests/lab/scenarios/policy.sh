# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a policy makes real domains as it says: by name, UUID, type and
# label in xenstore; after a plan that is shown, all of it or nothing; what
# only a patched Xen can is told on a stock one; a domain that is created
# again with its UUID is as before. That xl.cfg makes a policy, and running
# domains one that is applied already.
#
# How: domains of the test guest, Xen asked by labdom for what it has.
#
# lab: hv=stock,patched check=oldest@stock all=newest@patched
# lab: xen=vpmu=on cpu=qemu64,+svm,+npt,family=16,model=4,stepping=2

. /lib/lab/lib.sh

policy=/run/lab/policy.xml
# policy TEXT: it is this.
policy() { echo "<xentime-policy version='1'>$1</xentime-policy>" >$policy; }
# rule MATCH WISHES
rule() { echo "<rule><match $1/>$2</rule>"; }
ticks() { echo "<clock><timer name='platform' tickpolicy='$1'/></clock>"; }

# has DOM MODE VHPET NAME: in Xen
has() {
    is "$(labdom param "$1" timer_mode) $(labdom param "$1" hpet)" "$2 $3" "$4"
}

uuid=6a2ac4b1-5f00-4a8d-8b0f-0a5d5c9e7a01
web=$(labdom create web-1)
old=$(labdom create --uuid $uuid 'old billing')
pvh=$(labdom create --type pvh pvh)
for dom in "$web" "$old" "$pvh"; do labdom param "$dom" timer_mode 1; done

# ---- the one that is installed ----

exits 0 "the policy that is installed is one" -- xentimectl policy check
exits 0 "and changes nothing" -- xentimectl policy apply
like "$out" '^all as the policy wishes \(4 domains\)' "as it says"

# ---- a plan, and what it does ----

policy "<defaults>$(ticks merge)</defaults>
$(rule "name='web-*'" "$(ticks discard)")
$(rule "uuid='$uuid'" "<clock><timer name='hpet' present='no'/></clock>")"
exits 0 "a plan" -- xentimectl policy apply --dry-run $policy
diag "$out"
like "$out" '^  old billing \([0-9]*\)$' "each domain that changes"
like "$out" '^\+   vhpet off  \(line 3\)' "with what it gets, and why"
has "$web" 1 1 "changes nothing"
exits 0 "applied" -- xentimectl policy apply $policy
has "$web" 2 1 "the first rule that matches"
has "$old" 3 0 "rule and defaults"
is "$(labdom param "$pvh" timer_mode)" 3 "and no HPET where there is none"
exits 0 "applied again" -- xentimectl policy apply $policy
like "$out" '^all as the policy wishes' "nothing is left to do"
like "$(xentimectl show "$web")" 'xentimectl-?f?u?l?l?\[' "there is a record"

labdom destroy "$old"
old=$(labdom create --uuid $uuid 'old billing')
labdom param "$old" timer_mode 1
exits 0 "applied to a domain created again" -- xentimectl policy apply $policy
has "$old" 3 0 "it is as before"

# ---- labels ----

policy "$(rule "label='ticks' value='t*c'" "$(ticks catchup)")"
exits 0 "nobody has the label" -- xentimectl policy apply $policy
has "$web" 2 1 "nothing changes"
xenstore-write "/tool/xentime/label/$uuid/ticks" tsc
exits 0 "one has it" -- xentimectl policy apply $policy
has "$old" 1 0 "and changes"
has "$web" 2 1 "alone"

# ---- what needs a patched Xen; all or nothing ----

policy "<defaults>$(ticks merge)</defaults>
$(rule "name='web-1'" "$(ticks paced)<tuning sync-wakeup-after='8'/>")"
if [ "$LAB_HYPERVISOR" = stock ]; then
    exits 4 "mode 4 and tuning on a stock Xen" -- \
        xentimectl policy apply $policy
    diag "$out"
    like "$out" '^!   timer_mode 4 ' "the mode is marked"
    like "$out" '^!   sync_wakeup_after 8 ' "and the tuning"
    like "$out" '^      .*patch' "with what they need"
    has "$web" 2 1 "nothing is changed"
    has "$old" 1 0 "of any domain"
else
    exits 0 "mode 4 and tuning" -- xentimectl policy apply $policy
    has "$web" 4 1 "the mode is set"
    like "$(xentimectl show "$web")" 'sync.wakeup.after.* 8' "and the tuning"
    xentimectl tune "$web" sync-wakeup-after=0 >/dev/null
fi

# ---- permission ----

policy "$(rule "name='old*'" "<profiling allow='no'/>")"
exits 0 "nobody may profile it" -- xentimectl policy apply $policy
exits 4 "so nobody can" -- xentimectl profile start 'old billing'
like "$err" 'policy does not allow' "and is told"
exits 0 "another domain can be" -- xentimectl profile start web-1
xentimectl profile stop --all >/dev/null
labdom destroy "$old"
old=$(labdom create --uuid $uuid 'old billing')
labdom param "$old" timer_mode 1
xentimectl set-mode "$web" 1 >/dev/null
exits 4 "a reboot does not change that" -- xentimectl profile start 'old billing'
policy ""
exits 0 "a policy that does not say so does" -- xentimectl policy apply $policy
exits 0 "so it can be" -- xentimectl profile start 'old billing'
xentimectl profile stop --all >/dev/null

# ---- from and to other formats ----

cat >/run/lab/xl.cfg <<EOF
name = "old billing"
builder = 'hvm'
disk = [ 'phy:/dev/vg/old,hda,w' ]
timer_mode = "one_missed_tick_pending"
hpet = 0
EOF
exits 0 "a policy from xl.cfg" -- xentimectl policy import /run/lab/xl.cfg
echo "$out" >$policy
exits 0 "can be applied" -- xentimectl policy apply $policy
has "$old" 3 0 "to the domain of that name"
exits 0 "one from the domains" -- xentimectl policy export
echo "$out" >$policy
like "$(xentimectl policy apply --dry-run $policy)" '^all as the policy wishes' \
    "is applied already"
exits 0 "xl.cfg from a domain" -- \
    xentimectl policy export 'old billing' --format xl
like "$out" '^timer_mode = "one_missed_tick_pending"' "has its mode"

# ---- a broken one ----

echo "<xentime-policy version='1'>
<rule><match name='web-1'/><clock><timer name='hpet' present='nope'/></clock>
</rule></xentime-policy>" >$policy
exits 1 "a policy that is wrong" -- xentimectl policy apply $policy
like "$err" "policy.xml:2: present=\"nope\"" "with its line"
has "$web" 1 1 "changes nothing"

done_testing
