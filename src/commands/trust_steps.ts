import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { locate } from "../git/workspace.ts";
import type { TrustResult } from "../session/results_trust.ts";
import type { SaveEntry } from "../session/save_entry.ts";
import { loadSave } from "../store/load_save.ts";
import { Origins } from "../store/origins.ts";
import { listSaves, matchSaves } from "../store/read_saves.ts";
import { openStore } from "../store/recover.ts";
import { readTrusted, type Trusted, writeTrusted } from "../store/trusted.ts";
import { withUserLock } from "../store/user_state.ts";
import type { System } from "../system/system.ts";

/** The input of `mpm sessions trust`. */
interface TrustInput {
  readonly selectors: readonly string[];
  readonly all: boolean;
  readonly revoke: boolean;
  readonly list: boolean;
  readonly "dry-run": boolean;
}

type Row = TrustResult["sessions"][number];

/** What this user trusts, the newest first. Throws USAGE beside anything else. */
export function listTrusted(
  { system }: Context,
  { selectors, all, revoke }: TrustInput,
): TrustResult {
  if (selectors.length > 0 || all || revoke) {
    throw new MpmError("USAGE", "Something was given beside --list", {
      hint: "It shows what is trusted in every project",
    });
  }
  const trusted = [...readTrusted(system)]
    .map(([sha256, { session_id, project, at }]) => ({
      ...{ session_id, project, at },
      sha256,
    }))
    .sort((a, b) => a.at < b.at ? 1 : -1);
  return { dry_run: false, sessions: [], trusted };
}

/** Trusts saves as they are now, or no longer. */
export async function trust(
  { system, folder }: Context,
  input: TrustInput,
): Promise<TrustResult> {
  const { root } = await locate(system, folder);
  await openStore(system, root);
  const entries = await chosen(system, root, input);
  const origins = new Origins(system);
  const rows: Row[] = [];
  for (const entry of entries) {
    rows.push(await rowOf(system, entry, { input, origins }));
  }
  const apply = () => {
    const saves = readTrusted(system);
    const at = system.now().toISOString();
    for (const { session_id, sha256, change } of rows) {
      const save: Trusted = { session_id, project: root, at };
      if (change === "trusted") saves.set(sha256!, save);
      if (change === "revoked") saves.delete(sha256!);
    }
    writeTrusted(system, saves);
  };
  const dryRun = input["dry-run"];
  const due = rows.some(({ change }) =>
    ["trusted", "revoked"].includes(change)
  );
  if (due && !dryRun) await withUserLock(system, apply);
  return { dry_run: dryRun, sessions: rows, trusted: null };
}

async function chosen(
  system: System,
  root: string,
  { selectors, all }: TrustInput,
): Promise<SaveEntry[]> {
  if (all === selectors.length > 0) {
    throw new MpmError(
      "USAGE",
      all ? "Both --all and a session were given" : "No session was named",
      { hint: '"mpm sessions list" shows them; --all is every one of them' },
    );
  }
  return all
    ? await listSaves(system, root)
    : await matchSaves(system, root, selectors);
}

/** By what is in the file now, not by what a list knows of it. */
async function rowOf(
  system: System,
  entry: SaveEntry,
  { input: { revoke, all }, origins }: { input: TrustInput; origins: Origins },
): Promise<Row> {
  const { id: session_id } = entry;
  try {
    const { digest } = await loadSave(system, entry);
    const origin = origins.of({ id: session_id, digest });
    const wanted = revoke ? "foreign" : "trusted";
    return {
      session_id,
      summary: entry.summary,
      sha256: digest,
      change: origin === "own"
        ? "own"
        : origin === wanted
        ? "unchanged"
        : revoke
        ? "revoked"
        : "trusted",
    };
  } catch (error) {
    if (!(error instanceof MpmError) || !all) throw error;
    const change = "unreadable" as const;
    return { session_id, summary: entry.summary, sha256: null, change };
  }
}
