import {
  type Context,
  cut,
  defineCommand,
  flag,
  type Style,
} from "../../cli/mod.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import {
  CONTENTS,
  Git,
  locate,
  readCheckpointRefs,
  type Workspace,
} from "../../git/mod.ts";
import {
  changeTrust,
  CHECKPOINT_PREFIX,
  CONTENTS_PREFIX,
  contentsMark,
  listSaves,
  loadSave,
  matchSaves,
  openStore,
  Origins,
  readTrusted,
  type SaveEntry,
  WRITER_ID,
} from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import { findPlace, listCheckpoints } from "../place.ts";
import { ownMark } from "../record.ts";
import { matchCheckpoint } from "../select.ts";
import type { TrustResult } from "./results.ts";

export const sessionsTrust = defineCommand({
  name: "saves trust",
  summary: "Trust saves made by someone else",
  description: `
mpm shows a save that you did not make on this machine as "from NAME (not
verified)". The save may come from a clone, a pull, an import, or claude-mpm. The name proves nothing, because anyone can choose it. Read the save
first ("mpm saves show"), then trust it. mpm keeps a digest of the content in
your own state folder. If anything in the save changes, you have to trust it
again. To stop trusting a save, use --revoke. --list shows the saves that you trust in all projects. To trust a checkpoint, prefix its name with "checkpoint/". If you trust a save, you also trust the uncommitted files in it.`,
  positionals: [{
    name: "selectors",
    summary:
      "The saves: IDs or parts of IDs, numbers, names, or checkpoint/<name>",
    rest: true,
  }],
  flags: {
    all: flag("All saves and checkpoints of this project"),
    revoke: flag("Stop trusting the saves"),
    list: flag("List the saves that you trust"),
    "dry-run": flag("Show what would happen without changing anything"),
  },
  examples: [
    "mpm saves trust session-20261120-143022",
    "mpm saves trust checkpoint/before-refactoring",
    "mpm saves trust --all --dry-run",
    "mpm saves trust 0 --revoke",
    "mpm saves trust --list",
  ],
  result: async () => (await import("./results.ts")).TrustResult,
  async run(context, input): Promise<TrustResult> {
    if (input.list) return listTrusted(context.system, input);
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    await openStore(system, workspace.root);
    const saves = await chosenSaves(system, workspace.root, input);
    const origins = new Origins(system);
    const rows: Row[] = [];
    for (
      const { session_id, summary, mark } of [
        ...saves,
        ...await contentsOf(system, workspace, saves),
        ...await chosenCheckpoints(context, input),
      ]
    ) {
      const change = mark ? changeOf(origins, mark, input) : "unreadable";
      const sha256 = mark?.digest ?? null;
      rows.push({ session_id, summary, sha256, change });
    }
    const due = rows.filter(({ change }) =>
      ["trusted", "revoked"].includes(change)
    );
    const dryRun = input["dry-run"];
    if (due.length > 0 && !dryRun) {
      await changeTrust(
        context,
        workspace,
        due.map(({ session_id, sha256, change }) => ({
          ...{ name: session_id, mark: sha256!, trust: change === "trusted" },
        })),
      );
    }
    return { dry_run: dryRun, sessions: rows, trusted: null };
  },
  render,
});

/** The saves and checkpoints to trust, and the action. */
interface TrustInput {
  readonly selectors: readonly string[];
  readonly all: boolean;
  readonly revoke: boolean;
}

type Row = TrustResult["sessions"][number];

/** A save or checkpoint that the user named. */
interface Chosen {
  readonly session_id: string;
  readonly summary: string;
  /** The mark of the origin; `undefined` if it cannot be read. */
  readonly mark: { readonly id: string; readonly digest: string } | undefined;
}

/** Returns everything that this user trusts, newest first. Throws USAGE. */
function listTrusted(
  system: System,
  { selectors, all, revoke }: TrustInput,
): TrustResult {
  if (selectors.length > 0 || all || revoke) {
    throw new MpmError("USAGE", "Cannot combine --list with other arguments", {
      hint: "It lists the saves that you trust in all projects",
    });
  }
  const trusted = [...readTrusted(system)]
    .filter(([mark]) => !WRITER_ID.test(mark))
    .map(([sha256, { session_id, project, at }]) => ({
      ...{ session_id, project, at },
      sha256,
    }))
    .sort((a, b) => a.at < b.at ? 1 : -1);
  return { dry_run: false, sessions: [], trusted };
}

