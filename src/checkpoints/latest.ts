import { join } from "@std/path";
import { MpmError } from "../base/errors.ts";
import {
  contentDigestOf,
  type Origin,
  Origins,
} from "../saves/trust/origins.ts";
import type { System } from "../system/system.ts";
import { namesIn } from "../saves/store/find_saves.ts";
import { layout } from "../ops/layout.ts";

/** Records that are looked at. */
const MOST = 1000;

/** Bytes at the beginning of a record, which may hold a whole session. */
const BEGINNING = 16 * 1024;

/** Bytes of a record whose origin is looked for. */
const LARGEST = 64 * 1024 * 1024;

interface Latest {
  readonly name: string;
  /** ISO 8601. */
  readonly created_at: string;
  /** By the record's file alone. */
  readonly origin: Origin;
}

/**
 * The newest checkpoint; null: there is none. It is only told of, so one file is
 * read and what is odd counts as not there.
 */
export function latestCheckpoint(
  system: System,
  root: string,
): Latest | null {
  try {
    const path = newestRecord(system, join(layout(root).home, "checkpoints"));
    if (path === undefined) return null;
    const bytes = system.files.readPart(path, 0, BEGINNING);
    const text = new TextDecoder().decode(bytes);
    const name = textField(text, "name");
    const time = Date.parse(textField(text, "created_at") ?? "");
    if (name === undefined || Number.isNaN(time)) return null;
    const created = new Date(time).toISOString();
    const origin = originOf(system, path, created);
    return { name, created_at: created, origin };
  } catch (error) {
    if (error instanceof MpmError) return null;
    throw error;
  }
}

/** The bytes of a record's file are what its mark is made of. */
function originOf(system: System, path: string, created: string): Origin {
  const digest = contentDigestOf(system.files.readOwn(path, LARGEST));
  return new Origins(system).of({ id: created, digest });
}

function newestRecord(system: System, folder: string): string | undefined {
  let newest: { path: string; mtime: number } | undefined;
  for (const { name, kind } of namesIn(system, folder).slice(0, MOST)) {
    if (kind !== "file" || !/^[^.].*\.json$/.test(name)) continue;
    const path = join(folder, name);
    const mtime = system.files.lstat(path)?.mtime ?? 0;
    if (!newest || mtime > newest.mtime) newest = { path, mtime };
  }
  return newest?.path;
}

/** A field of the record itself, which stands before everything nested. */
function textField(text: string, name: string): string | undefined {
  const found = new RegExp(`"${name}":\\s*("(?:[^"\\\\]|\\\\.){0,400}")`)
    .exec(text);
  try {
    return found ? JSON.parse(found[1]!) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
