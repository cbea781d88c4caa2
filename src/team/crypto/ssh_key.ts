import { base64 } from "@scure/base";
import bcrypt from "bcrypt-pbkdf";
import { createDecipheriv } from "node:crypto";
import { MpmError } from "../../base/errors.ts";
import { damaged, WireReader } from "./ssh_wire.ts";

/**
 * The OpenSSH keys that age supports: ssh-ed25519. They appear in the lines of
 * `.pub` files, and in private key files with or without a passphrase.
 */

const KIND = "ssh-ed25519";

/** The cipher that `ssh-keygen` uses for a key with a passphrase. */
const CIPHER = "aes256-ctr";
const CIPHER_KEY = 32;
const CIPHER_START = 16;

/** A private key file whose secret part may be encrypted. */
export interface KeyFile {
  /** The public key in the format of the SSH protocol. */
  readonly wire: Uint8Array;
  /** The secret part, encrypted unless `lock` is null. */
  readonly secret: Uint8Array;
  readonly lock: { readonly salt: Uint8Array; readonly rounds: number } | null;
}

/**
 * Returns the wire format of a line such as `ssh-ed25519 AAAA… comment`. Throws
 * UNREADABLE for any other kind of key.
 */
export function readPublicLine(line: string): Uint8Array {
  const [kind, text = ""] = line.trim().split(/\s+/);
  if (kind !== KIND) throw otherKind(kind ?? "");
  let wire: Uint8Array;
  try {
    wire = base64.decode(text);
  } catch {
    throw damaged();
  }
  publicKeyOf(wire);
  return wire;
}

/** Returns the line of a public key, without a comment. */
export function publicLine(wire: Uint8Array): string {
  return `${KIND} ${base64.encode(wire)}`;
}

/** Returns the 32 bytes of the public key. Throws UNREADABLE for other keys. */
export function publicKeyOf(wire: Uint8Array): Uint8Array {
  const reader = new WireReader(wire);
  const kind = reader.text();
  if (kind !== KIND) throw otherKind(kind);
  const key = reader.bytes();
  if (key.length !== 32 || !reader.isAtEnd) throw damaged();
  return key;
}

function otherKind(kind: string): MpmError {
  const name = kind.startsWith("sk-") ? "a security key" : `"${kind}"`;
  return new MpmError(
    "UNREADABLE",
    `mpm cannot encrypt to ${name}, only to ${KIND} keys`,
    { hint: 'Create one: "ssh-keygen -t ed25519"' },
  );
}

const HEAD = "-----BEGIN OPENSSH PRIVATE KEY-----";
const MAGIC = "openssh-key-v1\0";

/** Returns whether a text looks like an OpenSSH private key file. */
export function isKeyFile(text: string): boolean {
  return text.trimStart().startsWith(HEAD);
}

/**
 * Reads a private key file. Throws UNREADABLE for a damaged file, another kind
 * of key, or an unusual cipher.
 */
export function readKeyFile(text: string): KeyFile {
  let bytes: Uint8Array;
  try {
    bytes = base64.decode(text.replace(/-----[^-\n]+-----|\s/g, ""));
  } catch {
    throw damaged();
  }
  const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC) throw damaged();
  const reader = new WireReader(bytes.subarray(MAGIC.length));
  const [cipher, derivation] = [reader.text(), reader.text()];
  const options = new WireReader(reader.bytes());
  if (reader.number() !== 1) throw damaged();
  const wire = reader.bytes();
  publicKeyOf(wire);
  const secret = reader.bytes();
  if (cipher === "none") return { wire, secret, lock: null };
  if (cipher !== CIPHER || derivation !== "bcrypt") {
    throw new MpmError(
      "UNREADABLE",
      `mpm cannot read SSH keys encrypted with "${cipher}"`,
      {
        hint: `Encrypt it with ${CIPHER}: "ssh-keygen -p -Z ${CIPHER} -f KEY"`,
      },
    );
  }
  const lock = { salt: options.bytes(), rounds: options.number() };
  return { wire, secret, lock };
}

/**
 * Returns the 32 bytes of the private key; `undefined` for a wrong passphrase.
 * Throws UNREADABLE for a damaged file.
 */
export function seedOf(
  { wire, secret, lock }: KeyFile,
  passphrase: string,
): Uint8Array | undefined {
  const plain = lock ? unlocked(secret, lock, passphrase) : secret;
  const reader = new WireReader(plain);
  // OpenSSH writes the same number twice to detect a wrong passphrase.
  if (reader.number() !== reader.number()) {
    if (lock) return undefined;
    throw damaged();
  }
  const [kind, key, pair] = [reader.text(), reader.bytes(), reader.bytes()];
  const known = publicKeyOf(wire);
  const fits = (found: Uint8Array) =>
    found.length === 32 && found.every((byte, at) => byte === known[at]);
  if (kind !== KIND || !fits(key) || !fits(pair.subarray(32))) throw damaged();
  return pair.slice(0, 32);
}

function unlocked(
  secret: Uint8Array,
  { salt, rounds }: NonNullable<KeyFile["lock"]>,
  passphrase: string,
): Uint8Array {
  const key = new Uint8Array(CIPHER_KEY + CIPHER_START);
  const given = new TextEncoder().encode(passphrase);
  const failed = bcrypt.pbkdf(
    ...[given, given.length, salt, salt.length] as const,
    ...[key, key.length, rounds] as const,
  );
  if (failed !== 0) throw damaged();
  const cipher = createDecipheriv(
    "aes-256-ctr",
    key.subarray(0, CIPHER_KEY),
    key.subarray(CIPHER_KEY),
  );
  const plain = new Uint8Array(cipher.update(secret));
  cipher.final();
  return plain;
}
