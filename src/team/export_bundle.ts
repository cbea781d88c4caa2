import { MpmError } from "../base/errors.ts";
import type { Context } from "../cli/mod.ts";
import { findWorkspace, Git } from "../git/mod.ts";
import { ensureStoreId, withLock } from "../ops/mod.ts";
import { exportTarget, writeExport } from "../saves/mod.ts";
import { BUNDLE_FILE, bundleBytes } from "./bundle.ts";
import { openCipher } from "./cipher.ts";
import type { ExportResult } from "./commands/results.ts";
import type { NewEntry } from "./entry.ts";
import { gatherUnsent, type Sending } from "./gather.ts";
import type { Signer } from "./keys.ts";
import { NO_STATE } from "./state.ts";
import { authorName, ensureSigner } from "./write_log.ts";

/** The options of an export. */
interface ExportInput {
  /** The file or folder, as typed; `undefined`: not given. */
  readonly to: string | undefined;
  /** Keys that replace those of the team. */
  readonly recipients: readonly string[];
  readonly sending: Sending;
  readonly dryRun: boolean;
}

/**
 * Writes everything that this user shares from the project into one file.
 * Throws USAGE for a bad recipient. Throws CONFLICT for a file that must not be
 * replaced, or a conversation that would not be encrypted.
 */
export async function exportBundle(
  context: Context,
  { to, recipients: given, sending, dryRun }: ExportInput,
): Promise<ExportResult> {
  const { system, folder } = context;
  if (to === undefined) {
    throw new MpmError("USAGE", "No file was named", {
      hint: "mpm export --to bundle.json",
    });
  }
  const workspace = await findWorkspace(context);
  const { root } = workspace;
  const recipients = given.length > 0
    ? await checkedRecipients(given)
    : openCipher(context, root).recipients;
  const { contents, conversation } = sending;
  if ((contents || conversation) && recipients.length === 0) {
    const what = contents ? "files" : "a conversation";
    throw new MpmError(
      "CONFLICT",
      `Cannot export ${what} without encryption`,
      { hint: "Add --recipient age1…, or a team: mpm team add" },
    );
  }
  const ending = recipients.length > 0 ? ".age" : BUNDLE_FILE.ending;
  const file = { ...BUNDLE_FILE, ending };
  const target = exportTarget(system, to, { folder, root, file });
  const signer = dryRun ? undefined : ensureSigner(system);
  const { entries, problems } = await allEntries(context, workspace, {
    ...{ sending, signer },
  });
  const rows = entries.map(({ kind, id }) => ({ kind, id }));
  const answer = { dry_run: dryRun, recipients: [...recipients], problems };
  const path = target.path("mpm-bundle");
  if (!signer || entries.length === 0) {
    return { ...answer, file: entries.length > 0 ? path : null, entries: rows };
  }
  const storeId = await withLock(
    system,
    root,
    () => ensureStoreId(system, root),
  );
  const place = { storeId, now: system.now() };
  const plain = bundleBytes(signer, entries, place);
  const bytes = recipients.length > 0
    ? await (await import("./crypto/age.ts")).encrypt(recipients, plain)
    : plain;
  return { ...answer, file: writeExport(system, path, bytes), entries: rows };
}

async function checkedRecipients(texts: readonly string[]): Promise<string[]> {
  const { checkedRecipient } = await import("./crypto/age.ts");
  return [...new Set(texts.map(checkedRecipient))];
}

/**
 * Returns everything that this user shares, and the parts that cannot be read.
 */
async function allEntries(
  context: Context,
  workspace: Awaited<ReturnType<typeof findWorkspace>>,
  { sending, signer }: { sending: Sending; signer: Signer | undefined },
): Promise<{ entries: NewEntry[]; problems: string[] }> {
  const { system } = context;
  const unsent = await gatherUnsent(context, workspace, {
    ...{ state: NO_STATE, sending, signer },
  });
  const git = new Git(system, workspace.worktree);
  const author = await authorName({ system, git });
  const at = system.now().toISOString();
  const entries: NewEntry[] = [];
  const problems: string[] = [];
  for (const { kind, id, content: read } of unsent) {
    const content = await read();
    if (content !== undefined) entries.push({ kind, at, author, id, content });
    // Git cannot sign, which a note has already reported.
    else if (kind !== "key") {
      problems.push(`Left out ${kind} ${id}: it is damaged or too large`);
    }
  }
  return { entries, problems };
}
