import { MpmError } from "../base/errors.ts";
import { cutText } from "../base/words.ts";
import type { Context } from "../cli/mod.ts";
import { currentAgentSession } from "../clients/mod.ts";
import { locate, type Workspace } from "../git/mod.ts";
import {
  ensureHome,
  journaled,
  type OperationName,
  withLock,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import type { Carried } from "./carried.ts";
import { carry, isOpenItem } from "./carry.ts";
import type { DoneResult, ItemView, SayResult } from "./commands/results.ts";
import { writeCarried } from "./handoff.ts";
import type { Item, ItemKind, KeptItem } from "./item.ts";
import { type ItemsHere, itemsHere, newItemId } from "./open_items.ts";
import { fittingItem, LONGEST_TEXT } from "./store.ts";
import { closedLine, itemView } from "./text.ts";

/** The commands that add items, with the kind of the item. */
const KINDS = {
  next: "next",
  decide: "decision",
  ask: "question",
  block: "blocker",
} as const;

type SayCommand = keyof typeof KINDS;

/** The input of a command that adds or lists items. */
interface SayInput {
  readonly text: readonly string[];
  readonly why?: string | undefined;
  readonly supersedes?: string | undefined;
  readonly "dry-run": boolean;
  /** True to list the items of all worktrees and sessions. */
  readonly all: boolean;
}

/**
 * Adds an item to the carried items, or lists the items of its kind. Throws
 * USAGE, NOT_FOUND, and CONFLICT if too many are open.
 */
export async function say(
  context: Context,
  command: SayCommand,
  input: SayInput,
): Promise<SayResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const kind = KINDS[command];
  if (input.text.length === 0) {
    return listed(system, workspace, { ...input, command });
  }
  const text = checkedText(input.text.join(" "));
  const why = input.why === undefined ? undefined : checkedText(input.why);
  const item = fittingItem(system, newItem(system, { kind, text, why }));
  return await changed(context, workspace, {
    operation: command,
    dryRun: input["dry-run"],
    decide: (before) => said(before, { input, item, now: system.now() }),
    title: ({ item }) => `${command} #${item!.number}: ${item!.text}`,
  });
}

/** Throws USAGE for an empty or too long text. */
function checkedText(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") {
    throw new MpmError("USAGE", "The text is empty", {
      hint: "Omit the text to list the open items",
    });
  }
  if (trimmed.length <= LONGEST_TEXT) return trimmed;
  throw new MpmError(
    "USAGE",
    `The text has ${trimmed.length} characters; the limit is ${LONGEST_TEXT}`,
    { hint: "Shorten it, or write it to a file and mention the file" },
  );
}

function newItem(
  system: System,
  { kind, text, why }: {
    kind: ItemKind;
    text: string;
    why: string | undefined;
  },
): Item {
  const agent = currentAgentSession(system);
  return {
    id: newItemId(system),
    ...{ kind, text, ...why === undefined ? {} : { why } },
    state: "open",
    source: agent === undefined ? "user" : "agent",
    via: "command",
    at: system.now().toISOString(),
    save: null,
    ...agent === undefined ? {} : { agent },
  };
}

function listed(
  system: System,
  workspace: Workspace,
  { command, all, why, supersedes, "dry-run": dryRun }: SayInput & {
    command: SayCommand;
  },
): SayResult {
  if (why !== undefined || supersedes !== undefined) {
    throw new MpmError("USAGE", "The text is missing", {
      hint: `mpm ${command} <text>`,
    });
  }
  const kind = KINDS[command];
  const before = itemsHere(system, workspace);
  const items = openViews(before, all).filter((item) => item.kind === kind);
  return {
    dry_run: dryRun,
    listed_at: system.now().toISOString(),
    ...{ kind, item: null, added: false, superseded: null, items },
    warnings: [...before.kept.problems],
  };
}

function said(
  before: ItemsHere,
  { input, item, now }: { input: SayInput; item: Item; now: Date },
): { carried: Carried; result: SayResult } {
  const { kind } = item;
  const supersedes = supersededBy(before, input, now);
  const carried = carry(partsOf(before), {
    items: [item],
    ...{ ...lineOf(before), agent: item.agent, supersedes, now },
  });
  if (carried.refused.length > 0) {
    throw new MpmError(
      "CONFLICT",
      "Cannot add the item: too many items are open",
      {
        hint: '"mpm done" lists them, and "mpm done 1 2 3" closes three items',
      },
    );
  }
  const kept = carried.as.get(item)!;
  const old = supersedes === undefined
    ? undefined
    : carried.items.find(({ number }) => number === supersedes);
  return {
    carried,
    result: {
      dry_run: input["dry-run"],
      listed_at: now.toISOString(),
      kind,
      item: itemView(kept, true),
      added: kept.id === item.id,
      superseded: old ? itemView(old, true) : null,
      items: carried.open.filter((one) => one.kind === kind)
        .map((one) => itemView(one, true)),
      warnings: [...before.kept.problems],
    },
  };
}

function supersededBy(
  before: ItemsHere,
  { supersedes, all }: SayInput,
  now: Date,
): number | undefined {
  if (supersedes === undefined) return undefined;
  const number = numberOf(supersedes);
  const item = before.kept.items.find((one) => one.number === number);
  if (!item) throw noItem(before, [number]);
  if (!all) refuseHidden(before, [number]);
  if (isOpenItem(item)) return number;
  throw new MpmError("CONFLICT", `Cannot supersede: ${closedLine(item, now)}`, {
    hint: "Add the new decision without --supersedes",
  });
}

