# bash completion for xentimectl: the program itself knows the candidates.
_xentimectl()
{
    local word=${COMP_WORDS[COMP_CWORD]} candidate IFS=$'\n'

    [[ $word == = ]] && word=
    COMPREPLY=()
    while read -r candidate; do
        # A name with blanks has to reach the program as one word.  A comma means
        # nothing to bash, but %q would quote it.
        [[ $candidate == "$word"* ]] || continue
        candidate=$(printf %q "$candidate")
        COMPREPLY+=("${candidate//\\,/,}")
    done < <(xentimectl --complete "$COMP_CWORD" "${COMP_WORDS[@]}" \
             2>/dev/null)
    # A value is to follow.
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -o default -F _xentimectl xentimectl
