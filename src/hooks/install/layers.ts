import { OWN_MARK } from "../../clients/claude/hook_entries.ts";
import {
  managedSettings,
  placeOf,
  type Scope,
  type SettingsLayer,
} from "../../clients/claude/settings/layers.ts";
import {
  decodeSettings,
  openSettings,
  type SettingsText,
  settingsWarnings,
} from "../../clients/claude/settings/text.ts";
import { MpmError } from "../../base/errors.ts";
import type { Workspace } from "../../git/repository.ts";
import { readForeign } from "../../clients/claude/settings/file.ts";
import type { System } from "../../system/system.ts";

/** From the one that wins to the one that yields, as the client has it. */
const BY_PRECEDENCE: readonly Scope[] = ["local", "project", "user"];

/** A settings file as it was found; its `settings` are what is in effect. */
export interface FoundSettings extends SettingsLayer {
  /** What it says, also where Claude Code ignores all of it. */
  readonly said: SettingsText | undefined;
  /** Why nothing of it is in effect. */
  readonly fault: MpmError | undefined;
  /** Whether something of mpm's is in it, even if it cannot be read. */
  readonly marked: boolean;
}

/** All settings that the client reads in a workspace, the winning one first. */
export function readLayers(
  system: System,
  workspace: Workspace,
): FoundSettings[] {
  const managed = managedSettings(system)
    .map((path) => ({ path, scope: "managed" as const }));
  const own = BY_PRECEDENCE.flatMap((scope) => {
    try {
      const { path } = placeOf(system, scope, workspace);
      return [{ path, scope }];
    } catch (error) {
      if (error instanceof MpmError) return [];
      throw error;
    }
  });
  // In the home folder the project's settings are the user's.
  const apart = own.filter(({ path }, at) =>
    !own.slice(at + 1).some((other) => other.path === path)
  );
  return [...managed, ...apart].map((place) => readLayer(system, place));
}

function readLayer(
  system: System,
  place: { path: string; scope: Scope | "managed" },
): FoundSettings {
  const { path, scope } = place;
  let marked = false;
  let said: SettingsText | undefined;
  try {
    const bytes = bytesOf(system, path);
    if (bytes) {
      marked = new TextDecoder().decode(bytes).includes(OWN_MARK);
      said = openSettings(path, decodeSettings(path, bytes));
      // Throws where the client would ignore the whole file.
      if (scope !== "managed") settingsWarnings(said);
    }
    return { ...place, settings: said, said, fault: undefined, marked };
  } catch (fault) {
    if (!(fault instanceof MpmError)) throw fault;
    return { ...place, settings: undefined, said, fault, marked };
  }
}

/** To be told what they say, settings behind a link are read, too. */
function bytesOf(system: System, path: string): Uint8Array | undefined {
  const { files } = system;
  if (!files.stat(path)) return undefined;
  return readForeign(system, files.realPath(path), 0o600).bytes;
}
