# bash completion for mpm. To switch it on: eval "$(mpm completions bash)"

_mpm() {
  local line paths=
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $paths ]]; then
      paths=$line
    else
      COMPREPLY+=("$line")
    fi
  done < <("${1/#\~/$HOME}" __complete bash "$COMP_TYPE" "$COMP_WORDBREAKS" \
    "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  case $paths in
  files) compopt -o default 2>/dev/null ;;
  folders) compopt -o dirnames 2>/dev/null ;;
  esac
  # Candidates that end in "=" want a value, which bash 3 cannot be told.
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
  return 0
}

complete -o nosort -F _mpm mpm 2>/dev/null || complete -F _mpm mpm
