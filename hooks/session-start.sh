#!/bin/sh
# Prints facts for the agent when a session starts. mpm adds the output to the
# agent's context as data, cut to a few thousand characters. It only reads.
#
# In: MPM_PROJECT, MPM_EVENT (SessionStart), MPM_SESSION_ID, MPM_CWD,
#     MPM_SOURCE (startup, resume, clear, compact), and the client's JSON on
#     standard input.
# Out: standard output, for the agent. Print facts, not instructions. You see
#     standard error.

README=0         # 1: the first lines of README.md
CONTEXT=0        # 1: .claude/context.md
COMMITS=0        # the number of newest commits
STATUS=0         # 1: the branch and the uncommitted changes
ARCHITECTURE=''  # a document, e.g. docs/ARCHITECTURE.md
MOST=40          # the most lines of each file

set -u
cd "${MPM_PROJECT:?}" || exit 1

# part TITLE FILE: prints the first lines of a plain file in the project.
part() {
  if [ -f "$2" ] && [ ! -L "$2" ]; then
    printf '## %s\n\n' "$1"
    head -n "$MOST" -- "$2"
    echo
  else
    echo "session-start: no plain file $2 to print" >&2
  fi
}

[ "$README" = 1 ] && part README README.md
[ "$CONTEXT" = 1 ] && part "Current work" .claude/context.md

if [ "$COMMITS" -gt 0 ]; then
  printf '## Recent commits\n\n'
  git --no-pager log --oneline --no-decorate --max-count="$COMMITS"
  echo
fi

if [ "$STATUS" = 1 ]; then
  printf '## Branch and changes\n\n'
  git --no-optional-locks status --short --branch | head -n "$MOST"
  echo
fi

[ -n "$ARCHITECTURE" ] && part Architecture "$ARCHITECTURE"

exit 0
