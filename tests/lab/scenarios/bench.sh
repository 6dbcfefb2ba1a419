# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Measures, proves nothing: what xentimectl and xl cost with 100 domains, and
# what their lists cost with 500 and 2,000, in one run, side by side.
#
# How: meter (median CPU time of some runs; hypercalls and xenstore requests
# of one).  icount seconds count instructions, so that ratios are exact.  The
# domains get the configuration that libxl would have left for `xl list -l`.
#
# lab: output=plain timeout=3000 idle=900 mem=4096

. /lib/lab/lib.sh

domains=100
runs=5
labdom many --numbered $domains || exit 1

mkdir -p /var/lib/xen
xentimectl list --raw --noheadings -o ID,NAME,UUID | while read -r id name uuid
do
    [ "$id" != 0 ] || continue
    printf '{"c_info": {"type": "hvm", "name": "%s", "uuid": "%s"},
             "b_info": {"max_vcpus": 1, "max_memkb": 4096,
                        "target_memkb": 4096, "type.hvm": {}}}' \
        "$name" "$uuid" >"/var/lib/xen/userdata-d.$id.$uuid.libxl-json"
    m=/local/domain/$id/memory
    xenstore-write "$m/target" 4096 "$m/static-max" 4096 "$m/videoram" 0
done

# Does xl find what it is to show, as it would on a host of its own?
xl list -l | grep -c '"uuid"' | grep -qx $domains || {
    echo "xl list -l does not show every domain"
    exit 1
}
id=$(xentimectl list --raw --noheadings -o ID guest050)
json=/run/lab/cli.json
sep=''

# measure NAME COMMAND...: a member of the document, a line for the eye.
measure() {
    name=$1
    shift
    meter "$name" $runs "$@" >/run/lab/one || exit 1
    { printf '%b' "$sep"; cat /run/lab/one; } >>$json
    sep=',\n'
    sed 's/.*{//; s/[^0-9. ]//g' /run/lab/one | {
        awk -v name="$name" '{
            printf "%-24s %7.1f ms CPU %5d hypercalls %5d xenstore requests\n",
                   name, $1 * 1000, $2, $3 }'
    }
}

printf '{"domains": %s, "commands": {\n' $domains >$json
measure "xentimectl list" xentimectl list
measure "xentimectl list --json" xentimectl list --json
measure "xl list" xl list
measure "xl list -l" xl list -l
measure "xentimectl set-mode" xentimectl set-mode "$id" 1
measure "xentimectl set-mode NAME" xentimectl set-mode guest050 1
printf '\n}' >>$json

# listed TOTAL MORE...: with so many domains, of which all MORE are new.
listed() {
    total=$1
    shift
    for more in "$@"; do labdom many "$more" || exit 1; done
    printf ',\n"lists of %s": {\n' "$total" >>$json
    sep=''
    runs=3
    measure "xentimectl list, $total" xentimectl list
    measure "xl list, $total" xl list
    printf '\n}' >>$json
}
listed 500 400
listed 2000 750 750
printf '}\n' >>$json
send_file cli.json $json
exit 0
