import { NO_WORK } from "../pause/agent.ts";
import { type Context, defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import type { RecoverResult } from "./results.ts";
import { counted } from "../../base/words.ts";
import { locate, readState } from "../../git/mod.ts";
import { activePauseFields, finalizedLine } from "../legacy/active_pause.ts";
import {
  discardRecord,
  finalizeRecord,
  type PauseRecord,
  readPauseRecord,
  startOf,
} from "../legacy/finalize_pause.ts";
import { NO_CONTENT } from "../content.ts";
import { buildSave, type Draft, type Slot } from "../draft.ts";
import { normalize } from "../normalize.ts";
import { field } from "../../base/parsed_values.ts";
import type { Save } from "../save.ts";
import { UNKNOWN_USAGE } from "../../clients/mod.ts";
import { journaled, layout } from "../../ops/mod.ts";
import { bringBack, chooseLost, lostRows } from "../store/copies.ts";
import { fromWhom } from "../trust/foreign.ts";
import { changeStore, openStore } from "../store/recover.ts";
import { freeId } from "../store/write_save.ts";
import { BUILD, VERSION } from "../../base/version.ts";

/** `mpm saves recover` */
export const sessionsRecover = defineCommand({
  name: "saves recover",
  summary: "Recover saves from git, or an interrupted automatic pause",
  description: `
Lists saves that have a copy in git but no files on the disk. If you pass IDs or --all, mpm writes those files again. It never does so unasked, because someone may have removed the files on purpose.

claude-mpm records an automatic pause in ACTIVE-PAUSE.jsonl. This command shows the contents of that file, except for incomplete lines. --finalize writes the save that claude-mpm would have written, with the repository's current state. --discard moves the file to the trash.`,
  positionals: [{
    name: "ids",
    summary: "The IDs of saves that are missing from the disk",
    rest: true,
  }],
  flags: {
    all: {
      type: "boolean",
      summary: "Recover all saves that are missing from the disk",
    },
    finalize: {
      type: "boolean",
      summary: "Turn the automatic pause into a save",
    },
    discard: {
      type: "boolean",
      summary: "Move the automatic pause to the trash",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would happen without writing anything",
    },
  },
  examples: [
    "mpm saves recover",
    "mpm saves recover session-20261120-120000",
    "mpm saves recover --all",
    "mpm saves recover --finalize",
  ],
  result: async () => (await import("./results.ts")).RecoverResult,
  async run(context, input) {
    if (input.finalize && input.discard) {
      throw new MpmError("USAGE", "Cannot combine --finalize with --discard");
    }
    const { ids, all, finalize, discard } = input;
    if (ids.length > 0 || all) {
      if (finalize || discard || ids.length > 0 && all) {
        throw new MpmError(
          "USAGE",
          "Name save IDs, or use --all, --finalize or --discard",
        );
      }
      return await recoverSaves(context, input);
    }
    const result = await recover(context, input);
    const workspace = await locate(context.system, context.folder);
    const lost = await chooseLost(context.system, workspace, []);
    const rows = await lostRows(context.system, workspace, lost);
    return { ...result, lost: rows };
  },
  render,
});

async function recoverSaves(
  context: Context,
  { ids, "dry-run": dryRun }: {
    ids: readonly string[];
    "dry-run": boolean;
  },
): Promise<RecoverResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  await openStore(system, workspace.root);
  const chosen = await chooseLost(system, workspace, ids);
  const recovered = await lostRows(system, workspace, chosen);
  if (!dryRun) await bringBack(context, workspace, chosen);
  const source = layout(workspace.root).activePause;
  return {
    ...describeRecord(undefined, { source, dryRun }),
    state: "recovered",
    recovered,
  };
}

function rowLines(rows: RecoverResult["lost"]): string[] {
  return rows.map(({ session_id: id, origin, summary }) => {
    const whose = origin === "foreign" ? `  ${fromWhom()}` : "";
    return `  ${id}  ${escapeText(summary) || "(no summary)"}${whose}`;
  });
}

function render(result: RecoverResult): string {
  const { recovered, lost, state, dry_run: isDry } = result;
  if (state === "recovered") {
    const verb = isDry ? "Would recover" : "Recovered";
    return [
      `${verb} ${counted(recovered.length, "save")} from git`,
      ...rowLines(recovered),
      "",
    ].join("\n");
  }
  const gone = lost.length === 0 ? "" : [
    `${
      counted(lost.length, "save")
    } missing from the disk, with a copy in git:`,
    ...rowLines(lost),
    'To restore their files: "mpm saves recover <id>", or "mpm saves recover --all"',
    "",
  ].join("\n");
  return gone + (state === "none" && gone !== "" ? "" : recordText(result));
}

