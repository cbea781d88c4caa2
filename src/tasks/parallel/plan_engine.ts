import { isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { FileError, MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { readBrief, type Workspace } from "../../git/mod.ts";
import type { System } from "../../system/system.ts";
import type { Work } from "../fields.ts";
import { type Engine, HOST } from "./hosts.ts";

/**
 * The maximum size of a hosts file in bytes, and the maximum number of hosts in
 * it.
 */
const LARGEST = 64 * 1024;
const MOST = 256;

/** Throws USAGE with the line number of an error, NOT_FOUND. */
function readHosts(system: System, folder: string, typed: string): string[] {
  const path = isAbsolute(typed) ? typed : join(folder, typed);
  const lines = textOf(system, path, typed).split(/\r?\n/)
    .map((line) => line.replace(/#.*/, "").trim());
  const hint = "Write one host on each line: [JOBS/][USER@]HOST[:PORT]";
  const bad = lines.findIndex((line) => line !== "" && !HOST.test(line));
  if (bad >= 0) {
    throw new MpmError(
      "USAGE",
      `${typed}:${bad + 1}: invalid host "${lines[bad]}"`,
      { hint },
    );
  }
  const hosts = [...new Set(lines.filter(Boolean))];
  if (hosts.length > 0 && hosts.length <= MOST) return hosts;
  throw new MpmError(
    "USAGE",
    hosts.length === 0
      ? `"${typed}" has no hosts`
      : `"${typed}" has ${hosts.length} hosts; the limit is ${MOST}`,
    { hint },
  );
}

function textOf(system: System, path: string, typed: string): string {
  try {
    const bytes = system.files.readUpTo(path, LARGEST);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new MpmError("NOT_FOUND", `Cannot read "${typed}": ${error.message}`);
  }
}

/** Milliseconds that a program has to print its version. */
const PATIENCE = 20_000;

/**
 * Throws NOT_FOUND if GNU parallel is missing, or if `parallel` is another
 * program.
 */
async function requireParallel(system: System): Promise<void> {
  const done = await system.runProgram(["parallel", "--version"], {
    ...{ cwd: "/", limit: 200, timeout: PATIENCE, env: PLAIN },
  });
  if (/^GNU parallel/.test(new TextDecoder().decode(done.stdout))) return;
  throw new MpmError(
    "NOT_FOUND",
    done.outcome === "missing"
      ? "GNU parallel is not installed"
      : 'The program "parallel" on PATH is not GNU parallel',
    { hint: "Install GNU parallel, for example with: apt install parallel" },
  );
}

/** Removes options for GNU parallel from the environment. */
export const PLAIN: Readonly<Record<string, string | null>> = {
  ...{ PARALLEL: null, PARALLEL_SSH: null, PARALLEL_ENV: null },
  PARALLEL_SHELL: "/bin/sh",
};

/** The options of a command that select an engine. */
export interface EngineChoice {
  readonly engine: string | undefined;
  /** The hosts file, as typed. */
  readonly hosts: string | undefined;
}

/**
 * Returns the engine of a new run; `undefined`: programs run on this machine.
 * Throws USAGE, NOT_FOUND, and CONFLICT for work that can only run on this
 * machine.
 */
export async function planEngine(
  { system, folder, note }: Context,
  workspace: Workspace,
  { engine, hosts, work }: EngineChoice & { work: Work },
): Promise<Engine | undefined> {
  if (engine !== "parallel") {
    if (hosts === undefined) return undefined;
    throw new MpmError("USAGE", '"--hosts" needs "--engine parallel"');
  }
  if (hosts === undefined) {
    throw new MpmError("USAGE", '"--engine parallel" needs "--hosts FILE"');
  }
  const names = readHosts(system, folder, hosts);
  if (work.kind === "agent") {
    throw new MpmError("CONFLICT", "Agents run only on this machine", {
      hint: 'Leave out "--engine parallel"',
    });
  }
  await requireParallel(system);
  const { worktree, gitDir } = workspace;
  const brief = gitDir === undefined
    ? undefined
    : await readBrief(system, { worktree, gitDir });
  const commit = brief?.head;
  if (!brief || !commit) {
    throw new MpmError(
      "CONFLICT",
      '"--engine parallel" needs a git repository with a commit',
      { hint: "The hosts get the files of the last commit" },
    );
  }
  const { staged, changed, untracked, conflicts } = brief;
  if (staged + changed + untracked + conflicts > 0) {
    note("Note: uncommitted changes stay here. The hosts get the last commit");
  }
  return {
    ...{ hosts: names, commit },
    project: sha256(workspace.root).slice(0, 16),
    nonce: system.random(),
  };
}
