#!/bin/sh
# Runs when a session starts, resumes or was compacted, and is ended after four
# seconds; what INSTALL does goes on in the background. It changes nothing
# unless switched on here.
#
# In: MPM_PROJECT (top folder of the project), MPM_EVENT (SessionStart),
#     MPM_SESSION_ID, MPM_CWD, MPM_SOURCE (startup, resume, clear, compact,
#     fork), MPM_BIN (the mpm that runs it), MPM_DETACHED (1: nobody waits),
#     and the client's JSON on standard input.
# Out: standard output is logged, and shown to nobody.

INSTALL=0      # 1: install the dependencies of a lock file that changed
PULL=0         # 1: git pull, fast-forward only, if nothing is uncommitted
CHECK_ENV=0    # 1: warn if there is an .env.example and no .env
DATABASE=''    # host:port of a PostgreSQL server to look for; needs pg_isready

set -u
cd "${MPM_PROJECT:?}" || exit 1
[ "${MPM_SOURCE:-startup}" = startup ] || exit 0

# fresh FILE MARK: whether FILE is no newer than what an installation leaves.
fresh() {
  [ -e "$2" ] && [ -z "$(find "$1" -newer "$2")" ]
}

dependencies() {
  if [ -f package-lock.json ]; then
    fresh package-lock.json node_modules/.package-lock.json ||
      npm ci --silent --no-audit --no-fund
  elif [ -f pnpm-lock.yaml ]; then
    fresh pnpm-lock.yaml node_modules/.modules.yaml ||
      pnpm install --silent --frozen-lockfile
  elif [ -f yarn.lock ]; then
    fresh yarn.lock node_modules/.yarn-integrity ||
      yarn install --silent --frozen-lockfile
  elif [ -f requirements.txt ] && [ -x .venv/bin/pip ]; then
    .venv/bin/pip install --quiet -r requirements.txt
  fi || echo "pre-session: installing the dependencies failed"
}

if [ "${MPM_DETACHED:-0}" = 1 ]; then
  [ "$INSTALL" = 1 ] && dependencies
  exit 0
fi

if [ "$PULL" = 1 ] && [ -z "$(git status --porcelain)" ]; then
  git pull --quiet --ff-only || echo "pre-session: git pull failed"
fi

if [ "$INSTALL" = 1 ]; then
  if [ -n "${MPM_BIN:-}" ]; then
    "$MPM_BIN" hooks run pre-session.sh --detach >/dev/null ||
      echo "pre-session: the installation could not be started"
  else
    dependencies
  fi
fi

if [ "$CHECK_ENV" = 1 ] && [ -f .env.example ] && [ ! -f .env ]; then
  echo "pre-session: there is an .env.example and no .env"
fi

if [ -n "$DATABASE" ] && command -v pg_isready >/dev/null; then
  pg_isready --quiet --host "${DATABASE%:*}" --port "${DATABASE##*:}" ||
    echo "pre-session: no database at $DATABASE"
fi

exit 0
