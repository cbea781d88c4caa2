import { join } from "../base/join.ts";
import type { LayerName } from "./settings.ts";
import { layout, userFolder } from "../ops/mod.ts";
import type { System } from "../system/system.ts";

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

/** A value as it was found, checked. */
export interface Given {
  /** As a file would hold it. */
  readonly written: unknown;
  readonly layer: LayerName;
  /** The file, absolute, or the variable. */
  readonly source: string;
  /** In a file, from 1. */
  readonly line: number | undefined;
}
