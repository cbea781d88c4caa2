import { basename } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { type Context, defineCommand, ProgressLine } from "../../cli/mod.ts";
import type { OpenEvents } from "../../clients/mod.ts";
import { locate, quickWorkspace } from "../../git/mod.ts";
import {
  type ExportTarget,
  exportTarget,
  parseSince,
  writeExport,
  type WrittenFile,
} from "../../saves/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { StepEntries } from "../page/entries.ts";
import { ListPage, pageHead } from "../page/page.ts";
import {
  findSource,
  findSourceBefore,
  openSource,
  type Source,
} from "../source.ts";
import { lostText, stepsOf } from "../steps.ts";
import { treeAt } from "../tree_at.ts";
import { LOOKED, scanSteps } from "../trees.ts";
import { play } from "../player/play.ts";
import { replayText, STEP_KEYS, stepText } from "../print.ts";
import { STEP_TYPES, type StepType } from "../types.ts";
import type { ReplayResult, ReplayStep } from "./results.ts";

export const replay = defineCommand({
  name: "replay",
  summary: "Show what happened in an agent session, step by step",
  description: `
Reads the transcripts of a Claude Code session and its sub-agents, and prints
each step. Steps are prompts, answers, tool calls with their results, and
edits with their diffs. Commits and mpm operations from that time appear among the steps. Secrets are redacted. Specify a save, an agent session ID or a transcript file; the default is the newest save.

--at shows the files as they were at a step, if the step has a checkpoint. Otherwise, mpm reports that the files are unknown, and names the nearest steps with a checkpoint. With a path, mpm prints that file; --to writes all files into a new or empty folder. To have hooks take a checkpoint after each step, set "checkpoint.every" to "batch".`,
  positionals: [{
    name: "session",
    summary: "A save, an agent session ID or a transcript file",
    names: "session",
    optional: true,
  }, {
    name: "file",
    summary: "With --at: the file to print",
    names: "file",
    optional: true,
  }],
  flags: {
    only: {
      type: "string",
      value: "type",
      choices: STEP_TYPES,
      repeatable: true,
      summary: "Show only steps of this type",
    },
    "skip-tool-calls": {
      type: "boolean",
      summary: "Leave out tool calls that did not change a file",
    },
    from: {
      type: "string",
      value: "when",
      summary: "Begin at a step number, a date, or an age such as 2h",
    },
    to: {
      type: "string",
      value: "when",
      summary:
        "End at a step number, a date, or an age; with --at: the folder to write to",
    },
    at: {
      type: "string",
      value: "step",
      summary: "Show the files as they were at this step",
    },
    agent: {
      type: "string",
      value: "name",
      summary: 'Show only this sub-agent, or "main" for the agent itself',
    },
    html: {
      type: "string",
      value: "file",
      names: "file",
      summary: "Write a single HTML page for a browser",
    },
    step: {
      type: "boolean",
      summary: "Show the steps one by one on the full screen",
    },
    full: {
      type: "boolean",
      summary: "Print texts and results in full",
    },
  },
  examples: [
    "mpm replay",
    "mpm replay latest --skip-tool-calls",
    "mpm replay --only file_edit --from 40 --to 80",
    "mpm replay --step",
    "mpm replay --html session.html",
    "mpm replay --at 12 src/app.ts",
    "mpm replay latest --at 12 --to ../then",
    "mpm replay ~/.claude/projects/-home-me-shop/3f8a….jsonl --full",
  ],
  result: async () => (await import("./results.ts")).ReplayResult,
  async run(context, input): Promise<ReplayResult> {
    const { system, folder, note } = context;
    const now = system.now();
    if (input.at !== undefined) return await showTree(context, input, input.at);
    if (input.file !== undefined) {
      throw new MpmError("USAGE", `"${input.file}" is an unexpected argument`, {
        hint: "To print a file, add --at with the number of a step",
      });
    }
    const shown = filterOf({
      ...input,
      from: parseWhen(input.from, now),
      to: parseWhen(input.to, now),
    });
    // The player must not wait for git before it shows the first step.
    const workspace =
      (input.step ? quickWorkspace(system, folder) : undefined) ??
        await locate(system, folder);
    const { root } = workspace;
    const target = input.html === undefined
      ? undefined
      : exportTarget(system, input.html, { folder, root, file: PAGE });
    const source = await findSource(context, workspace, input.session);
    if (input.step) {
      return {
        ...NO_STEPS,
        ...origin(source),
        ...await play(context, workspace, source),
      };
    }
    const open = await openSource(system, source);
    const read = { open, shown, steps: stepsOf(system, workspace, open) };
    const { page, ...found } = target === undefined
      ? { ...await showSteps(context, read, input.full), page: undefined }
      : await makePage(context, read);
    const warnings = lostText(open.lost);
    warnings.forEach((warning) => note(`Warning: ${warning}`));
    return {
      ...origin(source),
      ...{ ...found, full: input.full, warnings, tree: null },
      page: page && target
        ? written(system, page, { target, source, warnings })
        : null,
    };
  },
  verbatim: () => true,
  // The player's screen disappears when the player ends.
  render: (result, style, input) => input.step ? "" : replayText(result, style),
});

/** The result before anything is shown. */
const NO_STEPS = { steps: [], page: null, tree: null, full: false };

function origin({ path, agentSession, save }: Source) {
  return { path, agent_session: agentSession, session_id: save };
}

