#!/bin/sh
# Runs when mpm makes an automatic checkpoint, which mpm throttles. The working
# tree is in the checkpoint by then; nothing need be committed for that. It
# changes nothing unless switched on here.
#
# In: MPM_PROJECT, MPM_EVENT, MPM_SESSION_ID, MPM_CWD, MPM_CHECKPOINT (the
#     checkpoint's name, where one was made), and the client's JSON on standard
#     input.
# Out: what it prints is shown to you when the next session starts, and logged in
#     .claude-mpm/state/hooks.log.

COMMIT=''    # a path: commit what changed in tracked files below it, e.g. 'src'
BRANCHES=''  # only on branches of this pattern, e.g. 'wip/*'; on none without

set -u
cd "${MPM_PROJECT:?}" || exit 1
[ -n "$COMMIT" ] || exit 0

say() {
  echo "checkpoint: $*"
}

if [ -z "$BRANCHES" ]; then
  say "did not commit: BRANCHES names no branch"
elif ! branch=$(git symbolic-ref --quiet HEAD); then
  say "did not commit: no branch is checked out"
# Git matches the pattern, since shells do not all do it alike.
elif ! git for-each-ref --format='%(refname)' "refs/heads/$BRANCHES" |
  grep -qxF -- "$branch"; then
  say "did not commit: ${branch#refs/heads/} does not match $BRANCHES"
# Staged files there belong to the user's next commit.
elif ! git diff --cached --quiet -- "$COMMIT"; then
  say "did not commit: something is staged below $COMMIT"
elif git diff --quiet -- "$COMMIT"; then
  say "nothing to commit below $COMMIT"
elif git commit --quiet --message "WIP: ${MPM_CHECKPOINT:-checkpoint}" \
  --only -- "$COMMIT"; then
  say "committed $(git rev-parse --short HEAD)"
else
  say "the commit failed"
fi

exit 0
