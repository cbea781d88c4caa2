import { sha256 } from "../../base/digest.ts";
import { field, isFields, jsonIn } from "../../base/parsed_values.ts";
import { entryOfLine } from "../hook_command.ts";

/** The user's word about one hook. */
interface Trust {
  /** `sha256:` and hex digits; `undefined`: it was never trusted. */
  readonly hash: string | undefined;
  readonly enabled: boolean;
}

const TABLE =
  /^\s*\[hooks\.state\.("(?:[^"\\]|\\.)*"|'[^']*')\]\s*$([^]*?)(?=^\s*\[|(?![^]))/gm;
const INLINE =
  /^\s*(?:hooks\.state\.)?("(?:[^"\\]|\\.)*"|'[^']*')\s*=\s*\{([^}\n]*)\}/gm;

/** Reads the trust in a `config.toml`, by the keys of hooks. */
export function trustIn(text: string): Map<string, Trust> {
  const found = new Map<string, Trust>();
  for (const form of [INLINE, TABLE]) {
    for (const [, name, body] of text.matchAll(form)) {
      const key = name!.startsWith("'") ? name!.slice(1, -1) : jsonIn(name!);
      if (typeof key !== "string") continue;
      found.set(key, {
        hash: /\btrusted_hash\s*=\s*["']([^"']+)["']/.exec(body!)?.[1],
        enabled: !/\benabled\s*=\s*false\b/.test(body!),
      });
    }
  }
  return found;
}

/** A hook of mpm, as Codex names it. */
export interface TrustedHook {
  readonly event: string;
  /** Without the path in front. */
  readonly key: string;
  readonly hash: string;
}

/** Returns mpm's hooks in a `hooks.json`, with what trusts each. */
export function hooksToTrust(text: string): TrustedHook[] {
  const hooks = field(jsonIn(text.replace(/^\ufeff/, "")), "hooks");
  if (!isFields(hooks)) return [];
  return Object.entries(hooks).flatMap(([event, groups]) =>
    (Array.isArray(groups) ? groups : []).flatMap((group, at) => {
      const handlers = field(group, "hooks");
      return (Array.isArray(handlers) ? handlers : [])
        .flatMap((handler, index) => {
          const command = field(handler, "command");
          if (!entryOfLine(command)) return [];
          const name = snake(event);
          return [{
            event,
            key: `${name}:${at}:${index}`,
            hash: hashOf(name, {
              command,
              timeout: field(handler, "timeout"),
              matcher: field(group, "matcher"),
            }),
          }];
        });
    })
  );
}

function snake(event: string): string {
  return event.replaceAll(/(?!^)[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
}

/** The digest that Codex keeps of a hook: its JSON, with sorted members. */
function hashOf(
  event_name: string,
  { command, timeout, matcher }: Record<"command" | "timeout", unknown> & {
    matcher: unknown;
  },
): string {
  const handler = { async: false, command, timeout, type: "command" };
  const json = JSON.stringify({
    ...{ event_name, hooks: [handler] },
    ...matcher === undefined ? {} : { matcher },
  });
  return `sha256:${sha256(json)}`;
}
