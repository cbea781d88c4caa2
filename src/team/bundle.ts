import { basename } from "@std/path";
import { decodeBytes, encodeText } from "../base/bytes.ts";
import { sha256 } from "../base/digest.ts";
import { MpmError } from "../base/errors.ts";
import { field, jsonIn } from "../base/parsed_values.ts";
import { fits, type Fitting, list, object, TEXT, text } from "../base/shape.ts";
import { counted } from "../base/words.ts";
import type { Context } from "../cli/mod.ts";
import { openCipher } from "./cipher.ts";
import { bodyBytes, entryBytes, LOG_NAME, type NewEntry } from "./entry.ts";
import type { Signer } from "./keys.ts";

/*
 * A bundle is one file with everything that someone shares from a project: a
 * whole log, with the same signed entries as on a remote. It is JSON in UTF-8,
 * or an age file that contains this JSON. Each bundle has its own log, which
 * replaces the log of the previous bundle.
 */

/** A bundle of version 2. Version 1 contains saves, see `saves/share`. */
const BUNDLE = object({
  /** The name of the log that contains the entries. */
  log: text({ pattern: LOG_NAME }),
  /** ISO 8601, UTC. */
  created_at: TEXT,
  /** The text of each entry, in order. */
  entries: list(TEXT),
});
export type Bundle = Fitting<typeof BUNDLE>;

const VERSION = 2;

/**
 * The maximum size of a file to read in bytes, and the maximum number of
 * entries in it.
 */
const LARGEST = 256 * 1024 * 1024;
const MOST_ENTRIES = 100_000;

/** The start of a bundle, which is enough to recognize it. */
const BEGINS = /^\s*\{\s*"mpm_bundle"\s*:\s*2\b/;
const ENCRYPTED = /^age-encryption\.org\/|^-----BEGIN AGE ENCRYPTED FILE-----/;
const HEAD = 200;

/** The files that an export may replace: earlier exports. */
export const BUNDLE_FILE = {
  option: "--to",
  noun: "a bundle",
  ending: ".json",
  begins: BEGINS,
} as const;

/** Milliseconds since 1970 at the beginning of 2026. */
const FIRST = Date.UTC(2026, 0, 1);

/**
 * Returns the name of the log for a new bundle. It differs from the log that
 * this copy of the project syncs, and comes after the logs of earlier bundles.
 */
function bundleLog(
  signer: Signer,
  { storeId, now }: { storeId: string; now: Date },
): string {
  const seconds = Math.floor((now.getTime() - FIRST) / 1000);
  return `${bundleClone(signer, storeId)}-${Math.max(1, seconds)}`;
}

/** Returns the prefix of log names for bundles from one copy of a project. */
export function bundleClone({ writer }: Signer, storeId: string): string {
  return `${writer}-${sha256(`bundle ${storeId}`).slice(0, 8)}`;
}

/** Returns the bytes of a signed bundle with these entries. */
export function bundleBytes(
  signer: Signer,
  entries: readonly NewEntry[],
  place: { storeId: string; now: Date },
): Uint8Array {
  const log = bundleLog(signer, place);
  const texts = entries.map((entry, at) => {
    const where = { log, number: at + 1 };
    const body = bodyBytes(where, entry);
    return decodeBytes(entryBytes({ ...where, cipher: "plain", body }, signer));
  });
  const bundle = {
    ...{ mpm_bundle: VERSION, created_at: place.now.toISOString(), log },
    entries: texts,
  };
  return encodeText(`${JSON.stringify(bundle)}\n`);
}

/** The contents of a file to import. */
export interface OpenedFile {
  readonly bundle?: Bundle;
  /** The decrypted bytes of a file that is not a bundle. */
  readonly bytes?: Uint8Array;
  readonly encrypted: boolean;
}

/**
 * Reads a file if it is a bundle or is encrypted; does not read other files.
 * Throws UNREADABLE for a damaged bundle, FOREIGN for a bundle for other
 * people, and CONFLICT if a passphrase is needed.
 */
export async function openFile(
  context: Context,
  root: string,
  path: string,
): Promise<OpenedFile> {
  const { files } = context.system;
  if (files.lstat(path)?.kind !== "file") return { encrypted: false };
  const head = decodeBytes(files.readPart(path, 0, HEAD));
  const encrypted = ENCRYPTED.test(head);
  if (!encrypted && !BEGINS.test(head)) return { encrypted };
  const raw = files.readOwn(path, LARGEST);
  const bytes = encrypted ? await decrypted(context, { root, path, raw }) : raw;
  const text = decodeBytes(bytes);
  return BEGINS.test(text.slice(0, HEAD))
    ? { bundle: parsed(text, path), encrypted }
    : { bytes, encrypted };
}

async function decrypted(
  context: Context,
  { root, path, raw }: { root: string; path: string; raw: Uint8Array },
): Promise<Uint8Array> {
  const cipher = openCipher(context, root);
  const bytes = await cipher.decrypt(raw);
  if (bytes) return bytes;
  const name = basename(path);
  if (cipher.locked) {
    throw new MpmError("CONFLICT", `"${name}" needs the passphrase of a key`, {
      hint: "Run the command in a terminal, where it can ask for it",
    });
  }
  throw new MpmError("FOREIGN", `"${name}" is encrypted for other keys`, {
    hint: '"mpm team list" shows your keys. If you lost the right one, ask ' +
      "the sender to encrypt to a new key: nothing else can open this file",
  });
}

function parsed(text: string, path: string): Bundle {
  const value = jsonIn(text);
  const damaged = (why: string) =>
    new MpmError("UNREADABLE", `Cannot read "${path}": ${why}`, {
      hint: "Ask for the bundle again",
    });
  if (value === undefined) throw damaged("the bundle is incomplete or damaged");
  if (field(value, "mpm_bundle") !== VERSION || !fits(BUNDLE, value)) {
    throw damaged("it is not a bundle that mpm can read");
  }
  if (value.entries.length > MOST_ENTRIES) {
    throw damaged(
      `it has more than ${counted(MOST_ENTRIES, "entry", "entries")}`,
    );
  }
  return value;
}
