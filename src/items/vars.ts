import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { jsonIn } from "../base/parsed_values.ts";
import {
  fits,
  type Fitting,
  object,
  record,
  type Shape,
  TEXT,
} from "../base/shape.ts";
import {
  checkFolder,
  ensureFolder,
  layout,
  ownSeals,
  projectSeals,
  removeIfThere,
  writeAtomic,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import { type Here, hereOf, type Place } from "./open_items.ts";
import type { DamagedFile } from "./store.ts";

/** The kind of record for variables. */
const KIND = "variables";

/** The largest file of variables, in bytes. */
const LARGEST = 256 * 1024;

const VARS = object({
  schema: { is: "version" } as Shape<1>,
  /** The owner, in the form used in the file name. */
  of: TEXT,
  vars: record(TEXT),
});

export type Vars = Readonly<Record<string, string>>;

/**
 * Returns the variables of a line of work. A session without its own variables
 * has those of its worktree; a detour has only its own. Throws UNREADABLE for a
 * damaged file, FOREIGN for someone else's, and errors of reading.
 */
export function readVars(system: System, root: string, here: Here): Vars {
  const own = readOwnVars(system, root, here);
  if (own !== undefined) return own;
  return takesOver(here)
    ? readOwnVars(system, root, { ...here, session: null }) ?? {}
    : {};
}

/** Returns whether a line of work starts with the variables of its worktree. */
function takesOver({ session, detour }: Here): boolean {
  return session !== null && !detour;
}

/** Reads the own variables; `undefined` if no variable was ever set. */
function readOwnVars(
  system: System,
  root: string,
  here: Here,
): Vars | undefined {
  const owner = ownerOf(here);
  const path = varsPath(root, owner);
  if (!system.files.peek(path)) return undefined;
  const { home, state, items } = layout(root);
  for (const folder of [home, state, items]) checkFolder(system, folder);
  return readFile(system, root, { path, owner });
}

/** Reads one file. Throws the errors of {@link readVars}. */
function readFile(
  system: System,
  root: string,
  { path, owner }: { path: string; owner: string },
): Vars {
  const bytes = system.files.readOwn(path, LARGEST);
  const text = new TextDecoder().decode(bytes);
  const value = jsonIn(text) as Fitting<typeof VARS> | undefined;
  if (!fits(VARS, value)) {
    throw new MpmError("UNREADABLE", `Cannot read "${path}"`, {
      hint: "Move it elsewhere and set the variables again",
    });
  }
  if (value.of !== owner || !ownSeals(system, root, KIND).isOwn(text)) {
    throw new MpmError(
      "FOREIGN",
      `Cannot use "${path}": you did not set these variables on this machine`,
      { hint: "Move the file elsewhere and set the variables again" },
    );
  }
  return value.vars;
}

/** Replaces the variables of a line of work. Call under the project's lock. */
export function writeVars(
  system: System,
  root: string,
  { here, vars }: { here: Here; vars: Vars },
): void {
  const path = varsPath(root, ownerOf(here));
  // An empty file keeps the worktree's variables from reappearing.
  if (Object.keys(vars).length === 0 && !takesOver(here)) {
    return removeIfThere(system, path);
  }
  const seals = projectSeals(system, root, KIND);
  const text = seals.seal({ schema: 1, of: ownerOf(here), vars });
  ensureFolder(system, layout(root).items, root);
  writeAtomic(system, path, { text });
}

/** Returns the variables here. Throws the errors of {@link readVars}. */
export function readVarsHere(system: System, place: Place): Vars {
  return readVars(system, place.root, hereOf(system, place));
}

/** Returns the variables, or an empty record if they cannot be read. */
export function varsHere(system: System, place: Place): Vars {
  return attempt(() => readVarsHere(system, place)) ?? {};
}

/** Returns the owner of variables; a detour is a separate owner. */
function ownerOf({ place, session }: Here): string {
  return session ?? place;
}

function varsPath(root: string, owner: string): string {
  return join(layout(root).items, `vars-${owner}.json`);
}

const NAME = /^vars-(.+)\.json$/;

/** Returns damaged and foreign files of variables. Throws FILE_FAILED. */
export function faultyVars(
  system: System,
  root: string,
): { damaged: DamagedFile[]; foreign: string[] } {
  const damaged: DamagedFile[] = [];
  const foreign: string[] = [];
  for (const { name } of system.files.list(layout(root).items)) {
    const owner = NAME.exec(name)?.[1];
    if (owner === undefined) continue;
    const path = varsPath(root, owner);
    try {
      readFile(system, root, { path, owner });
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      const { code, message } = error;
      if (code === "FOREIGN") foreign.push(path);
      else damaged.push({ path, message });
    }
  }
  return { damaged, foreign };
}