async function chosenSaves(
  system: System,
  root: string,
  { selectors, all }: TrustInput,
): Promise<Chosen[]> {
  if (all === selectors.length > 0) {
    throw new MpmError(
      "USAGE",
      all ? "Cannot combine --all with a save" : "Missing argument <save>",
      { hint: '"mpm saves list" shows the saves; --all selects all saves' },
    );
  }
  const named = selectors.filter((one) => !one.startsWith(CHECKPOINT_PREFIX));
  const entries = all
    ? await listSaves(system, root)
    : await matchSaves(system, root, named);
  // Uses the current content of the file, not the data from the list.
  const read = async (entry: SaveEntry): Promise<Chosen> => {
    const load = () => loadSave(system, entry);
    const loaded = all ? await attempt(load) : await load();
    const mark = loaded && { id: entry.id, digest: loaded.digest };
    return { session_id: entry.id, summary: entry.summary, mark };
  };
  const chosen: Chosen[] = [];
  for (const entry of entries) chosen.push(await read(entry));
  return chosen;
}

/** Returns the uncommitted files that git keeps for some of the saves. */
async function contentsOf(
  system: System,
  { git, worktree }: Workspace,
  saves: readonly Chosen[],
): Promise<Chosen[]> {
  if (git !== "repository") return [];
  const refs = await readCheckpointRefs(new Git(system, worktree), CONTENTS);
  return saves.flatMap(({ session_id: id }) => {
    const commit = refs.get(id);
    return commit === undefined ? [] : [{
      session_id: `${CONTENTS_PREFIX}${id}`,
      summary: "Its uncommitted files",
      mark: contentsMark(id, commit),
    }];
  });
}

/** Returns the named checkpoints. Throws NOT_FOUND, AMBIGUOUS. */
async function chosenCheckpoints(
  context: Context,
  { selectors, all }: TrustInput,
): Promise<Chosen[]> {
  const named = selectors.filter((one) => one.startsWith(CHECKPOINT_PREFIX))
    .map((one) => one.slice(CHECKPOINT_PREFIX.length));
  if (!all && named.length === 0) return [];
  const place = await findPlace(context);
  const records = await listCheckpoints(context.system, place);
  const chosen = all
    ? records
    : new Set(named.map((one) => matchCheckpoint(records, one)));
  return [...chosen].map((record) => ({
    session_id: `${CHECKPOINT_PREFIX}${record.id}`,
    summary: record.note ?? record.name,
    mark: ownMark(record),
  }));
}

function changeOf(
  origins: Origins,
  mark: NonNullable<Chosen["mark"]>,
  { revoke }: TrustInput,
): Row["change"] {
  const origin = origins.of(mark);
  if (origin === "own") return "own";
  if (origin === (revoke ? "foreign" : "trusted")) return "unchanged";
  return revoke ? "revoked" : "trusted";
}

const WORDS = {
  trusted: "Trusted",
  revoked: "No longer trusted",
  own: "Already yours",
  unchanged: "Unchanged",
  unreadable: "Cannot be read",
};

function render(result: TrustResult, style: Style): string {
  const { dry_run: dry, sessions, trusted } = result;
  if (trusted !== null) {
    const rows = trusted.map(({ session_id: id, project, at }) =>
      `${id}  ${at.slice(0, 10)}  ${escapeText(project)}\n`
    );
    return rows.join("") || "You trust no saves by other people.\n";
  }
  const lines = sessions.map(({ session_id: id, change, summary }) => {
    const text = cut(escapeText(summary) || "(no summary)", 50);
    return `${WORDS[change]}: ${style.cyan(id)}  ${text}\n`;
  });
  const head = dry ? "Dry run: nothing was changed\n" : "";
  return head + (lines.join("") || "No saves.\n");
}
