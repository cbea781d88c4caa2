import { isDeepStrictEqual } from "node:util";
import { VERSION } from "../../../base/version.ts";
import {
  CLAUDE_FORM,
  type HookForm,
  type OwnHandler,
  ownStatusLine,
  SHARED_FORM,
} from "../hook_entries.ts";
import { OWN_MARK } from "../../hook_command.ts";
import {
  type JsonArray,
  type JsonNode,
  type JsonObject,
  memberOf,
  valueOf,
} from "./json_scan.ts";
import type { SettingsText } from "./text.ts";

/** An mpm handler in a settings file, and the nodes around it. */
export interface OwnEntry {
  readonly own: OwnHandler;
  /** The key of its array, which determines the event for the client. */
  readonly event: string;
  readonly hooks: JsonObject;
  readonly groups: JsonArray;
  readonly group: JsonObject;
  readonly handlers: JsonArray;
  readonly handler: JsonNode;
}

/** Returns all mpm handlers, even under keys that a duplicate overrides. */
export function ownEntries(
  { text, top }: SettingsText,
  form = CLAUDE_FORM,
): OwnEntry[] {
  const found: OwnEntry[] = [];
  if (top.kind !== "object") return found;
  for (const { key, value: hooks } of top.members) {
    if (key !== "hooks" || hooks.kind !== "object") continue;
    for (const { key: event, value: groups } of hooks.members) {
      if (groups.kind !== "array") continue;
      found.push(...ownInGroups(text, { event, hooks, groups }, form));
    }
  }
  return found;
}

function ownInGroups(
  text: string,
  place: Pick<OwnEntry, "event" | "hooks" | "groups">,
  form: HookForm,
): OwnEntry[] {
  return place.groups.items.flatMap((group) => {
    if (group.kind !== "object") return [];
    const handlers = memberOf(group, "hooks")?.value;
    if (handlers?.kind !== "array") return [];
    return handlers.items.flatMap((handler) => {
      const own = handler.kind === "object" &&
        form.ownHandler(valueOf(text, handler));
      return own ? [{ ...place, own, group, handlers, handler }] : [];
    });
  });
}

/** Returns whether mpm wrote everything in the group of this entry. */
export function isOwnGroup({ group, handlers }: OwnEntry): boolean {
  return handlers.items.length === 1 &&
    group.members.every(({ key }) => key === "matcher" || key === "hooks");
}

/** Returns the commands that the client starts for these entries. */
export function ownCommands(
  settings: SettingsText,
): { event: string; command: string; args: string[] }[] {
  return ownEntries(settings).map(({ event, handler, own }) => {
    const { args = ["hook", own.event, OWN_MARK + own.version] } = valueOf(
      settings.text,
      handler,
    ) as { args?: unknown[] };
    return { event, command: own.binary, args: args.map(String) };
  });
}

/** A difference between installed hooks and those of this mpm. */
export interface Drift {
  readonly problem: "version" | "edited" | "missing" | "duplicate";
  readonly detail: string;
}

/** mpm's entries in one settings file. */
export interface InstalledHooks {
  readonly events: readonly string[];
  /** The binary of the first entry; all are equal unless edited. */
  readonly binary: string;
  readonly version: string;
  /** All programs that the entries or the status line start. */
  readonly binaries: readonly string[];
  readonly statusLine: boolean;
  readonly drift: readonly Drift[];
}

/** Reads mpm's entries in a file; `undefined` if there are no entries. */
export function installedHooks(
  settings: SettingsText,
  form = CLAUDE_FORM,
): InstalledHooks | undefined {
  const { text, top } = settings;
  const entries = ownEntries(settings, form);
  const line = memberOf(top, "statusLine")?.value;
  const statusLine = line && ownStatusLine(valueOf(text, line));
  const first = entries[0]?.own ?? statusLine;
  if (!first) return undefined;
  const owners = [...entries.map(({ own }) => own), statusLine ?? first];
  return {
    events: [...new Set(entries.map(({ event }) => event))],
    binary: first.binary,
    version: first.version,
    binaries: [...new Set(owners.map(({ binary }) => binary))],
    statusLine: statusLine !== undefined,
    drift: entries.length === 0 ? [] : [
      ...versionDrift(owners.map(({ version }) => version)),
      ...entryDrift(settings, entries, form),
    ],
  };
}

function versionDrift(versions: readonly string[]): Drift[] {
  const others = [...new Set(versions)].filter((one) => one !== VERSION);
  return others.map((version) => ({
    problem: "version",
    detail: `the entries are from mpm ${version}, but this is mpm ${VERSION}`,
  }));
}

function entryDrift(
  { text }: SettingsText,
  entries: readonly OwnEntry[],
  form: HookForm,
): Drift[] {
  const drift: Drift[] = [];
  for (const wanted of form.entries) {
    const { event } = wanted;
    const [entry, second] = entries.filter((one) => one.event === event);
    if (!entry) {
      drift.push({ problem: "missing", detail: `no entry for ${event}` });
      continue;
    }
    if (second) {
      drift.push({
        problem: "duplicate",
        detail: `${event} is handled more than once`,
      });
    }
    const { binary, version } = entry.own;
    // Entries of another version are reported as such, not as edited.
    if (version !== VERSION) continue;
    const handler = valueOf(text, entry.handler) as Record<string, unknown>;
    const isLine = form === CLAUDE_FORM && handler.args === undefined;
    const group = (isLine ? SHARED_FORM : form)
      .groupOf(wanted, binary, version);
    const there = valueOf(text, entry.group) as Record<string, unknown>;
    const same = isOwnGroup(entry)
      ? isDeepStrictEqual(there, group)
      : there.matcher === group.matcher &&
        isDeepStrictEqual([handler], group.hooks);
    if (!same) {
      drift.push({
        problem: "edited",
        detail: `the entry for ${event} was edited`,
      });
    }
  }
  const known = new Map(
    form.entries.map(({ event, runs = event }) => [event, runs]),
  );
  for (const { event, own } of entries) {
    if (known.get(event) === own.event) continue;
    drift.push({
      problem: "edited",
      detail: `the entry for ${own.event} is under ${event}`,
    });
  }
  return drift;
}
