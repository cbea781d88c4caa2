import { join } from "@std/path";
import type { Sandbox } from "./bench_handoff_sandbox.ts";
import { field, textField } from "../src/base/parsed_values.ts";
import type { Random } from "./bench_handoff_random.ts";
import { Session } from "./bench_handoff_tools.ts";
import { linesOf } from "./bench_handoff_transcript.ts";

/**
 * Characters that an agent gets at most; the other methods have the same limit.
 */
export const LIMIT = 10_000;

/** The methods, in the order in which they are printed. */
export const METHODS = [
  "nothing",
  "git log and status",
  "raw tail of the transcript",
  "client's own summary",
  "claude-mpm (stand-in)",
  "mpm, at session start",
  "mpm, resume --format context",
] as const;

export type Method = typeof METHODS[number];

/** The method to which the targets apply. */
export const OWN: Method = "mpm, at session start";

export type Texts = ReadonlyMap<Method, string>;

/**
 * Returns the text that each method gives the next agent. `transcripts`: those
 * of the earlier sessions, in the order in which they ended.
 */
export async function textsOf(
  sandbox: Sandbox,
  random: Random,
  transcripts: readonly string[],
): Promise<Texts> {
  const start = await new Session(sandbox, random).start();
  const context = await sandbox.mpm([
    "resume",
    "--peek",
    "--format",
    "context",
  ]);
  const texts = new Map<Method, string>([
    ["nothing", ""],
    ["git log and status", gitTells(sandbox)],
    ["raw tail of the transcript", tailOf(transcripts.at(-1), sandbox)],
    ["client's own summary", summaryIn(transcripts)],
    ["claude-mpm (stand-in)", claudeMpm(sandbox)],
    ["mpm, at session start", start.context],
    ["mpm, resume --format context", context.stdout],
  ]);
  return new Map(
    [...texts].map(([method, text]) => [method, fixed(text, sandbox)]),
  );
}

/**
 * Returns a text that has the same size in each run: paths below the root,
 * ages, and random ids are replaced.
 */
function fixed(text: string, sandbox: Sandbox): string {
  return text.replaceAll(sandbox.root, "/home/dev")
    .replaceAll(/\b(just now|\d+ (second|minute)s? ago)\b/g, "N minutes ago")
    .replaceAll(/\b\d+(s|min|m|h|d|w|mo|y) ago\b/g, "N ago")
    .replaceAll(/\b\d+ (hour|day|week|month|year)s? ago\b/g, "N days ago")
    .replaceAll(/\b\d{1,2}:\d\d:\d\d\b/g, "12:00:00");
}

function gitTells(sandbox: Sandbox): string {
  return [
    sandbox.git("log", "-20", "--format=%h %an: %s%n%b"),
    sandbox.git("status", "--short", "--branch"),
    sandbox.git("diff", "--stat"),
  ].join("\n").slice(0, LIMIT);
}

function tailOf(path: string | undefined, sandbox: Sandbox): string {
  if (path === undefined) return "";
  return fixed(Deno.readTextFileSync(path), sandbox).slice(-LIMIT);
}

/** The last summary that the client recorded at a compaction. */
function summaryIn(transcripts: readonly string[]): string {
  for (const path of transcripts.toReversed()) {
    const found = linesOf(path)
      .filter(({ isCompactSummary }) => isCompactSummary === true).at(-1);
    const content = textField(field(found, "message"), "content");
    if (content !== undefined) return content;
  }
  return "";
}

const RULE = "=".repeat(80);

/**
 * Returns the output of claude-mpm's resume for the newest save: a stand-in,
 * made of the fields of an mpm save that claude-mpm knows. Its own pause leaves
 * the lists empty, so this comparison favors it.
 */
function claudeMpm(sandbox: Sandbox): string {
  const save = newestSave(join(sandbox.project, ".claude-mpm/sessions"));
  if (save === undefined) return "No paused sessions found for this project";
  const said = field(save, "conversation");
  const list = (name: string) => {
    const all = field(said, name);
    return (Array.isArray(all) ? all : []).map(String);
  };
  const done = list("accomplishments");
  const more = done.length > 5 ? [`  ... and ${done.length - 5} more`] : [];
  const commits = sandbox.git("log", "-3", "--format=  %h - %s (%an)")
    .trimEnd();
  return [
    ...[RULE, "📋 PAUSED SESSION FOUND", RULE, "", "Paused: just now"],
    ...["", `Last working on: ${textField(said, "summary") ?? ""}`, ""],
    ...["Completed:", ...done.slice(0, 5).map((one) => `  ✓ ${one}`), ...more],
    "",
    "Next steps:",
    ...list("next_steps").slice(0, 5).map((one) => `  • ${one}`),
    ...["", "Recent commits:", commits, "", RULE],
    "Use this context to resume work, or start fresh if not relevant.",
  ].join("\n");
}

function newestSave(folder: string): unknown {
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return undefined;
  }
  const saves = names.filter((name) => /^session-\d{8}-\d{6}\.json$/.test(name))
    .sort().map((name) =>
      JSON.parse(Deno.readTextFileSync(join(folder, name)))
    );
  // Claude-mpm has no counterpart for the saves that mpm makes by itself.
  const paused = saves.filter((save) => textField(save.mpm, "kind") !== "auto");
  return paused.at(-1) ?? saves.at(-1);
}
