import { resolve } from "@std/path";
import { encodeText } from "../base/bytes.ts";
import { MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import { counted } from "../base/words.ts";
import type { Context, Style } from "../cli/mod.ts";
import { dropRefs, findWorkspace, Git, type Workspace } from "../git/mod.ts";
import { journaled, readStoreId } from "../ops/mod.ts";
import { importFrom, importText } from "../saves/mod.ts";
import { type Bundle, bundleClone, openFile } from "./bundle.ts";
import { openCipher } from "./cipher.ts";
import type { ImportResult } from "./commands/results.ts";
import { cloneOf, numberOf, readEntry, writerOf } from "./entry.ts";
import { appendEntries, FETCHED, readLogRefs } from "./log.ts";
import { readOthers } from "./read_others.ts";
import { readState, withTeamLock, writeState } from "./state.ts";
import { ensureSigner, refuseNoRepository } from "./write_log.ts";

/** Imports a bundle, or saves in any form. */
export async function importAny(
  context: Context,
  { typed, dryRun }: { typed: string; dryRun: boolean },
): Promise<ImportResult> {
  const path = resolve(context.folder, typed);
  const workspace = await findWorkspace(context);
  const { bundle, bytes } = await openFile(context, workspace.root, path);
  if (bundle) {
    return await importBundle(context, workspace, { bundle, typed, dryRun });
  }
  const saves = { path, typed, opened: bytes, dryRun };
  return { ...await importFrom(context, saves), entries: null };
}

/**
 * Stores the log of a bundle like a fetched log, and reads it. The log replaces
 * that of an older bundle. Throws CONFLICT outside a repository, UNREADABLE if
 * its writer signed no part of it.
 */
async function importBundle(
  context: Context,
  workspace: Workspace,
  { bundle: { log, entries: texts }, typed, dryRun }: {
    bundle: Bundle;
    typed: string;
    dryRun: boolean;
  },
): Promise<ImportResult> {
  refuseNoRepository(workspace);
  const { entries, refused } = checkedEntries(log, texts, typed);
  const git = new Git(context.system, workspace.worktree);
  const { others } = await readLogRefs(git);
  const ofClone = [...others].filter(([one]) => cloneOf(one) === cloneOf(log));
  const newest = Math.max(...ofClone.map(([one]) => numberOf(one)));
  const present = newest >= numberOf(log) || isOwn(context, workspace, log);
  const result: ImportResult = {
    ...{ dry_run: dryRun, source: typed, imported: [], present: [], refused },
    warnings: [],
    entries: {
      writer: writerOf(log),
      name: "",
      count: entries.length,
      present,
    },
  };
  if (dryRun || present) return result;
  return await journaled(
    context,
    (context) =>
      withTeamLock(context.system, workspace.root, async () => {
        await appendEntries(git, `${FETCHED}/${log}`, {
          ...{ tip: undefined, entries },
        });
        await dropRefs(
          git,
          ofClone.map(([log, commit]) => ({
            ref: `${FETCHED}/${log}`,
            commit,
          })),
        );
        return await readNow(context, workspace, { git, result });
      }),
    {
      operation: "import",
      workspace,
      keepsOwn: true,
      title: ({ entries }) =>
        `import ${counted(entries!.count, "entry", "entries")} from ${typed}`,
      facts: ({ entries }) => ({ after: { imported: { ...entries } } }),
    },
  );
}

/** Returns whether this copy of the project wrote the bundle. */
function isOwn({ system }: Context, { root }: Workspace, log: string): boolean {
  const storeId = readStoreId(system, root);
  return storeId !== undefined &&
    bundleClone(ensureSigner(system), storeId) === cloneOf(log);
}

/** Reads the logs again, so that readers list the new things. */
async function readNow(
  context: Context,
  { root }: Workspace,
  { git, result }: { git: Git; result: ImportResult },
): Promise<ImportResult> {
  const { system } = context;
  const [signer, cipher] = [ensureSigner(system), openCipher(context, root)];
  const { others } = await readLogRefs(git);
  const tools = { system, git, signer, cipher };
  const before = readState(system, root);
  const state = await readOthers(tools, root, { state: before, others });
  writeState(system, root, state);
  const { writer } = result.entries!;
  const read = new Map(Object.entries(state.writers)).get(writer);
  return {
    ...result,
    warnings: [...read?.problems ?? []],
    entries: { ...result.entries!, name: read?.name ?? "" },
  };
}

/**
 * Returns the bytes of the entries that the writer of the log signed for it.
 */
function checkedEntries(
  log: string,
  texts: readonly string[],
  source: string,
): { entries: Uint8Array[]; refused: ImportResult["refused"] } {
  const refused: ImportResult["refused"] = [];
  const entries = texts.flatMap((text, at) => {
    const bytes = encodeText(text);
    try {
      if (readEntry(bytes).log === log) return [bytes];
      throw new MpmError("CORRUPT", "It belongs to another log");
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      const reason = error.message;
      refused.push({ source: `${source}, entry ${at + 1}`, reason });
      return [];
    }
  });
  if (entries.length > 0) return { entries, refused };
  throw new MpmError("UNREADABLE", `"${source}" has no entry of its writer`, {
    hint: "Ask for the bundle again",
  });
}

/** Describes an import for people. */
export function importedText(result: ImportResult, style: Style): string {
  const { entries, dry_run: dry } = result;
  if (!entries) return importText(result, style);
  const { name, writer, count, present } = entries;
  const who = escapeText(name) || writer.slice(0, 8);
  const what = counted(count, "entry", "entries");
  const head = present
    ? "You have already imported this bundle, or a newer one"
    : dry
    ? `Would import ${what}`
    : `Imported ${what} from ${style.cyan(who)}`;
  const { refused, warnings } = result;
  return [
    head,
    ...refused.map(({ source, reason }) =>
      style.red(`Refused ${escapeText(source)}: ${escapeText(reason)}`)
    ),
    ...warnings.map((text) => `Note: ${escapeText(text)}`),
    "",
  ].join("\n");
}
