import { escapeText } from "../../base/escape.ts";
import { durationText } from "../../base/times.ts";
import { cut, type Style, width } from "../../cli/mod.ts";
import { fromWhom } from "../../saves/mod.ts";
import type { TimelineEvent, TimelineResult } from "../commands/results.ts";
import { wroteText } from "../print.ts";
import type { TimelineType } from "../types.ts";

/**
 * The minimum terminal widths for a row to name its type, and to show the
 * growth of a context.
 */
const TYPED = 60;
const CURVED = 100;

/**
 * The maximum number of sessions with a separate line. The other sessions share
 * the last line.
 */
const LANES = { narrow: 2, wide: 6 };

/** A symbol of the graph, and its form in ASCII. */
const SIGNS = { line: ["│", "|"], end: ["└", "+"], space: [" ", " "] } as const;

/** The word, the symbol and the colour of each type of event. */
const TYPES = {
  session: { word: "session", sign: ["┌", "+"], colour: "cyan" },
  detour: { word: "detour", sign: ["┌", "+"], colour: "cyan" },
  save: { word: "save", sign: ["◆", "*"], colour: "yellow" },
  checkpoint: { word: "checkpoint", sign: ["■", "#"], colour: "yellow" },
  agent_session: { word: "agent", sign: ["▶", ">"], colour: "dim" },
  commit: { word: "commit", sign: ["●", "o"], colour: "green" },
  operation: { word: "mpm", sign: ["·", "."], colour: "dim" },
  error: { word: "error", sign: ["✗", "!"], colour: "red" },
} as const satisfies Record<TimelineType, unknown>;

/** The width of the longest word. */
const WORD = Math.max(
  ...Object.values(TYPES).map(({ word }) => word.length),
);

/** A row of the graph: an event, or the end of a session. */
interface GraphRow {
  readonly at: string;
  readonly event: TimelineEvent;
  readonly ends: boolean;
}

/**
 * Returns the timeline as a graph with one row per event, and beside the rows
 * one line per session.
 */
export function timelineText(result: TimelineResult, style: Style): string {
  const { events, more, page } = result;
  if (page) return wroteText(page, page.events, "event");
  if (events.length === 0) return "No events.\n";
  const graph = new Graph(style);
  const rows: string[] = [];
  let day = "";
  for (const row of rowsOf(events)) {
    if (!row.at.startsWith(day) || day === "") {
      day = row.at.slice(0, 10);
      rows.push(style.bold(dayText(day)));
    }
    rows.push(graph.row(row));
  }
  const hint = "For older events: --limit, --until";
  return [...more ? [style.dim(hint)] : [], ...rows, ""].join("\n");
}

function rowsOf(events: readonly TimelineEvent[]): GraphRow[] {
  return events.flatMap((event): GraphRow[] => {
    const { at, end, type } = event;
    const row = { at, event, ends: false };
    const hasEnd = end !== null && (type === "session" || type === "detour");
    return hasEnd ? [row, { at: end, event, ends: true }] : [row];
  }).sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday"]
  .concat("Friday", "Saturday");

function dayText(day: string): string {
  return `${day} ${DAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? ""}`;
}

/** Draws the rows one after the other. */
class Graph {
  readonly #style: Style;
  readonly #most: number;
  /** The session in each lane. */
  readonly #lanes: (string | undefined)[] = [];

  constructor(style: Style) {
    this.#style = style;
    this.#most = style.columns < TYPED ? LANES.narrow : LANES.wide;
  }

  row({ at, event, ends }: GraphRow): string {
    const { columns } = this.#style;
    const lane = this.#laneOf(event, ends);
    const drawn = this.#draw(event, { lane, ends });
    const head = `${at.slice(11, 16)} ${drawn} `;
    const words = this.#words(event, ends);
    if (ends) this.#lanes[lane!] = undefined;
    while (this.#lanes.length > 0 && this.#lanes.at(-1) === undefined) {
      this.#lanes.pop();
    }
    return head + cut(words, columns - width(head));
  }

  /**
   * Returns the lane of the event's session; `undefined`: the event has no
   * session.
   */
  #laneOf({ type, session }: TimelineEvent, ends: boolean): number | undefined {
    if (session === null) return undefined;
    const found = this.#lanes.indexOf(session);
    if (found >= 0) return found;
    const begins = !ends && (type === "session" || type === "detour");
    if (!begins) return undefined;
    const free = this.#lanes.indexOf(undefined);
    const lane = free >= 0 ? free : this.#lanes.length;
    if (lane >= this.#most) return undefined;
    this.#lanes[lane] = session;
    return lane;
  }

  #draw(
    { type }: TimelineEvent,
    { lane, ends }: { lane: number | undefined; ends: boolean },
  ): string {
    const { sign, colour } = TYPES[type];
    const own = this.#style[colour](this.#sign(ends ? SIGNS.end : sign));
    const lanes = this.#lanes.map((session, at) =>
      at === lane
        ? own
        : this.#sign(session === undefined ? SIGNS.space : SIGNS.line)
    );
    return (lane === undefined ? [...lanes, own] : lanes).join(" ");
  }

  #sign([sign, ascii]: readonly [string, string]): string {
    return this.#style.ascii ? ascii : sign;
  }

  #words(event: TimelineEvent, ends: boolean): string {
    const { type, title, origin, author, state } = event;
    const { columns, dim, bold, yellow, red } = this.#style;
    const isSession = type === "session" || type === "detour";
    const text = escapeText(title);
    const parts = [
      columns < TYPED ? "" : dim(TYPES[type].word.padEnd(WORD)),
      origin === "foreign" ? yellow(`${fromWhom(author)}:`) : "",
      type === "commit" ? yellow(event.id?.slice(0, 7) ?? "") : "",
      isSession ? bold(text) : type === "error" ? red(text) : text,
      isSession ? dim(`(${ends ? `${state}` : stateText(event)})`) : "",
      type === "agent_session" ? this.#course(event) : "",
    ];
    return parts.filter((part) => part !== "").join(" ");
  }

  #course({ at, end, context }: TimelineEvent): string {
    const { columns, dim, ascii } = this.#style;
    const lasted = durationText(Date.parse(end ?? at) - Date.parse(at));
    const most = Math.max(0, ...context.map(({ tokens }) => tokens));
    const curve = columns < CURVED || ascii ? "" : curveOf(context, most);
    const tokens = most === 0
      ? ""
      : `, up to ${Math.round(most / 1000)}k tokens`;
    return `${dim(`(${lasted}${tokens})`)}${curve && ` ${curve}`}`;
  }
}

function stateText({ end, state }: TimelineEvent): string {
  return end === null ? state ?? "" : "started";
}

const BARS = "▁▂▃▄▅▆▇█";

/** The width of the graph of a context's growth. */
const CURVE = 16;

/** Returns the growth of a context, as one bar for each part of its time. */
function curveOf(context: TimelineEvent["context"], most: number): string {
  const size = Math.ceil(context.length / CURVE);
  let bars = "";
  for (let at = 0; at < context.length; at += size) {
    const tokens = Math.max(
      ...context.slice(at, at + size).map((point) => point.tokens),
    );
    bars += BARS[Math.min(7, Math.floor(tokens / most * 8))];
  }
  return bars;
}
