import { MpmError } from "../../../base/errors.ts";
import { getOwn } from "../../../base/own.ts";
import { KNOWN_EVENTS } from "../hook_entries.ts";
import {
  JsonFault,
  type JsonNode,
  type JsonObject,
  memberOf,
  positionOf,
  scanJson,
  valueOf,
} from "./json_scan.ts";
import { CLIENT, HANDLERS, type Misfit, misfits, Settings } from "./schema.ts";

/** A settings file that has been read. */
export interface SettingsText {
  readonly path: string;
  readonly text: string;
  readonly top: JsonNode;
}

/** Returns whether a file is blank, which Claude Code treats as no settings. */
export function isBlank(text: string): boolean {
  return /^\ufeff?[ \t\r\n]*$/.test(text);
}

/** Decodes settings. Throws UNREADABLE if they are not UTF-8. */
export function decodeSettings(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch (cause) {
    throw new MpmError("UNREADABLE", `"${path}" is not UTF-8 text`, {
      hint: "Claude Code cannot read it either; save it as UTF-8",
      cause,
    });
  }
}

/** Reads strict JSON; blank counts as empty. Throws UNREADABLE. */
export function openSettings(path: string, text: string): SettingsText {
  const filled = isBlank(text) ? `${text.replace(/[^\ufeff]/g, "")}{}\n` : text;
  try {
    return { path, text: filled, top: scanJson(filled) };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { problem, line, column } = error;
    throw new MpmError(
      "UNREADABLE",
      `"${path}" is not JSON: ${problem} at line ${line}, column ${column}`,
      {
        hint:
          "Claude Code ignores the whole file in this form. Fix it first; nothing was written",
        cause: error,
      },
    );
  }
}

/**
 * Lists the settings that Claude Code ignores, one per line. Throws CONFLICT if
 * Claude Code would ignore the whole file, including mpm's hooks.
 */
export function settingsWarnings({ path, text, top }: SettingsText): string[] {
  return settingsFaults(text, top).map(({ at, problem, offset, whole }) => {
    const { line, column } = positionOf(text, offset);
    const message =
      `"${path}" line ${line}, column ${column}: ${at} ${problem}`;
    if (!whole) return `Claude Code ignores an entry: ${message}`;
    throw new MpmError("CONFLICT", `Claude Code ignores all of ${message}`, {
      hint: "Fix it first: nothing was written. If Claude Code after " +
        `${CLIENT} accepts it, choose another --scope`,
    });
  });
}

/** An error that makes Claude Code reject a settings file. */
export interface SettingsFault {
  /** Its place, e.g. `hooks.Stop[0].hooks[1]`. */
  readonly at: string;
  readonly problem: string;
  /** Offset of the value in the text. */
  readonly offset: number;
  /** True if the whole file has no effect, and not only this entry. */
  readonly whole: boolean;
}

/** Events whose mistakes invalidate the file, since hooks may guard it. */
const GUARDS: ReadonlySet<string> = new Set([
  "PreToolUse",
  "PermissionRequest",
]);

/** Lists the errors that would make Claude Code reject the settings. */
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
    const suggestion = near === undefined ? "" : `: did you mean "${near}"?`;
    return [
      fault(
        value,
        at,
        `is not an event that Claude Code knows${suggestion}`,
        false,
      ),
    ];
  }
  const guard = GUARDS.has(event);
  if (value.kind !== "array") {
    // A null never invalidates the file, whatever the event.
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

/** Returns the value at a path, or the node that should contain it. */
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
