import chart from "./chart.html" with { type: "text" };
import script from "./chart.js" with { type: "text" };
import { attempt } from "../../base/errors.ts";
import { counted } from "../../base/words.ts";
import { Git, readPatches, type Workspace } from "../../git/mod.ts";
import {
  findSave,
  fromWhom,
  loadSave,
  redactSave,
  saveMarkdown,
} from "../../saves/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import type { TimelineEvent } from "../commands/results.ts";
import {
  diffHtml,
  entryHtml,
  escapeHtml,
  folded,
  markdownHtml,
  timeHtml,
} from "../page/html.ts";
import { ListPage } from "../page/page.ts";

/**
 * The maximum number of saves shown with their hand-off, and of commits shown
 * with their diff. The newest are shown.
 */
const MOST_DETAILS = 200;

/** The maximum number of changed lines in a commit whose diff is shown. */
const MOST_LINES = 600;

/** Returns the timeline as a page. The events are already redacted. */
export async function timelinePage(
  system: System,
  workspace: Workspace,
  { events, more }: { events: readonly TimelineEvent[]; more: boolean },
): Promise<Uint8Array> {
  const page = new ListPage({
    ...{ command: "timeline", noun: "events" },
    above: { html: events.length === 0 ? "" : chart, script },
  });
  const details = await detailsOf(system, workspace, events);
  const numbers = new Map(
    events.flatMap(({ type, id }, at) =>
      (type === "session" || type === "detour") && id !== null
        ? [[id, at + 1]]
        : []
    ),
  );
  const entries = events.map((event, at) =>
    eventHtml(event, { number: at + 1, numbers, details: details.get(event) })
  );
  page.add({
    types: events.map(({ type }) => type),
    bytes: new TextEncoder().encode(entries.join("")),
  });
  const name = workspace.root.split(/[\\/]/).at(-1) ?? "";
  return page.end({
    title: redactorOf(system).name(`Timeline of ${name}`),
    lines: [
      `${counted(events.length, "event")}${more ? ", the newest" : ""}, ` +
      "times in UTC",
    ],
  });
}

function eventHtml(
  event: TimelineEvent,
  { number, numbers, details }: {
    number: number;
    /** Numbers of sessions, by ID. */
    numbers: ReadonlyMap<string, number>;
    /** HTML. */
    details: string | undefined;
  },
): string {
  const { at, end, type, title, origin, author, state, context } = event;
  const tokens = context.map((point) =>
    `${Date.parse(point.at)}:${point.tokens}`
  ).join(" ");
  return entryHtml({
    ...{ number, type, title },
    marks: [
      ...state === null ? [] : [state],
      ...origin === "foreign" ? [fromWhom(author)] : [],
    ],
    data: ` data-at="${escapeHtml(at)}"` +
      (end === null ? "" : ` data-end="${escapeHtml(end)}"`) +
      (tokens === "" ? "" : ` data-context="${tokens}"`),
    inner: `<p class="about">${aboutHtml(event, numbers)}</p>\n` +
      (details ?? ""),
  });
}

function aboutHtml(
  event: TimelineEvent,
  numbers: ReadonlyMap<string, number>,
): string {
  const { at, end, type, session, parent, branch, author, origin, command } =
    event;
  const above = type === "session" || type === "detour" ? parent : session;
  const number = above === null ? undefined : numbers.get(above);
  const most = Math.max(0, ...event.context.map(({ tokens }) => tokens));
  return [
    `${timeHtml(at)}${end === null ? "" : ` to ${timeHtml(end)}`}`,
    ...number === undefined
      ? []
      : [`<a href="#step-${number}">session ${number}</a>`],
    ...branch === null ? [] : [`branch ${escapeHtml(branch)}`],
    ...author !== null && origin !== "foreign" ? [escapeHtml(author)] : [],
    ...most === 0 ? [] : [`up to ${most} tokens in the context`],
    ...command === null
      ? []
      : [`<code>${escapeHtml(command.join(" "))}</code>`],
  ].join(" · ");
}

/** Returns the hand-off of a save, or the diff of a commit, as HTML. */
async function detailsOf(
  system: System,
  { root, worktree, git }: Workspace,
  events: readonly TimelineEvent[],
): Promise<Map<TimelineEvent, string>> {
  const redactor = redactorOf(system);
  const details = new Map<TimelineEvent, string>();
  const newest = (type: TimelineEvent["type"]) =>
    events.filter((event) => event.type === type && event.id !== null)
      .slice(-MOST_DETAILS);
  for (const event of newest("save")) {
    const text = await attempt(async () => {
      const entry = await findSave(system, root, event.id!);
      const { save } = await loadSave(system, entry);
      return saveMarkdown(redactSave(redactor, save));
    });
    if (text === undefined) continue;
    const html = `<div class="said">${markdownHtml(text)}</div>`;
    details.set(event, folded("Hand-off", html));
  }
  const commits = newest("commit");
  if (git !== "repository" || commits.length === 0) return details;
  const ids = commits.map(({ id }) => id!);
  const runner = new Git(system, worktree);
  const patches = await attempt(() => readPatches(runner, ids, MOST_LINES));
  for (const event of commits) {
    const patch = patches?.get(event.id!);
    if (!patch) continue;
    const html = `<pre>${diffHtml(redactor.text(patch))}</pre>`;
    details.set(event, folded("Changes", html));
  }
  return details;
}
