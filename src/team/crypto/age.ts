import {
  armor,
  Decrypter,
  Encrypter,
  type Identity,
  identityToRecipient,
} from "age-encryption";
import { MpmError } from "../../base/errors.ts";
import { SshIdentity, SshRecipient } from "./ssh_age.ts";
import {
  isKeyFile,
  type KeyFile,
  publicLine,
  readKeyFile,
  readPublicLine,
  seedOf,
} from "./ssh_key.ts";

/**
 * Encryption for people, in the age format. The library takes 17 ms to load, so
 * this file is loaded only when needed.
 */

/** A native age key: X25519, with a checksum. */
const NATIVE = /^age1[02-9ac-hj-np-z]{58}$/;

/** The start of an age file in text form, as written by "age --armor". */
const ARMOR = new TextEncoder().encode("-----BEGIN AGE ENCRYPTED FILE-----");

function isArmored(bytes: Uint8Array): boolean {
  return ARMOR.every((byte, at) => bytes.at(at) === byte);
}

/**
 * Returns a recipient in its shortest form: `age1…`, or an SSH key without its
 * comment. Throws USAGE for anything else, with the reason.
 */
export function checkedRecipient(text: string): string {
  const [first = ""] = text.trim().split(/\s+/);
  try {
    if (/^(ssh|sk|ecdsa)-/.test(first)) {
      const wire = readPublicLine(text);
      new SshRecipient(wire);
      return publicLine(wire);
    }
    if (NATIVE.test(text.trim())) {
      new Encrypter().addRecipient(text.trim());
      return text.trim();
    }
  } catch (error) {
    const known = error instanceof MpmError ? error : undefined;
    throw new MpmError(
      "USAGE",
      known?.message ?? `"${first.slice(0, 80)}" contains a typing error`,
      { hint: known?.hint ?? "Copy the recipient again", cause: error },
    );
  }
  throw new MpmError(
    "USAGE",
    first.startsWith("AGE-SECRET-KEY-")
      ? "This is a private key: never give it to anyone"
      : `"${first.slice(0, 80)}" is not a recipient`,
    { hint: 'Give "age1…", or "ssh-ed25519 AAAA…" from a .pub file' },
  );
}

/** Encrypts for at least one recipient from {@link checkedRecipient}. */
export async function encrypt(
  recipients: readonly string[],
  bytes: Uint8Array,
): Promise<Uint8Array> {
  if (recipients.length === 0) throw new Error("no one to encrypt to");
  const encrypter = new Encrypter();
  for (const one of recipients) {
    encrypter.addRecipient(
      one.startsWith("ssh-") ? new SshRecipient(readPublicLine(one)) : one,
    );
  }
  return await encrypter.encrypt(bytes);
}

/** A private key of this user, which decrypts data encrypted for it. */
export interface OwnKey {
  readonly identity: Identity | string;
  /** The recipient that belongs to the key. */
  readonly recipient: string;
}

/** The library's error for a file that is encrypted for other people. */
const NOT_FOR_US = /no identity matched/;

/**
 * Decrypts an age file. Returns `undefined` if no key opens it. Throws
 * UNREADABLE if the file is incomplete or damaged.
 */
export async function decrypt(
  keys: readonly OwnKey[],
  bytes: Uint8Array,
): Promise<Uint8Array | undefined> {
  const decrypter = new Decrypter();
  for (const { identity } of keys) decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(
      isArmored(bytes) ? armor.decode(new TextDecoder().decode(bytes)) : bytes,
    );
  } catch (cause) {
    if (cause instanceof MpmError) throw cause;
    const { message } = cause as Error;
    if (NOT_FOR_US.test(message)) return undefined;
    throw new MpmError(
      "UNREADABLE",
      "The encrypted data is incomplete or damaged",
      {
        hint: "Ask for it again",
        cause,
      },
    );
  }
}

/** Asks for the passphrase of a key; `undefined`: no one can answer. */
export type AskPassphrase = () => Promise<string | undefined>;

/** The maximum number of passphrases to try. */
const TRIES = 3;

/**
 * Reads the private keys in a file: an SSH key, or age lines with comments.
 * Throws UNREADABLE for any other file.
 */
export async function ownKeysIn(
  text: string,
  ask: AskPassphrase,
): Promise<OwnKey[]> {
  if (isKeyFile(text)) {
    const file = readKeyFile(text);
    const identity = new SshIdentity(file.wire, () => unlock(file, ask));
    return [{ identity, recipient: publicLine(file.wire) }];
  }
  const lines = text.split("\n").map((line) => line.trim())
    .filter((line) => line.startsWith("AGE-SECRET-KEY-1"));
  const keys = await Promise.all(lines.map(nativeKey));
  if (keys.length > 0) return keys;
  throw new MpmError("UNREADABLE", "The file does not contain a private key", {
    hint: "Name an OpenSSH ssh-ed25519 key, or a file from age-keygen",
  });
}

async function nativeKey(line: string): Promise<OwnKey> {
  try {
    const recipient = await identityToRecipient(line);
    return { identity: line, recipient };
  } catch (cause) {
    throw new MpmError("UNREADABLE", "The age private key is damaged", {
      hint: "Copy it again from your backup",
      cause,
    });
  }
}

async function unlock(
  file: KeyFile,
  ask: AskPassphrase,
): Promise<Uint8Array | undefined> {
  if (!file.lock) return seedOf(file, "");
  for (let tries = 0; tries < TRIES; tries++) {
    const passphrase = await ask();
    if (passphrase === undefined) return undefined;
    const seed = seedOf(file, passphrase);
    if (seed) return seed;
  }
  throw new MpmError("CANCELLED", "The passphrase is wrong", {
    hint: "Run the command again; nothing was changed",
  });
}
