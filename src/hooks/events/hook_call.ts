import { attempt } from "../../base/errors.ts";
import { join } from "../../base/join.ts";
import type { Context } from "../../cli/mod.ts";
import {
  type AgentSession,
  type Client,
  type HookAnswer,
  type HookInput,
  OWN_MARK,
} from "../../clients/mod.ts";
import { type Config, readConfigAnyway } from "../../config/mod.ts";
import { quickPlace, quickRoot } from "../../git/mod.ts";
import { layout, lookingOnce } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** The parameters of an event's handler. */
export interface HookCall {
  readonly event: string;
  readonly client: Client;
  readonly input: HookInput;
  /** The context in the session's folder; it waits briefly for locks. */
  readonly context: Context;
  readonly config: Config;
  /** The settings that were ignored because they are invalid. */
  readonly faults: readonly string[];
  readonly session: AgentSession & { readonly root: string };
  /** The top folder of the worktree. */
  readonly worktree: string;
  /** True if mpm may write into the project. */
  readonly invited: boolean;
}

export type Handler = (
  hook: HookCall,
) => HookAnswer | Promise<HookAnswer>;

/** Milliseconds for a lock, and a program, since the client waits. */
const PATIENCE = 1000;
const PROGRAM_PATIENCE = 5000;

/** Finds the project of an event; `undefined`: nothing to do. */
export function hookCallOf(
  context: Context,
  { client, event, input }: Pick<HookCall, "client" | "event" | "input">,
): HookCall | undefined {
  const system = impatient(context.system);
  const seen = lookingOnce(system);
  const place = placeOf(seen, input);
  if (!place) return undefined;
  const { root, folder } = place;
  const { config, faults } = readConfigAnyway(seen, root);
  if (!config["hooks.enabled"]) return undefined;
  const worktree = quickPlace(seen, folder)?.worktree ?? root;
  return {
    client,
    event,
    input,
    context: { ...context, system, folder, interactive: false },
    config,
    faults,
    session: { id: input.sessionId, root },
    worktree,
    invited: usesMpm(seen, { root, worktree }),
  };
}

/**
 * Returns the place of an event. The project is the one in which the session
 * started, wherever the agent goes later. The folder is the agent's folder
 * while that is inside the project.
 */
function placeOf(
  system: System,
  { cwd, projectDir: started }: HookInput,
): { root: string; folder: string } | undefined {
  const here = quickRoot(system, cwd);
  const root = started === undefined ? undefined : quickRoot(system, started);
  if (root !== undefined && root !== here) return { root, folder: started! };
  return here === undefined ? undefined : { root: here, folder: cwd };
}

function impatient(system: System): System {
  const { files } = system;
  const lock: System["files"]["lock"] = (path, wait) =>
    files.lock(path, Math.min(wait, PATIENCE));
  const hurried = withTimeout(system, PROGRAM_PATIENCE);
  return { ...hurried, files: { ...files, lock } };
}

/** Returns a system whose programs get at most `wait` milliseconds. */
export function withTimeout(system: System, wait: number): System {
  const run: System["run"] = (program, options) => {
    const timeout = Math.min(options.timeout, wait);
    return system.run(program, { ...options, timeout });
  };
  return { ...system, run };
}

/** The most bytes of settings to search; hooks may come last. */
const MOST_SETTINGS = 16 * 1024 * 1024;

/**
 * Returns whether someone chose to use mpm in this project. Either the project
 * has saves or similar data, or mpm hooks are installed for it and not for all
 * projects of the user. In the home folder, only saves count: its `.claude-mpm`
 * may come from claude-mpm, and its settings apply to all projects.
 */
export function usesMpm(
  system: System,
  { root, worktree }: { root: string; worktree: string },
): boolean {
  const { home, sessions } = layout(root);
  const isHome = root === realHome(system);
  const folder = isHome ? sessions : home;
  const found = attempt(() => system.files.lstat(folder)?.kind);
  if (found === "folder") return true;
  if (isHome) return false;
  return [
    join(root, ".claude", "settings.local.json"),
    join(worktree, ".claude", "settings.local.json"),
    join(worktree, ".claude", "settings.json"),
  ].some((path) => isMarked(system, path));
}

function isMarked(system: System, path: string): boolean {
  return attempt(() => {
    // Reading a pipe would block.
    if (system.files.stat(path)?.kind !== "file") return false;
    const bytes = system.files.readPart(path, 0, MOST_SETTINGS);
    return new TextDecoder().decode(bytes).includes(OWN_MARK);
  }) ?? false;
}

function realHome(system: System): string | undefined {
  const home = system.home();
  return attempt(() =>
    home === undefined ? undefined : system.files.realPath(home)
  );
}

/** The longest text that clients accept, in characters. */
export const LONGEST = 10_000;

/** Returns the answer with its texts shortened for the client. */
export function boundedAnswer(answer: HookAnswer): HookAnswer {
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [
      name,
      typeof value === "string" ? cut(value) : value,
    ]),
  );
}

function cut(text: string): string {
  return text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
