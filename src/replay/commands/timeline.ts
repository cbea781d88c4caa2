import { defineCommand, during } from "../../cli/mod.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import {
  type ExportTarget,
  exportTarget,
  parseLimit,
  parseSince,
  writeExport,
  type WrittenFile,
} from "../../saves/mod.ts";
import { type KnownKeys, redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { pageHead } from "../page/page.ts";
import { collect } from "../timeline/collect.ts";
import { timelineText } from "../timeline/graph.ts";
import { timelinePage } from "../timeline/page.ts";
import { TIMELINE_TYPES } from "../types.ts";
import type { TimelineEvent, TimelineResult } from "./results.ts";

/** The maximum number of events if no limit is given. */
const LIMIT = 50;
const PAGE_LIMIT = 5000;

export const timeline = defineCommand({
  name: "timeline",
  summary: "Show what happened in a project over hours or months",
  description: `
Shows sessions, detours, saves, checkpoints, agent sessions, commits and errors in chronological order, as a graph. Each session has a line from its start to its end.
For each agent session, mpm shows how long it lasted and how its context grew. mpm marks other people's saves and checkpoints. Times are in UTC. Secrets are
redacted. By default, mpm shows the newest 50 events, or the newest 5,000 on an HTML page.`,
  positionals: [],
  flags: {
    since: {
      type: "string",
      value: "when",
      summary:
        "Only events newer than an age (e.g. 12h, 7d, 2w) or a date in UTC",
    },
    until: {
      type: "string",
      value: "when",
      summary: "Only events older than an age or a date in UTC",
    },
    session: {
      type: "string",
      value: "name",
      summary: "Only this session, its detours and their saves",
    },
    only: {
      type: "string",
      value: "type",
      choices: TIMELINE_TYPES,
      repeatable: true,
      summary: "Show only events of this type",
    },
    limit: {
      type: "string",
      value: "number",
      summary: 'The maximum number of events, newest first, or "all"',
    },
    html: {
      type: "string",
      value: "file",
      names: "file",
      summary: "Write a single HTML page for a browser",
    },
  },
  examples: [
    "mpm timeline",
    "mpm timeline --since 2w --only save --only commit",
    "mpm timeline --session login --json",
    "mpm timeline --html timeline.html",
  ],
  result: async () => (await import("./results.ts")).TimelineResult,
  async run(context, input): Promise<TimelineResult> {
    const { system, folder, note } = context;
    const now = system.now();
    const wanted = {
      since: parseSince(input.since, now),
      until: parseSince(input.until, now),
      limit: parseLimit(input.limit) ??
        (input.html === undefined ? LIMIT : PAGE_LIMIT),
      only: input.only,
      session: input.session,
    };
    const workspace = await locate(system, folder);
    const { root } = workspace;
    const target = input.html === undefined
      ? undefined
      : exportTarget(system, input.html, { folder, root, file: PAGE });
    const { events, more, warnings } = await during(
      context,
      "Reading the project",
      () => collect(system, workspace, wanted),
    );
    const clean = redactorOf(system).known(events, EVENT_KEYS);
    const redacted = warnings.map((text) => redactorOf(system).text(text));
    const page = target &&
      await written(system, workspace, { target, events: clean, more });
    redacted.forEach((warning) => note(`Warning: ${warning}`));
    return {
      project: root,
      events: page ? [] : [...clean],
      ...{ more, page: page ?? null, warnings: redacted },
    };
  },
  verbatim: () => true,
  render: timelineText,
});

/** Fields of an event that mpm fills in: they contain no secrets. */
const EVENT_KEYS: KnownKeys = {
  names: new Set(["branch"]),
  ids: new Set(
    ["at", "end", "type", "id", "session", "parent", "state", "origin"]
      .concat("context"),
  ),
};

const PAGE: WrittenFile = {
  option: "--html",
  noun: 'a page of "mpm timeline"',
  ending: ".html",
  begins: new RegExp(`^${pageHead("timeline")}`),
};

async function written(
  system: System,
  workspace: Workspace,
  { target, events, more }: {
    target: ExportTarget;
    events: readonly TimelineEvent[];
    more: boolean;
  },
): Promise<NonNullable<TimelineResult["page"]>> {
  const bytes = await timelinePage(system, workspace, { events, more });
  const path = writeExport(system, target.path("timeline"), bytes);
  return { path, bytes: bytes.length, events: events.length };
}