function recordText(result: RecoverResult): string {
  if (result.state === "none") {
    return "Nothing to recover: no save is missing from the disk, and no automatic pause was interrupted.\n";
  }
  const { session_id: id, torn_lines: torn, dry_run: dry } = result;
  return [
    headline(result),
    `  ${counted(result.actions, "action")}, ` +
    `${result.started_at ?? "?"} to ${result.last_action_at ?? "?"}`,
    ...torn.length === 0
      ? []
      : [`  Unreadable: line ${torn.slice(0, 10).join(", ")}`],
    ...result.warnings.map((text) => `  Note: ${escapeText(text)}`),
    ...result.state === "active" && !dry
      ? ["Save it with --finalize, or move it to the trash with --discard."]
      : [],
    ...result.state === "finalized" && !dry && id !== null
      ? [`Resume it with: mpm resume ${id}`]
      : [],
    "",
  ].join("\n");
}

function headline(result: RecoverResult): string {
  const { state, session_id: id, dry_run: dry, summary, trash } = result;
  switch (state) {
    case "finalized":
      return `${dry ? "Would save" : "Saved"} it as ${id}: ` +
        escapeText(summary);
    case "discarded":
      return dry
        ? "Would move it to the trash"
        : `Moved it to ${escapeText(trash ?? "the trash")}`;
    default:
      return `An unfinished automatic pause, ${id ?? "without an ID"}: ` +
        escapeText(summary);
  }
}

const RECOVER = "sessions recover" as const;

/** Reads the record, and finalizes or discards it if requested. */
async function recover(
  context: Context,
  { finalize, discard, "dry-run": dryRun }: {
    finalize: boolean;
    discard: boolean;
    "dry-run": boolean;
  },
): Promise<RecoverResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const { root } = workspace;
  await openStore(system, root);
  const record = readPauseRecord(system, root);
  const source = layout(root).activePause;
  const described = describeRecord(record, { source, dryRun });
  if (!finalize && !discard) return described;
  if (!record) {
    throw new MpmError("NOT_FOUND", `File "${source}" not found`, {
      hint: "This project has no interrupted automatic pause",
    });
  }
  const deed = { operation: RECOVER, workspace, lock: changeStore };
  if (discard) {
    const trash = dryRun ? null : await journaled(
      context,
      ({ system }) => discardRecord(system, root),
      { ...deed, title: () => "discard an automatic pause" },
    );
    return { ...described, state: "discarded", trash };
  }
  refuseEmpty(record, source);
  if (dryRun) {
    const id = freeId(system, root, new Date(startOf(record)));
    return { ...described, state: "finalized", session_id: id };
  }
  const state = workspace.git === "repository"
    ? await readState(system, workspace)
    : undefined;
  const last = Date.parse(record.pause.actions.at(-1)?.timestamp ?? "");
  const time = new Date(Number.isNaN(last) ? startOf(record) : last);
  const draft: Draft = { ...EMPTY, workspace, state, time };
  const now = system.now();
  const { id, warnings } = await journaled(
    context,
    ({ system }) =>
      finalizeRecord(system, workspace, {
        record,
        build: (slot) => recoveredSave(draft, { slot, record, now }),
        line: (id) => finalizedLine(record.pause, { id, now }),
      }),
    { ...deed, title: ({ id }) => `save an automatic pause as ${id}` },
  );
  return {
    ...described,
    state: "finalized",
    session_id: id,
    warnings: [...warnings],
  };
}

const EMPTY = {
  content: NO_CONTENT,
  agent: null,
  work: NO_WORK,
  usage: UNKNOWN_USAGE,
  version: VERSION,
  build: BUILD,
};

function describeRecord(
  record: PauseRecord | undefined,
  { source, dryRun }: { source: string; dryRun: boolean },
): RecoverResult {
  const actions = record?.pause.actions ?? [];
  const torn = record?.pause.torn ?? [];
  const fields = record ? activePauseFields(record.pause) : {};
  const summary = field(field(fields, "conversation"), "summary");
  return {
    dry_run: dryRun,
    state: record ? "active" : "none",
    source,
    session_id: record?.pause.id ?? null,
    summary: typeof summary === "string" ? summary : "",
    started_at: actions[0]?.timestamp || null,
    last_action_at: actions.at(-1)?.timestamp || null,
    actions: actions.length,
    torn_lines: [...torn],
    trash: null,
    recovered: [],
    lost: [],
    warnings: [],
  };
}

function refuseEmpty({ pause }: PauseRecord, source: string): void {
  if (pause.actions.length > 0) return;
  throw new MpmError("UNREADABLE", `"${source}" contains no readable lines`, {
    hint: "mpm saves recover --discard moves it to the trash",
  });
}

function recoveredSave(
  draft: Draft,
  { slot, record, now }: { slot: Slot; record: PauseRecord; now: Date },
): Save {
  const save = buildSave(draft, slot);
  const reminder =
    `Recovered at ${now.toISOString()} from an automatic pause. The ` +
    "repository state is from that time, not from the last action";
  const { save: whole } = normalize({
    ...save,
    ...activePauseFields(record.pause),
    "important_reminders": [...save.important_reminders, reminder],
    "mpm": { ...save.mpm, "kind": "recovered" },
  }, slot.id);
  return whole;
}
