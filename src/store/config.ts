import { join } from "@std/path";
import { MpmError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { layout } from "./layout.ts";

/** What can be configured. */
export interface Config {
  /** Whether `pause` commits the save to the repository. */
  readonly commit: boolean;
}

const DEFAULTS: Config = { commit: true };

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
  for (const path of configFiles(system, root)) {
    if (!system.files.lstat(path)) continue;
    config = { ...config, ...await readFile(system, path) };
  }
  return config;
}

function configFiles(system: System, root: string): string[] {
  const user = system.platform === "windows"
    ? system.env("APPDATA")
    : system.env("XDG_CONFIG_HOME") || homeConfig(system);
  const project = join(layout(root).home, "config.toml");
  return user ? [join(user, "mpm", "config.toml"), project] : [project];
}

function homeConfig(system: System): string | undefined {
  const home = system.env("HOME");
  return home ? join(home, ".config") : undefined;
}

async function readFile(
  system: System,
  path: string,
): Promise<Partial<Config>> {
  // Loaded here since most projects have no configuration.
  const { parse } = await import("@std/toml");
  const text = new TextDecoder().decode(system.files.readOwn(path, LIMIT));
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
  return check(values, path);
}

function check(
  values: Record<string, unknown>,
  path: string,
): Partial<Config> {
  const unknown = Object.keys(values).find((key) => !(key in DEFAULTS));
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
  return values as Partial<Config>;
}
