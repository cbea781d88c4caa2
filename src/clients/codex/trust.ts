import { parse } from "@std/toml";
import { statements } from "../../config/mod.ts";
import { sha256 } from "../../base/digest.ts";
import {
  field,
  isFields,
  jsonIn,
  listIn,
  textField,
} from "../../base/parsed_values.ts";
import { entryOfLine } from "../hook_command.ts";

/** The user's decision about one hook. */
interface Trust {
  /** `sha256:` and hex digits; `undefined`: never trusted. */
  readonly hash: string | undefined;
  readonly enabled: boolean;
}

type Table = Map<string, unknown>;

/** Returns the `hooks` of a `config.toml`. Throws SyntaxError. */
export function hooksInToml(text: string): unknown {
  const top: Table = new Map();
  let table = top;
  const found = statements(text);
  if (!found) throw new SyntaxError("mpm cannot read the format of the file");
  for (const { kind, path, start, value, table: { length } } of found) {
    if (path[0] !== "hooks") continue;
    const [name, ...before] = path.slice(length).reverse() as [string];
    if (kind === "pair") {
      const literal = text.slice(value.start, value.end);
      const holder = tableAt(length === 0 ? top : table, before.reverse());
      holder.set(name, parse(`value = ${literal}`).value);
      continue;
    }
    const holder = tableAt(top, before.reverse());
    if (!/^\s*\[\[/.test(text.slice(start, value.end))) {
      table = tableAt(holder, [name]);
      continue;
    }
    const list = holder.get(name);
    table = new Map();
    holder.set(name, [...Array.isArray(list) ? list : [], table]);
  }
  return field(plain(top), "hooks");
}

/** Returns the table at a path. Creates it if it is missing. */
function tableAt(table: Table, path: readonly string[]): Table {
  return path.reduce((holder, name) => {
    const list = holder.get(name);
    const held = Array.isArray(list) ? list.at(-1) : list;
    if (held instanceof Map) return held;
    const made: Table = new Map(isFields(held) ? Object.entries(held) : []);
    holder.set(name, made);
    return made;
  }, table);
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries(
    [...value].map(([name, one]) => [name, plain(one)]),
  );
}

/** Reads the trusted hooks of a `config.toml`, by hook key. */
export function trustIn(hooks: unknown): Map<string, Trust> {
  const state = field(hooks, "state");
  return new Map(
    Object.entries(isFields(state) ? state : {}).map(([key, value]) => [key, {
      hash: textField(value, "trusted_hash"),
      enabled: field(value, "enabled") !== false,
    }]),
  );
}

/** An mpm hook with the name that Codex uses for it. */
export interface TrustedHook {
  readonly event: string;
  /** The key without the path prefix. */
  readonly key: string;
  readonly hash: string;
}

/** Returns the `hooks` of a `hooks.json`. */
export function hooksInJson(text: string): unknown {
  return field(jsonIn(text.replace(/^\ufeff/, "")), "hooks");
}

/** Returns mpm's hooks, each with the digest to store as trusted. */
export function hooksToTrust(hooks: unknown): TrustedHook[] {
  if (!isFields(hooks)) return [];
  return Object.keys(hooks).flatMap((event) =>
    listIn(hooks, event).flatMap((group, at) => {
      const matcher = field(group, "matcher");
      return listIn(group, "hooks").flatMap((handler, index) => {
        const command = field(handler, "command");
        if (!entryOfLine(command)) return [];
        const name = snake(event);
        const timeout = field(handler, "timeout");
        return [{
          event,
          key: `${name}:${at}:${index}`,
          hash: hashOf(name, { command, timeout, matcher }),
        }];
      });
    })
  );
}

function snake(event: string): string {
  return event.replaceAll(/(?!^)[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
}

/** Returns the digest that Codex stores: of JSON with sorted keys. */
function hashOf(
  event_name: string,
  { command, timeout, matcher }: Record<
    "command" | "timeout" | "matcher",
    unknown
  >,
): string {
  const handler = { async: false, command, timeout, type: "command" };
  const json = JSON.stringify({
    ...{ event_name, hooks: [handler] },
    ...matcher === undefined ? {} : { matcher },
  });
  return `sha256:${sha256(json)}`;
}
