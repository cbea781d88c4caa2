import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import type { HookEntry } from "../claude/hook_entries.ts";
import { OWN_MARK } from "../hook_command.ts";
import type { ClientSetup, EntryFile, SetupProblem } from "../client.ts";
import { startText } from "../look.ts";
import { codexHome } from "./home.ts";
import { jsonHooks } from "./json_hooks.ts";
import { hasHooks, tomlHooks } from "./toml_hooks.ts";
import {
  hooksInJson,
  hooksInToml,
  hooksToTrust,
  type TrustedHook,
  trustIn,
} from "./trust.ts";

/**
 * The entries for Codex. The limits are in seconds, and at most 3 at the end of
 * a session. The entries rarely change, since the user must trust a changed
 * entry again.
 */
export const ENTRIES: readonly HookEntry[] = [
  { event: "SessionStart", timeout: 10 },
  { event: "UserPromptSubmit", timeout: 10 },
  {
    event: "PreToolUse",
    matcher: "^(apply_patch|.*spawn_agent)$",
    timeout: 10,
  },
  { event: "PostToolUse", runs: "PostToolBatch", timeout: 10 },
  { event: "SubagentStart", timeout: 5 },
  { event: "SubagentStop", timeout: 5 },
  { event: "Stop", timeout: 10 },
  { event: "PreCompact", timeout: 10 },
  { event: "SessionEnd", timeout: 3 },
];

/** The largest settings file to read, in bytes. */
const LIMIT = 4 * 1024 * 1024;

function textAt(system: System, path: string): string {
  return startText(system, path, LIMIT);
}

/** The hooks of Codex. */
export const setup: ClientSetup = {
  files(system) {
    const home = codexHome(system);
    if (home === undefined) return [];
    const toml = tomlHooks(join(home, "config.toml"), ENTRIES);
    const json = jsonHooks(join(home, "hooks.json"), ENTRIES);
    // Codex warns if both files have hooks.
    const isToml = hasHooks(textAt(system, toml.path));
    const [used, other] = isToml ? [toml, json] : [json, toml];
    const left = textAt(system, other.path).includes(OWN_MARK);
    return left ? [used, onlyRemoved(other)] : [used];
  },
  problems(system) {
    const home = codexHome(system);
    if (home === undefined) return [];
    const [config, json] = [
      join(home, "config.toml"),
      join(home, "hooks.json"),
    ];
    const text = textAt(system, config);
    const inJson = hooksToTrust(hooksInJson(textAt(system, json)));
    let hooks: unknown;
    try {
      hooks = hooksInToml(text);
    } catch (error) {
      const reason = (error as Error).message;
      return inJson.length === 0 && !text.includes(OWN_MARK) ? [] : [{
        path: config,
        detail: `mpm cannot tell whether Codex runs its hooks: ${reason}`,
        fix: `Correct "${config}"`,
      }];
    }
    const trust = trustIn(hooks);
    return [
      ...untrusted(system, trust, { path: json, hooks: inJson }),
      ...untrusted(system, trust, { path: config, hooks: hooksToTrust(hooks) }),
    ];
  },
};

/** Returns the reasons why Codex does not run the hooks in a file. */
function untrusted(
  system: System,
  trust: ReturnType<typeof trustIn>,
  { path, hooks }: { path: string; hooks: readonly TrustedHook[] },
): SetupProblem[] {
  // Codex identifies a hook by the real path of its file.
  const real = attempt(() => system.files.realPath(path)) ?? path;
  const states = hooks.map(({ key, ...hook }) => ({
    ...hook,
    trust: trust.get(`${real}:${key}`) ?? trust.get(`${path}:${key}`),
  }));
  const named = (
    state: string,
    is: (one: typeof states[number]) => boolean,
  ) => {
    const events = states.filter(is).map(({ event }) => event);
    return events.length === 0 ? [] : [{
      path,
      detail: `Codex does not run these hooks, ${state}: ${events.join(", ")}`,
      fix: "Start codex, and trust mpm's hooks when it asks (or run /hooks)",
    }];
  };
  return [
    ...named(
      "which you have not trusted yet",
      ({ trust }) => trust?.hash === undefined,
    ),
    ...named(
      "which changed since you trusted them",
      ({ trust, hash }) => trust?.hash !== undefined && trust.hash !== hash,
    ),
    ...named(
      "which are switched off",
      ({ trust, hash }) => trust?.hash === hash && !trust.enabled,
    ),
  ];
}

function onlyRemoved(file: EntryFile): EntryFile {
  return {
    ...file,
    install: (before = "") => file.remove(before, undefined) ?? "{}\n",
  };
}
