import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
} from "node:crypto";
import { sha256 } from "../base/digest.ts";

/** A writer that can sign. */
export interface Signer {
  /** The writer's ID. */
  readonly writer: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * The bytes before the seed in the PKCS #8 format of an Ed25519 key (RFC 8410).
 */
const PKCS8 = "302e020100300506032b657004220420";

/** Creates the signer from a secret text. */
export function signerOf(secret: string): Signer {
  const seed = createHash("sha256").update(`mpm team key\n${secret}`);
  const key = createPrivateKey({
    key: `${PKCS8}${seed.digest("hex")}`,
    encoding: "hex",
    format: "der",
    type: "pkcs8",
  });
  const { x } = createPublicKey(key).export({ format: "jwk" });
  const publicKey = fromBase64(x!);
  return {
    writer: writerId(publicKey),
    publicKey,
    sign: (bytes) => new Uint8Array(sign(null, bytes, key)),
  };
}

export function writerId(publicKey: Uint8Array): string {
  return sha256(publicKey).slice(0, 32);
}

export function isSigned(
  publicKey: Uint8Array,
  text: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    const key = createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: toBase64(publicKey) },
      format: "jwk",
    });
    return verify(null, text, key, signature);
  } catch {
    // The key is not a point on the curve.
    return false;
  }
}

/** Encodes bytes in the URL-safe alphabet, without padding. */
export function toBase64(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Decodes such a text. Throws a SyntaxError. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}
