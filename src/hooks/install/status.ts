import { attempt, MpmError } from "../../base/errors.ts";
import { VERSION } from "../../base/version.ts";
import {
  CLAUDE,
  type Client,
  decodeSettings,
  enabledPlugins,
  type InstalledEntry,
  installedHooks,
  managedSettings,
  openSettings,
  OWN_MARK,
  ownCommands,
  placeOf,
  readForeign,
  type Scope,
  type SettingsLayer,
  type SettingsText,
  settingsWarnings,
  switchedOff,
} from "../../clients/mod.ts";
import { clientProblems, entriesAt, installedClients } from "./client_files.ts";
import type { Workspace } from "../../git/mod.ts";
import type { FileInfo, System } from "../../system/system.ts";
import type { HooksStatusResult } from "../commands/results.ts";
import { scriptsOf } from "../scripts/run.ts";
import { scriptFolder } from "../scripts/store.ts";
import { scriptProblems } from "../scripts/text.ts";
import { isSameFile } from "./program.ts";

type Finding = Omit<HooksStatusResult["findings"][number], "client">;
type Installed = HooksStatusResult["installed"][number];

/** An mpm handler in the settings. */
export interface InstalledCommand {
  readonly scope: Scope;
  readonly event: string;
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Returns the commands that the settings of all scopes start, and the reasons
 * why other mpm entries do not run. Throws one of these reasons if nothing is
 * started.
 */
export function installedCommands(
  system: System,
  workspace: Workspace,
): { commands: InstalledCommand[]; warnings: string[] } {
  const layers = readLayers(system, workspace);
  const commands = layers.flatMap(({ scope, settings }) =>
    settings && scope !== "managed"
      ? ownCommands(settings).map((one) => ({ scope, ...one }))
      : []
  );
  const faults = layers.flatMap(({ fault, marked }) =>
    fault && marked ? [fault] : []
  );
  if (commands.length === 0 && faults[0]) throw faults[0];
  return { commands, warnings: faults.map(({ message }) => message) };
}

/** Reads the settings of all scopes. Each unreadable file has a reason. */
export function readAllSettings(
  system: System,
  workspace: Workspace,
): { files: FoundSettings[]; findings: Finding[] } {
  const files = readLayers(system, workspace);
  const findings = files.flatMap(({ path, fault }) =>
    fault ? [faultFinding(path, fault)] : []
  );
  return { files, findings };
}

/** Returns the mpm hooks in all clients, and why they do not work. */
export async function statusOfClients(
  system: System,
  workspace: Workspace,
): Promise<HooksStatusResult> {
  const own = statusOfHooks(system, workspace);
  const clients: HooksStatusResult["clients"] = [];
  const found: HooksStatusResult["findings"] = [];
  for (const client of await installedClients(system)) {
    const { name, title } = client;
    const setup = (await client.setup?.())!;
    for (const entry of setup.files(system)) {
      const [one, ...others] = entriesAt(system, entry);
      const events = [one, ...others].flatMap((one) => one?.event || []);
      if (!one || one.binary === "") continue;
      const { path } = entry;
      const { binary, version } = one;
      clients.push({ client: name, title, path, binary, version, events });
      found.push(
        ...clientFindings(system, { client, entry: one, path })
          .map((finding) => ({ ...finding, client: name })),
      );
    }
    found.push(...await clientProblems(system, client));
  }
  return { ...own, clients, findings: [...own.findings, ...found] };
}

function clientFindings(
  system: System,
  { client, entry: { binary, version }, path }: {
    client: Client;
    entry: InstalledEntry;
    path: string;
  },
): Finding[] {
  const advice = `mpm hooks install --client ${client.name}`;
  const problem = binaryProblem(system, binary);
  const detail =
    `the entries are from mpm ${version}, but this is mpm ${VERSION}`;
  return [
    ...problem ? [{ ...problem, path, hint: advice }] : [],
    ...version === VERSION || version === "any"
      ? []
      : [{ problem: "version" as const, path, detail, hint: advice }],
  ];
}

/** Does the same for Claude Code alone. */
export function statusOfHooks(
  system: System,
  workspace: Workspace,
): HooksStatusResult {
  const layers = readLayers(system, workspace);
  const findings = layers.flatMap(({ path, fault, marked }) =>
    fault ? [{ ...faultFinding(path, fault), marked }] : []
  );
  const found: Finding[] = [];
  const installed = layers.flatMap((layer) =>
    installedIn(system, layer, found)
  );
  const plugins = enabledPlugins(layers).map(({ path }) => path);
  const here = installed.length + plugins.length > 0;
  const shown = findings.filter(({ marked }) => here || marked)
    .map(({ marked: _, ...finding }) => finding);
  if (installed.length > 0) found.push(...pluginToo(plugins));
  if (here) {
    found.push(
      ...offFindings(layers, installed.length > 0),
      ...twice(installed),
    );
    found.push(...scripts(system, workspace.root));
  }
  return {
    binary: system.program() ?? null,
    version: VERSION,
    installed,
    clients: [],
    plugins,
    findings: [...shown, ...found].map((finding) => ({
      ...finding,
      client: CLAUDE.name,
    })),
  };
}

function faultFinding(
  path: string,
  { code, message, hint = "Fix it by hand" }: MpmError,
): Finding {
  const problem = code === "CONFLICT" ? "ignored" : "unreadable";
  return { problem, path, detail: message, hint };
}

function installedIn(
  system: System,
  { said, path, scope }: FoundSettings,
  findings: Finding[],
): Installed[] {
  const hooks = said && installedHooks(said);
  if (!hooks || scope === "managed") return [];
  const advice = `mpm hooks install --scope ${scope}`;
  for (const { problem, detail } of hooks.drift) {
    findings.push({ problem, path, detail, hint: advice });
  }
  for (const binary of hooks.binaries) {
    const problem = binaryProblem(system, binary);
    if (problem) findings.push({ ...problem, path, hint: advice });
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

/** Returns the problem with a binary, which is never run for this. */
function binaryProblem(
  system: System,
  binary: string,
): Pick<Finding, "problem" | "detail"> | undefined {
  const found = lookAt(system, binary);
  if (found instanceof MpmError) {
    return { problem: "binary-missing", detail: found.message };
  }
  if (found?.kind !== "file") {
    return {
      problem: "binary-missing",
      detail: `program "${binary}" not found`,
    };
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
    detail: `the entries start "${binary}", but this mpm is "${program}"`,
  };
}

function lookAt(system: System, path: string): FileInfo | undefined | MpmError {
  try {
    return system.files.stat(path);
  } catch (error) {
    if (error instanceof MpmError) return error;
    throw error;
  }
}

function offFindings(
  layers: readonly SettingsLayer[],
  own: boolean,
): Finding[] {
  const off = switchedOff(layers);
  if (!off || (!own && off.key === "strictPluginOnlyCustomization")) return [];
  const { key, detail, layer: { path, scope } } = off;
  const advice = scope === "managed"
    ? "Ask the administrator of this machine"
    : `Remove "${key}" from ${path}`;
  return [{ problem: "disabled", path, detail, hint: advice }];
}

/** Finds plugins with mpm hooks, which the client runs as well. */
function pluginToo(plugins: readonly string[]): Finding[] {
  return plugins.map((path) => ({
    problem: "twice",
    path,
    detail: "mpm is also enabled as a plugin: its hooks run twice",
    hint: "claude plugin disable mpm",
  }));
}

function scripts(system: System, root: string): Finding[] {
  const path = scriptFolder(root);
  return scriptProblems(scriptsOf(system, root)).map((problem) => ({
    problem: "script" as const,
    path,
    ...problem,
  }));
}

/** Finds hooks installed twice; the client runs identical ones once. */
function twice(installed: readonly Installed[]): Finding[] {
  const [first, ...others] = installed.filter(({ events }) =>
    events.length > 0
  );
  return others.flatMap(({ scope, path, binary, version }) =>
    binary === first!.binary && version === first!.version ? [] : [{
      problem: "twice" as const,
      path,
      detail: `the hooks are also in ${first!.path}, so they run twice`,
      hint: `mpm hooks uninstall --scope ${scope}`,
    }]
  );
}

/** Scopes from the strongest to the weakest, in the client's order. */
const BY_PRECEDENCE: readonly Scope[] = ["local", "project", "user"];

/** A settings file as it was found; `settings` are those in effect. */
interface FoundSettings extends SettingsLayer {
  /** The text of the file, even if Claude Code ignores all of it. */
  readonly said: SettingsText | undefined;
  /** The reason why the file has no effect. */
  readonly fault: MpmError | undefined;
  /** True if the file contains parts of mpm, even if it cannot be read. */
  readonly marked: boolean;
}

/** Returns all settings that the client reads, the strongest first. */
function readLayers(
  system: System,
  workspace: Workspace,
): FoundSettings[] {
  const managed = managedSettings(system)
    .map((path) => ({ path, scope: "managed" as const }));
  const own = BY_PRECEDENCE.flatMap((scope) => {
    const place = attempt(() => placeOf(system, scope, workspace));
    return place ? [{ path: place.path, scope }] : [];
  });
  // If the project is the home folder, its settings are the user's settings.
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
      // Throws if the client would ignore the whole file.
      if (scope !== "managed") settingsWarnings(said);
    }
    return { ...place, settings: said, said, fault: undefined, marked };
  } catch (fault) {
    if (!(fault instanceof MpmError)) throw fault;
    return { ...place, settings: undefined, said, fault, marked };
  }
}

/** Reads settings, also behind a link, to report their entries. */
function bytesOf(system: System, path: string): Uint8Array | undefined {
  const { files } = system;
  if (!files.stat(path)) return undefined;
  return readForeign(system, files.realPath(path), 0o600).bytes;
}
