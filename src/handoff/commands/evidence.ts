import { isAbsolute, normalize } from "@std/path";
import { join } from "../../base/join.ts";
import { MpmError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import { parseDuration } from "../../base/times.ts";
import { type Context, defineCommand, during } from "../../cli/mod.ts";
import { projectFiles, type Workspace } from "../../git/mod.ts";
import { cleanRuns, commandForm, keepRuns, type Run } from "../../items/mod.ts";
import {
  allowedProgram,
  commandText,
  journaled,
  type Program,
  withLock,
} from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { type EvidenceHere, readEvidence } from "../evidence/read.ts";
import { type Ran, runOnCopy, type RunOrder } from "../evidence/run.ts";
import { evidenceText } from "../evidence/text.ts";
import { sweepScratchCopies } from "../evidence/scratch_copy.ts";
import type { EvidenceResult } from "./results.ts";

/** `mpm evidence` */
export const evidence = defineCommand({
  name: "evidence",
  summary: "Show which checks still hold, or run them again",
  description: `
Lists the commands that verify the work, from the newest save of this worktree
and from open items. These are tests, builds, linters and type checkers, and commands
that you or an agent named, or that you allowed. With --all, it also lists the other commands that ran.

"holds": the command passed on the current files. "stale":
the command passed, but files have changed since. "contradicted": the last run
failed. "unproved": the command did not run, or mpm has no exit status or no complete record of the tested files.

With --run, mpm runs the listed commands again, or the command that you specify. It runs only commands that you have allowed with "mpm allow". Each command runs on a copy of the tracked and untracked files, outside the project. The copy is a git repository without the ignored files. mpm removes the copy afterwards. The copy is not a sandbox: the command runs with your permissions. With "--link
node_modules", the command uses your own folder, and can change or delete files
in it.

The exit status is 0 if everything holds, and 1 otherwise.`,
  positionals: [{
    name: "words",
    summary: "A save or, with --run, an allowed command",
    names: "session",
    rest: true,
  }],
  flags: {
    all: {
      type: "boolean",
      summary: "Include commands that verify nothing, such as a deployment",
    },
    run: { type: "boolean", summary: "Run the allowed commands again" },
    timeout: {
      type: "string",
      value: "time",
      default: "10m",
      summary: "Time limit for each command, e.g. 90s",
    },
    link: {
      type: "string",
      value: "path",
      repeatable: true,
      names: "folder",
      summary: "Link an ignored path of the project into the copy",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would run without running anything",
    },
  },
  examples: [
    "mpm evidence",
    "mpm evidence 1",
    "mpm evidence --run",
    "mpm evidence --run --link node_modules -- npm test",
    "mpm evidence --run --dry-run",
  ],
  result: async () => (await import("./results.ts")).EvidenceResult,
  async run(context, input): Promise<EvidenceResult> {
    if (!input.run) return await show(context, input);
    const timeout = parseDuration(input.timeout, "--timeout");
    const found = listed(context, await readEvidence(context), input);
    const { workspace } = found;
    if (workspace.git !== "repository") {
      throw new MpmError(
        "CONFLICT",
        "Cannot run a command here: this is not a git repository",
        {
          hint: "mpm needs git to know which files were tested",
        },
      );
    }
    const links = await linksOf(context, workspace, input.link);
    const chosen = chosenCommands(context, found, input.words);
    if (input["dry-run"]) {
      return resultOf(context, found, { ...chosen, dry: true });
    }
    const ran = await runAll(context, workspace, {
      ...{ commands: chosen.runs, links, timeout },
    });
    const after = listed(context, await readEvidence(context), input);
    return resultOf(context, after, { ...chosen, ran });
  },
  status: ({ dry_run: dry, evidence, ran }) => {
    const failed = ran.some(({ exit }) => exit !== 0) ||
      evidence.some(({ state }) => state !== "holds");
    return !dry && failed ? 1 : 0;
  },
  render: evidenceText,
});

interface Input {
  readonly words: readonly string[];
  readonly link: readonly string[];
  readonly all: boolean;
}

/** Evidence without the commands that are not listed. */
interface Listed extends EvidenceHere {
  /** Number of commands that are not listed. */
  readonly others: number;
}

/**
 * Leaves out the commands that verify nothing, unless `all` is set. An allowed
 * command may run again, so it stays.
 */
function listed(
  { system }: Context,
  found: EvidenceHere,
  { all }: Pick<Input, "all">,
): Listed {
  const evidence = found.evidence.filter(({ command, verifies }) =>
    all || verifies || allowedProgram(system, found.workspace, command)
  );
  const others = found.evidence.length - evidence.length;
  return { ...found, evidence, others };
}

async function show(
  context: Context,
  { words, link, all }: Input,
): Promise<EvidenceResult> {
  if (words.length > 1 || link.length > 0) {
    throw new MpmError(
      "USAGE",
      "A command or --link needs --run",
      {
        hint: "mpm evidence --run -- npm test",
      },
    );
  }
  await sweepScratchCopies(context.system);
  const found = await readEvidence(context, words[0]);
  return resultOf(context, listed(context, found, { all }), {});
}

/** A command to run, and how. */
type Chosen = Pick<RunOrder, "command" | "program">;

const NOT_ALLOWED = "you did not allow it";

interface Choice {
  readonly runs: readonly Chosen[];
  readonly skipped: EvidenceResult["skipped"];
}

/**
 * Returns the commands to run. Throws CONFLICT for a command that is not
 * allowed, or if no command is allowed.
 */
function chosenCommands(
  { system }: Context,
  { workspace, evidence, origin }: EvidenceHere,
  words: readonly string[],
): Choice {
  const named = words.length > 0;
  const commands = named
    ? [commandForm(commandText(words))]
    : evidence.map(({ command }) => command);
  const runs: Chosen[] = [];
  const skipped: EvidenceResult["skipped"] = [];
  for (const command of commands) {
    const program = allowedProgram(system, workspace, command);
    const reason = program ? leadsIntoProject(workspace, program) : NOT_ALLOWED;
    if (program && reason === undefined) runs.push({ command, program });
    else skipped.push({ command, reason: reason! });
  }
  const [first] = skipped;
  if (runs.length > 0 || !first) return { runs, skipped };
  throw new MpmError(
    "CONFLICT",
    named || skipped.length === 1
      ? `Cannot run "${first.command}": ${first.reason}`
      : `Cannot run any of ${skipped.length} commands: none is allowed`,
    {
      // A command from someone else is never suggested.
      hint: origin === "foreign" && !named
        ? "They came from someone else: read each command before you allow it"
        : first.reason === NOT_ALLOWED
        ? `To allow it: mpm allow ${shellWord(first.command)}`
        : "Use relative paths in the command",
    },
  );
}

/** Returns whether a path leads out of the copy and back into the project. */
function leadsIntoProject(
  { root, worktree }: Workspace,
  program: Program,
): string | undefined {
  const text = "args" in program ? program.args.join("\0") : program.text;
  return [root, worktree].some((folder) => text.includes(folder))
    ? "it names the project's folder, so it would not use the copy"
    : undefined;
}

/**
 * Returns the paths to link. Throws USAGE for a path that is not ignored or not
 * below the worktree.
 */
async function linksOf(
  { system }: Context,
  { worktree }: Workspace,
  given: readonly string[],
): Promise<string[]> {
  if (given.length === 0) return [];
  const files = await projectFiles(system, worktree);
  return given.map((path) => {
    const way = normalize(path).replace(/[\\/]+$/, "");
    const outside = isAbsolute(way) || /^\.\.?([\\/]|$)/.test(way) ||
      /^\.(git|claude-mpm)([\\/]|$)/.test(way);
    const there = !outside && system.files.lstat(join(worktree, way));
    const copied = files.some((file) =>
      file === way || file.startsWith(`${way}/`)
    );
    if (there && !copied) return way;
    throw new MpmError(
      "USAGE",
      `Cannot link "${path}": ${
        outside
          ? "it is not a path in the worktree"
          : copied
          ? "its files are already in the copy"
          : "it does not exist"
      }`,
      { hint: "Name an ignored folder, e.g. --link node_modules" },
    );
  });
}

/**
 * Runs the commands one after another; each run is recorded as soon as it has
 * ended.
 */
async function runAll(
  context: Context,
  workspace: Workspace,
  { commands, links, timeout }: {
    commands: readonly Chosen[];
    links: readonly string[];
    timeout: number;
  },
): Promise<Ran[]> {
  const { system } = context;
  using interruption = system.interruption();
  const { signal } = interruption;
  const all: Ran[] = [];
  for (const chosen of commands) {
    const ran = await during(
      context,
      `Running ${context.redact(chosen.command)}`,
      () => runOnCopy(system, workspace, { ...chosen, links, timeout, signal }),
    );
    await keep(context, workspace, ran.run);
    all.push(ran);
  }
  return all;
}

async function keep(
  context: Context,
  workspace: Workspace,
  run: Run,
): Promise<void> {
  await journaled(
    context,
    ({ system }) => keepRuns(system, workspace.root, cleanRuns(system, [run])),
    {
      lock: withLock,
      operation: "evidence",
      workspace,
      title: () => `run ${run.command}`,
    },
  );
}

function resultOf(
  { system }: Context,
  { workspace, save, origin, evidence, others }: Listed,
  { ran = [], runs = [], skipped = [], dry = false }: Partial<Choice> & {
    ran?: readonly Ran[];
    dry?: boolean;
  },
): EvidenceResult {
  const redactor = redactorOf(system);
  return redactor.value({
    dry_run: dry,
    save: save?.session_id ?? null,
    origin: save ? origin : null,
    evidence: [...evidence],
    others,
    allowed: evidence.map(({ command }) => command)
      .filter((command) => allowedProgram(system, workspace, command)),
    chosen: runs.map(({ command }) => command),
    ran: ran.map(({ run, outcome, milliseconds }) => ({
      ...{ command: run.command, exit: run.exit, outcome, milliseconds },
      output: run.tail,
    })),
    skipped: [...skipped],
  });
}
