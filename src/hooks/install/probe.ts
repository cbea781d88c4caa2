import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { firstLine } from "../../base/words.ts";
import type { Context } from "../../cli/mod.ts";
import { CLAUDE, type Client, OWN_MARK } from "../../clients/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { Git, locate } from "../../git/mod.ts";
import {
  ensureFolder,
  ensureHome,
  ensureUserFolder,
  layout,
  removeTree,
} from "../../ops/mod.ts";
import type { RunResult, System } from "../../system/system.ts";
import type {
  HooksProfileResult,
  HooksTestResult,
} from "../commands/results.ts";
import { keepActivity } from "../events/activity.ts";
import { entriesAt } from "./client_files.ts";
import { CLIENT_PROBES, type Probe, PROBES } from "./probes.ts";
import { isSameFile } from "./program.ts";
import { type InstalledCommand, installedCommands } from "./status.ts";

/** Runs every installed hook once and checks its effects. */
export async function testHooks(
  context: Context,
  client: Client,
): Promise<HooksTestResult> {
  const { system } = context;
  const { commands, warnings } = await installed(context, client);
  const probes = client === CLAUDE ? PROBES : CLIENT_PROBES;
  const tests: HooksTestResult["tests"] = [];
  for (const scope of new Set(commands.map(({ scope }) => scope))) {
    const own = commands.filter((command) => command.scope === scope);
    await withScratch(system, async (scratch) => {
      for (const probe of probes) {
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
  scratch: Trial,
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
    tasks: agentFileIn(system, scratch, "tasks"),
    notes: agentFileIn(system, scratch, "notes"),
    presence: agentFileIn(system, scratch, "presence"),
  };
  const fault = faultOf(result) ??
    (probe.holds(effects)
      ? null
      : "It ran, but without this effect. Its output: " +
        `${firstLine(effects.output, 200) || "nothing"}`);
  const { milliseconds } = result;
  return { scope, event, expected, fault, milliseconds };
}

/**
 * Returns the reason why a program is not started. Project settings come with a
 * clone, so only this mpm is known to be genuine. The user's own settings are
 * trusted.
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
    : `Not started: "${command}" is not this mpm (to fix it: mpm hooks ` +
      "install)";
}

function faultOf({ outcome, status, stderr }: RunResult): string | undefined {
  if (outcome === "timeout") return "It did not finish in time";
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
  const { commands, warnings } = await installed(context, CLAUDE);
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
      // The first run is not counted, because nothing is in the disk cache yet.
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

/** Makes a save first, so that a session's start has a report. */
async function saveFirst(
  system: System,
  scratch: Trial,
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

/** Returns the commands in the settings. Throws NOT_FOUND if empty. */
async function installed({ system, folder }: Context, client: Client) {
  const workspace = await locate(system, folder);
  const { commands, warnings } = client === CLAUDE
    ? installedCommands(system, workspace)
    : { commands: await clientCommands(system, client), warnings: [] };
  if (commands.length === 0) {
    const option = client === CLAUDE ? "" : ` --client ${client.name}`;
    throw new MpmError("NOT_FOUND", "No mpm hooks are installed here", {
      hint: `Install them with: mpm hooks install${option}`,
    });
  }
  const { config } = await readConfigAnyway(system, workspace.root);
  if (!config["hooks.enabled"]) {
    warnings.push(
      "hooks.enabled or MPM_HOOKS is off: in a session, the hooks do nothing",
    );
  }
  return { commands, warnings };
}

/** Returns the commands that another client runs to report events to mpm. */
async function clientCommands(
  system: System,
  client: Client,
): Promise<InstalledCommand[]> {
  const files = (await client.setup?.())?.files(system) ?? [];
  const entries = files.flatMap((file) => entriesAt(system, file))
    .filter(({ binary }) => binary !== "");
  const all = CLIENT_PROBES.map(({ event }) => event);
  return entries.flatMap(({ event, binary, version }) =>
    // A plugin reports events that its file does not list.
    (event === "" ? all : [event]).map((event) => ({
      ...{ scope: "user" as const, event, command: binary },
      args: [
        ...["hook", event, "--client", client.name],
        OWN_MARK + version,
      ],
    }))
  );
}

const SESSION = "00000000-0000-4000-8000-000000000000";

const WINDOW = 1_000_000;

/** The most milliseconds for one hook, and bytes in its output. */
const BOUNDS = { timeout: 20_000, limit: 1024 * 1024 };

/** A scratch project and a home folder for testing hooks. */
interface Trial {
  readonly folder: string;
  readonly home: string;
  readonly project: string;
}

/** Runs `use` with a scratch project, which is always removed afterwards. */
async function withScratch<T>(
  system: System,
  use: (scratch: Trial) => Promise<T>,
): Promise<T> {
  const above = ensureUserFolder(system, ".");
  removeAbandoned(system, above);
  const folder = join(above, `${NAME}${system.random()}`);
  const scratch = {
    folder,
    home: join(folder, "home"),
    project: join(folder, "project"),
  };
  try {
    ensureFolder(system, scratch.home, above);
    ensureFolder(system, scratch.project, above);
    await beginRepository(system, scratch);
    ensureHome(system, scratch.project);
    return await use(scratch);
  } finally {
    // A program that a hook started may still be writing to the folder. A later
    // trial then removes it.
    attempt(() => removeTree(system, folder));
  }
}

const NAME = "trial-";

/** Milliseconds after which no trial can still be running. */
const LONGEST = 60 * 60_000;

/** Removes the remains of interrupted trials. */
function removeAbandoned(system: System, above: string): void {
  const now = system.now().getTime();
  for (const { name, kind } of system.files.list(above)) {
    const path = join(above, name);
    if (kind !== "folder" || !name.startsWith(NAME)) continue;
    const age = now - (system.files.lstat(path)?.mtime ?? now);
    if (age > LONGEST) removeTree(system, path);
  }
}

/** Starts a hook with its command from the settings, as a client does. */
async function fireHook(
  system: System,
  scratch: Trial,
  { command, probe, quiet }: {
    command: InstalledCommand;
    probe: Probe;
    quiet: boolean;
  },
): Promise<RunResult & { milliseconds: number }> {
  const { project, folder } = scratch;
  const transcript = join(folder, "transcript.jsonl");
  replace(system, transcript, transcriptOf(system, quiet ? 1 : probe.used));
  noteWork(system, project);
  const event = {
    session_id: SESSION,
    transcript_path: transcript,
    cwd: project,
    hook_event_name: probe.event,
    ...quiet ? probe.quiet ?? probe.fields : probe.fields,
  };
  const start = system.now().getTime();
  const result = await system.runProgram([command.command, ...command.args], {
    cwd: project,
    env: apart(system, scratch),
    stdin: new TextEncoder().encode(JSON.stringify(event)),
    ...BOUNDS,
  });
  return { ...result, milliseconds: system.now().getTime() - start };
}

/** Returns variables that keep a trial inside its scratch folders. */
function apart(system: System, { folder, home, project }: Trial) {
  const leading = ["XDG_STATE_HOME", "XDG_CONFIG_HOME", "LOCALAPPDATA"];
  const changing = system.envNames().filter((name) =>
    /^(MPM_|CLAUDE)/.test(name)
  );
  return {
    ...Object.fromEntries(
      [...leading, "APPDATA", ...changing].map((name) => [name, null]),
    ),
    HOME: home,
    USERPROFILE: home,
    CLAUDE_PROJECT_DIR: project,
    // The scratch folder may be inside a repository, since a user may keep the
    // whole home folder in git.
    GIT_CEILING_DIRECTORIES: folder,
  };
}

/** Creates a repository; without git, a plain folder remains. */
async function beginRepository(
  system: System,
  { folder, home, project }: Trial,
): Promise<void> {
  const identity = "[user]\n\tname = mpm\n\temail = mpm@localhost\n";
  replace(system, join(home, ".gitconfig"), identity);
  const git = new Git(system, project, { plain: true })
    .with({ HOME: home, GIT_CEILING_DIRECTORIES: folder });
  await git.run(["init", "--quiet", "--template="]);
  await git.run(["commit", "--quiet", "--allow-empty", "--message=Begin"]);
}

function transcriptOf(system: System, used: number): string {
  const input_tokens = used * WINDOW / 100;
  return `${
    JSON.stringify({
      type: "assistant",
      timestamp: system.now().toISOString(),
      message: { model: "claude-opus-5-5", usage: { input_tokens } },
    })
  }\n`;
}

/** Creates work to save, and prevents checkpoints that outlive it. */
function noteWork(system: System, root: string): void {
  const now = system.now().getTime();
  const activity = { at: now + 1000, checkpoint: now };
  keepActivity(system, { id: SESSION, root }, activity);
}

function replace(system: System, path: string, text: string): void {
  if (system.files.lstat(path)) system.files.remove(path);
  system.files.create(path, new TextEncoder().encode(text), { synced: false });
}

function filesIn(system: System, { project }: Trial): string[] {
  const { home } = layout(project);
  const found: string[] = [];
  for (const folder of ["sessions", "errors"]) {
    const path = join(home, folder);
    if (!system.files.lstat(path)) continue;
    for (const { name } of system.files.list(path)) {
      found.push(`${folder}/${name}`);
    }
  }
  return found;
}

function agentFileIn(
  system: System,
  { project }: Trial,
  name: "tasks" | "notes" | "presence",
): string {
  const { state } = layout(project);
  const path = join(state, "agents", `${SESSION}.${name}.json`);
  return system.files.lstat(path)
    ? new TextDecoder().decode(system.files.readOwn(path, 65_536))
    : "";
}
