import { join } from "@std/path";
import { ROOT, sources } from "../tests/helpers/tree.ts";
import { Random } from "./bench_handoff_random.ts";

type Fields = Record<string, unknown>;

/** Steps of a turn. */
const STEPS = 24;

/**
 * A long transcript in Claude Code's line shapes, the same in every run. The texts of tools and of the agent come from the files of this repository, so that they vary as real texts do.
 */
export class LongTranscript {
  readonly #random = new Random("replay", "transcript");
  readonly #folder: string;
  readonly #files: readonly { path: string; lines: string[] }[];
  readonly #pages: readonly string[];
  #lines: string[] = [];
  #parent: string | null = null;
  #prompt = "";
  #time = Date.UTC(2026, 0, 5, 8);

  private constructor(
    folder: string,
    files: readonly { path: string; text: string }[],
  ) {
    this.#folder = folder;
    this.#files = files.map(({ path, text }) => ({
      path,
      lines: text.split("\n"),
    }));
    this.#pages = files.filter(({ path }) => path.startsWith("docs/"))
      .flatMap(({ text }) => text.split(/\n(?=## )/));
  }

  /** `folder` is where the agent worked. */
  static async of(folder: string): Promise<LongTranscript> {
    const found = [
      ...await sources("src"),
      ...await sources("tests"),
      ...["architecture", "cli", "handoff", "replay", "security", "hooks"]
        .map((name) => `docs/${name}.md`),
    ].sort();
    const files = found.map((path) => ({
      path,
      text: Deno.readTextFileSync(join(ROOT, path)),
    }));
    return new LongTranscript(folder, files);
  }

  /** Writes about `size` bytes in whole turns. */
  write(path: string, size: number): void {
    using file = Deno.openSync(path, { create: true, write: true });
    const encoder = new TextEncoder();
    for (let written = 0; written < size;) {
      this.#turn();
      const bytes = encoder.encode(this.#lines.join(""));
      this.#lines = [];
      for (let at = 0; at < bytes.length;) {
        at += file.writeSync(bytes.subarray(at));
      }
      written += bytes.length;
    }
  }

  #turn(): void {
    const before = this.#parent;
    this.#prompt = this.#random.uuid();
    this.#said(`Go on with ${this.#random.pick(this.#files).path}.`);
    // One turn of twenty is rewound after its first steps.
    const rewound = this.#random.number(1, 20) === 1;
    for (let step = 0; step < (rewound ? 4 : STEPS); step++) this.#step();
    this.#assistant({ type: "text", text: this.#random.pick(this.#pages) });
    if (rewound) this.#parent = before;
  }

  #step(): void {
    const { path, lines } = this.#random.pick(this.#files);
    const start = this.#random.number(0, Math.max(0, lines.length - 20));
    const some = lines.slice(start, start + this.#random.number(3, 160));
    const full = join(this.#folder, path);
    if (this.#random.number(1, 3) === 1) this.#thinks(some);
    switch (this.#random.number(0, 5)) {
      case 0:
      case 1:
        return this.#bash(path, some.join("\n"));
      case 2:
      case 3:
        return this.#read(full, { start, some });
      case 4:
        return this.#edit(full, { lines, start });
      default:
        return this.#call("Grep", { pattern: "export function", path: full }, {
          text: some.map((line) => `${path}:${line}`).join("\n"),
          kept: { mode: "content", numFiles: 1 },
        });
    }
  }

  #thinks(some: readonly string[]): void {
    const thinking = some.filter((line) => /[a-z]{4} [a-z]/.test(line))
      .join("\n");
    const signature = this.#random.hex(800);
    this.#assistant({ type: "thinking", thinking, signature });
  }

  #bash(path: string, stdout: string): void {
    const command = `git log -p -- ${path} | head -200`;
    this.#call("Bash", { command, description: "Look at a file" }, {
      text: stdout,
      kept: { stdout, stderr: "", interrupted: false, isImage: false },
    });
  }

  #read(path: string, { start, some }: { start: number; some: string[] }) {
    const text = some.map((line, at) =>
      `${String(start + at + 1).padStart(6)}\t${line}`
    ).join("\n");
    const file = {
      filePath: path,
      content: some.join("\n"),
      numLines: some.length,
      startLine: start + 1,
    };
    this.#call("Read", { file_path: path }, {
      text,
      kept: { type: "text", file },
    });
  }

  #edit(path: string, { lines, start }: { lines: string[]; start: number }) {
    const old = lines.slice(start, start + this.#random.number(1, 12));
    const now = old.map((line) => line.replace("const ", "let "));
    const [oldString, newString] = [old.join("\n"), now.join("\n")];
    const structuredPatch = [{
      ...{ oldStart: start + 1, oldLines: old.length },
      ...{ newStart: start + 1, newLines: now.length },
      lines: [
        ...old.map((line) => `-${line}`),
        ...now.map((line) => `+${line}`),
      ],
    }];
    const input = { file_path: path, old_string: oldString };
    this.#call("Edit", { ...input, new_string: newString }, {
      text: `The file ${path} has been updated successfully.`,
      kept: {
        ...{ filePath: path, oldString, newString },
        originalFile: lines.join("\n"),
        ...{ structuredPatch, userModified: false, replaceAll: false },
      },
    });
  }

  #call(
    name: string,
    input: Fields,
    { text, kept }: { text: string; kept: Fields },
  ): void {
    const id = `toolu_${this.#random.hex(24)}`;
    this.#assistant({ type: "tool_use", id, name, input });
    const asked = this.#parent;
    this.#attachment("hook_success");
    this.#chained({
      promptId: this.#prompt,
      type: "user",
      message: {
        role: "user",
        content: [{ tool_use_id: id, type: "tool_result", content: text }],
      },
    }, { toolUseResult: kept, sourceToolAssistantUUID: asked });
    this.#attachment("hook_success");
    this.#attachment("total_tokens_reminder");
  }

  #said(text: string): void {
    this.#chained({
      promptId: this.#prompt,
      type: "user",
      message: { role: "user", content: text },
    }, { origin: { kind: "human" }, promptSource: "typed" });
  }

  #assistant(block: Fields): void {
    const message = {
      id: `msg_${this.#random.hex(24)}`,
      ...{ type: "message", role: "assistant", model: "claude-opus-5-5" },
      content: [block],
      usage: {
        input_tokens: 3,
        cache_creation_input_tokens: 500,
        cache_read_input_tokens: this.#random.number(12_000, 160_000),
        output_tokens: this.#random.number(10, 2000),
      },
    };
    this.#chained({ message, type: "assistant" });
  }

  #attachment(type: string): void {
    const attachment = { type, content: this.#random.hex(200) };
    this.#chained({ attachment, type: "attachment" });
  }

  #chained(fields: Fields, more: Fields = {}): void {
    const uuid = this.#random.uuid();
    this.#time += this.#random.number(200, 9000);
    this.#lines.push(`${
      JSON.stringify({
        parentUuid: this.#parent,
        isSidechain: false,
        ...fields,
        uuid,
        timestamp: new Date(this.#time).toISOString(),
        ...more,
        ...{ userType: "external", entrypoint: "cli", cwd: this.#folder },
        ...{ sessionId: SESSION, version: "2.1.330", gitBranch: "main" },
      })
    }\n`);
    this.#parent = uuid;
  }
}

const SESSION = "00000000-0000-4000-8000-000000000021";
