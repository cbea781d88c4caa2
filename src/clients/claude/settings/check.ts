import { getOwn } from "../../../base/own.ts";
import { KNOWN_EVENTS } from "../hook_entries.ts";
import type { JsonNode, JsonObject } from "./json_scan.ts";
import { HANDLERS } from "./handler_schema.ts";
import { type Misfit, misfits } from "./kinds.ts";
import { Settings } from "./schema.ts";

/** What Claude Code does not take in a settings file. */
export interface SettingsFault {
  /** Where, e.g. `hooks.Stop[0].hooks[1]`. */
  readonly at: string;
  readonly problem: string;
  /** Offset of the value in the text. */
  readonly offset: number;
  /** Whether nothing of the whole file applies; else only this entry is lost. */
  readonly whole: boolean;
}

/**
 * A mistake at one of these costs the whole file: a hook that cannot be loaded
 * may be what guards the permissions beside it.
 */
const GUARDS: ReadonlySet<string> = new Set([
  "PreToolUse",
  "PermissionRequest",
]);

/** The member of that key that is in effect: of several the last. */
export function memberOf(node: JsonNode, key: string) {
  return node.kind === "object"
    ? node.members.findLast((member) => member.key === key)
    : undefined;
}

/** The value of a node. */
export function valueOf(text: string, node: JsonNode): unknown {
  return JSON.parse(text.slice(node.start, node.end));
}

/** What Claude Code would reject of the settings. */
export function settingsFaults(text: string, top: JsonNode): SettingsFault[] {
  if (top.kind !== "object") {
    return [fault(top, "the settings", "must be an object", true)];
  }
  const faults = misfits(Settings, valueOf(text, top)).map((misfit) =>
    fault(nodeAt(top, misfit.path), pathText(misfit), misfit.problem, true)
  );
  const hooks = memberOf(top, "hooks")?.value;
  if (!hooks) return faults;
  if (hooks.kind !== "object") {
    const problem = "must be an object of event names and arrays";
    return [...faults, fault(hooks, "hooks", problem, false)];
  }
  const events = new Set(hooks.members.map(({ key }) => key));
  return [
    ...faults,
    ...[...events].flatMap((event) => eventFaults(text, hooks, event)),
  ];
}

function fault(
  { start }: JsonNode,
  at: string,
  problem: string,
  whole: boolean,
): SettingsFault {
  return { at, problem, offset: start, whole };
}

function eventFaults(
  text: string,
  hooks: JsonObject,
  event: string,
): SettingsFault[] {
  const at = `hooks.${event}`;
  const { value } = memberOf(hooks, event)!;
  if (!KNOWN_EVENTS.has(event)) {
    const near = [...KNOWN_EVENTS]
      .find((known) => known.toLowerCase() === event.toLowerCase());
    const told = near === undefined ? "" : `: did you mean "${near}"?`;
    return [
      fault(value, at, `is no event that Claude Code knows${told}`, false),
    ];
  }
  const guard = GUARDS.has(event);
  if (value.kind !== "array") {
    // Of null alone nothing is lost, at whatever event.
    const none = text.slice(value.start, value.end) === "null";
    return [
      fault(value, at, "must be an array of matcher groups", guard && !none),
    ];
  }
  return value.items.flatMap((group, index) =>
    groupFaults(text, group, { at: `${at}[${index}]`, guard })
  );
}

interface Place {
  readonly at: string;
  readonly guard: boolean;
}

function groupFaults(
  text: string,
  group: JsonNode,
  { at, guard }: Place,
): SettingsFault[] {
  if (group.kind !== "object") {
    return [fault(group, at, "must be an object with a list of hooks", guard)];
  }
  const matcher = memberOf(group, "matcher")?.value;
  if (matcher && matcher.kind !== "string") {
    return [fault(matcher, `${at}.matcher`, "must be a string", guard)];
  }
  const hooks = memberOf(group, "hooks")?.value;
  if (hooks?.kind !== "array") {
    return [fault(hooks ?? group, at, 'needs an array "hooks"', guard)];
  }
  return hooks.items.flatMap((handler, index) => {
    const place = `${at}.hooks[${index}]`;
    const problem = handlerProblem(text, handler);
    return problem === undefined ? [] : [fault(handler, place, problem, guard)];
  });
}

function handlerProblem(text: string, node: JsonNode): string | undefined {
  if (node.kind !== "object") return "must be an object";
  const handler = valueOf(text, node) as Record<string, unknown>;
  const { type } = handler;
  const schema = typeof type === "string" ? getOwn(HANDLERS, type) : undefined;
  if (!schema) {
    return `needs a "type" of: ${Object.keys(HANDLERS).join(", ")}`;
  }
  const [misfit] = misfits(schema, handler);
  return misfit && `"${pathText(misfit)}" ${misfit.problem}`;
}

function pathText({ path }: Misfit): string {
  return path.map((key, at) =>
    typeof key === "number" ? `[${key}]` : at === 0 ? key : `.${key}`
  ).join("");
}

/** The value that a path leads to; where something lacks, what should hold it. */
function nodeAt(top: JsonNode, path: Misfit["path"]): JsonNode {
  let node = top;
  for (const key of path) {
    const next = typeof key === "number"
      ? node.kind === "array" ? node.items[key] : undefined
      : memberOf(node, key)?.value;
    if (!next) break;
    node = next;
  }
  return node;
}
