import { escapeText } from "../../base/escape.ts";
import { counted, cutText } from "../../base/words.ts";
import type { Save, SaveEntry } from "../../saves/mod.ts";
import { shortTitle, type Work } from "../../work/mod.ts";
import { type Fact, factsOf, timeOf } from "./facts.ts";

/** A line in a layer, and its source. */
export interface LayerLine {
  /** One line, not escaped. */
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The ID for "mpm saves show"; null: not in any save. */
  readonly save: string | null;
  /** The number of the carried item; null: no number. */
  readonly item: number | null;
}

/** Lines under a heading. */
export interface LayerBlock {
  /** Empty: none. */
  readonly heading: string;
  readonly lines: readonly LayerLine[];
}

/** The work of one span of time. */
export interface Layer {
  readonly layer: 1 | 2 | 3 | 4;
  /** E.g. `Full History (0-1 hour old)`. */
  readonly title: string;
  readonly blocks: readonly LayerBlock[];
}

/** All sources of the layers. */
export interface LayerSources {
  readonly now: Date;
  /** The start of the layers, in milliseconds since the epoch. */
  readonly since: number;
  /** Saves that were read completely, oldest first. */
  readonly saves: readonly Save[];
  /** Lines of work without any change in the last hours, newest first. */
  readonly older: readonly OlderWork[];
  /** Ended sessions, the last ended first. */
  readonly over: readonly Work[];
}

/** A line of work for which only the newest save is described. */
export interface OlderWork {
  readonly entry: SaveEntry;
  /** `undefined`: not read. */
  readonly save: Save | undefined;
  /** Number of its saves. */
  readonly saves: number;
}

const HOUR = 60 * 60 * 1000;

/** Ages, in milliseconds, at which the second and the third layer begin. */
export const LAYER_AGES = { detailed: HOUR, brief: 4 * HOUR } as const;

/**
 * The maximum length of a line, in UTF-16 units, and the maximum number of
 * lines under a heading.
 */
const LONGEST = 300;
const MOST = 60;

/**
 * Returns the layers of the span, newest first, including empty ones. The
 * same sources give the same layers.
 */
export function layersOf(sources: LayerSources): Layer[] {
  const now = sources.now.getTime();
  const { detailed, brief } = LAYER_AGES;
  const facts = factsOf(sources.saves)
    .filter(({ at, topic }) => at >= sources.since || topic === "state");
  const reaches = (age: number) => sources.since < now - age;
  return [
    newestLayer(facts, sources, [now - brief, now - detailed]),
    ...reaches(detailed)
      ? [detailedLayer(facts, sources, [now - brief, now - detailed])]
      : [],
    ...reaches(brief) ? [briefLayer(sources)] : [],
    overLayer(sources),
  ];
}

/** Returns whether only the layer of its first save can show an old fact. */
function isLate({ at, topic, label, closed }: Fact, brief: number): boolean {
  // Saves also name commits that were made long before.
  return !closed && label !== "Commit" &&
    (topic === "state" || at < brief && ["done", "decided"].includes(topic));
}

/**
 * Returns the layer of the last hour: each save with everything that it was the
 * first to contain, except what the second layer shows.
 */
function newestLayer(
  facts: readonly Fact[],
  { saves, since }: LayerSources,
  [brief, from]: readonly [number, number],
): Layer {
  const start = Math.max(from, since);
  const blocks = saves.filter((save) => timeOf(save.paused_at) >= start)
    .map((save): LayerBlock => {
      const own = facts.filter((fact) =>
        fact.save === save.session_id && fact.at >= since &&
        (fact.at >= start || isLate(fact, brief))
      );
      const ordered = own.sort((a, b) => a.at - b.at).map((fact) => {
        const label = fact.topic === "run"
          ? "Ran"
          : fact.topic === "decided" && fact.label === ""
          ? "Decided"
          : fact.topic === "done" && fact.label === ""
          ? "Done"
          : fact.label;
        return lineOf({ ...fact, label });
      });
      return {
        heading: `${clockOf(save)} ${summaryOf(save)} (${save.session_id})`,
        lines: bounded([...ordered, ...filesOf(save, start)], save),
      };
    });
  return { layer: 1, title: "Full History (0-1 hour old)", blocks };
}

/** `11:40 UTC` */
function clockOf({ paused_at: at }: Save): string {
  return `${new Date(timeOf(at)).toISOString().slice(11, 16)} UTC`;
}

