import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import { jsonIn } from "../base/parsed_values.ts";
import {
  fits,
  type Fitting,
  FLAG,
  list,
  object,
  TEXT,
  text,
} from "../base/shape.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { ensureFolder } from "./folders.ts";
import { layout } from "./layout.ts";
import { ownSeals, projectSeals } from "./sealed_record.ts";

/** Another clone whose log was read. */
const CLONE = object({
  /** The writer's ID and a word for the clone; also the name of the folder. */
  clone: text({ pattern: /^[0-9a-f]{32}-[a-z0-9]{8}$/ }),
  /** The id of the writer. */
  writer: text({ pattern: /^[0-9a-f]{32}$/ }),
  /** The name that the writer gives. */
  name: TEXT,
  /** True if the writer is this user. */
  own: FLAG,
});

const CLONES = object({ clones: list(CLONE) });

type Clone = Fitting<typeof CLONE>;

/** The folder of files that one clone shares. */
export interface TeamFolder extends Clone {
  /** Absolute. */
  readonly path: string;
}

const KIND = "team folders";

/** The largest list to read, in bytes. */
const LARGEST = 4 * 1024 * 1024;

function listPath(root: string): string {
  return join(layout(root).team, "clones.json");
}

/**
 * Returns the folders that team members share, sorted by name. Folders that
 * this user's mpm did not create here are left out, because a clone may bring
 * any folder.
 */
export function teamFolders(system: System, root: string): TeamFolder[] {
  if (!system.files.peek(layout(root).team)) return [];
  const bytes = attempt(() => system.files.readOwn(listPath(root), LARGEST));
  if (!bytes) return [];
  const text = new TextDecoder().decode(bytes);
  const value = jsonIn(text);
  if (!fits(CLONES, value) || !ownSeals(system, root, KIND).isOwn(text)) {
    return [];
  }
  const { team } = layout(root);
  return value.clones.map(({ clone, writer, name, own }) => ({
    ...{ clone, writer, name, own },
    path: join(team, clone),
  }));
}

/** Replaces the list of shared folders. */
export function writeTeamFolders(
  system: System,
  root: string,
  clones: readonly Clone[],
): void {
  const { team } = layout(root);
  ensureFolder(system, team, root);
  const value = {
    clones: clones.map(({ clone, writer, name, own }) => ({
      ...{ clone, writer, name, own },
    })),
  };
  const text = projectSeals(system, root, KIND).seal(value);
  const bytes = new TextEncoder().encode(text);
  writeAtomic(system, listPath(root), { bytes, temporary: ".clones.new" });
}
