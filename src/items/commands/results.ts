import * as z from "zod/mini";
import { ITEM_KINDS, ITEM_STATES, SOURCES } from "../item.ts";

/** The result schemas of the commands about items and variables. */

const text = z.string();

export const ItemView = z.strictObject({
  /** The number to use with "mpm done". */
  number: z.int(),
  /** 12 hex digits, the same in every copy. */
  id: text,
  kind: z.enum(ITEM_KINDS),
  text,
  /** The reason for a decision, or the description of a todo. */
  why: z.nullable(text),
  state: z.enum(ITEM_STATES),
  source: z.enum(SOURCES),
  /** The way it was added, e.g. `pause` or `command`. */
  via: text,
  /** Time at which it was added, ISO 8601, UTC. */
  at: text,
  /** Time at which it was closed, ISO 8601, UTC; null: it is open. */
  closed_at: z.nullable(text),
  /** The first save that contained the item; null: no save yet. */
  save: z.nullable(text),
  /** True if it belongs to this worktree and session. */
  here: z.boolean(),
});

/** The answer of next, decide, ask and block. */
export const SayResult = z.strictObject({
  dry_run: z.boolean(),
  /** The time of this answer, ISO 8601, for computing ages. */
  listed_at: text,
  kind: z.enum(ITEM_KINDS),
  /** The added item; null: the items were only listed. */
  item: z.nullable(ItemView),
  /** True if the item is new; false: an open item has the same text. */
  added: z.boolean(),
  /** The item that the new one replaced. */
  superseded: z.nullable(ItemView),
  /** The open items of one kind. */
  items: z.array(ItemView),
  /** Problems with the item files. */
  warnings: z.array(text),
});

/** The answer of done. */
export const DoneResult = z.strictObject({
  dry_run: z.boolean(),
  /** The time of this answer, ISO 8601, for computing ages. */
  listed_at: text,
  /** True if the items were dropped. */
  dropped: z.boolean(),
  closed: z.array(ItemView),
  /** Items that were already closed. */
  already: z.array(ItemView),
  /** The items that are still open. */
  open: z.array(ItemView),
  warnings: z.array(text),
});

export const VarView = z.strictObject({ name: text, value: text });

/** The answer of var set and var unset. */
export const VarChange = z.strictObject({
  dry_run: z.boolean(),
  name: text,
  /** The value before the change; null: not set. */
  before: z.nullable(text),
  /** The value after the change; null: not set. */
  value: z.nullable(text),
  warnings: z.array(text),
});

export const VarList = z.strictObject({ vars: z.array(VarView) });

export type ItemView = z.infer<typeof ItemView>;
export type SayResult = z.infer<typeof SayResult>;
export type DoneResult = z.infer<typeof DoneResult>;
export type VarView = z.infer<typeof VarView>;
export type VarChange = z.infer<typeof VarChange>;
export type VarList = z.infer<typeof VarList>;
