import { escapeText } from "../../base/escape.ts";
import { counted, sizeText } from "../../base/words.ts";
import type { SetupRemoveResult } from "../commands/results.ts";

type Removed = SetupRemoveResult["removed"][number];
type Data = SetupRemoveResult["data"][number];

/** Formats the result of `mpm setup --remove`, or its plan. */
export function removeText(
  { dry_run: dry, removed, kept, elsewhere, data }: SetupRemoveResult,
): string {
  return [
    ...removed.length === 0
      ? ["Nothing to remove: mpm is not installed here."]
      : [dry ? "Would remove:" : "Removed:", ...removedLines(removed)],
    ...kept.length === 0 ? [] : [
      "Kept:",
      ...kept.map(({ path, reason }) =>
        `  ${escapeText(path)}: ${escapeText(reason)}`
      ),
    ],
    ...elsewhere.length === 0 ? [] : [
      "Other projects with mpm's hooks or schedules:",
      ...elsewhere.map(({ command }) => `  $ ${escapeText(command)}`),
    ],
    ...data.length === 0 ? [] : [
      "Your data stays. To delete it:",
      ...data.flatMap(dataLines),
    ],
    "",
  ].join("\n");
}

const NOUNS: Readonly<Record<Removed["part"], string>> = {
  "hooks": "hooks",
  "skill": "skill",
  "completion": "completion",
  "man page": "man page",
  "ignore rules": "ignore rules",
  "context part": "mpm's part",
  "instructions": "mpm's instructions",
  "schedule": "schedule",
};

/** The most files of one kind to list; the rest are counted. */
const NAMED = 8;

function removedLines(removed: readonly Removed[]): string[] {
  const parts = Map.groupBy(removed, ({ part }) => part);
  return [...parts].flatMap(([part, all]) => [
    ...all.slice(0, NAMED).map(({ path, action }) =>
      `  ${NOUNS[part]}: ${escapeText(path)}${
        action === "restored" ? ", as it was before" : ""
      }`
    ),
    ...all.length > NAMED
      ? [`  ${NOUNS[part]}: ${all.length - NAMED} more`]
      : [],
  ]);
}

function dataLines({ kind, name, count, bytes, command }: Data): string[] {
  const noun = kind === "refs" ? "ref" : "file";
  const size = [
    ...count === null ? [] : [counted(count, noun)],
    ...bytes === null ? [] : [sizeText(bytes)],
  ].join(", ");
  return [
    `  ${escapeText(name)}${size === "" ? "" : ` (${size})`}: ${WHAT[kind]}`,
    `    $ ${escapeText(command)}`,
  ];
}

const WHAT: Readonly<Record<Data["kind"], string>> = {
  project: "saves, sessions, the log of operations",
  refs: "copies of saves, checkpoints and files",
  git: "worktrees that are being removed",
  settings: "your settings",
  machine: "your key, and records of this machine",
  program: "mpm itself",
};
