#!/bin/sh
# Passes a Claude Code event to mpm. Without mpm on PATH the plugin does nothing,
# and says so once, when a session starts.
#
# In: the event's name as the first word, and its JSON on standard input.
# Out: mpm's answer.

set -u
if command -v mpm >/dev/null 2>&1; then
  exec mpm hook "$1"
fi

case $1,$(cat) in
  SessionStart,*'"source":"startup"'*)
    echo '{"systemMessage":"The mpm plugin does nothing: mpm is not on PATH"}'
    ;;
esac
exit 0
