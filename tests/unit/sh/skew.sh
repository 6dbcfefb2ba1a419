#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# xentimectl skew analyze: logs of clocks whose rate and steps are known, as
# figures, as JSON and as a plot; files that are something else, and a machine
# without gnuplot.

. tests/unit/sh/tap.sh
export LD_LIBRARY_PATH=build/host LC_ALL=C
tool=$PWD/build/host/xentimectl
mkdir "$tmp/logs"
cd "$tmp/logs" || exit 1

# This clock loses 700 ppm, by an ntpdate -q every minute, over New Year.
awk 'BEGIN { srand(1)
    for (i = 0; i < 100; i++) {
        s = 23 * 3600 + 60 * i
        day = s < 86400 ? "31 Dec" : " 1 Jan"
        s %= 86400
        print "server 10.0.0.1, stratum 2, offset 0.1, delay 0.02"
        printf "%s %02d:%02d:%02d ntpdate[%d]: adjust time server 10.0.0.1 " \
               "offset %.6f sec\n", day, s / 3600, s / 60 % 60, s % 60, 100 + i,
               700e-6 * 60 * i + 1e-3 * rand()
    } }' >"rhel 4"
# ntpd slows this clock down by 132.569 ppm, and it falls back half a second.
awk 'BEGIN { srand(2)
    for (i = 0; i < 300; i++)
        printf "54495 %.3f %.9f -132.569 0.0208 %.3f 10\n", 60000 + 16 * i,
               2e-3 * rand() + (i >= 200 ? 0.5 : 0), i % 50 ? 239.7 : 1200.5
    }' >loopstats

capture "$tool" skew analyze "rhel 4" loopstats
is "$status $err" "0 " "two logs"
like "$out" '^rhel 4 +100 +1h39m +-4\.1[0-9]* +-700\.[0-9]* +\+0\.[0-9]* +- +0$' \
    "the one that loses"
like "$out" '^loopstats +300 +1h19m +-0\.50[0-9]* +[-+]0\.[0-9]* .*\+132\.569 +1$' \
    "the one with a step"
like "$out" '^rhel 4: loses 60\.4[0-9]* s a day \(0\.0700 %\): ntpd cannot follow' \
    "what NTP cannot do"
like "$out" '^loopstats: gains 11\.454 s a day \(0\.0133 %\)$' \
    "and what it does all the time"
like "$out" '^loopstats: stepped back by 0\.[45][0-9]* s .*, 0h53m after' "the step"
like "$out" '^loopstats: Allan deviation over 1000 in 6 of 300' "hard work"
ok "80 columns" test "$(head -3 <<<"$out" | wc -L)" -le 80

capture "$tool" skew analyze --json "rhel 4" loopstats
ok "a JSON document" jq -e '.clocks | length == 2 and
    (.[0] | .clock == "rhel 4" and .format == "ntpdate" and .readings == 100
        and (.rate_ppm + 700 | fabs) < 0.5 and .interval_ppm < 0.5
        and .own_rate_ppm == null and .ntp_can_follow == false
        and .steps == []) and
    (.[1] | .format == "loopstats" and .own_rate_ppm == 132.569
        and .ntp_can_follow and .hard == 6
        and (.steps | length == 1) and .steps[0].after_s == 3200
        and (.steps[0].size_s + 0.5 | fabs) < 0.001)' <<<"$out"
# This clock gets away from ntpd, whose correction is at its limit.
awk 'BEGIN { for (i = 0; i < 50; i++)
        printf "60000 %d %.6f 500.000 0.02 1 6\n", 64 * i, 64e-3 * i }' >runaway
capture "$tool" skew analyze --json runaway
rm runaway
ok "what is not corrected counts as well" jq -e '.clocks[0] |
    (.own_rate_ppm + 1500 | fabs) < 0.01 and (.ntp_can_follow | not)' <<<"$out"
