import { escapeLines, escapeText } from "../base/escape.ts";
import { counted, sizeText } from "../base/words.ts";
import type { Style } from "../cli/mod.ts";
import type { KnownKeys } from "../secrets/mod.ts";
import type {
  ReplayResult,
  ReplayStep,
  TreeResult,
} from "./commands/results.ts";

/** Fields of a step that mpm fills in: they contain no secrets. */
export const STEP_KEYS: KnownKeys = {
  names: new Set(),
  ids: new Set(["step", "at", "ended_at", "type", "how"]),
};

/** The maximum number of lines to print of a text, if not all are requested. */
const LINES = 12;

/** The maximum number of columns for the arguments of a tool. */
const ARGUMENTS = 400;

/**
 * Names the page that was written, or lists the content of the tree. The steps
 * have already been printed.
 */
export function replayText(result: ReplayResult, style: Style): string {
  const { steps, full, page, tree } = result;
  if (tree) {
    const step = tree.file ? "" : `${stepText(steps[0]!, style, false)}\n`;
    return step + treeText(tree, style, full);
  }
  return page ? wroteText(page, page.steps, "step") : "";
}

/** Names the file to which a page was written. */
export function wroteText(
  { path, bytes }: { readonly path: string; readonly bytes: number },
  count: number,
  noun: string,
): string {
  return `Wrote ${counted(count, noun)} to ${escapeText(path)} ` +
    `(${sizeText(bytes)})\n`;
}

/**
 * Returns one step as `[time] type: description`, with its details. `full`: no
 * lines are left out.
 */
export function stepText(
  step: ReplayStep,
  style: Style,
  full: boolean,
): string {
  const { at, type, agent, description, withdrawn } = step;
  const marks = [
    `#${step.step}`,
    ...agent ? [`by ${escapeText(agent.name)}`] : [],
    ...withdrawn ? ["withdrawn"] : [],
  ].join(", ");
  const head = `[${at ?? "no time"}] ${style.cyan(type)}: ` +
    `${escapeText(description)} ${style.dim(`(${marks})`)}`;
  return [head, ...detailLines(step, style, full), ""].join("\n");
}

function detailLines(
  step: ReplayStep,
  style: Style,
  full: boolean,
): string[] {
  const { text, tool, args, result, failed, edits, description } = step;
  const most = full ? Infinity : LINES;
  return [
    ...text !== null && text.trim() !== description
      ? block(text, { most, style })
      : [],
    ...edits.flatMap(({ path, how, diff }) => [
      `  File: ${escapeText(path)} (${how})`,
      ...diff === null
        ? ["  Changes: not kept by the client"]
        : ["  Changes:", ...diffLines(diff, { most, style })],
    ]),
    ...tool === null ? [] : [
      ...edits.length > 0 && !full ? [] : [
        `  Tool: ${escapeText(tool)}`,
        `  Args: ${argumentText(args, full)}`,
      ],
      ...result === null
        ? ["  Result: none in the transcript"]
        : edits.length > 0 && !failed && !full
        ? []
        : [
          failed ? style.red("  Result (failed):") : "  Result:",
          ...block(result, { most, style }),
        ],
    ],
  ];
}

function argumentText(args: unknown, full: boolean): string {
  const text = escapeText(JSON.stringify(args) ?? "");
  return full || text.length <= ARGUMENTS
    ? text
    : `${text.slice(0, ARGUMENTS)}…`;
}

interface Lines {
  readonly most: number;
  readonly style: Style;
}

function block(text: string, { most, style }: Lines): string[] {
  const lines = escapeLines(text.trimEnd()).split("\n");
  return cut(lines, { most, style }).map((line) => `    ${line}`);
}

function diffLines(diff: string, { most, style }: Lines): string[] {
  const lines = escapeLines(diff.trimEnd()).split("\n").map((line) =>
    line.startsWith("+")
      ? style.green(line)
      : line.startsWith("-")
      ? style.red(line)
      : line.startsWith("@@")
      ? style.dim(line)
      : line
  );
  return cut(lines, { most, style }).map((line) => `    ${line}`);
}

function cut(lines: string[], { most, style }: Lines): string[] {
  const more = lines.length - most;
  return more > 1
    ? [
      ...lines.slice(0, most),
      style.dim(`… ${counted(more, "more line")}: --full`),
    ]
    : lines;
}

/**
 * Returns a sentence about the known trees before and after a step whose tree
 * is unknown.
 */
export function nearText(
  { before, after }: Pick<TreeResult, "before" | "after">,
): string {
  const near = [
    before ? `step ${before.step} before it (${before.checkpoint})` : "",
    after ? `step ${after.step} after it (${after.checkpoint})` : "",
  ].filter((text) => text !== "");
  return near.length > 0
    ? `The nearest known trees: ${near.join(", ")}`
    : "No step has a known tree. To keep trees from now on: mpm config set " +
      "checkpoint.every batch --scope user";
}

/** The maximum number of paths to list, if not all are requested. */
const LISTED = 50;

/** Returns the files at a step, or why they are unknown. */
function treeText(
  tree: TreeResult,
  style: Style,
  full: boolean,
): string {
  const { step, exact, file, written } = tree;
  if (file) {
    return file.text === null
      ? `"${escapeText(file.path)}" is not text: use --to to write it to a ` +
        "folder\n"
      : escapeLines(file.text);
  }
  if (!exact) {
    const near = nearText(tree);
    return `The tree at step ${step} is unknown.\n${escapeText(near)}\n`;
  }
  if (written) {
    const count = counted(written.written.length, "file");
    return `Wrote ${count} to ${escapeText(written.folder)}\n`;
  }
  const { files, changed, left_out: left } = tree;
  const rows = full
    ? files
    : changed.map(({ path, status }) => `${status} ${path}`);
  const more = rows.length - LISTED;
  return [
    `Tree at step ${step}: checkpoint ${style.bold(exact.checkpoint)}, ` +
    `${counted(files.length, "file")}, ${
      counted(changed.length, "uncommitted file")
    } on ${escapeText(tree.branch ?? "no branch")} at ` +
    `${tree.head?.slice(0, 7) ?? "no commit"}`,
    ...rows.slice(0, full ? undefined : LISTED)
      .map((row) => `  ${escapeText(row)}`),
    ...!full && more > 0 ? [`  and ${more} more: --full`] : [],
    ...left.map(({ path, reason }) =>
      `Left out: ${escapeText(path)} (${escapeText(reason)})`
    ),
    "",
  ].join("\n");
}
