import { decodeBytes, encodeText } from "../../base/bytes.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { unifiedDiff } from "../../base/unified_diff.ts";
import {
  type Client,
  CLIENTS,
  decodeSettings,
  type EntryFile,
  isFile,
  missingFolders,
  type Present,
  putReplaced,
  readForeign,
  readPresent,
  removeIfEmpty,
  sameBytes,
  skillFiles,
  takeReplaced,
  type WantedEntries,
} from "../../clients/mod.ts";
import type { Context } from "../../cli/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import { journaled, withUserLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { ClientFilesResult, HookFinding } from "../commands/results.ts";

type Action = ClientFilesResult["files"][number]["action"];

/** A client's file with mpm's entries added or removed. */
export interface ClientFile extends Present {
  readonly entry: EntryFile;
  /** The bytes after the change; `undefined`: the file is removed. */
  readonly after: Uint8Array | undefined;
  /** The bytes that a removal restores; `undefined`: it deletes the file. */
  readonly base: Uint8Array | undefined;
  readonly action: Action;
  /** True if the plan removes the entries. */
  readonly removing: boolean;
  /** Why the file is not changed. */
  readonly reason?: string;
  /** mpm's names for the events that have entries after an installation. */
  readonly events: readonly string[];
}

/** Returns the files of a client that get entries, hooks before skills. */
async function filesOf(
  system: System,
  client: Client,
  { skills }: { skills: boolean },
): Promise<{ hooks: readonly EntryFile[]; skills: readonly EntryFile[] }> {
  const setup = await client.setup?.();
  return {
    hooks: setup?.files(system) ?? [],
    skills: skills && client.sharedSkills ? skillFiles(system) : [],
  };
}

/** Plans the entries of a client. Throws UNREADABLE, CONFLICT. */
export async function planClient(
  system: System,
  client: Client,
  wanted: WantedEntries & { readonly skills: boolean },
): Promise<ClientFile[]> {
  const { hooks, skills } = await filesOf(system, client, wanted);
  const install = (entry: EntryFile) => (before: string | undefined) =>
    entry.install(before, wanted);
  return [
    ...hooks.map((entry) => planned(system, entry, install(entry))),
    ...skills.map((entry) => {
      try {
        return planned(system, entry, install(entry));
      } catch (error) {
        if (!(error instanceof MpmError)) throw error;
        return leftAlone(system, entry, error.message);
      }
    }),
  ];
}

/** Plans the removal; skills that another client also uses stay. */
export async function planClientRemoval(
  system: System,
  client: Client,
  among: readonly Client[] = [client],
): Promise<ClientFile[]> {
  const others = await installedClients(system);
  const shared = others.some((other) =>
    !among.includes(other) && other.sharedSkills
  );
  const files = await filesOf(system, client, { skills: !shared });
  const hooks = files.hooks.map((entry) => removal(system, entry));
  const skills = files.skills.map((entry) => {
    const one = removal(system, entry);
    return one.action === "kept" || one.untouched
      ? one
      : leftAlone(system, entry, "it was edited");
  });
  return [...hooks, ...skills].filter(({ action }) => action !== "kept");
}

/** Returns the clients other than Claude Code that have mpm hooks. */
export async function installedClients(system: System): Promise<Client[]> {
  const found: Client[] = [];
  for (const client of CLIENTS) {
    const { hooks } = await filesOf(system, client, { skills: false });
    if (hooks.some((entry) => entriesAt(system, entry).length > 0)) {
      found.push(client);
    }
  }
  return found;
}

/** Lists mpm's entries in a file; empty if it cannot be read. */
export function entriesAt(system: System, entry: EntryFile) {
  if (!isFile(system, entry.path)) return [];
  return attempt(() => {
    const path = system.files.realPath(entry.path);
    const { bytes } = readForeign(system, path, entry.mode);
    return bytes ? entry.entries(decodeSettings(path, bytes)) : [];
  }) ?? [];
}

function removal(system: System, entry: EntryFile): ClientFile {
  const { original, untouched } = readPresent(system, entry.path, entry.mode);
  const taken = planned(system, entry, (before) => {
    if (before === undefined || entry.entries(before).length === 0) {
      return before;
    }
    if (untouched) return original ? decodeBytes(original) : undefined;
    const known = original ? decodeBytes(original) : undefined;
    const text = entry.remove(before, known);
    return text === "" && original === null ? undefined : text;
  });
  return { ...taken, removing: true };
}

