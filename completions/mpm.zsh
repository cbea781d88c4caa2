#compdef mpm
# zsh completion for mpm. To switch it on: source <(mpm completions zsh)
# or keep this as a file _mpm in a folder of $fpath.

_mpm() {
  local -a typed lines values
  local line paths value summary
  typed=("${(@Q)words[1,CURRENT-1]}")
  lines=("${(@f)$("${typed[1]/#\~/$HOME}" __complete zsh "${(@)typed[2,-1]}" "$PREFIX" 2>/dev/null)}")
  paths=$lines[1]
  shift lines
  for line in $lines; do
    value=${line%%$'\t'*}
    summary=${line#*$'\t'}
    value=${${value//\\/\\\\}//:/\\:}
    values+=("$value${summary:+:$summary}")
  done
  [[ $PREFIX == --*=* ]] && compset -P 1 '*='
  local -a suffix
  [[ $values[1] == *=(:*|) ]] && suffix=(-S '')
  (( $#values )) && _describe -V -t mpm candidate values "${(@)suffix}"
  case $paths in
    files) _files ;;
    folders) _files -/ ;;
  esac
}

if [[ $funcstack[1] == _mpm ]]; then
  _mpm "$@"
else
  compdef _mpm mpm
fi
