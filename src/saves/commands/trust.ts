import { type Context, defineCommand } from "../../cli/command.ts";
import type { Style } from "../../cli/style.ts";
import { cut } from "../../cli/table.ts";
import { escapeText } from "../../base/escape.ts";
import type { TrustResult } from "./results.ts";
import { MpmError } from "../../base/errors.ts";
import { locate } from "../../git/workspace.ts";
import type { Workspace } from "../../git/repository.ts";
import {
  CHECKPOINT_PREFIX,
  type Origin,
  Origins,
  readTrusted,
  trustedOf,
  writeTrusted,
} from "../trust/origins.ts";
import type { SaveEntry } from "../store/save_entry.ts";
import { loadSave } from "../store/load_save.ts";
import { listSaves, matchSaves } from "../store/read_saves.ts";
import { openStore } from "../store/recover.ts";
import { withUserLock } from "../../ops/lock.ts";
import type { System } from "../../system/system.ts";
import { journaled } from "../../ops/journaled.ts";
import { chosenCheckpoints } from "../trust/checkpoints.ts";

/** `mpm sessions trust` */
export const sessionsTrust = defineCommand({
  name: "sessions trust",
  summary: "Take saves that somebody else made for yours",
  description: `
A save that you did not make on this machine is shown as foreign: one of a clone
or a pull, an imported one, one of claude-mpm's. Read it first ("mpm sessions
show"), then trust it. What is kept is a digest of the content, in your own state
folder: once anything in the save is changed, it is foreign again. --revoke takes
the trust back; --list shows what you trust, in every project. A checkpoint is
named by "checkpoint/" and its name.`,
  positionals: [{
    name: "selectors",
    summary: "Which: ids, parts of them, numbers, names; checkpoint/<name>",
    rest: true,
  }],
  flags: {
    all: {
      type: "boolean",
      summary: "Every session and checkpoint of this project",
    },
    revoke: { type: "boolean", summary: "Trust them no longer" },
    list: { type: "boolean", summary: "List what is trusted" },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be done and change nothing",
    },
  },
  examples: [
    "mpm sessions trust session-20261120-143022",
    "mpm sessions trust checkpoint/before-refactoring",
    "mpm sessions trust --all --dry-run",
    "mpm sessions trust 0 --revoke",
    "mpm sessions trust --list",
  ],
  result: async () => (await import("./results.ts")).TrustResult,
  async run(context, input) {
    return input.list
      ? listTrusted(context, input)
      : await trust(context, input);
  },
  render,
});

const WORDS = {
  trusted: "Trusted",
  revoked: "No longer trusted",
  own: "Yours already",
  unchanged: "As it was",
  unreadable: "Cannot be read",
};

function render(result: TrustResult, style: Style): string {
  const { dry_run: dry, sessions, trusted } = result;
  if (trusted !== null) {
    const rows = trusted.map(({ session_id: id, project, at }) =>
      `${id}  ${at.slice(0, 10)}  ${escapeText(project)}\n`
    );
    return rows.length === 0 ? "No save of anybody else is trusted.\n" : rows
      .join("");
  }
  const lines = sessions.map(({ session_id: id, change, summary }) => {
    const text = cut(escapeText(summary) || "(no summary)", 50);
    return `${WORDS[change]}: ${style.cyan(id)}  ${text}\n`;
  });
  const head = dry ? "Dry run: nothing was changed\n" : "";
  return head +
    (lines.length === 0 ? "There is no session.\n" : lines.join(""));
}

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

/** Trusts saves and checkpoints as they are now, or no longer. */
export async function trust(
  context: Context,
  input: TrustInput,
): Promise<TrustResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const { root } = workspace;
  await openStore(system, root);
  const entries = await chosen(system, root, input);
  const origins = new Origins(system);
  const rows: Row[] = [];
  for (const entry of entries) {
    rows.push(await rowOf(system, entry, { input, origins }));
  }
  for (const { mark, ...one } of await chosenCheckpoints(context, input)) {
    const change = changeOf(origins.of(mark), input);
    rows.push({ ...one, sha256: mark.digest, change });
  }
  const dryRun = input["dry-run"];
  const due = rows.filter(({ change }) =>
    ["trusted", "revoked"].includes(change)
  );
  if (due.length > 0 && !dryRun) await apply(context, workspace, due);
  return { dry_run: dryRun, sessions: rows, trusted: null };
}

async function apply(
  context: Context,
  workspace: Workspace,
  due: readonly Row[],
): Promise<void> {
  const { root } = workspace;
  const digests = due.map(({ sha256 }) => sha256!);
  await journaled(
    context,
    ({ system }) =>
      withUserLock(system, () => {
        const saves = readTrusted(system);
        const before = trustedOf(saves, digests);
        const at = system.now().toISOString();
        for (const { session_id, sha256, change } of due) {
          if (change === "revoked") saves.delete(sha256!);
          else saves.set(sha256!, { session_id, project: root, at });
        }
        writeTrusted(system, saves);
        return { before, after: trustedOf(saves, digests) };
      }),
    {
      operation: "sessions trust",
      workspace,
      keepsOwn: true,
      title: () => titleOf(due),
      facts: ({ before, after }) => ({
        before: { trusted: before },
        after: { trusted: after },
      }),
    },
  );
}

function titleOf(due: readonly Row[]): string {
  const [{ change, session_id } = due[0]!, ...more] = due;
  const verb = change === "revoked" ? "no longer trust" : "trust";
  return more.length === 0
    ? `${verb} ${session_id}`
    : `${verb} ${session_id} and ${more.length} more`;
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
  const named = selectors.filter((one) => !one.startsWith(CHECKPOINT_PREFIX));
  return all
    ? await listSaves(system, root)
    : await matchSaves(system, root, named);
}

/** By what is in the file now, not by what a list knows of it. */
async function rowOf(
  system: System,
  entry: SaveEntry,
  { input, origins }: { input: TrustInput; origins: Origins },
): Promise<Row> {
  const { id: session_id } = entry;
  try {
    const { digest } = await loadSave(system, entry);
    const origin = origins.of({ id: session_id, digest });
    return {
      session_id,
      summary: entry.summary,
      sha256: digest,
      change: changeOf(origin, input),
    };
  } catch (error) {
    if (!(error instanceof MpmError) || !input.all) throw error;
    const change = "unreadable" as const;
    return { session_id, summary: entry.summary, sha256: null, change };
  }
}

function changeOf(origin: Origin, { revoke }: TrustInput): Row["change"] {
  if (origin === "own") return "own";
  if (origin === (revoke ? "foreign" : "trusted")) return "unchanged";
  return revoke ? "revoked" : "trusted";
}
