#!/bin/sh
# Runs when a session ends, after mpm saved it, and outlives the session. It
# changes nothing unless you switch it on here.
#
# In: MPM_PROJECT, MPM_EVENT (SessionEnd), MPM_SESSION_ID, MPM_CWD, MPM_REASON
#     (clear, logout, prompt_input_exit, other). MPM_SAVE: the ID of the save,
#     if one was made. Standard input: the client's JSON.
# Out: you see its output when the next session starts. It is also logged in
#     .claude-mpm/state/hooks.log.

CONTEXT=0   # 1: update .claude/context.md with update-context.sh
COMMIT=0    # 1: commit .claude/context.md, and nothing else
TEST=''     # a command to test with, e.g. 'npm test'; its status is logged
CLEAN=''    # a folder of temporary files below the project, e.g. '.tmp'

set -u
cd "${MPM_PROJECT:?}" || exit 1

say() {
  echo "post-session: $*"
}

commit() {
  file=.claude/context.md
  if [ ! -f "$file" ]; then
    say "nothing to commit: there is no $file"
  elif ! git add -- "$file"; then
    say "cannot commit $file"
  elif git diff --cached --quiet -- "$file"; then
    say "nothing to commit: $file has not changed"
  elif git commit --quiet --message "Update the context file" -- "$file"; then
    say "committed $file"
  else
    say "cannot commit $file"
  fi
}

if [ "$CONTEXT" = 1 ]; then
  "${MPM_BIN:-mpm}" hooks run update-context.sh ||
    say "cannot update the context file"
fi

[ "$COMMIT" = 1 ] && commit

if [ -n "$TEST" ]; then
  sh -c "$TEST" >/dev/null 2>&1
  say "\"$TEST\" ended with status $?"
fi

# A single name that is not a link cannot lead out of the project.
case $CLEAN in
  '') ;;
  . | .. | */* | .git | .claude | .claude-mpm)
    say "did not remove \"$CLEAN\": CLEAN is the name of one folder"
    ;;
  *)
    if [ -L "$CLEAN" ] || [ ! -d "$CLEAN" ]; then
      say "no folder \"$CLEAN\" to remove"
    elif rm -rf -- "./$CLEAN"; then
      say "removed \"$CLEAN\""
    fi
    ;;
esac

exit 0
