import { join } from "../base/join.ts";
import type { LayerName } from "./settings.ts";
import { layout, userFolder } from "../ops/mod.ts";
import type { System } from "../system/system.ts";

/** A file with settings. */
export interface ConfigFile {
  readonly layer: "user" | "project" | "local";
  readonly path: string;
}

/** Returns the files of the layers, nearest last; they need not exist. */
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

/** A checked value, with its source. */
export interface Given {
  /** In the form used in a file. */
  readonly written: unknown;
  readonly layer: LayerName;
  /** The file, absolute, or the variable. */
  readonly source: string;
  /** The line in a file, from 1. */
  readonly line: number | undefined;
}