/** Closes items by number. Without a number, lists the open items. */
export async function close(
  context: Context,
  { numbers, drop, all, "dry-run": dryRun }: {
    readonly numbers: readonly string[];
    readonly drop: boolean;
    readonly all: boolean;
    readonly "dry-run": boolean;
  },
): Promise<DoneResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  if (numbers.length === 0) {
    const before = itemsHere(system, workspace);
    return {
      dry_run: dryRun,
      listed_at: system.now().toISOString(),
      ...{ dropped: drop, closed: [], already: [] },
      open: openViews(before, all),
      warnings: [...before.kept.problems],
    };
  }
  const wanted = numbers.map(numberOf);
  return await changed(context, workspace, {
    operation: "done",
    dryRun,
    decide: (before) =>
      closed(before, { wanted, drop, all, dryRun, now: system.now() }),
    title: ({ closed }) =>
      `${drop ? "drop" : "done"} ${
        closed.map(({ number, text }) => `#${number}: ${cutText(text, 60)}`)
          .join(", ")
      }`,
  });
}

function closed(
  before: ItemsHere,
  { wanted, drop, all, dryRun, now }: {
    wanted: number[];
    drop: boolean;
    /** True to also close items of other sessions and worktrees. */
    all: boolean;
    dryRun: boolean;
    now: Date;
  },
): { carried: Carried; result: DoneResult } {
  if (!all) refuseHidden(before, wanted);
  const carried = carry(partsOf(before), {
    items: [],
    ...{ ...lineOf(before), agent: undefined, close: wanted, drop, now },
  });
  const { closed, already, unknown } = carried.closing;
  if (unknown.length > 0) throw noItem(before, unknown);
  return {
    carried,
    result: {
      dry_run: dryRun,
      listed_at: now.toISOString(),
      dropped: drop,
      closed: viewsOf(before, closed),
      already: viewsOf(before, already),
      open: carried.open.map((item) => itemView(item, true)),
      warnings: [...before.kept.problems],
    },
  };
}

/** Makes a change under the project's lock, as a separate operation. */
async function changed<R extends object>(
  context: Context,
  workspace: Workspace,
  { operation, dryRun, decide, title }: {
    operation: OperationName;
    dryRun: boolean;
    decide(before: ItemsHere): { carried: Carried; result: R };
    title(result: R): string;
  },
): Promise<R> {
  const { root } = workspace;
  const decided = (system: System) => decide(itemsHere(system, workspace));
  if (dryRun) return decided(context.system).result;
  const work = ({ system }: Context) => {
    const { carried, result } = decided(system);
    if (carried.changed.length > 0) ensureHome(system, root);
    writeCarried(system, root, carried, { synced: true });
    return result;
  };
  return await journaled<R>(context, work, {
    operation,
    workspace,
    lock: withLock,
    title,
  });
}

function partsOf({ kept: { items, taken }, open }: ItemsHere) {
  return { items, open, taken };
}

function lineOf({ here: { place, session } }: ItemsHere) {
  return { place, session, save: null };
}

function viewsOf({ own }: ItemsHere, items: readonly KeptItem[]): ItemView[] {
  const known = new Set(own.map(({ number }) => number));
  return items.map((item) => itemView(item, known.has(item.number)));
}

function openViews(before: ItemsHere, all: boolean): ItemView[] {
  return viewsOf(before, before.kept.items.filter(isOpenItem))
    .filter(({ here }) => all || here);
}

/** Returns the number of an item. Throws USAGE if it is invalid. */
function numberOf(text: string): number {
  const number = /^#?([1-9]\d{0,8})$/.exec(text.trim())?.[1];
  if (number !== undefined) return Number(number);
  throw new MpmError("USAGE", `Invalid item number "${text}"`, {
    hint: '"mpm done" lists the numbers; separate numbers with spaces',
  });
}

/** Throws CONFLICT if an open item is not in the list shown here. */
function refuseHidden({ kept, own }: ItemsHere, numbers: readonly number[]) {
  const shown = new Set(own.map(({ number }) => number));
  const hidden = kept.items.filter((item) =>
    numbers.includes(item.number) && isOpenItem(item) && !shown.has(item.number)
  );
  if (hidden.length === 0) return;
  throw new MpmError(
    "CONFLICT",
    `Cannot close items of another session or worktree: ${namesOf(hidden)}`,
    { hint: "To close them anyway, add --all" },
  );
}

/** The maximum number of items that an error names. */
const NAMED = 10;

function namesOf(items: readonly KeptItem[]): string {
  return items.slice(0, NAMED)
    .map(({ number, text }) => `#${number} ${cutText(text, 40)}`).join(", ");
}

function noItem({ open }: ItemsHere, numbers: readonly number[]): MpmError {
  const more = open.length > NAMED ? ` and ${open.length - NAMED} more` : "";
  return new MpmError(
    "NOT_FOUND",
    `No item ${numbers.map((number) => `#${number}`).join(", ")}`,
    {
      hint: open.length === 0
        ? 'Nothing is open here; "mpm done --all" lists items of all sessions'
        : `Open: ${namesOf(open)}${more}`,
    },
  );
}
