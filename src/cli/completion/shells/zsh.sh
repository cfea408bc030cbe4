#compdef aegis-xc
# aegis-xc in zsh, after compinit:  source <(aegis-xc completion zsh)

_aegis_xc() {
  local line directive=0
  local -a proposals options
  for line in "${(@f)$("${words[1]}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :<-> ]]; then
      directive=${line#:}
    elif [[ -n $line ]]; then
      # "name:what it is": a colon within the name needs a backslash.
      proposals+=("${${line%%$'\t'*}//:/\\:}${${(M)line%%$'\t'*}:+:${line#*$'\t'}}")
    fi
  done
  ((directive & 2)) && options=(-S '')
  if (($#proposals)); then
    _describe -V aegis-xc proposals "${options[@]}"
  elif ((directive & 16)); then
    _files -/
  elif ((!(directive & 4))); then
    _files
  fi
}

compdef _aegis_xc aegis-xc
