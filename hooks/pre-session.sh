#!/bin/sh
# Runs when a session starts, resumes or was compacted. It changes nothing
# unless switched on here.
#
# In: MPM_PROJECT (top folder of the project), MPM_EVENT (SessionStart),
#     MPM_SESSION_ID, MPM_CWD, MPM_SOURCE (startup, resume, clear, compact),
#     and the client's JSON on standard input.
# Out: standard output is logged, and shown to nobody.

INSTALL=0      # 1: install the dependencies that a lock file names
PULL=0         # 1: git pull, fast-forward only, if nothing is uncommitted
CHECK_ENV=0    # 1: warn if there is an .env.example and no .env
DATABASE=''    # host:port of a PostgreSQL server to look for; needs pg_isready

set -u
cd "${MPM_PROJECT:?}" || exit 1
[ "${MPM_SOURCE:-startup}" = startup ] || exit 0

if [ "$PULL" = 1 ] && [ -z "$(git status --porcelain)" ]; then
  git pull --quiet --ff-only || echo "pre-session: git pull failed"
fi

if [ "$INSTALL" = 1 ]; then
  if [ -f package-lock.json ]; then
    npm ci --silent --no-audit --no-fund
  elif [ -f pnpm-lock.yaml ]; then
    pnpm install --silent --frozen-lockfile
  elif [ -f yarn.lock ]; then
    yarn install --silent --frozen-lockfile
  elif [ -f requirements.txt ] && [ -x .venv/bin/pip ]; then
    .venv/bin/pip install --quiet -r requirements.txt
  fi || echo "pre-session: installing the dependencies failed"
fi

if [ "$CHECK_ENV" = 1 ] && [ -f .env.example ] && [ ! -f .env ]; then
  echo "pre-session: there is an .env.example and no .env"
fi

if [ -n "$DATABASE" ] && command -v pg_isready >/dev/null; then
  pg_isready --quiet --host "${DATABASE%:*}" --port "${DATABASE##*:}" ||
    echo "pre-session: no database at $DATABASE"
fi

exit 0