capture "$tool" skew analyze - <loopstats
like "$out" '^- +300 ' "standard input"
head -c 1000 loopstats >part
capture "$tool" skew analyze part
like "$err" '^xentimectl: part: 1 of [0-9]+ lines are not of loopstats$' \
    "the last line cut off"
is "$status" 0 "which is no failure"
echo '54495 1 0.1 -132.569 0.0208 239 10' >one
capture "$tool" skew analyze one
like "$out" '^one +1 +0s +-0\.100000 +- +- +\+132\.569 +0$' \
    "one reading has no rate"
capture "$tool" skew analyze --json one
ok "in JSON neither" jq -e '.clocks[0].rate_ppm == null' <<<"$out"

capture "$tool" skew analyze one --plot nowhere/one.svg
is "$status $err" "1 xentimectl: nowhere/one.svg: No such file or directory" \
    "a plot in a directory that is not there"
unlike "$out" "svg" "and nothing of it elsewhere"

# ---- verdicts ----

# loopstats of a clock: readings, what ntpd corrects, and the error's growth.
clock() {
    awk -v n="$1" -v ntpd="$2" -v rate="$3" -v noise="${4-0.0001}" 'BEGIN { srand(3)
        for (i = 0; i < n; i++)
            printf "60000 %d %.9f %.3f 0.02 1 6\n", 64 * i,
                   -rate * 1e-6 * 64 * i + noise * (rand() - 0.5), ntpd }'
}
verdict() {
    capture "$tool" skew analyze "$1"
    is "$status" 0 "$1"
    like "$out" "$2" "$1: $2"
}
clock 200 500 -400 >pegged
verdict pegged "loses 77\.76.* ntpd's correction is at its limit \(500 ppm\), and does not follow"
clock 200 0 -499 >free
verdict free 'loses 43\.1[0-9]* s a day \(0\.0499 %\)$'
like "$out" "^Next: see 'xentimectl show DOM'" "and what to do"
clock 200 0 0 >still
verdict still 'no drift to be seen: less than 0\.0[0-9]* s a day'
like "$out" '^Next: nothing' "and nothing to do"
# chronyd slews an old error away at 10 ppm, which is not the clock's doing.
awk 'BEGIN { for (i = 0; i < 100; i++)
    printf "60000 %d %.9f 12.000 0.02 1 6\n", 64 * i, 0.07 - 1e-5 * 64 * i }' >slewed
capture "$tool" skew analyze --json slewed
ok "what is slewed away is no rate of the clock" \
    jq -e '.clocks[0] | .own_rate_ppm == -12 and .rate_ppm > 9' <<<"$out"
awk 'BEGIN { for (i = 0; i < 200; i++)
    printf "2024-09-02 %02d:%02d:00 10.0.0.1 3 -9.0 0.1 %.3e N 1 3.0e-05 0.0 1.5e-02 3.4e-04 8.3e-04\n",
           i / 60, i % 60, 30 - 0.14 * i }' >slewing.log
capture "$tool" skew analyze slewing.log
unlike "$out" 'does not follow' "nor is chronyd slow that slews"
# Cron runs ntpdate each day, which tells nothing of the guest's days.
awk 'BEGIN { for (i = 1; i <= 12; i++)
    printf "%2d May 03:00:00 ntpdate[7]: step time server 10.0.0.1 offset 0.93%d sec\n", i, i % 7
    }' >daily
verdict daily '^Next: nothing'
clock 100 0.0003 0 >tiny
verdict tiny 'no drift to be seen'
clock 5 0 20 0.5 >few
verdict few 'too few readings to tell a drift: 5 in 0h04m'
like "$out" '^Next: take more readings' "and what would tell"
printf ' 6 May 13:%s:00 ntpdate[7]: step time server 10.0.0.1 offset %s sec\n' \
    00 2.31 15 14.4 >two
