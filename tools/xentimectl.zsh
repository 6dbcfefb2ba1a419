#compdef xentimectl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zsh completion for xentimectl: the program itself knows the candidates. Where
# it has none, the word is a file's name.

local -a candidates values
candidates=(${(f)"$(_call_program words xentimectl --complete \
    $((CURRENT - 1)) "${(@q)${(@Q)words}}")"})
if (( ! $#candidates )); then
    _files
    return
fi
# A value is to follow the "=".
values=(${(M)candidates:#*=})
candidates=(${candidates:#*=})
compadd -S '' -a values
compadd -a candidates
