import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { locate } from "../../git/workspace.ts";
import { type Probe, PROBES } from "./probes.ts";
import type {
  HooksProfileResult,
  HooksTestResult,
} from "../commands/results.ts";
import { firstLine } from "../../base/words.ts";
import { readConfigAnyway } from "../../config/config.ts";
import type { RunResult, System } from "../../system/system.ts";
import {
  filesIn,
  fireHook,
  type Scratch,
  tasksIn,
  withScratch,
} from "./scratch.ts";
import { isSameFile } from "./program.ts";
import { type InstalledCommand, installedCommands } from "./status.ts";

/** Fires every installed hook once and looks at what came of it. */
export async function testHooks(context: Context): Promise<HooksTestResult> {
  const { system } = context;
  const { commands, warnings } = await installed(context);
  const tests: HooksTestResult["tests"] = [];
  for (const scope of new Set(commands.map(({ scope }) => scope))) {
    const own = commands.filter((command) => command.scope === scope);
    await withScratch(system, async (scratch) => {
      for (const probe of PROBES) {
        for (const command of own) {
          if (command.event !== probe.event) continue;
          context.status(`Trying ${probe.event}`);
          tests.push(await tried(system, scratch, { command, probe }));
        }
      }
      context.status("");
    });
  }
  return { tests, warnings };
}

async function tried(
  system: System,
  scratch: Scratch,
  { command, probe }: { command: InstalledCommand; probe: Probe },
): Promise<HooksTestResult["tests"][number]> {
  const { scope } = command;
  const { event, expected } = probe;
  const foreign = foreignProgram(system, command);
  if (foreign !== undefined) {
    return { scope, event, expected, fault: foreign, milliseconds: 0 };
  }
  const before = new Set(filesIn(system, scratch));
  const run = { command, probe, quiet: false };
  const result = await fireHook(system, scratch, run);
  const effects = {
    output: new TextDecoder().decode(result.stdout),
    files: filesIn(system, scratch).filter((path) => !before.has(path)),
    tasks: tasksIn(system, scratch),
  };
  const fault = faultOf(result) ??
    (probe.holds(effects)
      ? null
      : `It ran, but did not. It printed: ${
        firstLine(effects.output, 200) || "nothing"
      }`);
  const { milliseconds } = result;
  return { scope, event, expected, fault, milliseconds };
}

/**
 * Why a program is not started: settings of a project come with a clone, so only
 * this mpm is known to be what they say. The user's own settings are trusted.
 */
function foreignProgram(
  system: System,
  { scope, command }: InstalledCommand,
): string | undefined {
  const program = system.program();
  const known = scope === "user" ||
    (program !== undefined && isSameFile(system, command, program));
  return known
    ? undefined
    : `Not started: "${command}" is not this mpm (mpm hooks install mends it)`;
}

function faultOf({ outcome, status, stderr }: RunResult): string | undefined {
  if (outcome === "timeout") return "It did not end";
  if (outcome !== "exited") return `It could not be started: ${outcome}`;
  if (status === 0) return undefined;
  const said = firstLine(new TextDecoder().decode(stderr), 200);
  return `It ended with status ${status}${said ? `: ${said}` : ""}`;
}

/** Starts every installed hook `runs` times with nothing special to do. */
export async function profileHooks(
  context: Context,
  runs: number,
): Promise<HooksProfileResult> {
  const { system } = context;
  const { commands, warnings } = await installed(context);
  const foreign = commands.map((one) => foreignProgram(system, one))
    .filter((reason) => reason !== undefined);
  const hooks: HooksProfileResult["hooks"] = [];
  await withScratch(system, async (scratch) => {
    await saveFirst(system, scratch, commands);
    for (const command of commands) {
      const probe = PROBES.find(({ event }) => event === command.event);
      if (!probe || foreignProgram(system, command) !== undefined) continue;
      context.status(`Measuring ${probe.event}`);
      const times: number[] = [];
      let output = 0;
      // The first one finds nothing in the disk's cache, and is not counted.
      for (let run = 0; run <= runs; run++) {
        const result = await fireHook(system, scratch, {
          command,
          probe,
          quiet: true,
        });
        if (run > 0) times.push(result.milliseconds);
        output = Math.max(output, result.stdout.length);
      }
      const { scope, event } = command;
      const [p50, p95] = [0.5, 0.95].map((part) => quantile(times, part));
      hooks.push({ scope, event, p50: p50!, p95: p95!, output });
    }
    context.status("");
  });
  return { runs, hooks, warnings: [...warnings, ...new Set(foreign)] };
}

/** As in a project that is in use, a session's begin has something to tell. */
async function saveFirst(
  system: System,
  scratch: Scratch,
  commands: readonly InstalledCommand[],
): Promise<void> {
  const [probe] = PROBES;
  const command = commands.find(({ event }) => event === probe!.event);
  if (!command || foreignProgram(system, command) !== undefined) return;
  await fireHook(system, scratch, { command, probe: probe!, quiet: false });
}

function quantile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

/** What the settings start. Throws NOT_FOUND where that is nothing of mpm's. */
async function installed({ system, folder }: Context) {
  const workspace = await locate(system, folder);
  const { commands, warnings } = installedCommands(system, workspace);
  if (commands.length === 0) {
    throw new MpmError("NOT_FOUND", "No hooks of mpm's are installed here", {
      hint: "To do so: mpm hooks install",
    });
  }
  const { config } = await readConfigAnyway(system, workspace.root);
  if (!config["hooks.enabled"]) {
    warnings.push(
      "hooks.enabled or MPM_HOOKS is off: in a session they do nothing",
    );
  }
  return { commands, warnings };
}
