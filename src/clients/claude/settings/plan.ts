import { isDeepStrictEqual } from "node:util";
import { MpmError } from "../../../base/errors.ts";
import {
  CLAUDE_FORM,
  type HookEntry,
  type HookForm,
  ownStatusLine,
  SHARED_FORM,
  statusLineOf,
} from "../hook_entries.ts";
import { isOwnGroup, ownEntries, type OwnEntry } from "./installed.ts";
import { JsonEdits } from "./json_edit.ts";
import { type JsonObject, memberOf, valueOf } from "./json_scan.ts";
import {
  isBlank,
  openSettings,
  type SettingsText,
  settingsWarnings,
} from "./text.ts";

/** The options of an installation. */
export interface Wanted {
  /** The binary that the entries start, absolute. */
  readonly binary: string;
  /** The binary as a shell word, if the status line must also be set. */
  readonly statusLine: string;
  readonly withStatusLine: boolean;
  /** True if other clients also read the file. */
  readonly shared?: boolean;
}

export interface SettingsChange {
  readonly action: "added" | "replaced" | "removed" | "kept";
  /** The event, or `statusLine`. */
  readonly at: string;
}

export interface SettingsPlan {
  /** The whole new text. */
  readonly text: string;
  readonly changes: readonly SettingsChange[];
  /** Parts of the file that Claude Code ignores and mpm does not change. */
  readonly warnings: readonly string[];
}

/**
 * Adds mpm's entries to the settings and leaves everything else unchanged.
 * Replaces the entries of an older mpm in place, and removes duplicates. Throws
 * UNREADABLE, or CONFLICT if the entries cannot be added.
 */
export function planInstall(
  path: string,
  before: string,
  wanted: Wanted,
  form = wanted.shared ? SHARED_FORM : CLAUDE_FORM,
): SettingsPlan {
  const settings = openSettings(path, before);
  const isClaude = form === CLAUDE_FORM || form === SHARED_FORM;
  const warnings = isClaude ? settingsWarnings(settings) : [];
  const top = settings.top as JsonObject;
  const edits = new JsonEdits(settings.text, top);
  const own = ownEntries(settings, form);
  const changes: SettingsChange[] = [];
  const missing: HookEntry[] = [];
  const hooks = hooksOf(settings);
  for (const entry of form.entries) {
    const groups = hooks && eventOf(settings, hooks, entry.event);
    if (!groups) {
      missing.push(entry);
      continue;
    }
    const group = form.groupOf(entry, wanted.binary);
    const here = own.filter((found) =>
      found.groups === groups &&
      found.own.event === (entry.runs ?? entry.event)
    );
    const { action, kept } = place(settings, edits, { groups, group, here });
    changes.push({ action, at: entry.event });
    if (kept) own.splice(own.indexOf(kept), 1);
  }
  const added = missing.map((entry) => ({
    key: entry.event,
    value: [form.groupOf(entry, wanted.binary)],
  }));
  addMissing(edits, { top, hooks, added });
  changes.push(
    ...missing.map(({ event }) => ({ action: "added" as const, at: event })),
  );
  // The remaining entries are duplicates, have no effect, or were not
  // requested.
  for (const entry of own) {
    edits.remove(entry.handlers, entry.handler);
    if (!changes.some(({ at }) => at === entry.event)) {
      changes.push({ action: "removed", at: entry.event });
    }
  }
  removeEmptied(edits, top, own, undefined);
  changes.push(...placeStatusLine(settings, edits, wanted));
  const text = edits.apply();
  verifyKept(path, { before, after: text, form });
  return { text, changes, warnings };
}

/** Returns the hooks object that takes effect. */
function hooksOf(settings: SettingsText): JsonObject | undefined {
  const hooks = memberOf(settings.top, "hooks")?.value;
  if (!hooks || hooks.kind === "object") return hooks;
  throw inTheWay(settings, '"hooks" is not an object');
}