verdict two 'loses 1382\.4.* by two readings alone: 14\.400000 s in 900 s'
verdict two 'ntpdate set it 2 times, by \+16\.71.*; the readings are sums of that'
clock 200 -30 0 >one-guest
clock 300 -30 0 >another
capture "$tool" skew analyze one-guest another
like "$out" '^They drift alike' "two guests of one host"
awk 'BEGIN { for (i = 0; i < 200; i++)
    printf "2024-09-02 %02d:%02d:00 10.0.0.1 3 -900.0 0.1 %.3e N 1 3.0e-05 0.0 1.5e-02 3.4e-04 8.3e-04\n",
           i / 60, i % 60, -2e-3 * 60 * i }' >tracking.log
verdict tracking.log 'loses 250\.5.*: chronyd does not follow, though it could'
rm pegged free still slewed slewing.log daily tiny few two one-guest another tracking.log

# ---- a locale with a decimal comma ----

mkdir "$tmp/locale"
localedef -i de_DE -f UTF-8 "$tmp/locale/de_DE.UTF-8"
german=(env LOCPATH="$tmp/locale" LC_ALL=de_DE.UTF-8)
is "$("${german[@]}" printf %.1f 1)" "1,0" "there is one"
for args in "" --json; do
    # shellcheck disable=SC2086 # words
    is "$("${german[@]}" "$tool" skew analyze $args loopstats "rhel 4")" \
        "$("$tool" skew analyze $args loopstats "rhel 4")" "the same: $args"
done
ok "a plot in it" "${german[@]}" "$tool" skew analyze --plot german.svg loopstats
"$tool" skew analyze --plot english.svg loopstats >"$tmp/table"
ok "is the same" cmp german.svg english.svg
rm german.svg english.svg

# ---- plots ----

capture "$tool" skew analyze "rhel 4" loopstats --plot o\'graph.svg
is "$status $err" "0 " "an SVG file"
like "$(cat o\'graph.svg)" '<svg' "is one"
like "$(cat o\'graph.svg)" 'rhel 4' "with the name"
like "$(cat o\'graph.svg)" 'cliffs' "and the step"
ok "a PNG file" "$tool" skew analyze loopstats --plot graph.png
like "$(head -c 4 graph.png)" 'PNG' "is one"
for args in "loopstats --plot -" "loopstats --plot" "--plot --verbose loopstats"; do
    # shellcheck disable=SC2086 # words
    capture "$tool" skew analyze $args
    like "$out" 'loopstats \*\*\*' "$args: in characters"
    like "$out" '^loopstats +300' "$args: with the table"
done
is "$(ls)" "$(printf "%s\n" graph.png loopstats "o'graph.svg" one part 'rhel 4')" \
    "nothing else is left"

# A file's name is that, and neither an option nor a command.
for name in '|touch pwned;#.svg' -x.svg STDOUT.svg; do
    capture timeout 20 "$tool" skew analyze loopstats --plot="$name"
    is "$status $err" "0 " "a plot called $name"
    like "$(head -n 3 "./$name")" '<svg' "is in a file of that name"
    rm -f "./$name"
done
is "$(find . -name 'pwned*')" "" "and no command was run"

# Nor can it play tricks on a terminal: right-to-left override, a colour.
evil=$'web\xe2\x80\xaegol\x1b[31m'
cp part "$evil"
capture env LC_ALL=C.UTF-8 "$tool" skew analyze "$evil" --plot -
rm "$evil"
unlike "$out$err" $'\xe2\x80\xae|\x1b' "no byte of a hostile name is printed raw"
like "$err" '^xentimectl: web\\u202egol\\x1b\[31m: 1 of ' "not by a message"
like "$out" '^ *web\\u202egol\\x1b\[31m \*\*\*' "nor by a plot"

mkdir bin empty
capture env PATH="$PWD/empty" "$tool" skew analyze loopstats --plot gone.svg
is "$status" 1 "without gnuplot"
like "$err" 'install gnuplot-nox and run "gnuplot gone.svg.gp"' "what to do"
ok "which does it" gnuplot gone.svg.gp
ok "there it is" grep -q '<svg' gone.svg
# What is marked: a jump that ntpd removes, and an hour without readings.  A
# second clock, of the next hour, stands beside the first and not upon it.
awk 'BEGIN { for (i = 0; i < 100; i++)
    printf "60000 %d %.6f 1.000 0.02 1 6\n", 16 * i + (i > 60 ? 3600 : 0),
           1e-4 * (i % 7) + (i == 30 ? 2 : 0) }' >jumping
