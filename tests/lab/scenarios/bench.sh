# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Measures, proves nothing: what xentimectl and xl cost with 100 domains, in
# one run, side by side.
#
# How: meter (median CPU time of some runs; hypercalls and xenstore requests
# of one).  icount seconds count instructions, so that ratios are exact.  The
# domains get the configuration that libxl would have left for `xl list -l`.
#
# lab: output=plain releases=4.17,4.20 timeout=600 idle=300

. /lib/lab/lib.sh

domains=100
runs=5
labdom many $domains >/run/lab/ids

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

id=$(xentimectl list --raw --noheadings -o ID guest050)
{
    printf '{"domains": %s, "commands": {\n' $domains
    meter "xentimectl list" $runs xentimectl list
    printf ',\n'
    meter "xentimectl list --json" $runs xentimectl list --json
    printf ',\n'
    meter "xl list" $runs xl list
    printf ',\n'
    meter "xl list -l" $runs xl list -l
    printf ',\n'
    meter "xentimectl set-mode" $runs xentimectl set-mode "$id" 1
    printf ',\n'
    meter "xentimectl set-mode NAME" $runs xentimectl set-mode guest050 1
    printf '\n}}\n'
} >/run/lab/cli.json || exit 1
# Does xl find what it is to show, as it would on a host of its own?
xl list -l | grep -c '"uuid"' | grep -qx $domains || {
    echo "xl list -l does not show every domain"
    exit 1
}
send_file cli.json /run/lab/cli.json

awk -F '[":,{}]+' '/cpu_s/ {
    printf "%-26s %8.1f ms CPU %5d hypercalls %5d xenstore requests\n", $2,
           $4 * 1000, $6, $8 }' /run/lab/cli.json
exit 0
