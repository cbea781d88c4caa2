import { escapeText } from "../base/escape.ts";
import { durationText, shortAge } from "../base/times.ts";
import { counted } from "../base/words.ts";
import { cut, type Style } from "../cli/mod.ts";
import { grouped, percentText } from "../clients/mod.ts";
import { fromWhom } from "../saves/mod.ts";
import { sessionLine, titleOf } from "../work/mod.ts";
import type { StatusResult } from "./commands/results.ts";

/** Returns `Last save: 2h ago, Refunds`, and below it what changed since. */
export function lastSaveLines(
  { last_save: save, at }: StatusResult,
  style: Style,
): string[] {
  if (save === null) return [];
  const age = shortAge(Date.parse(save.paused_at), new Date(at));
  const who = save.origin === "foreign"
    ? `, ${style.yellow(fromWhom(save.author))}`
    : "";
  return [
    `Last save: ${age}${who}, ${escapeText(save.summary) || "(no summary)"}`,
    ...save.changes === null ? [] : [`Since then: ${save.changes}`],
    ...save.agent_command === null
      ? []
      : [`Agent: ${save.agent_command.join(" ")}`],
  ];
}

/**
 * Returns the dashboard that `mpm` alone prints in a project: at most twelve
 * lines, none longer than the terminal is wide.
 */
export function dashboardText(result: StatusResult, style: Style): string {
  const { session, parents, git, items, problems } = result;
  const [step, ...more] = nextSteps(result);
  const detours = parents.length === 0
    ? []
    : [`Detour of: ${parents.map(titleOf).join(", ")}`];
  const lines = [
    `Session: ${session ? sessionLine(session, style) : "not started"}`,
    ...detours,
    ...git ? [gitText(git)] : [],
    ...result.last_save
      ? lastSaveLines(result, style)
      : ["Last save: nothing is saved yet"],
    ...step === undefined ? [] : [
      `Next: ${escapeText(step)}${
        more.length > 0 ? ` (and ${more.length} more)` : ""
      }`,
    ],
    ...waitingText(items),
    ...contextText(result),
    ...problems.slice(0, 1).map((text) =>
      style.yellow(`Note: ${escapeText(text)}`)
    ),
  ].slice(0, MOST);
  const width = Math.max(...commandsFor(result).map(([words]) => words.length));
  const commands = commandsFor(result).map(([words, summary]) =>
    `  ${style.cyan(words.padEnd(width))}  ${summary}`
  );
  // Half a command would be useless.
  const fitted = (line: string) =>
    line.startsWith("Agent: ") ? line : cut(line, style.columns);
  return [...lines, ...commands].map((line) => `${fitted(line)}\n`).join("");
}

/** Lines above the three commands. */
const MOST = 9;

function nextSteps({ last_save: save, items, checklist }: StatusResult) {
  const open = items.filter(({ kind }) => kind === "next");
  const steps = open.length > 0
    ? open.map(({ text }) => text)
    : save?.next_steps ?? [];
  const left = checklist.filter(({ done }) => !done).map(({ text }) => text);
  return steps.length > 0 ? steps : left;
}

/** Names what only the person can answer or clear. */
function waitingText(items: StatusResult["items"]): string[] {
  const count = (kind: string, noun: string) => {
    const found = items.filter((item) => item.kind === kind).length;
    return found === 0 ? [] : [counted(found, noun)];
  };
  const parts = [
    ...count("question", "question"),
    ...count("blocker", "blocker"),
  ];
  return parts.length === 0 ? [] : [`Waiting for you: ${parts.join(", ")}`];
}

/** Returns `Context: 150,000 of 200,000 tokens, 75.0 % (1 minute ago)`. */
export function contextText({ context }: StatusResult): string[] {
  if (context === null) return [];
  const { tokens, window, age, unknown } = context;
  if (unknown !== null) return [`Context: unknown (${unknown})`];
  const share = percentText(100 * tokens / window!);
  const figure = `${grouped(tokens)} of ${grouped(window!)} tokens, ${share}`;
  return [`Context: ${figure} (${durationText(1000 * age)} ago)`];
}

function gitText(
  { branch, staged, changed, untracked, conflicts }: NonNullable<
    StatusResult["git"]
  >,
): string {
  const count = staged + changed + untracked + conflicts;
  const files = count === 0 ? "clean" : `${counted(count, "uncommitted file")}`;
  return `Git: ${escapeText(branch ?? "(detached)")}, ${files}`;
}

/** The three commands that are most useful now, each with what it does. */
function commandsFor(
  { last_save: save, parents, items, session }: StatusResult,
): (readonly [words: string, summary: string])[] {
  const waits = waitingText(items).length > 0;
  const commands = [
    ...parents.length > 0 ? [["mpm return", "end the detour"] as const] : [],
    ...save === null
      ? []
      : [["mpm resume", "show the save and what changed since"] as const],
    ["mpm pause", "save the session"] as const,
    ...waits
      ? [["mpm done", "list the open items, and close them"]] as const
      : [],
    ...save === null && session === null
      ? [["mpm start <name>", "start a session with a name"] as const]
      : [],
    ["mpm help", "list the commands"] as const,
  ];
  return commands.slice(0, 3);
}
