import { escapeText } from "../base/escape.ts";
import { ageWords } from "../base/times.ts";
import { counted, named } from "../base/words.ts";
import { claimLines } from "../agents/mod.ts";
import { noteLines, type Style } from "../cli/mod.ts";
import type { GitLine } from "../git/mod.ts";
import { itemLines } from "../items/mod.ts";
import { fromWhom } from "../saves/mod.ts";
import { phasesOf, progressTable, sessionLine, titleOf } from "../work/mod.ts";
import type { StatusResult } from "./commands/results.ts";
import {
  contextText,
  dashboardText,
  handoffLines,
  lastSaveLines,
  porcelainText,
  runLines,
} from "./dashboard.ts";

/** Returns what `mpm status` prints. */
export function statusText(result: StatusResult, style: Style): string {
  if (result.form === "porcelain") return porcelainText(result);
  if (result.form === "short" && result.project !== null) {
    return dashboardText(result, style);
  }
  if (result.project === null) {
    return 'This is not an mpm project yet. "mpm start" or "mpm pause" creates ' +
      "it.\n";
  }
  return [
    ...sessionLines(result, style),
    ...lastSaveLines(result, style),
    ...checkpointLine(result, style),
    ...result.git ? [gitLine(result.git, style)] : [],
    ...contextText(result),
    ...handoffLines(result),
    ...runLines(result),
    ...noteLines(result.problems, style),
    ...checklist(result, style),
    ...carriedLines(result, style),
    ...agentLines(result, style),
    "",
  ].join("\n");
}

function sessionLines(result: StatusResult, style: Style): string[] {
  const { session, parents, resumable } = result;
  if (!session) {
    return ['No session in this worktree. "mpm start" starts one.'];
  }
  const { state, since, save, template } = session;
  return [
    `Session: ${sessionLine(session, style)}, ${age(since, result)}`,
    ...parents.length > 0
      ? [`Detour of: ${parents.map(titleOf).join(style.ascii ? " < " : " ‹ ")}`]
      : [],
    ...template === null ? [] : [`Template: ${escapeText(template)}`],
    ...state === "paused" && !resumable
      ? ['The session has no saves: "mpm complete" or "mpm cancel" ends it']
      : [
        ...save === null ? [] : [`Saved as: ${save}`],
        ...state === "paused" ? ["Continue with: mpm resume"] : [],
      ],
  ];
}

function checkpointLine(result: StatusResult, { yellow }: Style): string[] {
  if (!result.checkpoint) return [];
  const { name, created_at, origin } = result.checkpoint;
  const label = `${escapeText(name)} (${age(created_at, result)})`;
  const mark = origin === "foreign" ? `${yellow(fromWhom())}: ` : "";
  return [`Checkpoint: ${mark}${label}`];
}

function age(time: string, { at }: StatusResult): string {
  return ageWords(new Date(time), new Date(at));
}

function gitLine(git: GitLine, style: Style): string {
  const { ahead, behind, upstream, conflicts } = git;
  const [up, down] = style.ascii ? ["+", "-"] : ["↑", "↓"];
  const counts = [
    git.staged > 0 ? `${git.staged} staged` : "",
    git.changed > 0 ? `${git.changed} changed` : "",
    git.untracked > 0 ? `${git.untracked} untracked` : "",
    conflicts > 0 ? style.yellow(counted(conflicts, "conflict")) : "",
  ].filter((part) => part !== "");
  const tracks = upstream === null
    ? ""
    : ahead === null
    ? ` ${escapeText(upstream)} (gone)`
    : ` ${up}${ahead} ${down}${behind} ${escapeText(upstream)}`;
  const branch = escapeText(git.branch ?? "(detached)");
  return `Git: ${style.green(branch)}${tracks}, ${
    counts.join(", ") || "clean"
  }`;
}

/** Returns the progress of each phase, and the next item. */
function checklist({ checklist: items }: StatusResult, style: Style): string[] {
  if (items.length === 0) return [];
  const next = items.find(({ done }) => !done);
  const phases = phasesOf(items).map(({ name, items, done }) => ({
    name: name || "Checklist",
    done,
    total: items.length,
  }));
  return [
    "",
    ...progressTable(phases, style),
    next
      ? `Next: ${next.number} ${escapeText(next.text)}`
      : "All items are done.",
  ];
}

/** The maximum number of open items to show; "mpm done" lists all of them. */
const SHOWN = 15;

function carriedLines({ items, at }: StatusResult, style: Style): string[] {
  if (items.length === 0) return [];
  const more = items.length - SHOWN;
  return [
    "",
    ...itemLines(items.slice(0, SHOWN), { now: new Date(at), style }),
    ...more > 0 ? [`And ${more} more: mpm done`] : [],
  ];
}

/** Returns the lines that show who works where, and the claimed paths. */
function agentLines(result: StatusResult, style: Style): string[] {
  const { agents, claims, at, worktree } = result;
  const shown = claims.slice(0, SHOWN);
  const more = claims.length - shown.length;
  return [
    ...agents.length === 0 ? [] : ["", "Agents:"],
    ...agents.flatMap((agent) => agentText(agent, result)),
    ...claims.length === 0 ? [] : ["", "Claims:"],
    ...claimLines(shown, { at, worktree, style }).map((line) => `  ${line}`),
    ...more > 0 ? [`  And ${more} more: mpm claims`] : [],
  ];
}

function agentText(
  agent: StatusResult["agents"][number],
  result: StatusResult,
): string[] {
  const { name, session_id: id, worktree, branch, since, subagents } = agent;
  const place = worktree === result.worktree
    ? "here"
    : `in ${escapeText(worktree)}`;
  const on = branch === null ? "" : ` on ${escapeText(branch)}`;
  const names = subagents.map(({ name }) => name ?? "(unnamed)");
  return [
    `  ${escapeText(name ?? "(unnamed)")} (agent session ${
      escapeText(id.slice(0, 8))
    }) ${place}${on}, ${age(since, result)}`,
    ...names.length === 0
      ? []
      : [`    Sub-agents: ${escapeText(named(names))}`],
  ];
}
