#!/bin/sh
# Runs when a session ends, after mpm saved it, and outlives the session. It
# changes nothing unless switched on here.
#
# In: MPM_PROJECT, MPM_EVENT (SessionEnd), MPM_SESSION_ID, MPM_CWD, MPM_REASON
#     (clear, logout, prompt_input_exit, other), MPM_SAVE (the id of the save,
#     where one was made), and the client's JSON on standard input.
# Out: standard output is logged, and shown to nobody.

CONTEXT=0   # 1: bring .claude/context.md up to date, with update-context.sh
COMMIT=0    # 1: commit .claude/context.md, and nothing else
TEST=''     # a command to test with, e.g. 'npm test'; its status is logged
CLEAN=''    # a folder of temporary files below the project, e.g. '.tmp'

set -u
cd "${MPM_PROJECT:?}" || exit 1

if [ "$CONTEXT" = 1 ]; then
  "${MPM_BIN:-mpm}" hooks run update-context.sh >/dev/null ||
    echo "post-session: the context file was not updated"
fi

if [ "$COMMIT" = 1 ] && [ -f .claude/context.md ]; then
  git add -- .claude/context.md
  if ! git diff --cached --quiet -- .claude/context.md; then
    git commit --quiet --message "Update the context file" -- .claude/context.md
  fi
fi

if [ -n "$TEST" ]; then
  sh -c "$TEST" >/dev/null 2>&1
  echo "post-session: \"$TEST\" ended with status $?"
fi

# A name of one level, no link: so it cannot lead out of the project.
case $CLEAN in
  '' | . | .. | */* | .git | .claude | .claude-mpm) ;;
  *) [ -d "$CLEAN" ] && [ ! -L "$CLEAN" ] && rm -rf -- "./$CLEAN" ;;
esac

exit 0
