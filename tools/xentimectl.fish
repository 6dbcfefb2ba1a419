# SPDX-License-Identifier: GPL-2.0-or-later
#
# fish completion for xentimectl: the program itself knows the candidates. Where
# it has none, the word is a file's name.

function __xentimectl_candidates
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l candidates (xentimectl --complete (count $words) $words "$word" 2>/dev/null)
    if set -q candidates[1]
        printf '%s\n' $candidates
    else
        __fish_complete_path "$word"
    end
end
complete -c xentimectl -f -a '(__xentimectl_candidates)'
