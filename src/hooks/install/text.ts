import { escapeDiff, escapeText } from "../../base/escape.ts";
import { aligned, noteLines, type Style } from "../../cli/mod.ts";
import { counted } from "../../base/words.ts";
import type {
  ClientFilesResult,
  HookFinding,
  HooksInstallResult,
  HooksProfileResult,
  HooksStatusResult,
  HooksTestResult,
  HooksUninstallResult,
} from "../commands/results.ts";

type Change = HooksInstallResult["changes"][number];
type Skill = HooksInstallResult["skills"][number];

/** `brief` leaves out the lists that the question showed. */
interface Form {
  readonly brief: boolean;
}

/** Formats the answer of `mpm hooks install`. */
export function installText(
  result: HooksInstallResult,
  style: Style,
  { brief }: Form = { brief: false },
): string {
  const { dry_run: dry, diff, path, changes, skills, warnings } = result;
  const parts = [
    ...skillLines(skills, dry),
    ...excludeLines(result.excluded, dry),
  ];
  const written = changes.filter(({ action }) => action !== "kept");
  const notes = notesOf(warnings, style);
  if (dry && diff !== "") {
    const lines = parts.map((line) => `${line}\n`);
    return escapeDiff(diff) + lines.join("") + notes;
  }
  const head = written.length === 0
    ? [`mpm's hooks are already in ${escapeText(path)}: nothing changed`]
    : dry
    ? [
      `Would install mpm's hooks in ${escapeText(path)}`,
      ...changeLines(written),
    ]
    : [
      `Installed mpm's hooks in ${escapeText(path)}`,
      ...brief ? [] : changeLines(written),
      ...result.backup === null
        ? []
        : [`The old file: ${escapeText(result.backup)}`],
      "Claude Code loads them automatically; a running session may need a " +
      "restart.",
    ];
  return [...head, ...parts].join("\n") + `\n${notes}`;
}

/** Formats the result of `mpm hooks uninstall`. */
export function uninstallText(
  result: HooksUninstallResult,
  style: Style,
): string {
  const { dry_run: dry, diff, path, changes, skills, warnings } = result;
  const notes = notesOf(warnings, style);
  if (dry && diff !== "") {
    const lines = skillLines(skills, dry).map((line) => `${line}\n`);
    return escapeDiff(diff) + lines.join("") + notes;
  }
  const what = escapeText(path);
  const head = changes.length === 0
    ? `No mpm hooks in ${what}`
    : result.removed
    ? `Removed ${what}, which contained only mpm's hooks`
    : result.restored
    ? `Restored ${what} exactly as it was before mpm's hooks`
    : `Removed ${counted(changes.length, "mpm entry", "mpm entries")} from ` +
      `${what}; the rest of the file has changed since then, so mpm kept it`;
  return [head, ...skillLines(skills, dry)].join("\n") + `\n${notes}`;
}

function changeLines(changes: readonly Change[]): string[] {
  return (["added", "replaced", "removed"] as const).flatMap((action) => {
    const events = changes.filter((change) => change.action === action)
      .map(({ at }) => escapeText(at));
    return events.length === 0 ? [] : [`  ${action}: ${events.join(", ")}`];
  });
}

function skillLines(skills: readonly Skill[], dry: boolean): string[] {
  const changed = (["added", "replaced", "removed"] as const)
    .flatMap((action) => {
      const names = skills.filter((skill) => skill.action === action)
        .map(({ name }) => `/${name}`);
      return names.length === 0 ? [] : [
        `Skills ${dry ? "that would be " : ""}${action}: ${names.join(", ")}`,
      ];
    });
  const kept = skills.filter(({ action }) => action === "foreign")
    .map(({ name, path }) =>
      `Kept /${name}, because you edited it: ${escapeText(path)}`
    );
  return [...changed, ...kept];
}

function excludeLines(excluded: readonly string[], dry: boolean): string[] {
  if (excluded.length === 0) return [];
  const what = excluded.length === 1 ? "it" : "these files";
  return [
    `Git ${dry ? "would ignore" : "ignores"} ${what} from now on (in ` +
    ".git/info/exclude)",
  ];
}

function notesOf(warnings: readonly string[], style: Style): string {
  return noteLines(warnings, style).map((line) => `${line}\n`).join("");
}

/** Formats the result of `mpm hooks status`. */
export function hooksStatusText(
  { installed, clients, plugins, findings }: HooksStatusResult,
  style: Style,
): string {
  const count = installed.length + clients.length + plugins.length;
  if (count + findings.length === 0) {
    return "mpm hooks are not installed. Install them with: mpm hooks install\n";
  }
  const places = installed.map(
    ({ scope, path, binary, version, events, status_line: line }) =>
      `${scope}: ${escapeText(path)}\n` +
      `  ${counted(events.length, "event")}` +
      `${line ? " and the status line" : ""}, mpm ${escapeText(version)}, ` +
      escapeText(binary),
  );
  return [
    ...places,
    ...clients.map(({ title, path, binary, version, events }) =>
      `${title}: ${escapeText(path)}\n` +
      `  ${events.length === 0 ? "" : `${counted(events.length, "event")}, `}` +
      `mpm ${escapeText(version)}, ` +
      escapeText(binary)
    ),
    ...plugins.map((path) =>
      `plugin: ${escapeText(path)}\n  starts the mpm on PATH`
    ),
    ...findings.map((one) => findingText(one, style)),
    ...findings.length === 0 ? ["Everything is in order."] : [],
    "",
  ].join("\n");
}

