#!/bin/sh
# Updates the branch and the time in .claude/context.md. Text by people stays.
# Run it by hand, from post-session.sh, or from a git hook.
#
# In: MPM_PROJECT, or else the current folder.
# Out: standard output says what it did.

UPDATE=0  # 1: do it

set -u
if [ "$UPDATE" != 1 ]; then
  echo "update-context: UPDATE is off in this script, so nothing was changed"
  exit 0
fi
cd "${MPM_PROJECT:-.}" || exit 1

file=.claude/context.md
if ! branch=$(git symbolic-ref --quiet --short HEAD ||
  git rev-parse --short HEAD); then
  echo "update-context: no git repository with a branch" >&2
  exit 1
fi
now=$(date -u '+%Y-%m-%d %H:%M UTC')

if [ -L .claude ] || [ -L "$file" ]; then
  echo "update-context: $file is behind a link" >&2
  exit 1
fi
mkdir -p .claude
[ -f "$file" ] || printf '# Current work\n' >"$file"

# Editing in place differs between systems; a new file and a rename do not.
new=$file.$$
trap 'rm -f -- "$new"' EXIT
cp -p -- "$file" "$new" # for its mode
awk -v branch="$branch" -v now="$now" '
  /^Branch: / { print "Branch: " branch; b = 1; next }
  /^Last updated: / && !t { print "Last updated: " now; t = 1; next }
  { print }
  END {
    if (!b || !t) print ""
    if (!b) print "Branch: " branch
    if (!t) print "Last updated: " now
  }
' "$file" >"$new" && mv -f -- "$new" "$file" || exit 1
echo "update-context: updated $file"
