#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion by zsh and by fish, as they do it for somebody who types: each in
# its real shell, with the installed files where it looks for them. Which words
# there are is for completion.sh; here it is that they arrive.

. tests/unit/sh/tap.sh
export LC_ALL=C.UTF-8 LD_LIBRARY_PATH=$PWD/build/host HOME=$tmp
top=$PWD
mkdir -p "$tmp/bin" "$tmp/zsh" "$tmp/files"
cat >"$tmp/bin/xentimectl" <<EOF
#!/bin/sh
if [ -e "$tmp/names" ]; then cat "$tmp/names"; exit; fi
exec $top/build/host/xentimectl "\$@"
EOF
chmod +x "$tmp/bin/xentimectl"
PATH=$tmp/bin:$PATH
cp tools/xentimectl.zsh "$tmp/zsh/_xentimectl"
echo '<xentime-policy version="1"/>' >"$tmp/files/one.xml"
cd "$tmp/files" || exit 1

# ---- zsh ----

# The line is typed into a zsh on a terminal of its own, and what it has become
# is printed by Ctrl-X.
cat >"$tmp/type.zsh" <<EOF
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "unsetopt zle_bracketed_paste; PS1= PS2= TERM=dumb fpath=($tmp/zsh \\\$fpath)"
zpty -w z 'autoload -Uz compinit && compinit -u -d $tmp/dump'
zpty -w z 'show() { print -r -- "<<\$BUFFER>>"; BUFFER= }; zle -N show; bindkey "^X" show'
zpty -w z 'echo rea''dy'
zpty -r z said '*ready*'
zpty -w -n z "\$1"\$'\t\x18'
zpty -r z said '*<<*>>*'
print -r -- "\${\${said#*<<}%%>>*}"
zpty -d z
EOF
# by_zsh LINE: what it becomes with Tab
by_zsh() { timeout 60 zsh -f "$tmp/type.zsh" "$1"; }

is "$(by_zsh 'xentimectl set-v')" "xentimectl set-vhpet " "zsh: a command"
is "$(by_zsh 'xentimectl -v set-mode --for')" \
    "xentimectl -v set-mode --force " "zsh: an option"
is "$(by_zsh 'xentimectl list -o ID,NA')" "xentimectl list -o ID,NAME " \
    "zsh: a column after a comma"
is "$(by_zsh 'xentimectl list --output=+VC')" \
    "xentimectl list --output=+VCPUS " "zsh: a column after =+"
is "$(by_zsh 'xentimectl simulate --load=io-3')" \
    "xentimectl simulate --load=io-32 " "zsh: a value after ="
is "$(by_zsh 'xentimectl tune web sy')" "xentimectl tune web sync-wakeup-after=" \
    "zsh: a value is to follow"
is "$(by_zsh 'xentimectl policy check on')" "xentimectl policy check one.xml " \
    "zsh: a file"
# shellcheck disable=SC2016 # a hostile name
printf '%s\n' 'two words' '$(reboot)' >"$tmp/names"
is "$(by_zsh 'xentimectl show tw')" 'xentimectl show two\ words ' \
    "zsh: a name with a blank"
is "$(by_zsh 'xentimectl show \$')" 'xentimectl show \$\(reboot\) ' \
    "zsh: a hostile name"
rm "$tmp/names"

# ---- fish ----

# by_fish LINE: its candidates, a line each
by_fish() {
    timeout 60 fish --no-config -c "source $top/tools/xentimectl.fish
        complete -C \"\$argv\"" "$1"
}
is "$(by_fish 'xentimectl set-v')" set-vhpet "fish: a command"
is "$(by_fish 'xentimectl -v set-mode --for')" --force "fish: an option"
is "$(by_fish 'xentimectl list -o ID,NA')" ID,NAME \
    "fish: a column after a comma"
is "$(by_fish 'xentimectl list --output=+VC')" --output=+VCPUS \
    "fish: a column after =+"
is "$(by_fish 'xentimectl simulate --load=io-3')" --load=io-32 \
    "fish: a value after ="
is "$(by_fish 'xentimectl tune web sy')" sync-wakeup-after= "fish: what to tune"
is "$(by_fish 'xentimectl policy check on')" one.xml "fish: a file"
# shellcheck disable=SC2016 # a hostile name
printf '%s\n' 'two words' '$(reboot)' >"$tmp/names"
is "$(by_fish 'xentimectl show tw')" 'two words' "fish: a name with a blank"

done_testing
