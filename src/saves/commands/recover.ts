import { defineCommand } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import type { RecoverResult } from "./results.ts";
import { counted } from "../../base/words.ts";
import { recover } from "../manage/recover_steps.ts";

/** `mpm sessions recover` */
export const sessionsRecover = defineCommand({
  name: "sessions recover",
  summary: "Finish or discard an automatic pause that was cut short",
  description: `
claude-mpm records an automatic pause in ACTIVE-PAUSE.jsonl, and shows that file
before any session as long as it is there. This command says what is in it,
lines torn by a crash apart. --finalize saves it as a session, as claude-mpm
would have, with the state of the repository as it is now; --discard moves it
into the trash.`,
  positionals: [],
  flags: {
    finalize: { type: "boolean", summary: "Save it as a session" },
    discard: { type: "boolean", summary: "Move it into the trash" },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be done and write nothing",
    },
  },
  examples: ["mpm sessions recover", "mpm sessions recover --finalize"],
  result: async () => (await import("./results.ts")).RecoverResult,
  async run(context, input) {
    if (input.finalize && input.discard) {
      throw new MpmError("USAGE", "Both --finalize and --discard were given");
    }
    return await recover(context, {
      action: input.finalize
        ? "finalize"
        : input.discard
        ? "discard"
        : undefined,
      dryRun: input["dry-run"],
    });
  },
  render,
});

function render(result: RecoverResult): string {
  if (result.state === "none") return "No automatic pause to recover.\n";
  const { session_id: id, torn_lines: torn, dry_run: dry } = result;
  return [
    headline(result),
    `  ${counted(result.actions, "action")}, ` +
    `${result.started_at ?? "?"} to ${result.last_action_at ?? "?"}`,
    ...torn.length === 0
      ? []
      : [`  Cannot be read: line ${torn.slice(0, 10).join(", ")}`],
    ...result.warnings.map((text) => `  Note: ${escapeText(text)}`),
    ...result.state === "active" && !dry
      ? [
        "Save it with --finalize, or move it into the trash with --discard.",
      ]
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
        ? "Would move it into the trash"
        : `Moved it into ${escapeText(trash ?? "the trash")}`;
    default:
      return `An unfinished automatic pause, ${id ?? "without an id"}: ` +
        escapeText(summary);
  }
}
