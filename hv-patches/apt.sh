# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2016 # $(SITE) and the like are apt's, not the shell's
# shellcheck disable=SC1091
#
# Sourced: Debian packages of any suite, through an apt of its own.
#
#   apt_open SUITE DIRECTORY KIND...   KIND: deb, deb-src
#   apt_run apt-get download ...
#   apt_source PACKAGE RELEASE KNOWN
#
# apt_arch is the packages' architecture; amd64 if nobody sets it.
#
# Lists and cache are in DIRECTORY, so that the machine's packages and lists
# stay as they are. The mirror is the machine's own, whatever Debian release
# it runs; proxies, credentials and the like in /etc/apt/apt.conf.d stay in
# force. The caller has a lock if several may come at once, and defines die().

apt_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_sources OWN SUITE KIND...: sources.list for SUITE, made from the
# machine's own targets.
#
# The machine may run another Debian release than SUITE; all that is taken
# over is where the archive is, and whether -updates and -security of the
# machine's release are configured, since then the mirror has ours too.
apt_sources() {
    signed=
    [ ! -f "$apt_keyring" ] || signed=" signed-by=$apt_keyring"
    own=$1 suite=$2
    shift 2
    apt-get indextargets --format \
        '$(SITE) $(RELEASE) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v own="$own" -v suite="$suite" -v kinds="$*" \
        -v opt="[arch=${apt_arch:-amd64}$signed]" '
        BEGIN { kinds_n = split(kinds, kind_of, " ") }
        $NF != "main" { next }
        {
            # Without "apt-get update" apt does not know the codename; the
            # name in sources.list is all there is.
            name = $3 ~ /^[a-z]/ ? $3 : $2
            sub(/^(old)*stable/, own, name)
            sub(/\/updates$/, "-security", name)
            part = ""
            if (name ~ /-/) { part = name; sub(/^[^-]*/, "", part) }
            if (name != own part || (part != "" && part != "-updates" &&
                                     part != "-security"))
                next
            if (!seen[part]++)
                for (i = 1; i <= kinds_n; i++)
                    print kind_of[i] " " opt " " $1 " " suite part " main"
        }'
}

# apt_run COMMAND...: with the private configuration.
apt_run() {
    # No sandbox user: it could not write to a build directory of root's.
    # The hooks in Post-Invoke are about the machine's lists, not ours.
    cat >"$apt_dir/apt.conf" <<EOC
Dir::Etc::SourceList "$apt_dir/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "$apt_dir";
Dir::State::Lists "$apt_dir/lists";
Dir::State::Status "/dev/null";
Dir::State::extended_states "$apt_dir/extended_states";
Dir::Cache "$apt_dir/cache";
APT::Architecture "${apt_arch:-amd64}";
APT::Architectures { "${apt_arch:-amd64}"; };
APT::Sandbox::User "root";
APT::Default-Release "";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOC
    APT_CONFIG=$apt_dir/apt.conf "$@"
}

# Only Packages and Sources: no translations, no file lists.
apt_update() {
    rm -rf "$apt_dir/lists" && mkdir -p "$apt_dir/lists/partial"
    apt_run apt-get -qq -o APT::Get::List-Cleanup=0 \
        -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        --error-on=any update >"$apt_dir/update.log" 2>&1
}

apt_open() {
    apt_suite=$1 apt_dir=$2
    shift 2
    mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"

    apt_sources "$(. /etc/os-release && echo "${VERSION_CODENAME-}")" \
        "$apt_suite" "$@" >"$apt_dir/sources.all"
    grep -q " $apt_suite main\$" "$apt_dir/sources.all" ||
        die "apt knows no Debian mirror here (apt-get indextargets)"

    # The lists are good for a day.
    [ ! -f "$apt_dir/lists.stamp" ] ||
        [ -n "$(find "$apt_dir/lists.stamp" -mtime +0)" ] || return 0

    say "reading Debian's package lists ($apt_suite)"
    cp "$apt_dir/sources.all" "$apt_dir/sources.list"
    rm -f "$apt_dir/lists.stamp"
    if ! apt_update; then
        # A mirror may lack -updates or -security of the other release.
        grep " $apt_suite main\$" "$apt_dir/sources.all" \
            >"$apt_dir/sources.list"
        apt_update || die "cannot read the package lists of $apt_suite:" \
            "$(grep -m1 '^[EW]:' "$apt_dir/update.log" ||
               echo 'apt-get failed')"
    fi
    touch "$apt_dir/lists.stamp"
}

# apt_forget: what was asked for was not to be had; the lists may be too old.
apt_forget() { rm -f "$apt_dir/lists.stamp"; }

# apt_source PACKAGE RELEASE KNOWN: its source, upstream's tarball and Debian's,
# into the working directory; RELEASE is what the version begins with, with
# Debian's epoch. The version is left in a file of that name.
#
# It is the newest that the mirror has whole, which may be without what a
# suite's -security names. It may also have the tarballs but not the .dsc that
# names them; the checksums are those of the signed package list either way.
apt_source() {
    for version in $(apt_run apt-cache showsrc "$1" |
                     sed -n 's/^Version: //p' | sort -Vru); do
        case $version in "$2".*) ;; *) continue ;; esac
        rm -f "$1"_*
        if apt_run apt-get -q source --download-only "$1=$version" || {
               apt_run apt-get -q source --tar-only "$1=$version" &&
               apt_run apt-get -q source --diff-only "$1=$version"; }
        then
            echo "$version" >version
            return 0
        fi
    done
    apt_known "$@"
}

# apt_known PACKAGE RELEASE KNOWN: the lists may name a version that the mirror has
# no file of, while an older one, which they no longer name, is still there. KNOWN
# lists such files, of the source PACKAGE: RELEASE VERSION FILE SHA256.
apt_known() {
    rm -f "$1"_*
    site=$(sed -n 's/^deb.* .*\] \([^ ]*\) .*/\1/p' "$apt_dir/sources.list" |
        head -n 1)
    initial=$(printf %.1s "$1")
    sed 's/#.*//' "$3" | while read -r of version file sum; do
        [ "$of" = "$2" ] || continue
        url=$site/pool/main/$initial/$1/$(echo "$file" | sed 's/+/%2b/g')
        apt_run /usr/lib/apt/apt-helper download-file "$url" "$PWD/$file" \
            "SHA256:$sum" || exit 1
        echo "$version" >version
    done
    [ -f version ]
}
