import { join } from "@std/path";
import type { System } from "../system/system.ts";
import { layout } from "../ops/layout.ts";
import { userFolder } from "../ops/user_state.ts";

/** A file that settings are kept in. */
export interface ConfigFile {
  readonly layer: "user" | "project" | "local";
  readonly path: string;
}

/** The files of the layers, the nearest last, whether they exist or not. */
export function configFiles(
  system: System,
  root: string | undefined,
): ConfigFile[] {
  const folder = userFolder(system);
  const files: ConfigFile[] = folder === undefined
    ? []
    : [{ layer: "user", path: join(folder, "mpm", "config.toml") }];
  if (root === undefined) return files;
  const { home } = layout(root);
  return [
    ...files,
    { layer: "project", path: join(home, "config.toml") },
    { layer: "local", path: join(home, "config.local.toml") },
  ];
}