awk 'BEGIN { for (i = 0; i < 100; i++)
    printf "60000 %d 0.00%d 1.000 0.02 1 6\n", 7200 + 16 * i, i % 7 }' >later
env PATH="$PWD/empty" "$tool" skew analyze jumping later --plot marks.svg
data() {
    sed -n "/^.$1/,/^END/p" marks.svg.gp
}
like "$(cat marks.svg.gp)" "title 'jumps'" "jumps are marked"
is "$(data jumps0 | sed -n 2p)" \
    "8 -2.0002" "where they are"
is "$(data clock0 | grep -c '^$')" 1 "a gap is open"
is "$(data clock1 | awk 'NR == 2 { print $1 }')" 120 \
    "clocks share the time axis"
ok "gnuplot takes it" gnuplot marks.svg.gp
rm marks.svg marks.svg.gp jumping later
echo precious >victim
ln -s victim led.svg.gp
capture env PATH="$PWD/empty" "$tool" skew analyze loopstats --plot led.svg
is "$status" 1 "a link in the place of the script"
is "$(cat victim)" precious "is not followed"
capture env PATH="$PWD/empty" "$tool" skew analyze loopstats --plot -
is "$status $out" "1 " "without gnuplot in characters"
printf '#!/bin/sh\nexit 3\n' >bin/gnuplot
chmod +x bin/gnuplot
capture env PATH="$PWD/bin:$PATH" "$tool" skew analyze loopstats --plot broken.svg
is "$status" 1 "gnuplot fails"
ok "and leaves nothing" test ! -e broken.svg
is "$(ls broken* 2>/dev/null)" "" "not even a part"
# shellcheck disable=SC2016 # the script's, not this one's
printf '#!/bin/sh\n>killed.svg.$PPID\nkill -TERM $PPID\nexec sleep 60\n' \
    >bin/gnuplot
capture env PATH="$PWD/bin:$PATH" "$tool" skew analyze loopstats --plot killed.svg
is "$status" 143 "a signal ends it while gnuplot draws"
is "$(ls killed* 2>/dev/null)" "" "and leaves nothing"
capture "$tool" skew analyze loopstats --plot nodir/x.svg
is "$status" 1 "no such directory"

# ---- what is no log ----

printf 'root:x:0:0:root:/root:/bin/bash\n' >passwd
: >nothing
printf 'Reference ID    : 00000000 ()\nStratum         : 0\n' >unsynchronised
forms="ntpdate, loopstats, peerstats, rawstats, tracking.log, statistics.log, \
measurements.log, chronyc, ntpq, ntptime, timedatectl timesync-status, \
w32tm /stripchart, linuxptp, syslog and journal of these"
while read -r file reason; do
    capture "$tool" skew analyze loopstats "$file"
    is "$status $out" "1 " "$file: status 1, and no half of an answer"
    is "$err" "xentimectl: $file: $reason" "$file: why"
    capture "$tool" skew --json analyze "$file"
    ok "$file: in JSON" jq -e '.error.exit == 1' <<<"$out"
done <<EOF
passwd not a log of these: $forms
nothing there is nothing in it
unsynchronised no line tells a clock's error at a time
nope No such file or directory
empty Is a directory
EOF
for args in "" "web db" analyze "analyze loopstats --plot x.gif" \
    "analyze --json loopstats --plot -" "analyze --json loopstats --plot" \
    "analyze --plot" "analyze --plot loopstats"; do
    # shellcheck disable=SC2086 # words
    capture "$tool" skew $args
    is "$status" 2 "usage: skew $args"
done

done_testing
