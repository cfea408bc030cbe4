# aegis-xc in bash, 3.2 and newer:  source <(aegis-xc completion bash)

_aegis_xc() {
  local line="${COMP_LINE:0:COMP_POINT}" reply directive=0 before='' spec
  local -a words=()
  # bash splits at "=" and ":", too, which are within the names of contexts: take the line as it was typed.
  read -r -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words[${#words[@]}]=''
  local current="${words[${#words[@]} - 1]}"

  # What stands before the last of those characters is on the line already, and must not come again.
  if [[ $current == *[=:]* ]]; then
    before="${current%"${current##*[=:]}"}"
    [[ $COMP_WORDBREAKS == *"${before: -1}"* ]] || before=''
  fi

  COMPREPLY=()
  while IFS= read -r reply; do
    if [[ $reply == :* ]]; then
      directive="${reply#:}"
    else
      reply="${reply%%$'\t'*}"
      COMPREPLY[${#COMPREPLY[@]}]="${reply#"$before"}"
    fi
  done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)

  if ((${#COMPREPLY[@]} == 0 && !(directive & 4))); then
    spec=-f
    ((directive & 16)) && spec=-d
    while IFS= read -r reply; do
      COMPREPLY[${#COMPREPLY[@]}]="${reply#"$before"}"
    done < <(compgen "$spec" -- "$current")
    type compopt &>/dev/null && compopt -o filenames 2>/dev/null
  fi
  ((directive & 2)) && type compopt &>/dev/null && compopt -o nospace 2>/dev/null
  return 0
}

complete -F _aegis_xc aegis-xc
