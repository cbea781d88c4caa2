import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import { fits, object, TEXT } from "../base/shape.ts";
import { type Context } from "../cli/mod.ts";
import { findWorkspace, type Workspace } from "../git/mod.ts";
import { readOwnJson, teamFolders } from "../ops/mod.ts";
import { changeTrust, readTrusted, WRITER_ID } from "../saves/mod.ts";
import type { System } from "../system/system.ts";
import type { TrustKeyResult } from "./commands/results.ts";
import { readState, type WriterState } from "./state.ts";
import { ownWriter } from "./write_log.ts";

type Row = TrustKeyResult["keys"][number];

/** The maximum size of a file about someone's trust, in bytes. */
const LARGEST = 64 * 1024;

/** The content of an entry in which the writer trusts a key. */
const TRUST = object({ name: TEXT });

/**
 * Trusts the keys of people, or stops trusting them. Without a name, lists the
 * keys of everyone whose log was read, and of everyone whom this user trusts.
 * Throws NOT_FOUND, AMBIGUOUS, USAGE.
 */
export async function trustKeys(
  context: Context,
  { names, revoke, "dry-run": dryRun }: {
    /** Names of people, or prefixes of the IDs of their keys. */
    readonly names: readonly string[];
    readonly revoke: boolean;
    readonly "dry-run": boolean;
  },
): Promise<TrustKeyResult> {
  const workspace = await findWorkspace(context);
  const known = knownKeys(context.system, workspace);
  const own = ownWriter(context.system);
  if (names.length === 0) {
    if (!revoke) return { dry_run: dryRun, own, keys: known };
    throw new MpmError("USAGE", "Missing argument <name>", {
      hint: '"mpm trust" lists the people and their keys',
    });
  }
  const chosen = new Set(names.flatMap((name) => matchKeys(known, name)));
  const keys = [...chosen].map((row): Row => ({
    ...row,
    change: row.trusted === !revoke ? "none" : revoke ? "revoked" : "trusted",
    trusted: !revoke,
  }));
  const due = keys.filter(({ change }) => change !== "none");
  if (due.length > 0 && !dryRun) {
    await changeTrust(
      context,
      workspace,
      due.map(({ writer, name, trusted }) => ({
        ...{ name: name || writer.slice(0, 8), mark: writer, trust: trusted },
      })),
    );
  }
  return { dry_run: dryRun, own, keys };
}

/** Returns the keys of the team and the keys that this user trusts. */
function knownKeys(system: System, { root }: Workspace): Row[] {
  const trusted = new Map(
    [...readTrusted(system)].filter(([mark]) => WRITER_ID.test(mark)),
  );
  const byOthers = trustedByOthers(system, root, new Set(trusted.keys()));
  const writers = new Map(Object.entries(readState(system, root).writers));
  const ids = new Set([...writers.keys(), ...trusted.keys()]);
  return [...ids].sort().map((writer) => ({
    writer,
    name: writers.get(writer)?.name ?? trusted.get(writer)?.session_id ?? "",
    trusted: trusted.has(writer),
    entries: writers.get(writer)?.entries ?? 0,
    git_key: gitKeyOf(writers.get(writer)),
    trusted_by: byOthers.get(writer) ?? [],
    change: "none",
  }));
}

/** Returns, by name, which trusted people trust which key. */
function trustedByOthers(
  system: System,
  root: string,
  trusted: ReadonlySet<string>,
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { writer, name, path } of teamFolders(system, root)) {
    if (!trusted.has(writer)) continue;
    const folder = join(path, "trusts");
    const files = attempt(() => system.files.list(folder)) ?? [];
    for (const file of files) {
      const [, id] = /^([0-9a-f]{32})\.json$/.exec(file.name) ?? [];
      const path = join(folder, file.name);
      const value = readOwnJson(system, path, LARGEST);
      if (id === undefined || !fits(TRUST, value)) continue;
      found.set(id, [...found.get(id) ?? [], name]);
    }
  }
  return found;
}

function gitKeyOf(known: WriterState | undefined): Row["git_key"] {
  if (!known?.git_key) return null;
  const { is: state, fingerprint } = known.git_key;
  return { state, fingerprint };
}

/**
 * Returns the key for a name, or for a prefix of an ID. A fingerprint may
 * select the keys of several machines.
 */
function matchKeys(known: readonly Row[], typed: string): Row[] {
  const signed = known.filter(({ git_key: key }) =>
    key?.state === "checked" && key.fingerprint === typed.trim()
  );
  if (signed.length > 0) return signed;
  const wanted = typed.trim().toLowerCase();
  const named = known.filter(({ name }) => name.toLowerCase() === wanted);
  const found = named.length > 0
    ? named
    : known.filter(({ writer }) =>
      wanted.length >= 8 && writer.startsWith(wanted)
    );
  const [one, ...more] = found;
  if (one && more.length === 0) return [one];
  const list = (rows: readonly Row[]) =>
    rows.map(({ name, writer }) =>
      `${escapeText(name)} (${writer.slice(0, 12)})`
    ).join(", ");
  if (one) {
    throw new MpmError(
      "AMBIGUOUS",
      `${found.length} keys have the name "${typed}"`,
      { hint: `Use the start of the right key ID: ${list(found)}` },
    );
  }
  throw new MpmError("NOT_FOUND", `No known key belongs to "${typed}"`, {
    hint: known.length === 0
      ? '"mpm sync" fetches the logs of others'
      : `Known keys: ${list(known.slice(0, 20))}`,
  });
}
