import { escapeText } from "../../base/escape.ts";
import { ageWords } from "../../base/times.ts";
import { phasesOf } from "../checklist.ts";
import type { StatusResult } from "./results.ts";
import type { GitLine } from "../../git/status/brief.ts";
import { counted } from "../../base/words.ts";
import {
  progressTable,
  sessionLine,
  type TextStyle,
  titleOf,
} from "../work_text.ts";

/** What `mpm status` prints. */
export function statusText(result: StatusResult, style: TextStyle): string {
  if (result.form === "porcelain") return porcelain(result);
  if (result.project === null) {
    return 'No project of mpm\'s here. "mpm start" or "mpm pause" makes one.\n';
  }
  return [
    ...sessionLines(result, style),
    ...checkpointLine(result, style),
    ...result.git ? [gitLine(result.git, style)] : [],
    ...result.problems.map((text) => style.yellow(`Note: ${escapeText(text)}`)),
    ...checklist(result, style),
    "",
  ].join("\n");
}

function sessionLines(result: StatusResult, style: TextStyle): string[] {
  const { session, parents, resumable } = result;
  if (!session) {
    return ['No work session in this worktree. "mpm start" begins one.'];
  }
  const { state, since, save, template } = session;
  return [
    `Session: ${sessionLine(session, style)}, ${age(since, result)}`,
    ...parents.length > 0
      ? [`Detour of: ${parents.map(titleOf).join(style.ascii ? " < " : " ‹ ")}`]
      : [],
    ...template === null ? [] : [`Template: ${escapeText(template)}`],
    ...state === "paused" && !resumable
      ? ['None of its saves is left: "mpm complete" or "mpm cancel" ends it']
      : [
        ...save === null ? [] : [`Saved as: ${save}`],
        ...state === "paused" ? ["Go on with: mpm resume"] : [],
      ],
  ];
}

function checkpointLine(
  result: StatusResult,
  { yellow }: TextStyle,
): string[] {
  if (!result.checkpoint) return [];
  const { name, created_at, origin } = result.checkpoint;
  const told = `${escapeText(name)} (${age(created_at, result)})`;
  const mark = origin === "foreign" ? `${yellow("foreign")}: ` : "";
  return [`Checkpoint: ${mark}${told}`];
}

function age(time: string, { at }: StatusResult): string {
  return ageWords(new Date(time), new Date(at));
}

function gitLine(git: GitLine, style: TextStyle): string {
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

/** Progress of each phase, and what is next. */
function checklist(
  { checklist: items }: StatusResult,
  style: TextStyle,
): string[] {
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
      : "Everything is ticked.",
  ];
}

/** The version of the form below; it changes when a field changes its meaning. */
const PORCELAIN = 1;

/**
 * `name=value` lines for prompts and scripts, the same fields in the same order
 * every time; a further one only ever comes at the end. A value that is not
 * there is empty. Nothing at all outside a project.
 */
function porcelain(result: StatusResult): string {
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
