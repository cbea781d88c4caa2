import { createHash } from "node:crypto";
import { MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import { sha256 } from "../base/digest.ts";
import { type Fitting, object, TEXT, text } from "../base/shape.ts";
import type { Context } from "../cli/mod.ts";
import {
  encodeText,
  Git,
  joinBytes,
  readSigningKey,
  signMessage,
  type Workspace,
} from "../git/mod.ts";
import { damaged, WireReader } from "./crypto/ssh_wire.ts";
import { fromBase64, isSigned, toBase64, writerId } from "./keys.ts";

/*
 * A "key" entry binds a writer to the key with which the git user signs
 * commits. Its content is a signed commit without a parent or files, whose
 * message contains the writer's public key. Git creates the commit, so every
 * format and program in the user's settings works. A commit that someone
 * rebases or cherry-picks cannot have this form, because it has another
 * committer.
 */

/** The ID of these entries. */
export const GIT_KEY = "git";

const SUBJECT = "This installation of mpm writes for this key";

/** The IDs of the empty tree, one for each hash algorithm. */
const NO_FILES = "4b825dc642cb6eb9a060e54bf8d69288fbee4904|" +
  "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";

const BINDING = new RegExp(
  `^(tree (?:${NO_FILES})\\nauthor mpm <mpm> 0 \\+0000\\n` +
    "committer mpm <mpm> 0 \\+0000\\n)" +
    "gpgsig(?:-sha256)?((?: [^\\n]*\\n)+)" +
    `(\\n${SUBJECT}\\n\\n([\\w-]{43})\\n)$`,
);

/** The maximum size of a binding to read, in bytes. */
const LARGEST = 64 * 1024;

/** The state of a writer's binding to a git key. */
export const GIT_KEY_STATE = object({
  /** `unchecked`: mpm cannot check its format. */
  is: text<"checked" | "unchecked" | "wrong">({
    choices: ["checked", "unchecked", "wrong"],
  }),
  /** `SHA256:…`, as printed by ssh-keygen; empty unless the key was checked. */
  fingerprint: TEXT,
  /** The error in the binding; empty if it is valid. */
  reason: TEXT,
});

export type GitKeyState = Fitting<typeof GIT_KEY_STATE>;

/** Returns a mark of the user's signing key; `undefined`: there is no key. */
export async function signingMark(
  { system }: Context,
  { worktree }: Workspace,
): Promise<string | undefined> {
  const key = await readSigningKey(new Git(system, worktree));
  return key === "" ? undefined : sha256(key);
}

/**
 * Creates the content of a binding. `undefined`: git cannot sign, and a note
 * says why unless `quiet`.
 */
export async function signBinding(
  { system, note }: Context,
  { worktree }: Workspace,
  { publicKey, quiet }: { publicKey: Uint8Array; quiet: boolean },
): Promise<string | undefined> {
  const message = `${SUBJECT}\n\n${toBase64(publicKey)}`;
  try {
    return await signMessage(new Git(system, worktree), message);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    if (!quiet) {
      const reason = escapeText(error.message).slice(0, 300);
      note(
        `Warning: Your git signing key does not vouch for your entries: ${reason}`,
      );
      note("Hint: Add the key to your SSH or GPG agent, and sync tomorrow");
    }
    return undefined;
  }
}

/** Checks a writer's binding, without running a program. */
export function checkBinding(writer: string, content: string): GitKeyState {
  const wrong = (reason: string): GitKeyState => ({
    ...{ is: "wrong", fingerprint: "", reason },
  });
  const found = content.length <= LARGEST && BINDING.exec(content);
  if (!found) return wrong("its format is wrong");
  const [, head = "", armor = "", message = "", bound = ""] = found;
  const key = fromBase64(bound);
  if (writerId(key) !== writer) return wrong("it is for another key");
  if (!armor.startsWith(" -----BEGIN SSH SIGNATURE-----\n")) {
    return { is: "unchecked", fingerprint: "", reason: "" };
  }
  let signature: SshSignature | "unknown";
  try {
    signature = readSignature(armor);
  } catch {
    return wrong("the signature is damaged");
  }
  if (signature === "unknown") {
    return { is: "unchecked", fingerprint: "", reason: "" };
  }
  const { publicKey, wire, bytes, hash } = signature;
  const digest = createHash(hash).update(`${head}${message}`).digest();
  const signed = joinBytes([
    encodeText("SSHSIG"),
    ...["git", "", hash, digest].map(wireField),
  ]);
  if (!isSigned(publicKey, signed, bytes)) {
    return wrong("the signature is wrong");
  }
  const print = createHash("sha256").update(wire).digest("base64");
  return {
    ...{ is: "checked", reason: "" },
    fingerprint: `SHA256:${print.replace(/=+$/, "")}`,
  };
}

function wireField(value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === "string" ? encodeText(value) : value;
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return joinBytes([length, bytes]);
}

/** A signature of git by an Ed25519 key. */
interface SshSignature {
  /** In the format of the SSH protocol. */
  readonly wire: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly hash: "sha256" | "sha512";
  /** 64 bytes. */
  readonly bytes: Uint8Array;
}

/**
 * Parses a signature by ssh-keygen (PROTOCOL.sshsig of OpenSSH). Returns
 * `unknown` for another kind of key. Throws for a damaged signature.
 */
function readSignature(armor: string): SshSignature | "unknown" {
  const lines = armor.split("\n").map((line) => line.slice(1));
  const end = lines.indexOf("-----END SSH SIGNATURE-----");
  const all = Uint8Array.fromBase64(lines.slice(1, end).join(""));
  const reader = new WireReader(all.subarray(6));
  const magic = new TextDecoder().decode(all.subarray(0, 6));
  if (magic !== "SSHSIG" || reader.number() !== 1) throw damaged();
  const wire = reader.bytes();
  const [purpose, reserved, hash] = [1, 2, 3].map(() => reader.text());
  const signature = new WireReader(reader.bytes());
  if (purpose !== "git" || reserved !== "" || !reader.isAtEnd) {
    throw damaged();
  }
  const key = new WireReader(wire);
  const kinds = [key.text(), signature.text()];
  if (kinds.some((kind) => kind !== "ssh-ed25519")) return "unknown";
  const [publicKey, bytes] = [key.bytes(), signature.bytes()];
  if (publicKey.length !== 32 || !key.isAtEnd || !signature.isAtEnd) {
    throw damaged();
  }
  if (hash !== "sha256" && hash !== "sha512") throw damaged();
  return { wire, publicKey, hash, bytes };
}
