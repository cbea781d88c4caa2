import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { cutText } from "../../base/words.ts";
import { field, jsonIn } from "../../base/parsed_values.ts";
import type { Context } from "../../cli/mod.ts";
import { contextUsage } from "../../clients/mod.ts";
import { agentOf, type Draft, lastSteps } from "../../saves/mod.ts";
import { currentStack } from "../../work/mod.ts";
import type { LastSave } from "../checkpoint.ts";
import type { CheckpointPlace } from "../place.ts";

/** The data in a checkpoint other than its files. */
export interface Around
  extends Required<Pick<Draft, "agent" | "work" | "stack" | "usage">> {
  /** `.claude/context.md`. */
  readonly context: string | null;
  readonly runtimes: readonly Runtime[];
  readonly lastSave: LastSave | null;
}

/** Reads this data without using git. */
export async function aroundOf(
  context: Context,
  { workspace, vault, config }: CheckpointPlace,
): Promise<Around> {
  const { system } = context;
  const { root, cwd } = workspace;
  const { worktree } = vault.workspace;
  const agent = await agentOf(context, { given: undefined, cwd, config });
  return {
    ...agent,
    stack: currentStack(system, workspace).chain,
    usage: await contextUsage(system, { ...agent, config, root, cwd }),
    context: readContextFile(system, worktree) ?? null,
    runtimes: readRuntimes(system, { cwd, worktree }),
    lastSave: await lastSteps(context, workspace),
  };
}

/** The maximum size of a file to read, in bytes. */
const LIMIT = 1024 * 1024;

/**
 * Returns the runtime versions that a project's files require, those in `cwd`
 * before those in folders above it. Runs nothing.
 */
function readRuntimes(
  system: System,
  { cwd, worktree }: { cwd: string; worktree: string },
): Runtime[] {
  const found = new Map<string, Runtime>();
  for (let folder = cwd;; folder = dirname(folder)) {
    for (const from of RUNTIME_FILES.keys()) {
      const text = readText(system, join(folder, from));
      if (text !== undefined) addRuntimes(found, { from, text });
    }
    if (folder === worktree || folder === dirname(folder)) break;
  }
  return [...found.values()];
}

function readText(system: System, path: string): string | undefined {
  return attempt(() => {
    if (!system.files.lstat(path)) return undefined;
    return new TextDecoder().decode(system.files.readOwn(path, LIMIT));
  });
}

/** The maximum number of characters of a context file to keep. */
const KEPT = 16_000;

/** Returns the project's `.claude/context.md`, shortened; follows no link. */
function readContextFile(
  { files }: System,
  worktree: string,
): string | undefined {
  const folder = join(worktree, ".claude");
  return attempt(() => {
    if (files.lstat(folder)?.kind !== "folder") return undefined;
    const bytes = files.readOwn(join(folder, "context.md"), LIMIT);
    return cutText(new TextDecoder().decode(bytes), KEPT);
  });
}

/** The version of a runtime that a project requires. */
export interface Runtime {
  /** `Node`, `Python`, or another name from the file. */
  readonly name: string;
  /** As in the file: a version, a range, or an alias such as `lts/*`. */
  readonly version: string;
  /** The name of the file that states the version. */
  readonly from: string;
}

/** Returns the required versions in a file, as pairs of name and version. */
type Reader = (text: string) => [name: string, version: string | undefined][];

/** Returns a reader for a file that contains only the version. */
function whole(name: string): Reader {
  return (text) => [[name, firstWord(text)]];
}

/** Returns a reader for a file with a line that matches the pattern. */
function line(name: string, pattern: RegExp): Reader {
  return (text) => [[name, pattern.exec(text)?.[1]]];
}

function firstWord(text: string): string | undefined {
  return text.split("\n").map((one) => one.replace(/#.*/, "").trim())
    .find((one) => one !== "")?.split(/\s/, 1)[0];
}

const TOOLS: ReadonlyMap<string, string> = new Map([
  ["nodejs", "Node"],
  ["node", "Node"],
  ["python", "Python"],
  ["rust", "Rust"],
  ["golang", "Go"],
  ["go", "Go"],
  ["deno", "Deno"],
  ["bun", "Bun"],
  ["ruby", "Ruby"],
  ["java", "Java"],
]);

/** Reads lines such as `nodejs 20.11.0`. */
function tools(text: string): [string, string | undefined][] {
  return text.split("\n").map((one) => one.replace(/#.*/, "").trim())
    .map((one) => one.split(/\s+/))
    .map(([tool = "", version]) => [TOOLS.get(tool) ?? tool, version]);
}

function packageJson(text: string): [string, string | undefined][] {
  const value = jsonIn(text);
  return ["volta", "engines"].flatMap((key) =>
    ([["node", "Node"], ["bun", "Bun"], ["deno", "Deno"]] as const)
      .map(([tool, name]): [string, string | undefined] => {
        const version = field(field(value, key), tool);
        return [name, typeof version === "string" ? version : undefined];
      })
  );
}

/** The files to read, the most precise first. */
const RUNTIME_FILES: ReadonlyMap<string, Reader> = new Map([
  [".nvmrc", whole("Node")],
  [".node-version", whole("Node")],
  [".python-version", whole("Python")],
  [".ruby-version", whole("Ruby")],
  [".java-version", whole("Java")],
  [".tool-versions", tools],
  ["rust-toolchain.toml", line("Rust", /^\s*channel\s*=\s*["']([^"']+)["']/m)],
  ["rust-toolchain", line("Rust", /^\s*(?:channel\s*=\s*["'])?([\w.-]+)/m)],
  ["package.json", packageJson],
  [
    "pyproject.toml",
    line("Python", /^\s*(?:requires-python|python)\s*=\s*["']([^"']+)["']/m),
  ],
  ["go.mod", line("Go", /^go\s+(\S+)/m)],
]);

/** The maximum number of characters of a version to keep. */
const LONGEST = 100;

/** The maximum number of runtimes to keep. */
const MOST = 20;

/** Adds a file's requirements to those of earlier files. */
function addRuntimes(
  found: Map<string, Runtime>,
  { from, text }: { from: string; text: string },
): void {
  const read = RUNTIME_FILES.get(from)?.(text) ?? [];
  for (const [name, version] of read) {
    const usable = name !== "" && version !== undefined && version !== "" &&
      !found.has(name) && found.size < MOST;
    if (!usable) continue;
    const short = version.trim().slice(0, LONGEST).replaceAll(/\s+/g, " ");
    found.set(name, { name: name.slice(0, LONGEST), version: short, from });
  }
}
