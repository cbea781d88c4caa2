import { join } from "@std/path";
import { MpmError } from "../errors.ts";
import {
  CHECKPOINT_RULES,
  type CheckpointRules,
} from "../session/checkpoint_rules.ts";
import {
  WORKTREE_RULES,
  type WorktreeRules,
} from "../session/worktree_rules.ts";
import type { System } from "../system/system.ts";
import { checkpointRules } from "./config_checkpoint.ts";
import { worktreeRules } from "./config_worktrees.ts";
import { layout } from "./layout.ts";

/** What can be configured. */
export interface Config {
  /** Whether `pause` commits the save to the repository. */
  readonly commit: boolean;
  /** What a clean-up of worktrees may remove. */
  readonly worktrees: WorktreeRules;
  /** How much checkpoints hold, and how many automatic ones there are. */
  readonly checkpoint: CheckpointRules;
}

const DEFAULTS: Config = {
  commit: true,
  worktrees: WORKTREE_RULES,
  checkpoint: CHECKPOINT_RULES,
};

/** The largest configuration file that is read, in bytes. */
const LIMIT = 1024 * 1024;

/**
 * The configuration: the user's `mpm/config.toml` in the configuration folder,
 * over it the project's `.claude-mpm/config.toml`. Throws USAGE that names file
 * and fault.
 */
export async function readConfig(
  system: System,
  root: string,
): Promise<Config> {
  let config = DEFAULTS;
  for (const source of configFiles(system, root)) {
    if (!system.files.lstat(source.path)) continue;
    config = { ...config, ...await readFile(source, config) };
  }
  return config;
}

interface Source {
  readonly path: string;
  /** Whether it is the user's; a project's may come with a clone. */
  readonly personal: boolean;
  read(): Uint8Array;
}

/** The user may keep theirs behind a link; a project's may be anybody's. */
function configFiles(system: System, root: string): Source[] {
  const { files } = system;
  const own = join(layout(root).home, "config.toml");
  const project = {
    path: own,
    personal: false,
    read: () => files.readOwn(own, LIMIT),
  };
  const folder = userFolder(system);
  if (folder === undefined) return [project];
  const path = join(folder, "mpm", "config.toml");
  const read = () => files.readUpTo(path, LIMIT);
  return [{ path, personal: true, read }, project];
}

/** Where the user keeps configuration, if that is known. */
export function userFolder(system: System): string | undefined {
  if (system.platform === "windows") return system.env("APPDATA");
  const home = system.home();
  return system.env("XDG_CONFIG_HOME") || (home && join(home, ".config"));
}

async function readFile(
  source: Source,
  below: Config,
): Promise<Partial<Config>> {
  // Loaded here since most projects have no configuration.
  const { parse } = await import("@std/toml");
  const { path } = source;
  const text = new TextDecoder().decode(source.read());
  let values: Record<string, unknown>;
  try {
    values = parse(text);
  } catch (error) {
    throw new MpmError(
      "USAGE",
      `Cannot read "${path}": ${(error as Error).message}`,
      { hint: "It is TOML, e.g. commit = false", cause: error },
    );
  }
  return check(values, source, below);
}

function check(
  values: Record<string, unknown>,
  { path, personal }: Source,
  below: Config,
): Partial<Config> {
  const unknown = Object.keys(values).find((key) =>
    !Object.hasOwn(DEFAULTS, key)
  );
  if (unknown !== undefined) {
    throw new MpmError("USAGE", `Unknown key "${unknown}" in "${path}"`, {
      hint: `Known keys: ${Object.keys(DEFAULTS).join(", ")}`,
    });
  }
  if ("commit" in values && typeof values.commit !== "boolean") {
    throw new MpmError(
      "USAGE",
      `"commit" in "${path}" must be true or false: ` +
        `current value is ${JSON.stringify(values.commit)}`,
    );
  }
  const checked = { ...values as Partial<Config> };
  if ("checkpoint" in values) {
    const checkpoint = checkpointRules(values.checkpoint, {
      path,
      personal,
      below: below.checkpoint,
    });
    Object.assign(checked, { checkpoint });
  }
  if (!("worktrees" in values)) return checked;
  if (!personal) {
    throw new MpmError("USAGE", `"worktrees" cannot be set in "${path}"`, {
      hint: "What may be deleted is your own choice and no project's: set it " +
        "in your mpm/config.toml",
    });
  }
  const worktrees = worktreeRules(values.worktrees, path);
  return { ...checked, worktrees };
}
