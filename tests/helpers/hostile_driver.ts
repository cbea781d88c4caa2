import { join } from "@std/path";
import type { Outcome } from "./env.ts";
import { ROOT } from "./tree.ts";

/** A command line and where it is run. */
export interface Order {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The path that mpm sees as its own. */
  readonly program: string;
}

/** A separate process that runs one command line after the other. */
export class Driver {
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #rest = "";

  /** `limits`: words of a shell that limit the process. */
  constructor(limits: string) {
    this.#child = new Deno.Command("sh", {
      args: [
        ...["-c", `${limits} exec "$@"`, "sh", Deno.execPath(), "run"],
        ...["--allow-all", "--no-check", "--quiet", "--v8-flags=--expose-gc"],
        ...["--config", join(ROOT, "deno.json")],
        join(ROOT, "tests/helpers/hostile_program.ts"),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#orders = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  async run(order: Order): Promise<Outcome> {
    const text = `${JSON.stringify(order)}\n`;
    await this.#orders.write(new TextEncoder().encode(text));
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#answers.read();
      if (done) throw new Error("the process ended");
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return JSON.parse(line);
  }

  /** Ends the process, whatever it is doing. */
  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#answers.cancel();
    await this.#orders.abort().catch(() => {});
  }
}
