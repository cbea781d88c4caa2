import { chacha20poly1305 } from "@noble/ciphers/chacha";
import { ed25519, x25519 } from "@noble/curves/ed25519";
import { hkdf } from "@noble/hashes/hkdf";
import { sha256, sha512 } from "@noble/hashes/sha2";
import { base64nopad } from "@scure/base";
import { type Identity, type Recipient, Stanza } from "age-encryption";
import { MpmError } from "../../base/errors.ts";
import { publicKeyOf } from "./ssh_key.ts";

/**
 * The age recipient type ssh-ed25519 (C2SP, `age.md`), which the library lacks.
 * It converts the signature key to an X25519 key, and mixes the SSH key into
 * the shared secret.
 */

const NAME = "ssh-ed25519";
const LABEL = new TextEncoder().encode(`age-encryption.org/v1/${NAME}`);

/** The number of bytes of a file key with its authentication tag. */
const WRAPPED = 32;

/** Returns four bytes of the hash. Another key may have the same four bytes. */
function tagOf(wire: Uint8Array): string {
  return base64nopad.encode(sha256(wire).subarray(0, 4));
}

/** Derives the key that encrypts a file key. */
function wrapKey(
  shared: Uint8Array,
  { wire, share, own }: {
    wire: Uint8Array;
    share: Uint8Array;
    own: Uint8Array;
  },
): Uint8Array {
  const tweak = hkdf(sha256, new Uint8Array(), wire, LABEL, 32);
  const salt = new Uint8Array([...share, ...own]);
  // The multiplication rejects a result of zero, as required by the
  // specification.
  return hkdf(sha256, x25519.scalarMult(tweak, shared), salt, LABEL, 32);
}

function cipherOf(key: Uint8Array) {
  // Each key encrypts only one file key, so the nonce may be zero.
  return chacha20poly1305(key, new Uint8Array(12));
}

/** Encrypts file keys for an SSH key. */
export class SshRecipient implements Recipient {
  readonly #wire: Uint8Array;
  readonly #own: Uint8Array;

  /** `wire` is the public key. Throws UNREADABLE for an invalid key. */
  constructor(wire: Uint8Array) {
    this.#wire = wire;
    try {
      this.#own = ed25519.utils.toMontgomery(publicKeyOf(wire));
      this.wrapFileKey(new Uint8Array(16));
    } catch (cause) {
      if (cause instanceof MpmError) throw cause;
      throw new MpmError("UNREADABLE", "Invalid SSH key", {
        hint: "Copy it again from its .pub file",
        cause,
      });
    }
  }

  wrapFileKey(fileKey: Uint8Array): Stanza[] {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const share = x25519.getPublicKey(secret);
    const [wire, own] = [this.#wire, this.#own];
    const shared = x25519.scalarMult(secret, own);
    const key = wrapKey(shared, { wire, share, own });
    const body = cipherOf(key).encrypt(fileKey);
    return [
      new Stanza([NAME, tagOf(wire), base64nopad.encode(share)], body),
    ];
  }
}

/**
 * Decrypts file keys with an SSH key. `open` returns the private part only when
 * needed, so a passphrase is requested only for a file encrypted for this key.
 */
export class SshIdentity implements Identity {
  readonly #wire: Uint8Array;
  readonly #open: () => Promise<Uint8Array | undefined>;
  #seed: Uint8Array | undefined;

  constructor(
    wire: Uint8Array,
    open: () => Promise<Uint8Array | undefined>,
  ) {
    this.#wire = wire;
    this.#open = open;
  }

  async unwrapFileKey(stanzas: Stanza[]): Promise<Uint8Array | null> {
    const tag = tagOf(this.#wire);
    for (const { args, body } of stanzas) {
      if (args[0] !== NAME || args[1] !== tag) continue;
      const share = shareIn(args);
      if (!share || body.length !== WRAPPED) throw new Error("invalid stanza");
      this.#seed ??= await this.#open();
      if (!this.#seed) return null;
      const found = this.#unwrap(share, body);
      if (found) return found;
    }
    return null;
  }

  /** Returns `null` if the stanza is for another key with the same tag. */
  #unwrap(share: Uint8Array, body: Uint8Array): Uint8Array | null {
    const secret = sha512(this.#seed!).subarray(0, 32);
    const own = x25519.getPublicKey(secret);
    const shared = x25519.scalarMult(secret, share);
    try {
      const key = wrapKey(shared, { wire: this.#wire, share, own });
      return cipherOf(key).decrypt(body);
    } catch {
      return null;
    }
  }
}

function shareIn(args: readonly string[]): Uint8Array | undefined {
  try {
    const share = base64nopad.decode(args[2] ?? "");
    return args.length === 3 && share.length === 32 ? share : undefined;
  } catch {
    return undefined;
  }
}
