#!/bin/sh
# Runs when a session starts, resumes or was compacted. mpm ends it after four
# seconds, but INSTALL continues in the background. It changes nothing unless
# you switch it on here.
#
# In: MPM_PROJECT (top folder of the project), MPM_EVENT (SessionStart),
#     MPM_SESSION_ID, MPM_CWD, MPM_SOURCE (startup, resume, clear, compact,
#     fork). MPM_BIN: the mpm that runs it. MPM_DETACHED is 1 if no one waits.
#     Standard input: the client's JSON.
# Out: you see standard output when the session starts. It is also logged.

INSTALL=0      # 1: install the dependencies of a lock file that changed
PULL=0         # 1: git pull, fast-forward only, if no tracked file is changed
CHECK_ENV=0    # 1: warn if there is an .env.example and no .env
DATABASE=''    # host:port of a PostgreSQL server to check; needs pg_isready

set -u
cd "${MPM_PROJECT:?}" || exit 1
[ "${MPM_SOURCE:-startup}" = startup ] || exit 0

say() {
  echo "pre-session: $*"
}

# fresh FILE MARK: succeeds if no installation is due: MARK is as new as FILE.
fresh() {
  [ -e "$2" ] && [ -z "$(find "$1" -newer "$2")" ]
}

# Prints the lock file whose dependencies must be installed, "fresh", or
# nothing if there is no known lock file.
stale() {
  if [ -f package-lock.json ]; then
    set -- package-lock.json node_modules/.package-lock.json
  elif [ -f pnpm-lock.yaml ]; then
    set -- pnpm-lock.yaml node_modules/.modules.yaml
  elif [ -f yarn.lock ]; then
    set -- yarn.lock node_modules/.yarn-integrity
  elif [ -f requirements.txt ] && [ -x .venv/bin/pip ]; then
    set -- requirements.txt /dev/null/none
  else
    return
  fi
  if fresh "$1" "$2"; then
    echo fresh
  else
    echo "$1"
  fi
}

dependencies() {
  if case $1 in
    package-lock.json) npm ci --silent --no-audit --no-fund ;;
    pnpm-lock.yaml) pnpm install --silent --frozen-lockfile ;;
    yarn.lock) yarn install --silent --frozen-lockfile ;;
    *) .venv/bin/pip install --quiet -r requirements.txt ;;
  esac then
    say "installed the dependencies of $1"
  else
    say "cannot install the dependencies of $1"
  fi
}

installation() {
  lock=$(stale)
  case $lock in
    '') say "nothing to install: no known lock file" ;;
    fresh) say "the dependencies are up to date" ;;
    *)
      if [ "${MPM_DETACHED:-0}" = 1 ] || [ -z "${MPM_BIN:-}" ]; then
        dependencies "$lock"
      elif "$MPM_BIN" hooks run pre-session.sh --detach >/dev/null; then
        say "installing the dependencies of $lock in the background"
      else
        say "cannot start the installation of $lock"
      fi
      ;;
  esac
}

pull() {
  if ! before=$(git rev-parse --verify --quiet HEAD 2>/dev/null); then
    say "did not pull: no git repository with a commit"
  elif ! git rev-parse --verify --quiet '@{upstream}' >/dev/null 2>&1; then
    say "did not pull: this branch has no upstream"
  elif ! changed=$(git status --porcelain --untracked-files=no) ||
    [ -n "$changed" ]; then
    say "did not pull: tracked files have uncommitted changes"
  elif ! why=$(GIT_TERMINAL_PROMPT=0 git pull --quiet --ff-only 2>&1); then
    say "cannot pull: $(printf '%s\n' "$why" | tail -n 1)"
  else
    say "pulled, new commits: $(git rev-list --count "$before..HEAD")"
  fi
}

database() {
  if ! command -v pg_isready >/dev/null; then
    say "cannot check the database: pg_isready is not installed"
  elif pg_isready --quiet --host "${DATABASE%:*}" --port "${DATABASE##*:}"; then
    say "the database at $DATABASE answers"
  else
    say "no database at $DATABASE"
  fi
}

if [ "${MPM_DETACHED:-0}" = 1 ]; then
  [ "$INSTALL" = 1 ] && installation
  exit 0
fi

[ "$PULL" = 1 ] && pull
[ "$INSTALL" = 1 ] && installation

if [ "$CHECK_ENV" = 1 ]; then
  if [ -f .env ]; then
    say "there is an .env"
  elif [ -f .env.example ]; then
    say "there is an .env.example and no .env"
  else
    say "there is no .env.example to check for an .env"
  fi
fi

[ -n "$DATABASE" ] && database

exit 0
