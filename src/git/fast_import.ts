import type { RunResult } from "../system/system.ts";
import type { Git } from "./git.ts";
import { encodeText } from "./text.ts";

/**
 * A `git fast-import` that is started before it is known what it imports, so
 * that it has begun by then. It reads a stream that ends with `done`
 * (git-fast-import(1)), and imports nothing without one.
 */
export class FastImport implements AsyncDisposable {
  readonly git: Git;
  readonly #told = Promise.withResolvers<Uint8Array>();
  readonly #done: Promise<RunResult>;

  /** `args`: the command with its options. `timeout`: milliseconds. */
  constructor(
    git: Git,
    args: readonly string[],
    options: { timeout?: number } = {},
  ) {
    this.git = git;
    this.#done = git.run(args, { ...options, stdin: this.#told.promise });
    // How it failed is for whoever imports something.
    this.#done.catch(() => {});
  }

  /** Imports a stream, once. */
  run(stream: Uint8Array): Promise<RunResult> {
    this.#told.resolve(stream);
    return this.#done;
  }

  /** Waits until it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#told.resolve(encodeText("done\n"));
    await this.#done.catch(() => {});
  }
}
