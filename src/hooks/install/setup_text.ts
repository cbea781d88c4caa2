import { escapeText } from "../../base/escape.ts";
import { counted } from "../../base/words.ts";
import { aligned, type Style } from "../../cli/mod.ts";
import { initText } from "../../saves/mod.ts";
import type { SetupResult } from "../commands/results.ts";
import { clientText, installText } from "./text.ts";

/** The maximum number of saves to name in the question. */
const NAMED = 10;

/** Lists saves of claude-mpm. */
export function oldSavesText(
  saves: SetupResult["claude_mpm"]["saves"],
): string {
  const more = saves.length - NAMED;
  return [
    `${counted(saves.length, "save")} by claude-mpm in this project:`,
    ...saves.slice(0, NAMED).map(({ session_id: id, summary }) =>
      `  ${id}  ${escapeText(summary)}`
    ),
    ...more > 0 ? [`  and ${more} more`] : [],
  ].join("\n");
}

/** Lists the parts of a conversation that mpm keeps. */
export function sourcesText(sources: SetupResult["conversation"]): string {
  return [
    "Parts of a conversation that mpm keeps, with secrets redacted:",
    ...aligned(sources.map(({ setting, kept, summary }) => [
      kept ? "  on" : "  off",
      setting,
      summary,
    ])),
  ].join("\n");
}

/** Names the programs that were found. */
export function foundText(
  { client, git, other_clients: others, completions }: Pick<
    SetupResult,
    "client" | "git" | "other_clients" | "completions"
  >,
): string {
  const shells = completions.map(({ shell }) => shell);
  return [
    git ?? "git does not run, so mpm cannot see what changed",
    client === null
      ? "Claude Code was not found"
      : `Claude Code ${client.version ?? "(version unknown)"}: ${
        escapeText(client.folder)
      }`,
    ...others.length === 0 ? [] : [`Other clients: ${others.join(", ")}`],
    ...shells.length === 0 ? [] : [`Shells: ${shells.join(", ")}`],
  ].join("\n");
}

/** Says which contents stay out of saves. */
export const CONTENTS_NOTE =
  "Files such as .env* and *.pem stay out of saves. mpm does not scan other " +
  "files for secrets.";

/** Further effects of hooks. */
const BATCHES = "To keep the files of each step for mpm replay: " +
  "mpm config set checkpoint.every batch\n";

/** Returns a result, or the plan for a dry run or a question, as text. */
export function setupText(
  result: SetupResult,
  style: Style,
  { asked }: { asked: boolean },
): string {
  if (asked && !result.dry_run) return writtenText(result, style);
  const { dry_run: dry, init, conversation, config, hooks } = result;
  const { saves, trusted } = result.claude_mpm;
  const switched = dry
    ? "Would change your settings in"
    : "Changed your settings in";
  return [
    ...asked ? [] : [`${foundText(result)}\n`],
    initText({ ...init, dry_run: dry }, "setup"),
    result.contents
      ? `Saves keep the contents of uncommitted files.${
        asked ? "" : ` ${CONTENTS_NOTE}`
      }\n`
      : "Saves do not keep the contents of uncommitted files.\n",
    result.branch_commits ? "Saves are also committed to your branch.\n" : "",
    // If the user was asked, the question already listed them.
    ...!asked
      ? [`${sourcesText(conversation)}\n`]
      : conversation.some(({ kept }) => kept)
      ? []
      : ["Saves do not keep parts of conversations.\n"],
    ...config === null ? [] : [`${switched} ${escapeText(config)}\n`],
    ...hooks === null
      ? []
      // The diff is left out; "mpm hooks install --dry-run" shows it.
      : [
        installText({ ...hooks, dry_run: dry, diff: "" }, style),
        BATCHES,
      ],
    ...result.clients.map((one) =>
      clientText({
        ...{ ...one, dry_run: dry },
        files: one.files.map((file) => ({ ...file, diff: "" })),
      }, style)
    ),
    ...result.completions.map((one) => completionText(one, dry)),
    ...saves.length === 0 ? [] : [
      ...asked ? [] : [`${oldSavesText(saves)}\n`],
      trusted
        ? `${dry ? "Would use" : "Uses"} these saves as your own.\n`
        : "Not verified. To use one as your own: mpm saves trust <save>\n",
    ],
  ].join("");
}

/** Returns what changed, without the lists of the plan just shown. */
function writtenText(result: SetupResult, style: Style): string {
  const { init, config, hooks, completions, claude_mpm: old } = result;
  const isNew = init.created || init.ignore_file !== null;
  const lines = [
    ...isNew ? [initText({ ...init, dry_run: false }, "setup")] : [],
    ...config === null
      ? []
      : [`Changed your settings in ${escapeText(config)}\n`],
    ...hooks && changesHooks(hooks)
      ? [installText({ ...hooks, skills: [], excluded: [] }, style, BRIEF)]
      : [],
    ...result.clients.filter(saysSomething)
      .map((client) => clientText(client, style, BRIEF)),
    ...completions.filter(isWritten).map((one) => completionText(one, false)),
    ...old.trusted ? ["Uses the saves of claude-mpm as your own.\n"] : [],
  ];
  return lines.length === 0
    ? "Everything was already set up.\n"
    : lines.join("");
}

const BRIEF = { brief: true };

type Hooks = NonNullable<SetupResult["hooks"]>;

function changesHooks({ changes, skills, excluded }: Hooks): boolean {
  return excluded.length > 0 ||
    changes.some(({ action }) => action !== "kept") ||
    skills.some(({ action }) => action !== "kept" && action !== "foreign");
}

function saysSomething(client: SetupResult["clients"][number]): boolean {
  return changesClient(client) ||
    client.problems.length + client.warnings.length > 0;
}

function changesClient({ files }: SetupResult["clients"][number]): boolean {
  return files.some(({ action }) => action !== "kept" && action !== "foreign");
}

function isWritten({ action }: SetupResult["completions"][number]): boolean {
  return action === "added" || action === "replaced";
}

/** Returns whether a setup has anything to write. */
export function changesAnything(result: SetupResult): boolean {
  const { init, config, hooks, clients, completions, claude_mpm } = result;
  return init.created || init.ignore_file !== null || config !== null ||
    hooks !== null && changesHooks(hooks) || clients.some(changesClient) ||
    completions.some(isWritten) || claude_mpm.trusted;
}

function completionText(
  { shell, path, action }: SetupResult["completions"][number],
  dry: boolean,
): string {
  const file = escapeText(path);
  switch (action) {
    case "kept":
      return `The completion for ${shell} already exists: ${file}\n`;
    case "foreign":
      return `Not changed, because mpm did not write it: ${file}\n`;
    case "added":
    case "replaced":
      return `${
        dry ? "Would write" : "Wrote"
      } the completion for ${shell}: ${file}\n`;
  }
}
