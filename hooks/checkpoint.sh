#!/bin/sh
# Runs when mpm makes an automatic checkpoint, which mpm throttles. The working
# tree is in the checkpoint by then; nothing need be committed for that. It
# changes nothing unless switched on here.
#
# In: MPM_PROJECT, MPM_EVENT, MPM_SESSION_ID, MPM_CWD, MPM_CHECKPOINT (the
#     checkpoint's name, where one was made), and the client's JSON on standard
#     input.
# Out: standard output is logged, and shown to nobody.

COMMIT=''    # a path: commit what changed in tracked files below it, e.g. 'src'
BRANCHES=''  # only on branches of this pattern, e.g. 'wip/*'; on none without

set -u
cd "${MPM_PROJECT:?}" || exit 1

if [ -n "$COMMIT" ] && [ -n "$BRANCHES" ]; then
  branch=$(git symbolic-ref --quiet HEAD) || exit 0
  # Git matches the pattern, since shells do not all do it alike.
  git for-each-ref --format='%(refname)' "refs/heads/$BRANCHES" |
    grep -qxF -- "$branch" || exit 0
  # What is staged there is somebody's next commit: that is left to them.
  git diff --cached --quiet -- "$COMMIT" || exit 0
  git diff --quiet -- "$COMMIT" && exit 0
  git commit --quiet --message "WIP: ${MPM_CHECKPOINT:-checkpoint}" \
    --only -- "$COMMIT" || echo "checkpoint: the commit failed"
fi

exit 0
