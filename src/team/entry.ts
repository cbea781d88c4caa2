import { decodeBytes, encodeText } from "../base/bytes.ts";
import { sha256 } from "../base/digest.ts";
import { MpmError } from "../base/errors.ts";
import { READ_ID } from "../base/ids.ts";
import { isDeeper, jsonIn } from "../base/parsed_values.ts";
import { isWindowsName } from "../base/paths_there.ts";
import {
  COUNT,
  fits,
  type Fitting,
  object,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";
import { joinBytes } from "../git/mod.ts";
import {
  fromBase64,
  isSigned,
  type Signer,
  toBase64,
  writerId,
} from "./keys.ts";

/**
 * An entry of a team's log: one thing that one installation of mpm shares. It
 * never changes once it is written. Its bytes are a head, an empty line, and a
 * body:
 *
 *     mpm-entry 1
 *     log 0123456789abcdef0123456789abcdef-k3x9q0zz-1
 *     number 17
 *     body 64-hex-digits 5120 plain
 *     key base64url
 *     signature base64url
 *
 *     body
 *
 * Each line of the head ends with LF, and there is nothing else in it. `log`
 * names the log by three parts: the writer's id, a random word for each clone
 * of the project, and a number. A log replaces those of its clone with a lower
 * number. The writer's id is the first half of the SHA-256 of the public key,
 * 32 bytes of Ed25519 that are in `key`. `number` counts up from 1, through all
 * logs of a clone. `body` has the digest and the length of the body's bytes,
 * and says whether they are plain or a file of age. `signature` is that of all
 * lines before it. So the head says nothing about what the entry carries, and
 * anyone can check it without a key of the team.
 *
 * The body is one line of JSON in UTF-8, see {@link BODY}. It repeats `log` and
 * `number`, so that no one can sign another writer's body as his own.
 */

/** The first line of every entry. */
const MAGIC = "mpm-entry 1";

/** The things that an entry can contain. */
export const KINDS = [
  // The first entry of each log; it says which version of mpm began the log.
  "start",
  // The JSON of a save.
  "save",
  // The text of a hand-off document, and the JSON of an answer to it.
  "handoff",
  "answer",
  // The JSON of a note, and of a claim.
  "note",
  "claim",
  // A writer that this one trusts.
  "trust",
  // The binding of this writer to a git signing key, see git_key.ts.
  "key",
  // The removal of something that this writer shared.
  "removal",
  // Files kept with a save, and the conversation of its agent.
  "contents",
  "conversation",
] as const;

export type EntryKind = typeof KINDS[number];

/** The body of an entry. */
const BODY = object({
  schema: { is: "version" } as Shape<1>,
  /** The same as in the head. */
  log: TEXT,
  number: COUNT,
  kind: text<EntryKind>({ choices: KINDS }),
  /** The time of writing, ISO 8601, UTC. */
  at: text({ pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ }),
  /** The name of the writer's git user; anyone can set any name. */
  author: TEXT,
  /** The ID of the content; its format depends on the kind. */
  id: TEXT,
  content: TEXT,
});

/** The content of an entry that was checked and, if necessary, decrypted. */
export type Entry = Pick<
  Fitting<typeof BODY>,
  "log" | "number" | "kind" | "at" | "author" | "id" | "content"
>;

/** An entry to write. Its name and number are added by the log. */
export type NewEntry = Pick<
  Entry,
  "kind" | "at" | "author" | "id" | "content"
>;

/** An entry with a valid signature, and its original body. */
export interface SignedEntry {
  readonly log: string;
  /** The writer's id, 32 hex digits. */
  readonly writer: string;
  readonly number: number;
  readonly cipher: "plain" | "age";
  readonly body: Uint8Array;
  /** Of all bytes. */
  readonly digest: string;
}

export const LOG_NAME = /^[0-9a-f]{32}-[a-z0-9]{8}-[1-9]\d{0,8}$/;

/** The maximum size of an entry to read or write, in bytes. */
export const LARGEST_ENTRY = 80 * 1024 * 1024;

/** The maximum size of a head, in bytes. */
const LARGEST_HEAD = 1024;

/** The maximum nesting depth of values in a body. */
const DEEPEST = 4;

const HEAD = new RegExp(
  [
    `^${MAGIC}`,
    "log ([0-9a-f]{32}-[a-z0-9]{8}-[1-9]\\d{0,8})",
    "number ([1-9]\\d{0,14})",
    "body ([0-9a-f]{64}) (0|[1-9]\\d{0,9}) (plain|age)",
    "key ([\\w-]{43})",
    "signature ([\\w-]{86})\\n\\n",
  ].join("\\n"),
);

export function writerOf(log: string): string {
  return log.slice(0, 32);
}

/**
 * Returns the clone that owns a log. It stays the same when a log is replaced.
 */
export function cloneOf(log: string): string {
  return log.slice(0, 41);
}

/** Returns the number of a log among the logs of its clone. */
export function numberOf(log: string): number {
  return Number(log.slice(cloneOf(log).length + 1));
}

/** Returns the bytes of the body of an entry. */
export function bodyBytes(
  { log, number }: Pick<Entry, "log" | "number">,
  { kind, at, author, id, content }: NewEntry,
): Uint8Array {
  const value = { schema: 1, log, number, kind, at, author, id, content };
  return encodeText(JSON.stringify(value));
}

/** Returns the bytes of a signed entry with this body. */
export function entryBytes(
  { log, number, cipher, body }: Pick<
    SignedEntry,
    "log" | "number" | "cipher" | "body"
  >,
  signer: Signer,
): Uint8Array {
  const head = [
    MAGIC,
    `log ${log}`,
    `number ${number}`,
    `body ${sha256(body)} ${body.length} ${cipher}`,
    `key ${toBase64(signer.publicKey)}`,
    "",
  ].join("\n");
  const signature = toBase64(signer.sign(encodeText(head)));
  return joinBytes([encodeText(`${head}signature ${signature}\n\n`), body]);
}

/**
 * Parses an entry and checks its signature. Throws UNREADABLE for bytes that
 * are not an entry, CORRUPT for an entry with a wrong signature, writer or
 * digest.
 */
export function readEntry(bytes: Uint8Array): SignedEntry {
  const text = decodeBytes(bytes.subarray(0, LARGEST_HEAD));
  const found = HEAD.exec(text);
  if (!found) {
    throw new MpmError("UNREADABLE", "mpm cannot read this entry");
  }
  const [head, log = "", number, digest, length, cipher, key, signature] =
    found;
  const body = bytes.subarray(head.length);
  const publicKey = fromBase64(key!);
  if (writerId(publicKey) !== writerOf(log)) {
    throw new MpmError("CORRUPT", "Its key is not the key of its log");
  }
  const signed = encodeText(head.slice(0, head.indexOf("signature ")));
  if (!isSigned(publicKey, signed, fromBase64(signature!))) {
    throw new MpmError("CORRUPT", "Its signature is wrong");
  }
  if (body.length !== Number(length) || sha256(body) !== digest) {
    throw new MpmError("CORRUPT", "Its body does not match its digest");
  }
  return {
    ...{ log, writer: writerOf(log), number: Number(number), body },
    cipher: cipher as SignedEntry["cipher"],
    digest: sha256(bytes),
  };
}

/**
 * Parses the plain body of an entry. Throws UNREADABLE for another format,
 * CORRUPT for a body that was written for another log or number.
 */
export function openEntry(
  { log, number }: Pick<SignedEntry, "log" | "number">,
  body: Uint8Array,
): Entry {
  const value = jsonIn(decodeBytes(body));
  if (isDeeper(value, DEEPEST) || !fits(BODY, value)) {
    throw new MpmError("UNREADABLE", "mpm cannot read its body");
  }
  if (value.log !== log || value.number !== number) {
    throw new MpmError("CORRUPT", "Its body belongs to another entry");
  }
  const { kind, at, author, id, content } = value;
  if (!isEntryId(kind, id)) {
    throw new MpmError("UNREADABLE", "It contains an invalid ID");
  }
  return { log, number, kind, at, author, id, content };
}

/** A name that is a valid file name on every system. */
const FILE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._ -]{0,118}[A-Za-z0-9_-])?$/;

/**
 * Returns whether an ID is valid for an entry of that kind, and as a file name.
 */
export function isEntryId(kind: EntryKind, id: string): boolean {
  switch (kind) {
    case "save":
    case "contents":
    case "conversation":
      return READ_ID.test(id);
    case "note":
      return /^[0-9a-f]{12}$/.test(id);
    case "trust":
    case "claim":
      return /^[0-9a-f]{32}$/.test(id);
    default:
      return FILE_NAME.test(id) && isWindowsName(id);
  }
}