function eventOf(settings: SettingsText, hooks: JsonObject, event: string) {
  const groups = memberOf(hooks, event)?.value;
  if (!groups || groups.kind === "array") return groups;
  throw inTheWay(settings, `"hooks.${event}" is not an array`);
}

function inTheWay({ path }: SettingsText, state: string): MpmError {
  return new MpmError("CONFLICT", `Cannot add hooks to "${path}": ${state}`, {
    hint: "Claude Code ignores the file in this form; fix or remove it first",
  });
}

/** Puts an entry into its array, which may already have mpm's entry. */
function place(
  { text }: SettingsText,
  edits: JsonEdits,
  { groups, group, here }: {
    groups: OwnEntry["groups"];
    group: Record<string, unknown>;
    here: readonly OwnEntry[];
  },
): { action: SettingsChange["action"]; kept?: OwnEntry } {
  const [first, ...others] = here;
  if (!first) {
    edits.add(groups, { value: group });
    return { action: "added" };
  }
  const there = valueOf(text, first.group) as Record<string, unknown>;
  const [handler] = group.hooks as unknown[];
  const alone = isOwnGroup(first);
  if (!alone && there.matcher !== group.matcher) {
    // The group also has someone else's entry, and a different matcher.
    edits.add(groups, { value: group });
    return { action: "replaced" };
  }
  const same = alone
    ? isDeepStrictEqual(there, group)
    : isDeepStrictEqual(valueOf(text, first.handler), handler);
  if (!same && alone) edits.replace(first.group, group);
  if (!same && !alone) edits.replace(first.handler, handler);
  const action = same && others.length === 0 ? "kept" : "replaced";
  return { action, kept: first };
}

function addMissing(
  edits: JsonEdits,
  { top, hooks, added }: {
    top: JsonObject;
    hooks: JsonObject | undefined;
    added: readonly { key: string; value: unknown }[];
  },
): void {
  if (hooks) { for (const member of added) edits.add(hooks, member); }
  else {
    const value = Object.fromEntries(
      added.map(({ key, value }) => [key, value]),
    );
    edits.add(top, { key: "hooks", value });
  }
}

function placeStatusLine(
  settings: SettingsText,
  edits: JsonEdits,
  { statusLine, withStatusLine }: Wanted,
): SettingsChange[] {
  const { path, text, top } = settings;
  const at = "statusLine";
  const value = statusLineOf(statusLine);
  const member = memberOf(top, at);
  if (!member) {
    if (!withStatusLine) return [];
    edits.add(top as JsonObject, { key: at, value });
    return [{ action: "added", at }];
  }
  const there = valueOf(text, member.value);
  if (!ownStatusLine(there)) {
    if (!withStatusLine) return [];
    throw new MpmError("CONFLICT", `"${path}" already has a status line`, {
      hint:
        "mpm does not replace it. Let your script also pass its input to mpm: " +
        `input=$(cat); printf %s "$input" | ${statusLine} statusline`,
    });
  }
  if (isDeepStrictEqual(there, value)) return [{ action: "kept", at }];
  edits.replace(member.value, value);
  return [{ action: "replaced", at }];
}

/**
 * Removes mpm's entries from the settings. Also removes the surrounding nodes
 * that become empty, except for those in `original`, the text before the
 * installation. Without `original`, removes every empty node. Throws
 * UNREADABLE.
 */
export function planRemoval(
  path: string,
  before: string,
  original: string | undefined,
  form = CLAUDE_FORM,
): Omit<SettingsPlan, "warnings"> {
  const settings = openSettings(path, before);
  const { text: opened, top } = settings;
  const own = ownEntries(settings, form);
  const statusLine = memberOf(top, "statusLine");
  const ownLine = statusLine &&
    ownStatusLine(valueOf(opened, statusLine.value)) !== undefined;
  const changes = own.map(({ event }) => ({
    action: "removed" as const,
    at: event,
  }));
  if (own.length === 0 && !ownLine) return { text: before, changes };
  const edits = new JsonEdits(opened, top);
  for (const { handlers, handler } of own) edits.remove(handlers, handler);
  removeEmptied(edits, top as JsonObject, own, original);
  if (ownLine) {
    edits.remove(top as JsonObject, statusLine);
    changes.push({ action: "removed", at: "statusLine" });
  }
  const text = edits.apply();
  verifyKept(path, { before, after: text, form });
  const nothing = isDeepStrictEqual(
    JSON.parse(text.replace(/^\ufeff/, "")),
    {},
  );
  const blank = original !== undefined && isBlank(original) && nothing;
  return { text: blank ? original : text, changes };
}

