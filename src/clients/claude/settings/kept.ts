import { isDeepStrictEqual } from "node:util";
import { ownHandler, ownStatusLine } from "../hook_entries.ts";
import { isBlank } from "./text.ts";

type Values = Record<string, unknown>;

/**
 * Makes sure, by another way than the one it was made in, that the new text
 * means what the old one did but for mpm's own entries. Throws if it does not,
 * which is a bug, before anything is written.
 */
export function verifyKept(path: string, before: string, after: string): void {
  if (before === after) return;
  const [old, now] = [foreignOf(before), foreignOf(after)];
  if (!isDeepStrictEqual(old, now)) {
    throw new Error(`The new text of ${path} would change foreign settings`);
  }
}

/** All that is not mpm's, without hooks that hold nothing. */
function foreignOf(text: string): unknown {
  const value = isBlank(text) ? {} : JSON.parse(text.replace(/^\ufeff/, ""));
  if (!isObject(value)) return value;
  const { hooks, statusLine, ...others } = value;
  return {
    ...others,
    ...statusLine === undefined || ownStatusLine(statusLine)
      ? {}
      : { statusLine },
    hooks: isObject(hooks) ? foreignHooks(hooks) : hooks ?? {},
  };
}

function foreignHooks(hooks: Values): Values {
  const events = Object.entries(hooks).map(([event, groups]) => [
    event,
    Array.isArray(groups) ? groups.flatMap(foreignGroup) : groups,
  ]);
  return Object.fromEntries(
    events.filter(([, groups]) => !Array.isArray(groups) || groups.length > 0),
  );
}

/** The group, without mpm's handlers; nothing if it held only those. */
function foreignGroup(group: unknown): unknown[] {
  if (!isObject(group) || !Array.isArray(group.hooks)) return [group];
  const hooks = group.hooks.filter((handler) => !ownHandler(handler));
  const onlyOwn = hooks.length === 0 && group.hooks.length > 0;
  return onlyOwn ? [] : [{ ...group, hooks }];
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
