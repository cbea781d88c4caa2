import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { isAgentId } from "../../base/ids.ts";
import type { SettingsText } from "./settings/text.ts";
import { claudeHome } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { memberOf, valueOf } from "./settings/json_scan.ts";
import type { FoundSession } from "../client.ts";
import { isFile, listNames, withTimes } from "../look.ts";
import { projectSlug } from "./slug.ts";

/**
 * Finds the transcript of a session, `projects/<slug>/<id>.jsonl`. Looks in the
 * folder of `cwd`, then in the folders of all projects, since a session may
 * move. `undefined`: it is missing; never throws.
 */
export function findTranscript(
  system: System,
  { sessionId, cwd }: { sessionId: string; cwd: string },
): string | undefined {
  const home = claudeHome(system);
  if (home === undefined || !isAgentId(sessionId)) return undefined;
  const projects = join(home, "projects");
  const pathIn = (slug: string) => join(projects, slug, `${sessionId}.jsonl`);
  const near = pathIn(projectSlug(cwd));
  if (isFile(system, near)) return near;
  return foldersIn(system, projects).map(pathIn)
    .find((path) => isFile(system, path));
}

/** Returns the transcripts of all sessions, by ID; never throws. */
export function allTranscripts(system: System): Map<string, string> {
  const home = claudeHome(system);
  const projects = join(home ?? "", "projects");
  const slugs = home === undefined ? [] : foldersIn(system, projects);
  const all = slugs.flatMap((slug) => namedIn(system, join(projects, slug)));
  return new Map(all.map(({ id, path }) => [id, path]));
}

/** Returns the transcripts in a folder of Claude Code, by their names. */
function namedIn(system: System, folder: string) {
  return listNames(system, folder).flatMap((name) => {
    const id = name.replace(/\.jsonl$/, "");
    return id === name || !isAgentId(id)
      ? []
      : [{ id, path: join(folder, name) }];
  });
}

/** The maximum number of transcripts to look at in one folder. */
const MOST_TRANSCRIPTS = 5000;

/** Returns the transcripts of the agent sessions in `folder`; never throws. */
export function transcriptsOf(system: System, folder: string): FoundSession[] {
  const home = claudeHome(system);
  if (home === undefined) return [];
  const all = namedIn(system, join(home, "projects", projectSlug(folder)));
  return withTimes(system, all.slice(0, MOST_TRANSCRIPTS));
}

/** Returns the transcript in `folder` that was written last; never throws. */
export function newestTranscript(
  system: System,
  folder: string,
): FoundSession | undefined {
  return transcriptsOf(system, folder).sort((a, b) => b.time - a.time)[0];
}

function foldersIn(system: System, folder: string): string[] {
  return attempt(() =>
    system.files.list(folder)
      .filter(({ kind }) => kind === "folder" || kind === "link")
      .map(({ name }) => name)
  ) ?? [];
}

/** A transcript that belongs to at least one save. */
export interface KeptTranscript {
  /** The agent's session. */
  readonly agent: string;
  /** The newest save of that session. */
  readonly save: string;
  readonly path: string;
  /** The time when it was last added to, in milliseconds since the epoch. */
  readonly written: number;
}

/** A transcript that Claude Code will delete soon. */
export interface DueTranscript extends KeptTranscript {
  /** When Claude Code deletes it, in milliseconds since the epoch. */
  readonly from: number;
}

const DAY = 86_400_000;

/** The number of days in advance that mpm warns. */
const SOON = 7;

/** Returns transcripts that Claude Code deletes soon, the earliest first. */
export function dueTranscripts(
  transcripts: readonly KeptTranscript[],
  { days, now }: { days: number; now: number },
): DueTranscript[] {
  return transcripts.map((one) => ({ ...one, from: one.written + days * DAY }))
    .filter(({ from }) => from - now <= SOON * DAY)
    .sort((a, b) => a.from - b.from);
}

/** The number of days that Claude Code keeps an unchanged transcript. */
export const DEFAULT_RETENTION = 30;

/** Returns `cleanupPeriodDays`; `undefined`: not set, `NaN`: invalid. */
export function retentionIn(
  { text, top }: SettingsText,
): number | undefined {
  const value = memberOf(top, "cleanupPeriodDays")?.value;
  if (!value) return undefined;
  const days = valueOf(text, value);
  return typeof days === "number" && days >= 0 ? days : NaN;
}

/** The maximum number of files to look at in one folder of sub-agents. */
const MOST_LOOKED = 200;

/** Returns the transcripts of sub-agents and workflows, newest first. */
export function agentTranscripts(system: System, path: string): string[] {
  const folder = join(path.replace(/\.jsonl$/, ""), "subagents");
  const workflows = join(folder, "workflows");
  const folders = [
    folder,
    ...listNames(system, workflows).filter((name) => /^wf_[\w-]+$/.test(name))
      .slice(-MOST_LOOKED).map((name) => join(workflows, name)),
  ];
  const files = folders.flatMap((one) =>
    listNames(system, one).filter((name) => /^agent-[\w-]+\.jsonl$/.test(name))
      .slice(-MOST_LOOKED).map((name) => ({ path: join(one, name) }))
  );
  return withTimes(system, files).sort((a, b) => b.time - a.time)
    .map(({ path }) => path);
}
