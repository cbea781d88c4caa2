import { CLIENT_BIN, clientEnv } from "./client.ts";
import type { TestEnv } from "./env.ts";
import type { MockApi } from "./mock_api.ts";

/** A line of the client's JSON stream. */
export interface Said {
  readonly type: string;
  readonly subtype?: string;
  readonly content?: string;
  readonly [key: string]: unknown;
}

/** One run of the real client, which gets one prompt after the other. */
export class ClientTalk implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncIterator<Said>;

  constructor(
    env: TestEnv,
    api: MockApi,
    { args = [], env: more = {} }: {
      args?: readonly string[];
      env?: Record<string, string>;
    } = {},
  ) {
    const stream = ["--input-format", "stream-json", "--output-format"];
    this.#child = new Deno.Command(CLIENT_BIN, {
      args: ["-p", ...stream, "stream-json", "--verbose", ...args],
      cwd: env.project,
      env: { ...clientEnv(env, api), ...more },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(120_000),
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  /** Gives it a prompt and returns all lines until it has finished. */
  async say(prompt: string): Promise<Said[]> {
    await this.begin(prompt);
    const all: Said[] = [];
    while (all.at(-1)?.type !== "result") {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`It ended: ${JSON.stringify(all)}`);
      all.push(value);
    }
    return all;
  }

  /** Returns the text for the person about a prompt. */
  async shown(prompt: string): Promise<string> {
    return (await this.say(prompt)).flatMap(({ content }) => content ?? [])
      .join("\n");
  }

  /** Gives it a prompt and does not wait for the end. */
  async begin(prompt: string): Promise<void> {
    const message = { role: "user", content: prompt };
    const line = `${JSON.stringify({ type: "user", message })}\n`;
    await this.#writer.write(new TextEncoder().encode(line));
  }

  /** Ends it like a crash: it cannot react. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    while (!(await this.#lines.next()).done);
    await this.#child.status;
  }
}

async function* linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Said, undefined> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (text + part).split("\n");
    text = lines.pop()!;
    yield* lines.map((line) => JSON.parse(line));
  }
  return undefined;
}
