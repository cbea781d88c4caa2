import { dirname, join } from "@std/path";
import type { System } from "../../system/system.ts";
import { ensureFolder } from "../folders.ts";
import { writeAtomic } from "../atomic.ts";
import { MANIFEST, manifestOf, moveFile, newTrashFolder } from "./trash.ts";

/**
 * A folder in the trash that is filled bit by bit, and made with the first. Its
 * manifest names a thing before it is moved. Call under the lock.
 */
export class TrashFolder {
  readonly #system: System;
  readonly #root: string;
  readonly #operation: string;
  readonly #base: string;
  readonly #paths = new Set<string>();
  #folder: string | undefined;

  /** `base`: the folder that the paths are below. */
  constructor(
    system: System,
    root: string,
    { operation, base }: { operation: string; base: string },
  ) {
    this.#system = system;
    this.#root = root;
    this.#operation = operation;
    this.#base = base;
  }

  /** Where it is; `undefined`: nothing was moved. */
  get folder(): string | undefined {
    return this.#folder;
  }

  /** Names what will be moved, all at once. */
  expect(paths: readonly string[]): void {
    if (paths.length === 0) return;
    this.#folder ??= newTrashFolder(this.#system, this.#root, this.#operation);
    for (const path of paths) this.#paths.add(path);
    const items = [...this.#paths].map((path) => ({
      name: path,
      files: [{ from: join(this.#base, path), to: placeOf(path) }],
    }));
    writeAtomic(this.#system, join(this.#folder, MANIFEST), {
      bytes: manifestOf(this.#system, this.#root, {
        operation: this.#operation,
        items,
      }),
    });
  }

  /** Moves a file, link or folder here. */
  take(path: string): void {
    if (!this.#paths.has(path)) this.expect([path]);
    const target = join(this.#folder!, placeOf(path));
    ensureFolder(this.#system, dirname(target), this.#folder!);
    moveFile(this.#system, join(this.#base, path), target);
  }
}

function placeOf(path: string): string {
  return `files/${path}`;
}
