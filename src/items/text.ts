import { getOwn } from "../base/own.ts";
import { cutText } from "../base/words.ts";
import { escapeText } from "../base/escape.ts";
import { shortAge } from "../base/times.ts";
import type { Style } from "../cli/mod.ts";
import type { ItemView } from "./commands/results.ts";
import { type Item, ITEM_KINDS, type ItemKind, type KeptItem } from "./item.ts";

/** Returns an item in the form for command output. */
export function itemView(item: KeptItem, here: boolean): ItemView {
  const { number, id, kind, text, state, source, via, at, save } = item;
  return {
    ...{ number, id, kind, text, state, source, via, at, save, here },
    why: item.why ?? null,
    closed_at: item.closed_at ?? null,
  };
}

/** Headings of the lists, in order. */
const HEADINGS: Readonly<Record<string, string>> = {
  goal: "Goal",
  constraint: "Constraints",
  next: "Next steps",
  blocker: "Blockers",
  question: "Open questions",
  decision: "Decisions",
  rejected: "Rejected approaches",
  plan: "Plan",
  verify: "How to verify",
};

const ORDER = Object.keys(HEADINGS) as ItemKind[];

/** Returns open items under headings, with numbers and ages. */
export function itemLines(
  items: readonly ItemView[],
  { now, style }: { now: Date; style: Style },
): string[] {
  const kinds = [...ORDER, ...ITEM_KINDS.filter((one) => !ORDER.includes(one))];
  const dot = style.ascii ? "-" : "·";
  const digits = Math.max(...items.map(({ number }) => `${number}`.length));
  return kinds.flatMap((kind) => {
    const some = items.filter((item) => item.kind === kind);
    if (some.length === 0) return [];
    return [
      style.bold(getOwn(HEADINGS, kind) ?? kind),
      ...some.map((item) => {
        const number = style.cyan(`${item.number}`.padStart(digits));
        const state = item.state === "doing" ? " (in progress)" : "";
        const origin = style.dim(`${dot} ${originOf(item, now)}`);
        return `  ${number}  ${itemText(item)}${state} ${origin}`;
      }),
    ];
  });
}

/** Returns the text of an item and its reason on one line. */
export function itemText(
  { text, why }: Pick<ItemView, "text" | "why">,
): string {
  const reason = why === null || why === "" ? "" : ` (${escapeText(why)})`;
  return `${escapeText(text)}${reason}`;
}

/** Returns the source of an item and its age, e.g. `you, pause, 2h ago`. */
export function originOf(
  { source, via, at }: Pick<Item, "source" | "via" | "at">,
  now: Date,
  { you = "you" } = {},
): string {
  const who = source === "user" ? you : source;
  return `${who}, ${escapeText(via)}, ${shortAge(Date.parse(at), now)}`;
}

/** Returns a line such as `#5 was closed 2h ago: Add refunds`. */
export function closedLine(
  item: Pick<ItemView, "number" | "text"> & {
    readonly state: string;
    readonly closed_at?: string | null | undefined;
  },
  now: Date,
): string {
  const { number, text, state, closed_at } = item;
  const verb = getOwn(CLOSED_BY, state) ?? "closed";
  const when = shortAge(Date.parse(closed_at ?? ""), now);
  return `#${number} was ${verb} ${when}: ${cutText(text, 60)}`;
}

const CLOSED_BY: Readonly<Record<string, string>> = {
  done: "closed",
  dropped: "dropped",
  superseded: "superseded",
};
