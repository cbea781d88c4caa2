import { shellWord } from "../../base/shell.ts";
import type { Definition } from "../definition.ts";
import type { Engine } from "./hosts.ts";

/*
 * The scripts of the engine `parallel`, for any POSIX shell. GNU parallel
 * passes on only the number of a job. Items reach a host in only one way:
 * quoted for a shell, in a script that ssh transfers as data.
 */

/**
 * Starts the user's ssh as git does. Host keys are always checked, ssh asks no
 * questions, and a dead connection is noticed within a minute.
 */
export const SSH = `eval "\${GIT_SSH_COMMAND:-ssh}" '-T -a -x' \\
  '-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=15' \\
  '-o ServerAliveInterval=15 -o ServerAliveCountMax=3' \\
  '-o ClearAllForwardings=yes -o RemoteCommand=none "$@"'`;

/**
 * Replaces ssh for GNU parallel, in the folder of a round. The script sends the
 * job to the host only when the host is ready and the start is recorded on this
 * disk. A status other than 0 means that the job has not begun and another host
 * may get it.
 */
export const CONNECT = `
trap '' PIPE
host=$PARALLEL_SSHHOST
set -- $(sed -n "$PARALLEL_SEQ{p;q;}" round)
chunk=$1 from=$2 size=$3
[ ! -e stop ] || exit 0
# GNU parallel gives each job its own group, which would outlive it.
(
  while kill -0 "$PARALLEL_PID"; do sleep 1; done
  kill -9 0
) >/dev/null 2>&1 </dev/null &
guard=$!
# Each job at work on a host has its own number there.
slot=1
until mkdir "$host-$slot" 2>/dev/null; do slot=$((slot + 1)); done
# The script, and later the job, go to the host through this pipe.
rm -f "$chunk.fifo"
mkfifo "$chunk.fifo" || exit 1
eval "set -- $(cat "$host.args") 'sh -s'"
{ ${SSH}; } <"$chunk.fifo" 2>"$chunk.err" | {
  exec 3>"$chunk.fifo"
  cat script >&3
  printf 'prepare %s </dev/null >&2 && echo ready\\n' "$slot" >&3
  while IFS= read -r word; do
    # The login shell may print, too.
    [ "$word" = ready ] || continue
    printf '%s\\n' "$host" >"$chunk.began"
    sync "$chunk.began" . 2>/dev/null || sync
    tail -c "+$((from + 1))" jobs | head -c "$size" >&3
    cat >"$chunk.out"
  done
}
kill "$guard"
rm -f "$chunk.fifo"
rmdir "$host-$slot"
[ -e "$chunk.began" ]
`;

/** The values of a run that the scripts on hosts need. */
interface OnHost {
  readonly engine: Engine;
  /** The ID of the run. */
  readonly run: string;
}

/** Sets the variables of the scripts on hosts. */
function variables({ engine, run }: OnHost): string {
  const name = `${run}-${engine.nonce}`;
  return `umask 077
repository="$HOME/.cache/mpm-tasks/${engine.project}.git"
folder="$repository/mpm/${name}"
commit=${engine.commit}
mpm_git() {
  GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \\
    git -c core.hooksPath=/dev/null "$@"
}
fail() {
  printf '%s\\n' "$1" >&2
  exit 1
}
`;
}

/** Returns the project's repository on a host, as an argument for git. */
export function remotePath({ project }: Engine): string {
  return `/~/.cache/mpm-tasks/${project}.git`;
}

/** Returns the ref on a host that keeps the commit of a run. */
export function remoteRef({ engine, run }: OnHost): string {
  return `refs/mpm/runs/${run}-${engine.nonce}`;
}

/** Creates the repository to which the project is pushed. */
export function setupScript(at: OnHost): string {
  const format = at.engine.commit.length === 64 ? "sha256" : "sha1";
  const option = format === "sha1" ? "" : `--object-format=${format}`;
  return `${variables(at)}
command -v git >/dev/null || fail "git is not installed"
[ -e "$repository/HEAD" ] ||
  mpm_git init -q --bare --template= ${option} "$repository" || exit 1
mpm_git -C "$repository" config receive.shallowUpdate true
`;
}

/** Removes the files of a run from a host. */
export function cleanupScript(at: OnHost): string {
  return `${variables(at)}
rm -rf "$folder"
mpm_git -C "$repository" worktree prune
mpm_git -C "$repository" update-ref -d ${shellWord(remoteRef(at))}
`;
}

/**
 * The maximum number of bytes of changed files that a host sends back for one
 * job.
 */
const LARGEST = 64 * 1024 * 1024;

/**
 * Runs jobs on a host, each in its own worktree. A job ends if the connection
 * ends. The script prints the job's output, its changes as a patch, and a last
 * line for {@link jobEnd}.
 */
