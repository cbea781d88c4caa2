import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { RunResult, System } from "../../system/system.ts";
import type { Git } from "./git.ts";
import { encodeText } from "../text.ts";

/** How an import is run. */
interface ImportOptions {
  /** Settings beside the usual, `name=value`. */
  readonly settings?: readonly string[];
  /** Whether what is imported stays one pack, however little; {@link takesPack}. */
  readonly packed: boolean;
  /** Milliseconds it may take. */
  readonly timeout?: number;
}

/** As git compresses loose objects. */
const COMPRESSION = "pack.compression=1";

const NOTHING = new Uint8Array();

/** Git would make a loose object of each where they are fewer than 100. */
const PACKED = "fastimport.unpackLimit=1";

/**
 * A `git fast-import` that is started before it is known what it imports, so
 * that it has begun by then. It reads a stream that ends with `done`
 * (git-fast-import(1)), and imports nothing without one.
 */
export class FastImport implements AsyncDisposable {
  readonly #first = Promise.withResolvers<Uint8Array>();
  readonly #rest = Promise.withResolvers<Uint8Array>();
  readonly #begun = Promise.withResolvers<void>();
  readonly #done: Promise<RunResult>;

  constructor(git: Git, { settings = [], packed, timeout }: ImportOptions) {
    const all = [COMPRESSION, ...packed ? [PACKED] : [], ...settings];
    const args = [
      ...all.flatMap((setting) => ["-c", setting]),
      ...["fast-import", "--quiet", "--date-format=raw", "--done"],
    ];
    this.#done = git.write(args, {
      stdin: this.#parts(),
      ...timeout === undefined ? {} : { timeout },
    });
    // How it failed is for whoever imports something.
    this.#done.catch(() => {});
  }

  async *#parts(): AsyncGenerator<Uint8Array> {
    try {
      yield await this.#first.promise;
      this.#begun.resolve();
      yield await this.#rest.promise;
    } finally {
      this.#begun.resolve();
    }
  }

  /**
   * Hands over how a stream begins, so that git goes through that while the rest
   * is made. Fulfilled when it has it, or has ended.
   */
  async begin(stream: Uint8Array): Promise<void> {
    this.#first.resolve(stream);
    await Promise.race([this.#begun.promise, this.#done.catch(() => {})]);
  }

  /** Imports a stream, or the rest of one, once. */
  run(stream: Uint8Array): Promise<RunResult> {
    this.#first.resolve(NOTHING);
    this.#rest.resolve(stream);
    return this.#done;
  }

  /** Waits until it has ended. A stream without its rest is not imported. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#first.resolve(encodeText("done\n"));
    this.#rest.resolve(NOTHING);
    await this.#done.catch(() => {});
  }
}

/**
 * Packs that a repository has when mpm adds no more to them: git gathers them
 * where there are more than 50 (`gc.autoPackLimit`), and that is for the user's
 * own to bring about.
 */
const MOST_PACKS = 25;

/**
 * Whether an import may leave a pack: git writes one in half the time that loose
 * objects take, and without waiting for the disk once more.
 */
export function takesPack(system: System, commonDir: string): boolean {
  try {
    const inside = system.files.list(join(commonDir, "objects", "pack"));
    return inside.filter(({ name }) => name.endsWith(".pack")).length <
      MOST_PACKS;
  } catch (error) {
    if (error instanceof MpmError) return false;
    throw error;
  }
}