function summaryOf({ conversation, mpm }: Save): string {
  const said = conversation.summary || conversation.primary_task;
  const name = mpm?.name ? `${mpm.name}: ` : "";
  return oneLine(`${name}${said || "(no summary)"}`);
}

/** Returns the changed files, on one line. */
function filesOf(save: Save, start: number): LayerLine[] {
  const touched = (save.mpm?.handoff?.files ?? [])
    .filter(({ how, at }) => how !== "read" && timeOf(at) >= start);
  if (touched.length === 0) return [];
  const shown = touched.slice(0, 10).map(({ path, how }) => `${path} (${how})`);
  const more = touched.length - shown.length;
  const text = `Files: ${shown.join(", ")}${more > 0 ? `, ${more} more` : ""}`;
  return [{ text, at: save.paused_at, save: save.session_id, item: null }];
}

/**
 * Returns the layer of one to four hours ago: work done, decisions, and the
 * state at the end.
 */
function detailedLayer(
  facts: readonly Fact[],
  { saves, since }: LayerSources,
  [from, to]: readonly [number, number],
): Layer {
  const start = Math.max(from, since);
  const within = (at: number) => at >= start && at < to;
  const own = new Set(
    saves.filter(({ paused_at: at }) => within(timeOf(at)))
      .map(({ session_id: id }) => id),
  );
  const ordered = facts.filter((fact) =>
    within(fact.at) ||
    own.has(fact.save) && fact.at >= since && isLate(fact, from)
  ).sort((a, b) => a.at - b.at);
  const last = saves.findLast(({ paused_at: at }) => within(timeOf(at)));
  const lines = (topic: Fact["topic"]) =>
    ordered.filter((fact) => fact.topic === topic && !fact.closed).map(lineOf);
  // Finished work is not listed as a next step.
  const closed = new Set(
    facts.filter((fact) => fact.closed).map(({ text }) => text),
  );
  const state = last === undefined ? [] : [
    { ...reference(last), text: summaryOf(last), item: null },
    ...factsOf([last]).filter((fact) =>
      fact.topic === "state" && !fact.closed && !closed.has(fact.text)
    ).map(lineOf),
    ...lines("run"),
  ];
  const blocks = [
    { heading: "Done", lines: bounded(lines("done"), last) },
    { heading: "Key decisions", lines: bounded(lines("decided"), last) },
    { heading: "Current state", lines: bounded(state, last) },
  ].filter((block) => block.lines.length > 0);
  return { layer: 2, title: "Detailed Summary (1-4 hours old)", blocks };
}

/**
 * Returns the layer of older work: one or two sentences for each line of work.
 * A carried item belongs to the oldest save that has it.
 */
function briefLayer({ older }: LayerSources): Layer {
  const told = new Set<string>();
  const lines = older.toReversed().map(({ entry, save, saves }): LayerLine => {
    const many = saves > 1 ? `, ${counted(saves, "save")}` : "";
    const title = entry.session === null
      ? entry.branch ?? ""
      : shortTitle(entry.session);
    const head = `${entry.pausedAt.slice(0, 10)}${many}`;
    const said = oneLine(save ? summaryOf(save) : entry.summary);
    const what = title === "" || said.startsWith(title)
      ? said
      : `${oneLine(title)}: ${said}`;
    return {
      text: `${what} (${head})${save ? sentenceOf(save, told) : ""}`,
      at: entry.pausedAt,
      save: entry.id,
      item: null,
    };
  }).reverse();
  const title = "Brief Summary (4+ hours old)";
  return { layer: 3, title, blocks: blockOf(lines) };
}

/** The maximum number of things of one kind that a sentence names. */
const NAMED = 3;

/**
 * Returns the second sentence: other work done and decisions, without those in
 * `told`.
 */
function sentenceOf(save: Save, told: Set<string>): string {
  const facts = factsOf([save])
    .filter(({ closed, text }) => !closed && !told.has(text));
  for (const { text } of facts) told.add(text);
  const part = (word: string, topic: Fact["topic"]) => {
    const texts = facts.filter((fact) =>
      fact.topic === topic && fact.label === ""
    ).map(({ text }) => cutText(oneLine(text), 100));
    const more = texts.length - NAMED;
    const list = texts.slice(0, NAMED).join("; ");
    if (list === "") return [];
    return [`${word}: ${list}${more > 0 ? `; ${more} more` : ""}`];
  };
  const parts = [...part("Done", "done"), ...part("Decided", "decided")];
  return parts.length === 0 ? "" : `. ${parts.join(". ")}`;
}

