# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that Xen answers senseless requests about virtual timers as vtimer.h
# says, and lives; and that a guest has no say in its own timer mode.
#
# How: labdom sends some ten thousands of domctls, most of them wrong in one
# way or another - operations, versions, padding, vCPUs, buffers, domains -
# and in between sets timer_mode and vhpet to any 64-bit value. It knows for
# each call which answers are right; a stock Xen answers ENOSYS. With a native TSC
# mode 4 does not go with two vCPUs, and has to be refused. Meanwhile a
# busy and a halting guest tick. Then a guest sets each HVM parameter, and
# calls the domctl, for itself and for another domain, and is refused.
#
# lab: hv=stock,patched,debug check=newest@patched+smp2 timeout=600
# lab: all=oldest@stock,newest@debug,newest@debug+smp4
# lab: intel=oldest@patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# refused WHAT TARGET PARAM: each value of that target's parameter was refused.
refused() {
    is "$(printf '%s\n' "$out" |
        sed -n "s/^target=$2 param=$3 errno=//p" | tr ',' '\n' | sort -u)" \
        EPERM "$1: target $2"
}

# Stock Xen is not safe with mode 0: see stress.sh.
modes=0xe

guest other pit=20 idle=hlt
other=$dom
# The timers are slow, as Xen with assertions and UBSAN takes its time over each
# tick.
guest hostile vcpus=2 pit=20 lapic=20 aplapic=20 idle=spin
labdom unpause "$dom" "$other"
labdom wait "$dom" pit 5

paced=1
safe_switch "$dom" && modes=0x3f
if [ $modes = 0x3f ] && [ "$(tsc_of "$dom")" = native ]; then modes=0x2f paced=0; fi

for seed in 1 2 3; do
    exits 0 "seed $seed: each answer is right" -- \
        labdom hostile "$dom" n=20000 seed=$seed paced=$paced
    diag "$out"
    like "$out" ' calls=20000 ' "seed $seed: to every call"
done
is "$(labdom param "$dom" timer_mode) $(labdom param "$dom" hpet)" "0 1" \
    "the parameters are as before"

labdom stress "$dom" n=1000 modes=$modes >/run/lab/stress 2>&1 &
exits 0 "while its mode is switched: each answer is right" -- \
    labdom hostile "$dom" n=20000 seed=4 params=0
diag "$out"
wait $!
is $? 0 "while its mode is switched: and no clock goes backwards"
sed 's/^/# /' /run/lab/stress

labdom param "$dom" timer_mode 1
# "sample": that it finds some time at all, with Xen so slow.
measure "after it" sample measure "$dom" 2000
is_range "$m_pit_ratio" 0.95 1.05 "after it: the guest ticks"
is_range "$m_vcpu1_ratio" 0.95 1.05 "after it: and so does its vCPU 1"
ok "after it: the other one too" labdom wait "$other" pit 20

ok "the guest tries what it must not" labdom selfparams "$dom" "$other"
for target in self own other; do
    refused "it cannot set timer_mode" $target 10
    refused "it cannot set vhpet" $target 11
done
is "$(printf '%s\n' "$out" |
    sed -n 's/^target=o[a-z]* domctl errno=//p' | tr ',' '\n' | sort -u)" \
    EPERM "it cannot call the domctl, for its own domid or the other"
unlike "$out" '^target=self domctl errno=(.*,)?0(,|$)' "nor for DOMID_SELF"
unlike "$out" '^target=other param=[0-9]+ errno=(.*,)?0(,|$)' \
    "it can set nothing of the other domain"
is "$(labdom param "$dom" timer_mode) $(labdom param "$dom" hpet)" "1 1" \
    "its parameters are as before"
ok "and it lives" labdom wait "$dom" pit 20

done_testing
