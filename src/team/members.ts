import { compareText } from "../base/words.ts";
import { join } from "../base/join.ts";
import { isMissing, MpmError } from "../base/errors.ts";
import { jsonIn } from "../base/parsed_values.ts";
import {
  fits,
  type Fitting,
  list,
  object,
  type Shape,
  TEXT,
} from "../base/shape.ts";
import {
  ensureStoreId,
  ensureUserFolder,
  readStoreId,
  userState,
  writeAtomic,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";

/**
 * The people for whom this user encrypts a project's entries. The list is in
 * the user's own state, so project files and entries by colleagues cannot add
 * recipients. It is identified by the ID of this copy of the project.
 */

/** A key of a member; someone with two keys is listed twice. */
const MEMBER = object({
  name: TEXT,
  /** `age1…` or `ssh-ed25519 …`, as returned by the age module. */
  recipient: TEXT,
  /** ISO 8601, UTC. */
  added_at: TEXT,
});
export type Member = Fitting<typeof MEMBER>;

const TEAM = object({
  version: { is: "version" } as Shape<1>,
  /** The project's folder, for people. */
  project: TEXT,
  members: list(MEMBER),
});

const FOLDER = "teams";

/** The largest list to read, in bytes. */
const LARGEST = 256 * 1024;

/**
 * The maximum number of keys in a team: each entry gets a line for each key.
 */
export const MOST_MEMBERS = 200;

/**
 * Returns the members of the project's team, sorted by name; `undefined` if
 * this user never had a team. An empty team was ended on purpose. Throws
 * UNREADABLE for a damaged list, which must not count as missing.
 */
export function readTeam(
  system: System,
  root: string,
): readonly Member[] | undefined {
  const id = readStoreId(system, root);
  if (id === undefined) return undefined;
  const path = fileOf(system, id);
  let bytes: Uint8Array;
  try {
    bytes = system.files.readOwn(path, LARGEST);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const value = jsonIn(new TextDecoder().decode(bytes));
  if (fits(TEAM, value)) return value.members;
  throw new MpmError("UNREADABLE", `Cannot read your team in "${path}"`, {
    hint: "Remove the file, and add the members again",
  });
}

/** Returns the file of the project's team, in the user's state. */
function fileOf(system: System, id: string): string {
  return join(userState(system), FOLDER, `${id}.json`);
}

/** Returns the absolute path of that file. Call under the project's lock. */
export function teamFile(system: System, root: string): string {
  return fileOf(system, ensureStoreId(system, root));
}

/** Replaces the team. Call under the project's lock. Throws FILE_FAILED. */
export function writeTeam(
  system: System,
  root: string,
  members: readonly Member[],
): void {
  ensureUserFolder(system, FOLDER);
  const sorted = [...members].sort((a, b) =>
    a.name === b.name
      ? compareText(a.added_at, b.added_at)
      : compareText(a.name, b.name)
  );
  const value = { version: 1, project: root, members: sorted };
  writeAtomic(system, teamFile(system, root), {
    text: `${JSON.stringify(value, null, 2)}\n`,
  });
}

/** Returns whether two names belong to the same member. */
export function isSameName(one: string, other: string): boolean {
  const plain = (text: string) => text.normalize("NFC").toLowerCase();
  return plain(one) === plain(other);
}
