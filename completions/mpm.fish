# fish completion for mpm. To switch it on: mpm completions fish | source

function __mpm_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -e words[1]
    set -l lines ($program __complete fish $words "$current" 2>/dev/null)
    set -l paths $lines[1]
    set -e lines[1]
    printf '%s\n' $lines
    # Of "--export=a" only the path is completed.
    set -l flag (string match -r '^--[a-z-]+=' -- "$current")
    set -l path (string replace -r '^--[a-z-]+=' '' -- "$current")
    switch "$paths"
        case files
            printf "$flag%s\n" (__fish_complete_path "$path")
        case folders
            printf "$flag%s\n" (__fish_complete_directories "$path" '')
    end
end

complete -c mpm -f -k -a '(__mpm_complete)'
