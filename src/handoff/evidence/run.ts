import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { durationText } from "../../base/times.ts";
import { named } from "../../base/words.ts";
import { readState, type Workspace } from "../../git/mod.ts";
import {
  type RanOn,
  type Run,
  treeOf,
  verificationOf,
} from "../../items/mod.ts";
import type { Program } from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { makeScratchCopy, type ScratchCopy } from "./scratch_copy.ts";

/**
 * The maximum number of bytes to keep from the end of the output, and of UTF-16
 * units in a run.
 */
const OUTPUT_LIMIT = 256 * 1024;
const TAIL = 2000;

/** The largest file that can be allowed by its content, in bytes. */
const SCRIPT = 1024 * 1024;

/** The order to run one command. */
export interface RunOrder {
  /** The text that the user allowed. */
  readonly command: string;
  readonly program: Program;
  /** Ignored paths to which the copy links. */
  readonly links: readonly string[];
  /** The time limit in milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

export interface Ran {
  readonly run: Run;
  readonly outcome: "exited" | "timeout";
  readonly milliseconds: number;
}

/**
 * Runs an allowed command on a copy of the current files, which is removed
 * afterwards. Throws CANCELLED if the user interrupts it, CONFLICT if the files
 * cannot be compared later or the program cannot be started.
 */
export async function runOnCopy(
  system: System,
  workspace: Workspace,
  order: RunOrder,
): Promise<Ran> {
  const { command, program, links, timeout, signal } = order;
  const before = await presentTree(system, workspace);
  const head = before.head ?? undefined;
  await using copy = await makeScratchCopy(system, workspace, {
    ...{ head, links, signal },
  });
  const after = await presentTree(system, workspace);
  refuseInterrupted(signal);
  refuseOther(system, copy, program);
  const start = system.now().getTime();
  const args = "args" in program ? program.args : ["sh", "-c", program.text];
  const done = await system.runProgram(args, {
    cwd: copy.folder,
    env: environmentOf(system, copy.folder),
    ...{ timeout, signal, limit: OUTPUT_LIMIT, keep: "end", tied: true },
  });
  refuseInterrupted(signal);
  if (done.outcome === "missing" || done.outcome === "denied") {
    throw neverStarted(args[0]!, done.outcome);
  }
  const ended = system.now();
  const exit = done.outcome === "exited" ? done.status : null;
  const doubt = doubtOf(system, workspace, {
    ...{ copy, exit, timeout, changed: before.changes !== after.changes },
  });
  const said = redactorOf(system).text(new TextDecoder().decode(done.stdout));
  return {
    run: {
      command,
      kind: verificationOf(command)?.kind ?? "other",
      exit,
      at: ended.toISOString(),
      tail: said.slice(-TAIL),
      digest: sha256(done.stdout),
      tree: before,
      ...doubt === undefined ? {} : { doubt },
      source: "user",
    },
    outcome: exit === null ? "timeout" : "exited",
    milliseconds: ended.getTime() - start,
  };
}

function refuseInterrupted({ aborted }: AbortSignal): void {
  if (!aborted) return;
  throw new MpmError("CANCELLED", "Interrupted: the copy was removed");
}

function neverStarted(
  program: string,
  outcome: "missing" | "denied",
): MpmError {
  const why = outcome === "missing"
    ? "it, or the program in its first line, does not exist"
    : "it is not an executable file";
  return new MpmError("CONFLICT", `Cannot run "${program}": ${why}`, {
    hint: 'Fix this, then run "mpm evidence --run" again',
  });
}

/**
 * Throws CONFLICT if the content of the copy is not the content that was
 * allowed.
 */
function refuseOther(
  { files }: System,
  { folder }: ScratchCopy,
  program: Program,
): void {
  if (!("args" in program) || program.sha256 === undefined) return;
  const [name] = program.args;
  const bytes = attempt(() => files.readOwn(join(folder, name!), SCRIPT));
  if (bytes && sha256(bytes) === program.sha256) return;
  throw new MpmError("CONFLICT", `"${name}" changed since you allowed it`, {
    hint: 'Read it, then allow it again with "mpm allow"',
  });
}

/** Throws CONFLICT if the list of files cannot be determined. */
async function presentTree(
  system: System,
  workspace: Workspace,
): Promise<RanOn> {
  const tree = treeOf(await readState(system, workspace));
  if (tree) return tree;
  throw new MpmError(
    "CONFLICT",
    "Cannot record the files for the run: mpm cannot read all of them",
    {
      hint: "Commit or ignore repositories within the project, and make " +
        "unreadable files readable",
    },
  );
}

/** Variables that direct git, or a client, to something other than the copy. */
const LEADING =
  /^(GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX)|CLAUDE_.*|INIT_CWD|OLDPWD)$/;

function environmentOf(
  system: System,
  folder: string,
): Record<string, string | null> {
  const leading = system.envNames().filter((name) => LEADING.test(name));
  return {
    ...Object.fromEntries(leading.map((name) => [name, null])),
    PWD: folder,
    GIT_CEILING_DIRECTORIES: dirname(folder),
    MPM_HOOKS: "off",
  };
}

/** Folders of dependencies, and settings, that git usually ignores. */
const NEEDED = [
  ...["node_modules", "vendor", ".venv", "venv", "bower_components"],
  ...["Pods", "deps", ".env"],
];

/** Returns why the result of a run proves nothing about the files. */
function doubtOf(
  system: System,
  { worktree }: Workspace,
  { copy, exit, timeout, changed }: {
    copy: ScratchCopy;
    exit: number | null;
    timeout: number;
    changed: boolean;
  },
): string | undefined {
  if (changed) return "files changed while they were copied";
  if (exit === null) return `it was stopped after ${durationText(timeout)}`;
  if (exit === 0) return undefined;
  const { files } = system;
  const lacking = NEEDED.filter((name) =>
    files.lstat(join(worktree, name)) &&
    !files.lstat(join(copy.folder, name))
  );
  const left = [...lacking, ...copy.leftOut.map(({ path }) => path)];
  if (left.length === 0) return undefined;
  return `it ran on a copy without ${named(left)}`;
}
