import { defineCommand, type Style } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { counted } from "../../base/words.ts";
import { syncTeam } from "../sync.ts";
import type { SyncResult } from "./results.ts";

export const sync = defineCommand({
  name: "sync",
  summary: "Share saves, hand-offs and notes through a git remote",
  description: `
Sends your new entries to a git remote and fetches other people's entries. Your saves, hand-offs, notes and claims go into your log, under refs/mpm/ on the remote. Your branches do not change, and a plain "git clone" does not fetch the log. Without a remote, mpm uses the remote of the last sync. mpm never syncs by itself unless you set "sync.auto" in your own configuration.

mpm signs entries with a key of this installation. --with-conversation also sends agents' messages and tool output, encrypted for your team.
--with-contents also sends the uncommitted files in your saves, encrypted but
not redacted. --prune replaces your log with a shorter log. Others keep any entries that they have already fetched.

"mpm undo" does not undo a sync, because others may already have the entries.`,
  positionals: [{
    name: "remote",
    summary:
      "The name or URL of a git remote; default: the remote of the last sync",
    optional: true,
  }],
  flags: {
    "with-conversation": {
      type: "boolean",
      summary: "Also send messages and tool output, encrypted for the team",
    },
    "with-contents": {
      type: "boolean",
      summary:
        "Also send the uncommitted files in saves, encrypted for the team",
    },
    prune: {
      type: "boolean",
      summary: "Shorten your log to the sync.max_age and sync.max_mb limits",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be sent without sending or fetching anything",
    },
  },
  examples: ["mpm sync origin", "mpm sync --dry-run"],
  result: async () => (await import("./results.ts")).SyncResult,
  settles: true,
  run: (context, input) =>
    syncTeam(context, {
      remote: input.remote,
      dryRun: input["dry-run"],
      prune: input.prune,
      sending: {
        conversation: input["with-conversation"],
        contents: input["with-contents"],
      },
    }),
  render,
  status: ({ problems }) => problems.length === 0 ? 0 : 6,
});

function render(result: SyncResult, style: Style): string {
  const { dry_run: dry, sent, received, remote, writers, problems } = result;
  const { dropped, pushed } = result;
  const kinds = Map.groupBy(sent, ({ kind }) => kind);
  const parts = [...kinds].map(([kind, all]) =>
    counted(all.length, kind === "handoff" ? "hand-off" : kind)
  );
  const what = parts.join(", ") || "nothing new";
  const name = escapeText(remote);
  const isLeft = sent.length > 0 && !pushed;
  const lines = dry ? [`Would send to ${name}: ${what}`] : [
    `${isLeft ? "Not sent yet" : "Sent"} to ${name}: ${what}`,
    `Received: ${
      received === 0 ? "nothing new" : counted(received, "entry", "entries")
    }`,
  ];
  if (dropped > 0) {
    const gone = counted(dropped, "entry", "entries");
    lines.push(`Removed from your log: ${gone}; others may have a copy`);
  }
  for (const { writer, name, new: fresh, locked, problems } of writers) {
    const notes = [
      ...fresh > 0 ? [`${fresh} new`] : [],
      ...locked > 0 ? [`${locked} not encrypted to you`] : [],
      ...problems.map(escapeText),
    ];
    if (notes.length === 0) continue;
    const who = escapeText(name) || writer.slice(0, 8);
    lines.push(`  ${style.cyan(who)}: ${notes.join("; ")}`);
  }
  lines.push(...problems.map((text) => style.red(escapeText(text))));
  return `${lines.join("\n")}\n`;
}
