import { type OwnHandler, ownHandler } from "../hook_entries.ts";
import type { JsonArray, JsonNode, JsonObject } from "./json_scan.ts";
import { memberOf, valueOf } from "./check.ts";
import type { SettingsText } from "./text.ts";

/** A handler of mpm's in a settings file, and all that it lies in. */
export interface OwnEntry {
  readonly own: OwnHandler;
  /** The key it stands under; the client goes by this. */
  readonly event: string;
  readonly hooks: JsonObject;
  readonly groups: JsonArray;
  readonly group: JsonObject;
  readonly handlers: JsonArray;
  readonly handler: JsonNode;
}

/** Every handler of mpm's, also under keys that a later one puts out of use. */
export function ownEntries({ text, top }: SettingsText): OwnEntry[] {
  const found: OwnEntry[] = [];
  if (top.kind !== "object") return found;
  for (const { key, value: hooks } of top.members) {
    if (key !== "hooks" || hooks.kind !== "object") continue;
    for (const { key: event, value: groups } of hooks.members) {
      if (groups.kind !== "array") continue;
      found.push(...ownInGroups(text, { event, hooks, groups }));
    }
  }
  return found;
}

function ownInGroups(
  text: string,
  place: Pick<OwnEntry, "event" | "hooks" | "groups">,
): OwnEntry[] {
  return place.groups.items.flatMap((group) => {
    if (group.kind !== "object") return [];
    const handlers = memberOf(group, "hooks")?.value;
    if (handlers?.kind !== "array") return [];
    return handlers.items.flatMap((handler) => {
      const own = handler.kind === "object" &&
        ownHandler(valueOf(text, handler));
      return own ? [{ ...place, own, group, handlers, handler }] : [];
    });
  });
}

/** Whether the group holds this entry alone, and nothing that mpm did not write. */
export function isOwnGroup({ group, handlers }: OwnEntry): boolean {
  return handlers.items.length === 1 &&
    group.members.every(({ key }) => key === "matcher" || key === "hooks");
}

/** What the client starts for each of them. */
export function ownCommands(
  settings: SettingsText,
): { event: string; command: string; args: string[] }[] {
  return ownEntries(settings).map(({ event, handler, own }) => {
    const { args } = valueOf(settings.text, handler) as { args: unknown[] };
    return { event, command: own.binary, args: args.map(String) };
  });
}
