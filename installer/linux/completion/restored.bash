# bash: what comes next is asked of the program itself
_restored_completion() {
    local IFS=$'\n'
    COMPREPLY=($(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" _RESTORED_COMPLETE=complete_bash "$1" 2>/dev/null))
}
complete -o default -F _restored_completion restored
