import type { TestEnv } from "./env.ts";

/**
 * Returns whether `script` of util-linux is there, which makes
 * pseudo-terminals.
 */
export function hasPty(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const { stdout } = new Deno.Command("script", { args: ["--version"] })
      .outputSync();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
}

/** Milliseconds. */
const LATE = 20_000;

/** A shell script on a terminal of 80 columns and 24 rows. */
export class Pty implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  /** Output that no `until` has returned yet. */
  #text = "";

  constructor(env: Pick<TestEnv, "project" | "env">, script: string) {
    this.#child = new Deno.Command("script", {
      args: ["-qfec", `stty rows 24 cols 80; tty; ${script}`, "/dev/null"],
      cwd: env.project,
      env: { ...env.env(), TERM: "xterm", SHELL: "/bin/sh" },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.getReader();
  }

  /** Waits for `wanted`; returns everything up to its end. */
  async until(wanted: string): Promise<string> {
    for (;;) {
      const at = this.#text.indexOf(wanted);
      if (at >= 0) {
        const taken = this.#text.slice(0, at + wanted.length);
        this.#text = this.#text.slice(taken.length);
        return taken;
      }
      const value = await this.#read();
      if (!value) throw new Error(`No "${wanted}" in: ${this.#text}`);
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  /**
   * Returns the next output; empty at the end. A program that is silent for
   * this long will print nothing more.
   */
  async #read(): Promise<Uint8Array | undefined> {
    let timer: number | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), LATE);
    });
    const next = this.#reader.read().then(({ value }) => value);
    const read = await Promise.race([next, late]);
    clearTimeout(timer);
    return read;
  }

  async type(keys: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(keys));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    while (await this.#read());
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#reader.cancel().catch(() => {});
    await this.#child.status;
  }
}
