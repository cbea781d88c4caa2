import { MpmError } from "../../base/errors.ts";
import { SESSION_ID } from "../../git/ids.ts";
import { field, type Fields, isFields } from "../../base/odd_values.ts";
import { sha256 } from "../../base/digest.ts";

/** Several saves as one JSON file: the exact text of each with its checksum. */
export interface Bundle {
  /** The version of this form. */
  readonly mpm_bundle: 1;
  /** ISO 8601, UTC. */
  readonly created_at: string;
  readonly saves: readonly BundledSave[];
}

export interface BundledSave {
  readonly session_id: string;
  /** Of the text in UTF-8. */
  readonly sha256: string;
  /** The text of the save's JSON file. */
  readonly json: string;
}

/** What of a bundle may not be taken, and why. */
export interface Refused {
  /** The file, or the place in the bundle. */
  readonly source: string;
  readonly reason: string;
}

/** The bundle of saves, each as the bytes of its JSON file. */
export function makeBundle(
  saves: readonly { readonly id: string; readonly bytes: Uint8Array }[],
  now: Date,
): Bundle {
  return {
    mpm_bundle: 1,
    created_at: now.toISOString(),
    saves: saves.map(({ id, bytes }) => ({
      session_id: id,
      sha256: sha256(bytes),
      json: new TextDecoder().decode(bytes),
    })),
  };
}

export function isBundle(value: unknown): value is Fields {
  return isFields(value) && Object.hasOwn(value, "mpm_bundle");
}

/** Saves that one bundle may hold. */
const MOST = 100_000;

/**
 * What a bundle holds, checked entry by entry: an id that is none could be a
 * path, and a text that its checksum does not fit was changed on the way.
 * Throws UNREADABLE for one of a newer mpm or without a list.
 */
export function openBundle(
  value: Fields,
  name: string,
): { saves: BundledSave[]; refused: Refused[] } {
  const { mpm_bundle: version, saves: list } = value;
  if (version !== 1) {
    throw new MpmError(
      "UNREADABLE",
      `Cannot read "${name}": it is a bundle of version ${
        JSON.stringify(version)
      }`,
      { hint: "A newer mpm wrote it: update this one" },
    );
  }
  if (!Array.isArray(list) || list.length > MOST) {
    throw new MpmError("UNREADABLE", `Cannot read "${name}": no saves in it`, {
      hint: 'Make one with "mpm sessions export --all --output <file>"',
    });
  }
  const saves: BundledSave[] = [];
  const refused: Refused[] = [];
  list.forEach((item: unknown, at) => {
    const reason = faultOf(item);
    if (reason === undefined) saves.push(item as BundledSave);
    else refused.push({ source: `${name}, save ${at + 1}`, reason });
  });
  return { saves, refused };
}

function faultOf(item: unknown): string | undefined {
  const [id, digest, json] = ["session_id", "sha256", "json"]
    .map((name) => field(item, name));
  if (typeof id !== "string" || !SESSION_ID.test(id)) {
    return `${JSON.stringify(id) ?? "nothing"} is no id of a session`;
  }
  if (typeof json !== "string") return `${id}: no text of a save`;
  return sha256(new TextEncoder().encode(json)) === digest
    ? undefined
    : `${id} does not match its checksum`;
}
