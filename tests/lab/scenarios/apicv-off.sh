# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that apicv=0 on Xen's command line is a way out of what apicv-ticks.sh shows:
# ticks of a backlog are not lost then, on a stock Xen either.
#
# How: that scenario, whose expectations follow whether Xen has APICv.
#
# lab: slow=1 check=oldest@stock xen=apicv=0 intel=oldest@stock,newest@stock

. /lib/lab/scenarios/apicv-ticks.sh