function planned(
  system: System,
  entry: EntryFile,
  change: (before: string | undefined) => string | undefined,
): ClientFile {
  const present = readPresent(system, entry.path, entry.mode);
  const { file, original, untouched } = present;
  const before = file.bytes && decodeSettings(entry.path, file.bytes);
  const text = change(before);
  const after = text === before ? file.bytes : text && encodeText(text);
  const known = original ? decodeBytes(original) : undefined;
  const rest = before === undefined ? undefined : entry.remove(before, known);
  const base = before !== undefined && untouched
    ? original ?? undefined
    : rest === undefined
    ? undefined
    : encodeText(rest);
  const action = sameBytes(file.bytes, after || undefined)
    ? "kept"
    : !file.bytes
    ? "added"
    : !after
    ? "removed"
    : untouched && original && sameBytes(original, after)
    ? "restored"
    : "changed";
  const events = text === undefined ? [] : entry.entries(text)
    .map(({ event }) => event).filter((event) => event !== "");
  return {
    ...{ ...present, entry, base, action, events, removing: false },
    after: after || undefined,
  };
}

function leftAlone(
  system: System,
  entry: EntryFile,
  reason: string,
): ClientFile {
  const file = attempt(() => readForeign(system, entry.path, entry.mode)) ??
    { path: entry.path, bytes: undefined, mode: entry.mode };
  return {
    ...{ entry, file, after: file.bytes, base: file.bytes, events: [] },
    ...{ record: undefined, original: undefined, untouched: false },
    ...{ action: "foreign", reason, removing: false },
  };
}

/** Returns the files that change. */
export function changing(files: readonly ClientFile[]): ClientFile[] {
  return files.filter(({ action }) =>
    action !== "kept" && action !== "foreign"
  );
}

/** Applies a plan. Call under the user's lock, in an operation. */
export function applyClient(
  system: System,
  files: readonly ClientFile[],
): void {
  for (const one of changing(files)) {
    const { after, base } = one;
    if (one.removing) takeReplaced(system, one, after);
    else putReplaced(system, one, { after: after!, base, folderMode: 0o700 });
  }
  for (const folder of emptied(files)) removeIfEmpty(system, folder);
}

/** Returns the folders made for removed files, innermost first. */
export function emptied(files: readonly ClientFile[]): string[] {
  const made = files.filter(({ removing }) => removing)
    .flatMap(({ record }) => record?.folders ?? []);
  return [...new Set(made)].sort((a, b) => b.length - a.length);
}

/** Returns the result of a command about these files. */
export function clientResult(
  client: Client,
  files: readonly ClientFile[],
  { binary, dryRun }: { binary: string | null; dryRun: boolean },
): ClientFilesResult {
  return {
    ...{ dry_run: dryRun, client: client.name, title: client.title, binary },
    files: files.map(({ entry: { path }, file, after, action, ...one }) => ({
      ...{ path, action, events: [...one.events] },
      reason: one.reason ?? null,
      diff: unifiedDiff(path, textOf(file.bytes), textOf(after)),
    })),
    problems: [],
    warnings: [],
  };
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes ? decodeBytes(bytes) : "";
}

/** Returns why the client does not run the installed mpm hooks. */
export async function clientProblems(
  system: System,
  { name, setup }: Client,
): Promise<HookFinding[]> {
  const found = (await setup?.())?.problems?.(system) ?? [];
  return found.map(({ path, detail, fix }) => ({
    ...{ problem: "untrusted", client: name },
    ...{ path, detail, hint: fix },
  }));
}

/** Changes the entries of a client, as an operation to undo. */
export async function changeClient(
  context: Context,
  workspace: Workspace,
  { client, files, binary, dryRun }: {
    client: Client;
    files: readonly ClientFile[];
    /** `null`: remove them. */
    binary: string | null;
    dryRun: boolean;
  },
): Promise<ClientFilesResult> {
  const result = clientResult(client, files, { binary, dryRun });
  if (dryRun) return result;
  const withProblems = async () => ({
    ...result,
    problems: binary === null
      ? []
      : await clientProblems(context.system, client),
  });
  if (changing(files).length === 0) return await withProblems();
  const paths = changing(files).map(({ entry }) => entry.path);
  const verb = binary === null ? "uninstall" : "install";
  return await journaled(
    context,
    ({ system }) =>
      withUserLock(system, () => {
        applyClient(system, files);
        return withProblems();
      }),
    {
      operation: `hooks ${verb}`,
      workspace,
      files: [...missingFolders(context.system, paths), ...paths],
      title: () => `${verb} hooks in ${client.title}`,
    },
  );
}