/** The steps of a transcript, and a filter for the steps to show. */
interface Read {
  readonly open: OpenEvents;
  readonly steps: AsyncIterable<ReplayStep>;
  readonly shown: (step: ReplayStep) => boolean;
}

/**
 * Passes the steps to `show` until it returns false. Returns the total number
 * of steps.
 */
async function forSteps(
  context: Context,
  { steps, shown }: Read,
  show: (step: ReplayStep) => Promise<void> | boolean | void,
): Promise<number> {
  let total = 0;
  using line = new ProgressLine(context);
  for await (const step of steps) {
    total++;
    if (total % LOOKED === 0) line.count("Reading steps", total);
    if (shown(step) && await show(step) === false) break;
  }
  return total;
}

/** The maximum number of UTF-16 units to print at once. */
const PRINTED = 16 * 1024;

/** Prints the steps while they are read, or returns them for `--json`. */
async function showSteps(context: Context, read: Read, full: boolean) {
  const redactor = redactorOf(context.system);
  const steps: ReplayStep[] = [];
  if (!context.print) {
    const total = await forSteps(context, read, (step) => {
      steps.push(redactor.known(step, STEP_KEYS));
    });
    return { steps, total };
  }
  let [count, text] = [0, ""];
  const print = () => {
    context.status("");
    return context.print!(text);
  };
  const total = await forSteps(context, read, (step) => {
    const clean = redactor.known(step, STEP_KEYS);
    text += (count++ === 0 ? "" : "\n") + stepText(clean, context.style, full);
    if (text.length < PRINTED) return;
    const isRead = print();
    text = "";
    return isRead;
  });
  if (total === 0) text = "The transcript has no steps.\n";
  else if (count === 0) text = `No step matches, of ${total}.\n`;
  if (text !== "") print();
  return { steps, total };
}

async function makePage(context: Context, read: Read) {
  using entries = new StepEntries(context.system, read.open.size);
  const total = await forSteps(context, read, (step) => entries.add(step));
  const page = new ListPage({ command: "replay", noun: "steps" });
  for (const part of await entries.end()) page.add(part);
  return { steps: [], total, page };
}

/** Shows the files at a step instead of the steps. */
async function showTree(
  context: Context,
  input: {
    readonly session: string | undefined;
    readonly file: string | undefined;
    readonly to: string | undefined;
    readonly full: boolean;
  },
  at: string,
): Promise<ReplayResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const words = [input.session, input.file].filter((one) => one !== undefined);
  const { source, rest } = await findSourceBefore(context, workspace, words);
  const found = await scanSteps(context, workspace, { source, at });
  const tree = await treeAt(context, workspace, {
    ...{ scan: found.scan, step: found.step.step, path: rest, to: input.to },
  });
  const redactor = redactorOf(system);
  return {
    ...origin(source),
    ...{
      steps: [redactor.known(found.step, STEP_KEYS)],
      page: null,
      full: input.full,
    },
    tree: redactor.value(tree),
    ...{ total: found.total, warnings: found.warnings },
  };
}

const PAGE: WrittenFile = {
  option: "--html",
  noun: 'a page of "mpm replay"',
  ending: ".html",
  begins: new RegExp(`^${pageHead("replay")}`),
};

function written(
  system: System,
  page: ListPage,
  { target, source, warnings }: {
    target: ExportTarget;
    source: Source;
    warnings: readonly string[];
  },
): ReplayResult["page"] {
  const name = source.agentSession ?? basename(source.path, ".jsonl");
  const bytes = page.end({
    title: `Agent session ${name}`,
    lines: [
      ...source.save === null ? [] : [`Save ${source.save}`],
      ...warnings,
    ],
  });
  const path = writeExport(system, target.path(name), bytes);
  return { path, bytes: bytes.length, steps: page.count };
}

/** A position in the session: the number of a step, or a time. */
type When = { readonly step: number } | { readonly time: number } | undefined;

function parseWhen(text: string | undefined, now: Date): When {
  if (text !== undefined && /^\d{1,9}$/.test(text)) {
    return { step: Number(text) };
  }
  const time = parseSince(text, now);
  return time === undefined ? undefined : { time };
}

interface Wanted {
  readonly only: readonly StepType[];
  readonly "skip-tool-calls": boolean;
  readonly agent: string | undefined;
  readonly from: When;
  readonly to: When;
}

function filterOf(wanted: Wanted): (step: ReplayStep) => boolean {
  const { only, agent, from, to } = wanted;
  return (step) =>
    (only.length > 0 ? only.includes(step.type) : step.type !== "usage") &&
    !(wanted["skip-tool-calls"] && step.type === "tool_call" &&
      step.edits.length === 0) &&
    (agent === undefined || isBy(step, agent)) &&
    isFrom(step, from, 1) && isFrom(step, to, -1);
}

function isBy({ agent }: ReplayStep, name: string): boolean {
  return agent === null
    ? name === "main"
    : agent.name === name || agent.id === name;
}

/**
 * Returns whether a step is at or after a position; with the sign -1, at or
 * before it.
 */
function isFrom({ step, at }: ReplayStep, when: When, sign: 1 | -1): boolean {
  if (when === undefined) return true;
  if ("step" in when) return sign * (step - when.step) >= 0;
  return at !== null && sign * (Date.parse(at) - when.time) >= 0;
}
