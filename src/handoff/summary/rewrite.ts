import { join } from "../../base/join.ts";
import { bounded } from "../../base/bounded.ts";
import { attempt } from "../../base/errors.ts";
import { sha256 } from "../../base/digest.ts";
import { escapeLines } from "../../base/escape.ts";
import { jsonIn, textField } from "../../base/parsed_values.ts";
import type { Config } from "../../config/mod.ts";
import {
  ensureFolder,
  ensureHome,
  layout,
  RecordSeals,
  removeQuietly,
  withLock,
  writeAtomic,
} from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { RunResult, System } from "../../system/system.ts";
import { type Layer, plainLayers, type ShownLayer } from "./layers.ts";

/** The maximum number of characters that a program may write for a layer. */
const LONGEST = 16_000;

/** The maximum number of bytes of the program's output to read. */
const OUTPUT_LIMIT = 64 * 1024;

/**
 * The maximum number of texts to keep, and the maximum size of a text in bytes.
 */
const KEPT = 50;
const LARGEST = 512 * 1024;

/** The maximum number of references below a rewritten text. */
const NAMED = 20;

/**
 * Variables that the program does not get: the client's own channel. A client
 * that the program starts must not save a session.
 */
const ENVIRONMENT = {
  CLAUDE_CODE_MESSAGING_SOCKET: null,
  CLAUDE_CODE_MESSAGING_TOKEN: null,
  MPM_HOOKS: "off",
};

/**
 * Returns the layers, after the user's program has rewritten those of one to
 * four hours and of four hours and more. The newest and the last layer stay:
 * the newest has the details, and the last has one line for each session. If
 * the program fails for a layer, that layer also stays, and `notes` says why.
 * `keep`: stores the program's text, so that the program runs only once.
 */
export async function rewrittenLayers(
  system: System,
  root: string,
  { layers, config, keep }: {
    layers: readonly Layer[];
    config: Config;
    keep: boolean;
  },
): Promise<{ layers: ShownLayer[]; notes: string[] }> {
  const shown = plainLayers(layers);
  const [program, ...args] = config["summarizer.command"];
  if (program === undefined) return { layers: shown, notes: [] };
  const notes: string[] = [];
  const cache = new Cache(system, root);
  const done: ShownLayer[] = [];
  for (const [at, layer] of shown.entries()) {
    const rewrites = (layer.layer === 2 || layer.layer === 3) &&
      layer.text !== "";
    if (!rewrites) {
      done.push(layer);
      continue;
    }
    const content = JSON.stringify([program, args, layer.text]);
    let text = cache.read(content);
    if (text === undefined) {
      const result = await system.runProgram([program, ...args], {
        cwd: system.home() ?? root,
        env: ENVIRONMENT,
        stdin: new TextEncoder().encode(`${layer.text}\n`),
        timeout: config["summarizer.timeout"],
        limit: OUTPUT_LIMIT,
      });
      text = textOf(system, result);
      if (text === undefined) {
        notes.push(
          `Layer ${layer.layer} was not rewritten: "${program}" ${why(result)}`,
        );
      } else if (keep) await cache.write(content, text);
    }
    done.push(
      text === undefined
        ? layer
        : { ...layer, text: text + from(layers[at]!), rewritten_by: program },
    );
  }
  return { layers: done, notes };
}

/** Returns the program's text, safe for a document; `undefined`: no text. */
function textOf(
  system: System,
  { outcome, status, stdout }: RunResult,
): string | undefined {
  if (outcome !== "exited" || status !== 0) return undefined;
  const said = new TextDecoder().decode(stdout).trim();
  // A heading in the program's text must not look like the next layer.
  const clean = escapeLines(redactorOf(system).text(said))
    .replaceAll(/^[ \t]*#{1,2}(?=[ \t])/gm, "###");
  return clean === ""
    ? undefined
    : bounded(clean, LONGEST, { rest: "the program wrote more" });
}

function why({ outcome, status, stderr }: RunResult): string {
  switch (outcome) {
    case "missing":
      return "is not installed";
    case "denied":
      return "is not executable";
    case "timeout":
      return "took too long";
    case "exited": {
      if (status === 0) return "wrote nothing";
      const said = new TextDecoder().decode(stderr).trim().split("\n")[0]!;
      const words = said === "" ? "" : `: ${said.slice(0, 200)}`;
      return `ended with exit status ${status}${words}`;
    }
  }
}

/** Returns a layer's references to saves, since the program leaves them out. */
function from({ blocks }: Layer): string {
  const names = new Set(
    blocks.flatMap(({ lines }) => lines).flatMap(({ save, item }) => [
      ...item === null ? [] : [`#${item}`],
      ...save === null ? [] : [save],
    ]),
  );
  if (names.size === 0) return "";
  const more = names.size - NAMED;
  const list = [...names].slice(0, NAMED).join(", ");
  return `\n\nFrom: ${list}${more > 0 ? ` and ${more} more` : ""}`;
}

/**
 * The texts that the program wrote for layers, in files named after its input.
 * They are sealed, since the folder may come with a clone.
 */
class Cache {
  readonly #system: System;
  readonly #root: string;
  readonly #seals: RecordSeals;

  constructor(system: System, root: string) {
    this.#system = system;
    this.#root = root;
    this.#seals = new RecordSeals(system, "summary");
  }

  #path(content: string): string {
    const name = sha256(new TextEncoder().encode(content));
    return join(layout(this.#root).summaries, `${name}.json`);
  }

  read(content: string): string | undefined {
    return attempt(() => {
      const path = this.#path(content);
      const bytes = this.#system.files.readOwn(path, LARGEST);
      const record = new TextDecoder().decode(bytes);
      const value = jsonIn(record);
      return this.#seals.isOwn(record) && textField(value, "read") === content
        ? textField(value, "text")
        : undefined;
    });
  }

  /** A text that cannot be stored is requested again. */
  async write(content: string, text: string): Promise<void> {
    const path = this.#path(content);
    const { summaries } = layout(this.#root);
    await attempt(() =>
      withLock(this.#system, this.#root, () => {
        ensureHome(this.#system, this.#root);
        ensureFolder(this.#system, summaries, this.#root);
        const record = this.#seals.seal({ schema: 1, read: content, text });
        const bytes = new TextEncoder().encode(record);
        writeAtomic(this.#system, path, { bytes, synced: false });
        this.#prune(summaries);
      })
    );
  }

  #prune(folder: string): void {
    const { files } = this.#system;
    const kept = files.list(folder).map(({ name }) => {
      const path = join(folder, name);
      return { path, time: files.lstat(path)?.mtime ?? 0 };
    }).sort((a, b) => b.time - a.time);
    for (const { path } of kept.slice(KEPT)) removeQuietly(this.#system, path);
  }
}
