import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { join } from "@std/path";

/**
 * Entries of a team's log, written only from the description of the format, so
 * that every part can be made invalid.
 */

const encoder = new TextEncoder();

const digest = (bytes: Uint8Array) =>
  createHash("sha256").update(bytes).digest("hex");

/** A writer with its own key. */
export class CraftedWriter {
  readonly #pair = generateKeyPairSync("ed25519");
  readonly key = this.#pair.publicKey.export({ format: "jwk" }).x!;
  readonly id = digest(
    Uint8Array.fromBase64(this.key, { alphabet: "base64url" }),
  ).slice(0, 32);
  /** The first log of a clone. */
  readonly log = `${this.id}-abcdefgh-1`;

  /** The signature of a text in base64url. */
  sign(text: string): string {
    return sign(null, encoder.encode(text), this.#pair.privateKey)
      .toString("base64url");
  }
}

/** The parts of an entry. Given parts replace the correct ones. */
export interface Crafted {
  readonly number: number;
  readonly kind?: string;
  readonly id?: string;
  readonly content?: string;
  readonly author?: string;
  readonly at?: string;
  readonly log?: string;
  /** The fields of the body; they replace all the fields above. */
  readonly body?: Record<string, unknown>;
  /** The bytes of the body. */
  readonly bytes?: Uint8Array;
  readonly cipher?: string;
  readonly key?: string;
  readonly signature?: string;
  readonly magic?: string;
}

/** Returns the bytes of an entry. */
export function craftEntry(
  writer: CraftedWriter,
  crafted: Crafted,
): Uint8Array {
  const { number, kind = "note", id = "0".repeat(12), content = "" } = crafted;
  const { author = "Mallory", at = "2026-11-20T12:00:00.000Z" } = crafted;
  const { log = writer.log, cipher = "plain", key = writer.key } = crafted;
  const { magic = "mpm-entry 1" } = crafted;
  const value = {
    ...{ schema: 1, log, number, kind, at, author, id, content },
    ...crafted.body,
  };
  const body = crafted.bytes ?? encoder.encode(JSON.stringify(value));
  const head = `${magic}\nlog ${log}\nnumber ${number}\n` +
    `body ${digest(body)} ${body.length} ${cipher}\nkey ${key}\n`;
  const signature = crafted.signature ?? writer.sign(head);
  const first = encoder.encode(`${head}signature ${signature}\n\n`);
  const bytes = new Uint8Array(first.length + body.length);
  bytes.set(first);
  bytes.set(body, first.length);
  return bytes;
}

/** A bare repository that anyone may push to. */
export class CraftedRemote {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Runs git there; returns its output without the last line end. */
  git(args: readonly string[], stdin?: Uint8Array): string {
    const input = join(this.folder, "..", `input-${crypto.randomUUID()}`);
    Deno.writeFileSync(input, stdin ?? new Uint8Array());
    try {
      const { success, stdout, stderr } = new Deno.Command("sh", {
        args: ["-c", 'exec git "$@" <"$0"', input, ...args],
        cwd: this.folder,
        env: {
          ...{ GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
          ...{ GIT_AUTHOR_NAME: "x", GIT_AUTHOR_EMAIL: "x" },
          ...{ GIT_COMMITTER_NAME: "x", GIT_COMMITTER_EMAIL: "x" },
          ...{ GIT_AUTHOR_DATE: "@0 +0000", GIT_COMMITTER_DATE: "@0 +0000" },
        },
      }).outputSync();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      if (!success) throw new Error(`git ${args.join(" ")}: ${text(stderr)}`);
      return text(stdout).replace(/\n$/, "");
    } finally {
      Deno.removeSync(input);
    }
  }

  /** Makes a commit whose tree has one line in the form of `git mktree`. */
  commit(line: string, parents: readonly string[] = []): string {
    const tree = this.git(["mktree"], encoder.encode(line));
    const above = parents.flatMap((one) => ["-p", one]);
    return this.git(["commit-tree", "-m", "x", ...above, tree]);
  }

  blob(bytes: Uint8Array): string {
    return this.git(["hash-object", "-w", "--stdin"], bytes);
  }

  /** Makes a log of these entries, or continues it; returns its last commit. */
  put(
    log: string,
    entries: readonly Uint8Array[],
    { rewritten = false } = {},
  ): string {
    const ref = `refs/mpm/log/${log}`;
    let tip = rewritten
      ? ""
      : this.git(["for-each-ref", "--format=%(objectname)", ref]);
    for (const bytes of entries) {
      const line = `100644 blob ${this.blob(bytes)}\tentry\n`;
      tip = this.commit(line, tip === "" ? [] : [tip]);
    }
    this.git(["update-ref", ref, tip]);
    return tip;
  }
}