/** Removes the nodes that are empty without `own`, innermost first. */
function removeEmptied(
  edits: JsonEdits,
  top: JsonObject,
  own: readonly OwnEntry[],
  original: string | undefined,
): void {
  const had = containersOf(original);
  for (const { group, handlers, groups } of own) {
    if (edits.empties(handlers)) edits.remove(groups, group);
  }
  for (const { event, groups, hooks } of own) {
    const member = hooks.members.find(({ value }) => value === groups)!;
    const alone = hooks.members.filter(({ key }) => key === event).length === 1;
    // If the last of several duplicates were removed, an earlier one would take
    // effect.
    if (alone && edits.empties(groups) && !had.has(event)) {
      edits.remove(hooks, member);
    }
  }
  const all = top.members.filter(({ key }) => key === "hooks");
  const hooks = all[0]?.value;
  if (all.length !== 1 || hooks?.kind !== "object") return;
  if (edits.empties(hooks) && !had.has("")) edits.remove(top, all[0]!);
}

/** Returns the events that had an array, and `""` if there were any hooks. */
function containersOf(original: string | undefined): ReadonlySet<string> {
  if (original === undefined || isBlank(original)) return new Set();
  const hooks = memberOf(openSettings("the backup", original).top, "hooks");
  if (hooks?.value.kind !== "object") return new Set();
  return new Set(["", ...hooks.value.members.map(({ key }) => key)]);
}

type Values = Record<string, unknown>;

/**
 * Checks, with separate code, that the new text means the same as the old text
 * except for mpm's entries. A difference is a bug; throws before anything is
 * written.
 */
export function verifyKept(
  path: string,
  { before, after, form }: { before: string; after: string; form: HookForm },
): void {
  if (before === after) return;
  const [old, now] = [foreignOf(before, form), foreignOf(after, form)];
  if (!isDeepStrictEqual(old, now)) {
    throw new Error(
      `The new text of ${path} would change settings that mpm did not write`,
    );
  }
}

/** Returns everything that does not belong to mpm, without empty hooks. */
function foreignOf(text: string, form: HookForm): unknown {
  const value = isBlank(text) ? {} : JSON.parse(text.replace(/^\ufeff/, ""));
  if (!isObject(value)) return value;
  const { hooks, statusLine, ...others } = value;
  return {
    ...others,
    ...statusLine === undefined || ownStatusLine(statusLine)
      ? {}
      : { statusLine },
    hooks: isObject(hooks) ? foreignHooks(hooks, form) : hooks ?? {},
  };
}

function foreignHooks(hooks: Values, form: HookForm): Values {
  const events = Object.entries(hooks).map(([event, groups]) => [
    event,
    Array.isArray(groups)
      ? groups.flatMap((group) => foreignGroup(group, form))
      : groups,
  ]);
  return Object.fromEntries(
    events.filter(([, groups]) => !Array.isArray(groups) || groups.length > 0),
  );
}

/** Returns the group without mpm's handlers; empty if it had no others. */
function foreignGroup(group: unknown, form: HookForm): unknown[] {
  if (!isObject(group) || !Array.isArray(group.hooks)) return [group];
  const hooks = group.hooks.filter((handler) => !form.ownHandler(handler));
  const onlyOwn = hooks.length === 0 && group.hooks.length > 0;
  return onlyOwn ? [] : [{ ...group, hooks }];
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