export function jobScript(
  at: OnHost,
  { timeout, grace }: Pick<Definition, "timeout" | "grace">,
): string {
  const patience = Math.ceil(grace / 1000);
  return `${variables(at)}${PREPARE.replace("PATIENCE", String(patience + 5))}
stop_program() {
  kill -15 "-$program"
  waited=0
  while [ $waited -lt ${patience} ] && kill -0 "-$program"; do
    sleep 1
    waited=$((waited + 1))
  done
  kill -9 "-$program"
}
job() {
  exec 3<&0 </dev/null
  cd "$tree" || exit 1
  end=exit status=127
  if command -v "$1" >/dev/null 2>&1; then
    run "$@"
  else
    end=missing
  fi
  mpm_git add -A && mpm_git diff --cached --binary --no-color --no-ext-diff \\
    --no-textconv "$commit" >"$tree.patch" || fail "git failed"
  size=$(($(wc -c <"$tree.patch")))
  [ $size -le ${LARGEST} ] || { end=large size=0; : >"$tree.patch"; }
  cat "$tree.patch"
  printf '\\nmpm %s %s %s %s\\n' ${at.engine.nonce} $end $status $size
  rm -f "$tree.patch" "$tree.pid"
}
run() {
  if command -v setsid >/dev/null 2>&1; then
    setsid "$@" 3<&- &
  else
    set -m
    "$@" 3<&- &
  fi
  program=$!
  ( cat <&3; stop_program ) >/dev/null 2>&1 &
  lifeline=$!
  (
    waited=0
    while [ $waited -lt ${Math.ceil(timeout / 1000)} ]; do
      sleep 1
      waited=$((waited + 1))
    done
    : >"$tree.late"
    stop_program
  ) >/dev/null 2>&1 3<&- &
  clock=$!
  wait "$program"
  status=$?
  kill "$lifeline" "$clock" 2>/dev/null
  kill -9 "-$program" 2>/dev/null
  [ ! -e "$tree.late" ] || end=late
}
`;
}

/**
 * Creates the worktree of a job, or cleans the worktree of the previous job.
 */
const PREPARE = `
clean() {
  mpm_git -C "$tree" reset -q --hard "$commit" &&
    mpm_git -C "$tree" clean -ffdq
}
prepare() {
  tree="$folder/$1"
  mkdir -p "$folder" || exit 1
  # A job whose connection was lost may still be ending.
  waited=0
  while kill -0 "$(cat "$tree.pid" 2>/dev/null)" 2>/dev/null; do
    [ $waited -lt PATIENCE ] || fail "a lost job is still running there"
    sleep 1
    waited=$((waited + 1))
  done
  echo $$ >"$tree.pid"
  rm -f "$tree.late" "$tree.state"
  [ -e "$tree/.git" ] && clean 2>/dev/null && return
  rm -rf "$tree"
  mpm_git -C "$repository" worktree add -f -q --detach --no-checkout \\
    "$tree" "$commit" && clean || exit 1
}
`;

/** The program of one job. */
export interface Job {
  readonly args: readonly string[];
  /** The job's variables; null: removed. */
  readonly env: Readonly<Record<string, string | null>>;
  /** The state that the program printed earlier, as JSON. */
  readonly state: string | undefined;
}

/** Returns the line that starts a job after {@link jobScript}. */
export function jobLine({ args, env, state }: Job): string {
  const set = Object.entries(env).map(([name, value]) =>
    value === null ? `unset ${name}` : `export ${name}=${shellWord(value)}`
  );
  return [
    "{",
    ...set,
    'export MPM_TASK_STATE="$tree.state"',
    ...state === undefined
      ? []
      : [`printf '%s' ${shellWord(state)} >"$MPM_TASK_STATE"`],
    `job ${args.map(shellWord).join(" ")}`,
    "exit",
    "}",
    "",
  ].join("\n");
}

/** The end of a job, parsed from its last line. */
export interface JobEnd {
  /** `late`: the job took too long; `large`: it changed too many bytes. */
  readonly end: "exit" | "late" | "large" | "missing";
  readonly status: number;
  /** Number of bytes in the last line, and in the patch before it. */
  readonly line: number;
  readonly patch: number;
}

/** The maximum length of the last line, in bytes. */
export const LONGEST_LINE = 128;

/**
 * Parses the last line of a job; `undefined`: the connection was lost before
 * this line.
 */
export function jobEnd(tail: string, nonce: string): JobEnd | undefined {
  const found = /\nmpm (\w+) (exit|late|large|missing) (\d+) (\d+)\n$/
    .exec(tail);
  if (!found || found[1] !== nonce) return undefined;
  const [line, , end, status, patch] = found;
  return {
    end: end as JobEnd["end"],
    status: Number(status),
    line: line.length,
    patch: Number(patch),
  };
}
