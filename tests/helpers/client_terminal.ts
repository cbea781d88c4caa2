import { join } from "@std/path";
import { CLIENT_BIN, clientEnv } from "./client.ts";
import type { TestEnv } from "./env.ts";
import type { MockApi } from "./mock_api.ts";

/** Of util-linux: runs a program in its own terminal. */
const SCRIPT = "/usr/bin/script";

/** A test that needs the real Claude Code and a terminal. */
export function terminalTest(name: string, fn: () => Promise<void>): void {
  const ignore = CLIENT_BIN === "" || Deno.build.os !== "linux" ||
    !isThere(SCRIPT);
  Deno.test({ name: `Claude Code in a terminal: ${name}`, ignore, fn });
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Control sequences for a terminal, apart from text. */
// deno-lint-ignore no-control-regex -- finds terminal sequences
const CONTROL = /\x1b(\[[^@-~]*[@-~]|\][^\x07]*\x07|.)/g;

/** Milliseconds for any wait: the machine may be busy. */
const PATIENCE = 60_000;

/** The client of a person who has answered all its first questions. */
export class ClientTerminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #read: Promise<void>;
  #shown = "";

  constructor(env: TestEnv, api: MockApi, model: string) {
    Deno.writeTextFileSync(
      join(env.home, ".claude.json"),
      JSON.stringify({
        hasCompletedOnboarding: true,
        lastOnboardingVersion: "2.1.329",
        theme: "dark",
        customApiKeyResponses: { approved: ["dummy-for-the-mock"] },
        projects: { [env.project]: { hasTrustDialogAccepted: true } },
      }),
    );
    const command =
      `stty cols 200 rows 50; exec ${CLIENT_BIN} --model ${model}`;
    this.#child = new Deno.Command(SCRIPT, {
      args: ["-qec", command, "/dev/null"],
      cwd: env.project,
      env: clientEnv(env, api),
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#read = this.#keep();
  }

  async #keep(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of this.#child.stdout) {
      this.#shown += decoder.decode(bytes, { stream: true });
    }
  }

  /** Everything shown since the last call, without blanks and colors. */
  take(): string {
    const text = this.#shown.replaceAll(CONTROL, "").replaceAll(/\s+/g, "");
    this.#shown = "";
    return text;
  }

  /** Waits until the text is shown; the next call begins after it. */
  async see(text: string): Promise<void> {
    const wanted = text.replaceAll(/\s+/g, "");
    let seen = "";
    await this.until(
      () => (seen += this.take()).includes(wanted),
      () => `${text}, seen: ${seen.slice(-3000)}`,
    );
  }

  async until(test: () => boolean, what: () => string): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (!test()) {
      if (Date.now() > end) throw new Error(`Not seen: ${what()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Types one key after the other, as a person does; pasting is different. */
  async type(keys: string): Promise<void> {
    for (const key of keys) {
      await this.#writer.write(new TextEncoder().encode(key));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#writer.close().catch(() => {});
    await this.#read;
  }
}
