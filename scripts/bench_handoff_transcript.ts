import { join } from "@std/path";
import { projectSlug } from "../src/clients/claude/slug.ts";
import type { Sandbox } from "./bench_handoff_sandbox.ts";
import type { Random } from "./bench_handoff_random.ts";

/** The version of Claude Code whose line shapes these are. */
const VERSION = "2.1.330";
export const MODEL = "claude-opus-5-5";

type Fields = Record<string, unknown>;

/** The time of the last line of any transcript. */
let lastTime = 0;

/**
 * A transcript in Claude Code's line shapes, written line by line as the client
 * does. Each line has one content block and is the child of the one before.
 */
export class Transcript {
  readonly id: string;
  readonly path: string;
  readonly #sandbox: Sandbox;
  readonly #random: Random;
  #parent: string | null = null;
  /** The prompt that lines belong to. */
  #prompt = "";
  #prompts = 0;

  constructor(sandbox: Sandbox, random: Random) {
    this.#sandbox = sandbox;
    this.#random = random;
    this.id = random.uuid();
    const folder = join(
      sandbox.home,
      ".claude/projects",
      projectSlug(sandbox.project),
    );
    Deno.mkdirSync(folder, { recursive: true });
    this.path = join(folder, `${this.id}.jsonl`);
  }

  /** The id of the current turn's prompt, which hooks also get. */
  get prompt(): string {
    return this.#prompt;
  }

  /** The last line of the conversation, where a branch may begin. */
  get leaf(): string | null {
    return this.#parent;
  }

  /** Goes back to an earlier line; the lines after it become a dead branch. */
  rewind(leaf: string | null): void {
    this.#parent = leaf;
    this.#prompts--;
    this.bare({
      type: "last-prompt",
      leafUuid: "00000000-0000-0000-0000-000000000000",
      explicit: true,
    });
  }

  /** A line that is not part of the conversation's chain. */
  bare(fields: Fields): void {
    this.#append({ ...fields, sessionId: this.id });
  }

  /** A line of the chain; returns its id. */
  chained(fields: Fields, parent = this.#parent): string {
    const uuid = this.#random.uuid();
    this.#append({
      parentUuid: parent,
      isSidechain: false,
      ...fields,
      uuid,
      timestamp: nextTime(),
      userType: "external",
      entrypoint: "cli",
      cwd: this.#sandbox.project,
      sessionId: this.id,
      version: VERSION,
      gitBranch: "main",
    });
    this.#parent = uuid;
    return uuid;
  }

  /** Adds a typed prompt. */
  typed(text: string, source: "typed" | "queued" = "typed"): string {
    this.#prompt = this.#random.uuid();
    this.#prompts++;
    const uuid = this.user(text, {
      permissionMode: "default",
      origin: { kind: "human" },
      promptSource: source,
      turnOrigin: "human",
      turnPosition: { promptIndex: this.#prompts, turnIndex: this.#prompts },
    });
    this.bare({ type: "last-prompt", lastPrompt: text, leafUuid: uuid });
    return uuid;
  }

  user(content: unknown, more: Fields = {}): string {
    return this.chained({
      promptId: this.#prompt,
      type: "user",
      message: { role: "user", content },
      ...more,
    });
  }

  assistant(block: Fields, more: Fields = {}): string {
    const message = {
      id: `msg_${this.#random.hex(16)}`,
      type: "message",
      role: "assistant",
      model: MODEL,
      content: [block],
      stop_reason: block.type === "tool_use" ? "tool_use" : "end_turn",
      stop_sequence: null,
      usage: {
        input_tokens: 3,
        cache_creation_input_tokens: 400,
        cache_read_input_tokens: 30_000,
        output_tokens: 60,
      },
    };
    return this.chained({ message, type: "assistant", ...more });
  }

  attachment(attachment: Fields): string {
    return this.chained({ attachment, type: "attachment" });
  }

  #append(line: Fields): void {
    Deno.writeTextFileSync(this.path, `${JSON.stringify(line)}\n`, {
      append: true,
    });
  }
}

/** The current time, later than that of every other line. */
function nextTime(): string {
  lastTime = Math.max(Date.now(), lastTime + 1);
  return new Date(lastTime).toISOString();
}

/** The lines of a transcript without the incomplete ones. */
export function linesOf(path: string): Fields[] {
  return Deno.readTextFileSync(path).split("\n").filter(Boolean)
    .map((line) => JSON.parse(line));
}
