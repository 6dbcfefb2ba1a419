# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that on AMD's family 15h, too, a guest of a patched Xen reads a counter that
# runs without an exit, and does so no longer than its session lasts. There the four counters of the K7 are other names of the
# first of six, and they are those that a guest knows of.
#
# How: as the end of profile-cost. These counters do not count, on an emulated CPU;
# it is what their readings cost that is measured.
#
# lab: hv=patched xen=vpmu=on slow=1
# lab: check=newest@patched all=oldest@patched
# lab: cpu=qemu64,+svm,+npt,family=21,model=2,stepping=0

. /lib/lab/lib.sh
. /lib/lab/profile.sh
. /lib/lab/counts.sh

d=$(labdom create d)
xentimectl profile start "$d" >/dev/null
labdom unpause "$d"
like "$(labdom pmu "$d" on)" ' write-reserved=fault write-ctrl=done ' "it has a vPMU"
like "$(labdom pmu "$d" on)" ' read-later=done ' "with the registers of family 15h"
reading=$(reading "$d")
diag "reading a counter takes $reading instructions"
is_range "$reading" 1 100 "it reads a counter without an exit"

# The bitmap is open: the end of the session closes it again, for both names.
xentimectl profile stop "$d" >/dev/null
is_range "$(reading "$d")" 500 20000 "after the session each reading exits"
nothing_left "the end"
done_testing