const ENDS: ReadonlyMap<string, string> = new Map([["cancelled", "cancelled"]]);

/** Returns the layer of ended sessions, one line each. */
function overLayer({ over }: LayerSources): Layer {
  const lines = over.map((work): LayerLine => {
    const at = endOf(work);
    const how = ENDS.get(work.state) ?? "completed";
    const parent = work.parent === null ? "Session" : "Detour";
    const title = `${parent} ${at.slice(0, 10)}: ${oneLine(shortTitle(work))}`;
    const summary = work.summary ? `: ${oneLine(work.summary)}` : "";
    return {
      text: `${title} ${how}${summary}`,
      at,
      save: work.saves.at(-1) ?? null,
      item: null,
    };
  });
  const title = "Archived (completed sessions)";
  return { layer: 4, title, blocks: blockOf(lines) };
}

/** Returns the time at which a session ended, ISO 8601. */
export function endOf({ transitions, started_at }: Work): string {
  const end = transitions.findLast(({ to }) =>
    to === "complete" || to === "cancelled"
  );
  return end?.at ?? transitions.at(-1)?.at ?? started_at;
}

function blockOf(lines: readonly LayerLine[]): LayerBlock[] {
  return lines.length === 0 ? [] : [{ heading: "", lines }];
}

function lineOf({ label, text, at, save, item }: Fact): LayerLine {
  return {
    text: oneLine(label === "" ? text : `${label}: ${text}`),
    at: new Date(at).toISOString(),
    save,
    item,
  };
}

function reference(
  { session_id: save, paused_at }: Save,
): Pick<LayerLine, "at" | "save"> {
  return { at: new Date(timeOf(paused_at)).toISOString(), save };
}

function oneLine(text: string): string {
  return cutText(
    text.slice(0, 4 * LONGEST).trim().replaceAll(/\s+/g, " "),
    LONGEST,
  );
}

/** Returns the newest lines, and a line with the number of older lines. */
function bounded(
  lines: readonly LayerLine[],
  save: Save | undefined,
): readonly LayerLine[] {
  const more = lines.length - MOST;
  if (more <= 0 || save === undefined) return lines.slice(-MOST);
  const text = `… ${counted(more, "more line")} before these`;
  return [{ ...reference(save), text, item: null }, ...lines.slice(-MOST)];
}

/** Returns the lines of a layer, escaped, without its heading. */
function layerText({ blocks }: Layer): string {
  return blocks.map(({ heading, lines }) => {
    // A single line is a sentence, as people write it.
    const isList = lines.length > 1 ||
      !["", "Current state"].includes(heading);
    const shown = lines.map((line) =>
      `${isList ? "- " : ""}${withSource(line)}`
    );
    return [
      ...heading === "" ? [] : [`### ${escapeText(heading)}`],
      ...shown,
    ].join("\n");
  }).join("\n\n");
}

/**
 * Returns a line with its source:
 * `Using JWT for tokens (#4, session-20261120-143022)`
 */
function withSource({ text, save, item }: LayerLine): string {
  const from = [
    ...item === null ? [] : [`#${item}`],
    ...save === null ? [] : [save],
  ].join(", ");
  return `${escapeText(text)}${from === "" ? "" : ` (${from})`}`;
}

/** A layer with its text. */
export interface ShownLayer extends Pick<Layer, "layer" | "title"> {
  readonly text: string;
  /** The program that rewrote it; null: not rewritten. */
  readonly rewritten_by: string | null;
}

/** Returns the layers as mpm words them. */
export function plainLayers(layers: readonly Layer[]): ShownLayer[] {
  return layers.map((one) => ({
    layer: one.layer,
    title: one.title,
    text: layerText(one),
    rewritten_by: null,
  }));
}

const TITLE = "# Session Summary Layers";

/** Returns the summary as a document; `empty`: including empty layers. */
export function layersText(
  layers: readonly ShownLayer[],
  { empty = true } = {},
): string {
  const parts = layers.filter(({ text }) => empty || text !== "").map((
    { layer, title, text, rewritten_by: by },
  ) => {
    const mark = by === null ? "" : `\n(rewritten by ${escapeText(by)})`;
    return `## Layer ${layer}: ${title}${mark}\n${text || "Nothing."}`;
  });
  return parts.length === 0 ? "" : `${[TITLE, ...parts].join("\n\n")}\n`;
}
