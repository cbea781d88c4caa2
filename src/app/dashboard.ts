import { escapeText } from "../base/escape.ts";
import { isSameAgent } from "../base/names.ts";
import { durationText, shortAge } from "../base/times.ts";
import { counted, named } from "../base/words.ts";
import { cut, noteLines, reflow, type Style } from "../cli/mod.ts";
import { grouped, percentText } from "../clients/mod.ts";
import { fromWhom } from "../saves/mod.ts";
import { sessionLine, titleOf } from "../work/mod.ts";
import type { StatusResult } from "./commands/results.ts";

/** Returns `Last save: 2h ago, Refunds`, and the changes since that save. */
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

/** Returns the dashboard: at most twelve lines within the terminal's width. */
export function dashboardText(result: StatusResult, style: Style): string {
  const { session, parents, git, problems } = result;
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
      : ["Last save: none to resume"],
    ...step === undefined ? [] : [
      `Next: ${escapeText(step)}${
        more.length > 0 ? ` (and ${more.length} more)` : ""
      }`,
    ],
    ...waitingText(result),
    ...handoffLines({ handoffs: unanswered(result).others }),
    ...runLines(result),
    ...contextText(result),
    ...noteLines(problems.slice(0, 1), style),
  ].flatMap((line) => fitted(line, style.columns)).slice(0, MOST);
  const width = Math.max(...commandsFor(result).map(([words]) => words.length));
  const commands = commandsFor(result).map(([words, summary]) =>
    `  ${style.cyan(words.padEnd(width))}  ${summary}`
  );
  return [...lines, ...commands.map((line) => cut(line, style.columns))]
    .map((line) => `${line}\n`).join("");
}

/** Shortens a line without a command: half a command would be useless. */
function fitted(line: string, columns: number): string[] {
  if (line.startsWith("Agent: ")) return [line];
  return line.startsWith("Since then: ")
    ? reflow(line, columns).split("\n")
    : [cut(line, columns)];
}

/** The maximum number of lines above the three commands. */
const MOST = 9;

function nextSteps(
  { session, parents, last_save: save, items, checklist }: StatusResult,
) {
  const open = items.filter(({ kind }) => kind === "next");
  // A detour has different steps from the work that it interrupts.
  const isOfAnother = parents.length > 0 && session?.save !== save?.session_id;
  const steps = open.length > 0
    ? open.map(({ text }) => text)
    : isOfAnother
    ? []
    : save?.next_steps ?? [];
  const left = checklist.filter(({ done }) => !done).map(({ text }) => text);
  return steps.length > 0 ? steps : left;
}

/** Names what needs an answer or a cleanup. */
function waitingText(result: StatusResult): string[] {
  const counts = [
    ["question", countOf("question", result)],
    ["blocker", countOf("blocker", result)],
    ["hand-off", unanswered(result).yours.length],
  ] as const;
  const parts = counts.filter(([, count]) => count > 0)
    .map(([noun, count]) => counted(count, noun));
  return parts.length === 0 ? [] : [`Waiting for you: ${parts.join(", ")}`];
}

function countOf(kind: string, { items }: StatusResult): number {
  return items.filter((item) => item.kind === kind).length;
}

/** Returns the unanswered hand-offs for you and for others. */
function unanswered(
  { handoffs, you }: StatusResult,
): Record<"yours" | "others", StatusResult["handoffs"]> {
  // An accepted hand-off has an owner.
  const open = handoffs.filter(({ state }) => state !== "accepted");
  const isYours = ({ to }: { to: string }) =>
    you !== null && isSameAgent(you, to);
  return {
    yours: open.filter(isYours),
    others: open.filter((one) => !isYours(one)),
  };
}

/** Returns `Hand-offs: 2 for Backend, 1 for QA`, without finished hand-offs. */
export function handoffLines(
  { handoffs }: Pick<StatusResult, "handoffs">,
): string[] {
  if (handoffs.length === 0) return [];
  const byReceiver = Map.groupBy(handoffs, ({ to }) => to.toLowerCase());
  const counts = [...byReceiver.values()].map((all) =>
    `${all.length} for ${escapeText(all[0]!.to)}`
  );
  return [`Hand-offs: ${named(counts)} (mpm handoff)`];
}

/** Returns `Task: smells, 40 of 100 items done (mpm task watch)`. */
export function runLines(
  { run, pipeline_run: steps }: Pick<StatusResult, "run" | "pipeline_run">,
): string[] {
  return [
    ...run ? [runLine({ kind: "task", name: run.task, ...run })] : [],
    ...steps
      ? [runLine({ kind: "pipeline", name: steps.pipeline, ...steps })]
      : [],
  ];
}

function runLine({ kind, name, state, done, total }: {
  kind: "task" | "pipeline";
  name: string;
  state: string;
  done: number;
  total: number;
}): string {
  const [label, noun] = kind === "task"
    ? ["Task", "items"]
    : ["Pipeline", "steps"];
  const figures = `${grouped(done)} of ${grouped(total)} ${noun} done`;
  const [ended, next] = state === "running"
    ? ["", "watch"]
    : [" was interrupted", "resume"];
  return `${label}: ${
    escapeText(name)
  }${ended}, ${figures} (mpm ${kind} ${next})`;
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

/** Returns the three most useful commands now, each with its effect. */
function commandsFor(
  result: StatusResult,
): (readonly [words: string, summary: string])[] {
  const { last_save: save, parents, session } = result;
  const waits = countOf("question", result) + countOf("blocker", result) > 0;
  const commands = [
    ...parents.length > 0 ? [["mpm return", "end the detour"] as const] : [],
    ...save === null
      ? []
      : [["mpm resume", "show what changed since"] as const],
    ["mpm pause", "save the session"] as const,
    ...waits ? [["mpm done", "list open items"]] as const : [],
    ...result.handoffs.some(({ state }) => state !== "accepted")
      ? [["mpm handoff", "list the open hand-offs"]] as const
      : [],
    ...save === null && session === null
      ? [["mpm start <name>", "start a session with a name"] as const]
      : [],
    ["mpm help", "list the commands"] as const,
  ];
  return commands.slice(0, 3);
}

/** The version of the format; it changes when a field changes its meaning. */
const PORCELAIN = 1;

/**
 * Returns `name=value` lines for prompts and scripts. The fields and their
 * order are fixed; new fields are added at the end.
 */
export function porcelainText(result: StatusResult): string {
  const { project, session, parents, git, checkpoint } = result;
  if (project === null) return "";
  const fields: [string, string | number | null | undefined][] = [
    ["version", PORCELAIN],
    ["session", session?.id],
    ["name", session?.name],
    ["task", session?.task],
    ["state", session?.state],
    ["depth", session ? parents.length : null],
    ["parent", session && parents[0] ? parents[0].name ?? parents[0].id : null],
    ["done", session?.done],
    ["total", session?.total],
    ["checkpoint", checkpoint?.name],
    ["branch", git?.branch],
    ["ahead", git?.ahead],
    ["behind", git?.behind],
    ["staged", git?.staged],
    ["changed", git?.changed],
    ["untracked", git?.untracked],
    ["conflicts", git?.conflicts],
    ["checkpoint_origin", checkpoint?.origin],
  ];
  return fields.map(([name, value]) =>
    `${name}=${escapeText(String(value ?? ""))}\n`
  ).join("");
}
