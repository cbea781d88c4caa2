#!/bin/sh
# Runs when mpm makes an automatic checkpoint, which mpm throttles. The
# checkpoint already contains the working tree, so no commit is needed for that.
# This script changes nothing unless you switch it on here.
#
# In: MPM_PROJECT, MPM_EVENT, MPM_SESSION_ID, MPM_CWD, MPM_CHECKPOINT (the
#     checkpoint's name, where one was made), and the client's JSON on standard
#     input.
# Out: you see its output when the next session starts. It is also logged in
#     .claude-mpm/state/hooks.log.

COMMIT=''    # a path: commit the tracked files below it that changed, e.g. 'src'
BRANCHES=''  # only on branches that match this pattern, e.g. 'wip/*'

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
# Git matches the pattern, since shells differ in that.
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