function findingText(
  { problem, path, detail, hint: fix }: HookFinding,
  style: Style,
): string {
  const colour = problem === "untrusted" ? "red" : "yellow";
  return style[colour](`Problem: ${escapeText(detail)}`) +
    `\n  in ${escapeText(path)}\n  fix: ${escapeText(fix)}`;
}

/** Formats the result of `mpm hooks test`. */
export function hooksTestText(
  { tests, warnings }: HooksTestResult,
  style: Style,
): string {
  const failed = tests.filter(({ fault }) => fault !== null).length;
  const rows = aligned(tests.map(({ scope, event, milliseconds, ...test }) => [
    test.fault === null ? "ok" : "FAILED",
    scope,
    event,
    `${milliseconds} ms`,
    test.expected,
  ]));
  const lines = rows.flatMap((row, at) => {
    const { fault } = tests[at]!;
    return fault === null
      ? [row.replace(/^ok/, style.green("ok"))]
      : [style.yellow(row), `        ${escapeText(fault)}`];
  });
  return [
    ...lines,
    "",
    failed === 0
      ? `All ${tests.length} checks passed.`
      : style.yellow(`${failed} of ${tests.length} checks failed.`),
    ...noteLines(warnings, style),
    "",
  ].join("\n");
}

/** Formats the result of `mpm hooks test --runs 20`. */
export function hooksProfileText(
  { runs, hooks, warnings }: HooksProfileResult,
  style: Style,
): string {
  const rows = aligned([
    ["scope", "event", "p50", "p95", "output"],
    ...hooks.map(({ scope, event, p50, p95, output }) => [
      scope,
      event,
      `${p50} ms`,
      `${p95} ms`,
      output === 0 ? "none" : `${output} bytes`,
    ]),
  ]);
  return [
    ...rows,
    "",
    `Each started ${runs} ${runs === 1 ? "time" : "times"}.`,
    ...noteLines(warnings, style),
    "",
  ].join("\n");
}

/** Formats the changes to the files of a client. */
export function clientText(
  { dry_run: dry, title, binary, files, ...found }: ClientFilesResult,
  style: Style,
  { brief }: Form = { brief: false },
): string {
  const changed = files.filter(({ action }) =>
    action !== "kept" && action !== "foreign"
  );
  if (dry && changed.some(({ diff }) => diff !== "")) {
    return changed.map(({ diff }) => escapeDiff(diff)).join("") +
      notesOf(found.warnings, style);
  }
  const nothing = binary === null
    ? `No mpm hooks in the settings of ${title}`
    : `mpm's hooks are already in the settings of ${title}: nothing changed`;
  const lines = changed.length === 0 ? [nothing] : [
    binary === null
      ? `${dry ? "Would remove" : "Removed"} mpm's hooks from ${title}`
      : `${dry ? "Would install" : "Installed"} mpm's hooks in ${title}`,
    ...brief ? [] : fileLines(changed, binary),
  ];
  const left = files.filter(({ reason }) => reason !== null)
    .map(({ path, reason }) =>
      `Kept ${escapeText(path)}: ${escapeText(reason!)}`
    );
  const wrong = found.problems.map((one) => findingText(one, style));
  return `${[...lines, ...left, ...wrong].join("\n")}\n` +
    notesOf(found.warnings, style);
}

/** Lists files; the skills in one folder share a line. */
function fileLines(
  files: ClientFilesResult["files"],
  binary: string | null,
): string[] {
  const groups = Map.groupBy(files, ({ action, path }) => {
    const [, folder] = SKILL.exec(path) ?? [];
    return folder === undefined ? path : `${action} ${folder}`;
  });
  return [...groups.values()].map(([first, ...others]) => {
    const { action, path, events } = first!;
    if (others.length === 0) {
      const count = events.length === 0 || binary === null
        ? ""
        : ` (${counted(events.length, "event")})`;
      return `  ${action}: ${escapeText(path)}${count}`;
    }
    const names = [first!, ...others].map((file) => SKILL.exec(file.path)![2]!);
    const [, folder] = SKILL.exec(path)!;
    return `  ${action}: ${names.map(escapeText).join(", ")} in ` +
      escapeText(folder!);
  });
}

/** The folder of a skill, and the skill's name. */
const SKILL = /^(.*)[\\/]([^\\/]+)[\\/]SKILL\.md$/;
