# aegis-xc in fish:  aegis-xc completion fish | source

function __aegis_xc_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --cut-at-cursor --current-token)
    set -l directive 0
    set -l proposals
    for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
        if string match --quiet --regex '^:\d+$' -- $line
            set directive (string sub --start 2 -- $line)
        else
            set -a proposals $line
        end
    end
    if test (count $proposals) -gt 0
        printf '%s\n' $proposals
    else if test $directive -eq 16
        __fish_complete_directories "$current"
    else if test $directive -eq 0
        __fish_complete_path "$current"
    end
end

complete --command aegis-xc --no-files --keep-order --arguments '(__aegis_xc_complete)'
