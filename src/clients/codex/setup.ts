import { join } from "@std/path";
import { attempt } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { type HookEntry, OWN_MARK } from "../claude/hook_entries.ts";
import type { ClientSetup, EntryFile } from "../client.ts";
import { codexHome } from "./home.ts";
import { jsonHooks } from "./json_hooks.ts";
import { hasHooks, tomlHooks } from "./toml_hooks.ts";
import { hooksToTrust, trustIn } from "./trust.ts";

/**
 * The entries for Codex; the limits are seconds, and at most 3 at the end of a
 * session. A changed entry has to be trusted again, so they rarely change.
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

/** Bytes of a file of settings that is read. */
const LIMIT = 4 * 1024 * 1024;

function textAt(system: System, path: string): string | undefined {
  const bytes = attempt(() => system.files.readUpTo(path, LIMIT));
  return bytes && new TextDecoder().decode(bytes);
}

/** The hooks of Codex. */
export const setup: ClientSetup = {
  files(system) {
    const home = codexHome(system);
    if (home === undefined) return [];
    const toml = tomlHooks(join(home, "config.toml"), ENTRIES);
    const json = jsonHooks(join(home, "hooks.json"), ENTRIES);
    // Hooks in both forms get a warning of Codex.
    const isToml = hasHooks(textAt(system, toml.path));
    const [used, other] = isToml ? [toml, json] : [json, toml];
    const left = textAt(system, other.path)?.includes(OWN_MARK);
    return left ? [used, onlyRemoved(other)] : [used];
  },
  problems(system) {
    const home = codexHome(system);
    if (home === undefined) return [];
    const config = join(home, "config.toml");
    const path = join(home, "hooks.json");
    const text = textAt(system, config) ?? "";
    const trust = trustIn(text);
    const hooks = hooksToTrust(textAt(system, path) ?? "");
    const named = (state: string, events: readonly string[]) =>
      events.length === 0 ? [] : [{
        path,
        detail: `Codex does not run these hooks, ${state}: ${
          events.join(", ")
        }`,
        fix: "Start codex, and trust mpm's hooks when it asks (or by /hooks)",
      }];
    const known = hooks.map((hook) => ({
      ...hook,
      trust: trustOf(system, trust, { path, key: hook.key }),
    }));
    const of = (is: (one: typeof known[number]) => boolean) =>
      known.filter(is).map(({ event }) => event);
    return [
      ...named(
        "which you have not trusted yet",
        of(({ trust }) => trust?.hash === undefined),
      ),
      ...named(
        "which changed since you trusted them",
        of(({ trust, hash }) =>
          trust?.hash !== undefined && trust.hash !== hash
        ),
      ),
      ...named(
        "which are switched off",
        of(({ trust, hash }) => trust?.hash === hash && !trust.enabled),
      ),
    ];
  },
};

function onlyRemoved(file: EntryFile): EntryFile {
  return {
    ...file,
    install: (before = "") => file.remove(before, undefined) ?? "{}\n",
  };
}

/** Codex names a hook by the real path of its file. */
function trustOf(
  system: System,
  trust: ReturnType<typeof trustIn>,
  { path, key }: { path: string; key: string },
) {
  const real = attempt(() => system.files.realPath(path)) ?? path;
  return trust.get(`${real}:${key}`) ?? trust.get(`${path}:${key}`);
}
