# SPDX-License-Identifier: LGPL-2.1-only
#
# mode-words.awk names.c TEMPLATE: prints the template with the words that
# policies have for the timer modes, as names.c has them: libvirt's, or else the
# first alias.  A line with @mode@ is printed once for each mode, and @modes@
# becomes "0 delay, 1 catchup, ...".
#
# Nothing is compiled for it, as what is built for another machine does not run
# on this one.  The tests compare the result with the table.

BEGIN {
    n = 0
}

FNR == NR {
    if (/^    \[XENTIME_.*\] = [{]$/)
        word = ""
    if (/^        \.(tickpolicy|aliases) = / && word == "") {
        split($0, quoted, "\"")
        word = words[n] = quoted[2]
        list = list (n ? ", " : "") n++ " " word
    }
    next
}

/@mode@/ {
    for (i = 0; i < n; i++) {
        line = $0
        sub(/@mode@/, words[i], line)
        print line
    }
    next
}

{
    sub(/@modes@/, list)
    print
}
