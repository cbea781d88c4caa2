import {
  enablesPlugin,
  hookSwitch,
  installedHooks,
} from "../claude/settings_drift.ts";
import { ownCommands } from "../claude/settings_entries.ts";
import { managedSettings, placeOf } from "../claude/settings_scope.ts";
import {
  decodeSettings,
  openSettings,
  type SettingsText,
  settingsWarnings,
} from "../claude/settings_text.ts";
import { MpmError } from "../errors.ts";
import type { Workspace } from "../session/repository.ts";
import type { HooksStatusResult } from "../session/results_hooks.ts";
import { readForeign } from "../store/settings_file.ts";
import type { System } from "../system/system.ts";
import { VERSION } from "../version.ts";
import { isSameFile } from "./program_steps.ts";

type Finding = HooksStatusResult["findings"][number];
type Installed = HooksStatusResult["installed"][number];
type Scope = Installed["scope"];

/** From the one that wins to the one that yields, as the client has it. */
const BY_PRECEDENCE: readonly Scope[] = ["local", "project", "user"];

/** A handler of mpm's as the settings have it. */
export interface InstalledCommand {
  readonly scope: Scope;
  readonly event: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** What the settings of all scopes start; what cannot be read starts nothing. */
export function installedCommands(
  system: System,
  workspace: Workspace,
): InstalledCommand[] {
  return filesOf(system, workspace).flatMap(({ path, scope, link }) => {
    if (scope === "managed") return [];
    try {
      const settings = readSettings(system, path, link);
      const commands = settings ? ownCommands(settings) : [];
      return commands.map((one) => ({ scope, ...one }));
    } catch (error) {
      if (error instanceof MpmError) return [];
      throw error;
    }
  });
}

/** A settings file, from the scope that wins to the one that yields. */
export interface SettingsRead {
  readonly path: string;
  readonly scope: Scope | "managed";
  readonly settings: SettingsText | undefined;
}

/** The settings of all scopes; of what cannot be read it is said why. */
export function readAllSettings(
  system: System,
  workspace: Workspace,
): { files: SettingsRead[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const files = filesOf(system, workspace).map(
    ({ path, scope, link }): SettingsRead => {
      try {
        const settings = readSettings(system, path, link);
        return { path, scope, settings };
      } catch (error) {
        if (!(error instanceof MpmError)) throw error;
        const { message, hint = "Mend it by hand" } = error;
        const problem = error.code === "CONFLICT" ? "ignored" : "unreadable";
        findings.push({ problem, path, detail: message, mend: hint });
        return { path, scope, settings: undefined };
      }
    },
  );
  return { files, findings };
}

/** Where hooks of mpm's are, and what keeps them from working. */
export function hooksStatus(
  system: System,
  workspace: Workspace,
): HooksStatusResult {
  const { files, findings } = readAllSettings(system, workspace);
  const installed = files.flatMap((file) =>
    installedIn(system, file, findings)
  );
  if (installed.length > 0) findings.push(...switchedOff(files));
  findings.push(...twice(installed), ...pluginToo(files));
  return {
    binary: system.program() ?? null,
    version: VERSION,
    installed,
    findings: installed.length > 0 ? findings : [],
  };
}

function filesOf(system: System, workspace: Workspace) {
  const managed = managedSettings(system.platform);
  return [
    { path: managed, scope: "managed" as const, link: true },
    ...BY_PRECEDENCE.flatMap((scope) => {
      try {
        const { path } = placeOf(system, scope, workspace);
        return [{ path, scope, link: false }];
      } catch (error) {
        if (error instanceof MpmError) return [];
        throw error;
      }
    }),
  ];
}

/** To be told what they say, settings behind a link are read, too. */
function readSettings(
  system: System,
  path: string,
  managed: boolean,
): SettingsText | undefined {
  const { files } = system;
  if (!files.stat(path)) return undefined;
  const real = files.realPath(path);
  const { bytes } = readForeign(system, real, 0o600);
  if (!bytes) return undefined;
  const settings = openSettings(path, decodeSettings(path, bytes));
  // Throws where the client would ignore the whole file.
  if (!managed) settingsWarnings(settings);
  return settings;
}

function installedIn(
  system: System,
  { settings, path, scope }: SettingsRead,
  findings: Finding[],
): Installed[] {
  const hooks = settings && installedHooks(settings);
  if (!hooks || scope === "managed") return [];
  const mend = `mpm hooks install --scope ${scope}`;
  for (const { problem, detail } of hooks.drift) {
    findings.push({ problem, path, detail, mend });
  }
  for (const binary of hooks.binaries) {
    const problem = binaryProblem(system, binary);
    if (problem) findings.push({ ...problem, path, mend });
  }
  const { binary, version, events, statusLine } = hooks;
  return [{
    scope,
    path,
    binary,
    version,
    events: [...events],
    status_line: statusLine,
  }];
}

/** Nothing that settings name is run to find out what it is. */
function binaryProblem(
  system: System,
  binary: string,
): Pick<Finding, "problem" | "detail"> | undefined {
  const found = system.files.stat(binary);
  if (found?.kind !== "file") {
    return { problem: "binary-missing", detail: `no program "${binary}"` };
  }
  if (found.mode !== undefined && (found.mode & 0o111) === 0) {
    return {
      problem: "binary-missing",
      detail: `"${binary}" is not executable`,
    };
  }
  const program = system.program();
  if (program === undefined || isSameFile(system, binary, program)) return;
  return {
    problem: "binary-other",
    detail: `entries start "${binary}", this mpm is "${program}"`,
  };
}

/** The switch of the file that wins; of several only that one counts. */
function switchedOff(files: readonly SettingsRead[]): Finding[] {
  for (const { settings, path, scope } of files) {
    if (!settings) continue;
    const own = scope === "managed" &&
      hookSwitch(settings, "allowManagedHooksOnly");
    const off = hookSwitch(settings, "disableAllHooks");
    if (own || off) {
      const key = own ? "allowManagedHooksOnly" : "disableAllHooks";
      return [{
        problem: "disabled",
        path,
        detail: `"${key}" is set: Claude Code runs no hooks of yours`,
        mend: scope === "managed"
          ? "Ask whoever manages this machine"
          : `Remove "${key}" from ${path}`,
      }];
    }
    if (off === false) return [];
  }
  return [];
}

/** A plugin's entries start `mpm` by name, and so are not the same. */
function pluginToo(files: readonly SettingsRead[]): Finding[] {
  return files.filter(({ settings }) => settings && enablesPlugin(settings))
    .map(({ path }) => ({
      problem: "twice",
      path,
      detail: "mpm is enabled as a plugin as well: its hooks run twice",
      mend: "claude plugin disable mpm",
    }));
}

/** The client runs entries once that are the same to the letter. */
function twice(installed: readonly Installed[]): Finding[] {
  const [first, ...others] = installed.filter(({ events }) =>
    events.length > 0
  );
  return others.flatMap(({ scope, path, binary, version }) =>
    binary === first!.binary && version === first!.version ? [] : [{
      problem: "twice" as const,
      path,
      detail: `hooks are in ${first!.path} as well, and run twice`,
      mend: `mpm hooks uninstall --scope ${scope}`,
    }]
  );
}
