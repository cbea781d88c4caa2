import { isAbsolute, join } from "@std/path";
import type { Named } from "../../cli/command.ts";
import type { Candidate, Wanted } from "../../cli/completion.ts";
import type { System } from "../../system/system.ts";
import { quickRoot } from "../../git/quick_root.ts";

/** What a source of candidates works with. */
interface Place {
  readonly system: System;
  /** The folder of `-C`, or the working one. */
  readonly folder: string;
  /** The top folder of the project. */
  readonly root: string;
  readonly line: Wanted;
}

type Source = (place: Place) => Candidate[] | Promise<Candidate[]>;

/**
 * What there is of a kind, the likeliest first. It reads files alone where
 * these tell, since somebody waits for it while typing; branches are git's.
 */
export async function candidatesFor(
  named: Named,
  line: Wanted,
  system: System,
): Promise<Candidate[]> {
  const source = SOURCES[named];
  if (!source) return [];
  const cwd = system.cwd();
  const given = line.given.get("project")?.at(-1);
  const folder = given === undefined
    ? cwd
    : isAbsolute(given)
    ? given
    : join(cwd, given);
  const root = quickRoot(system, folder);
  return root === undefined ? [] : await source({ system, folder, root, line });
}

const SOURCES: Partial<Record<Named, Source>> = {
  session: async (place) => (await import("./saves.ts")).savedSessions(place),
  work: async ({ system, root }) =>
    (await import("./saves.ts")).workSessions(system, root),
  item: async ({ system, folder }) =>
    (await import("./saves.ts")).openItems(system, folder),
  checkpoint: async ({ system, root }) =>
    (await import("./saves.ts")).checkpoints(system, root),
  operation: async ({ system, root }) => {
    const { readJournal } = await import("../../ops/log/journal.ts");
    const { undoneIds } = await import("../../ops/log/entry.ts");
    const entries = readJournal(system, root);
    const undone = undoneIds(entries);
    return entries.toReversed().filter(({ id }) => !undone.has(id))
      .map(({ id, title }) => ({ value: String(id), summary: title }));
  },
  branch: async ({ system, folder }) => {
    const { Git } = await import("../../git/run/git.ts");
    const { branchNames } = await import("../../git/history/branch_names.ts");
    return await branchNames(new Git(system, folder));
  },
  removed: async ({ system, root }) => {
    const { Git } = await import("../../git/run/git.ts");
    const { readRescues } = await import("../../worktrees/read_rescue.ts");
    return (await readRescues(new Git(system, root))).map((rescue) => ({
      value: rescue.name,
      summary: rescue.branch ?? rescue.head.slice(0, 7),
    }));
  },
  template: async ({ system, root }) => {
    const { listTemplates, readTemplate } = await import(
      "../../work/templates/templates.ts"
    );
    return await Promise.all(
      listTemplates(system, root).map(async (entry) => ({
        value: entry.name,
        summary: await readTemplate(system, entry).then(
          ({ template }) => template.description,
          () => "cannot be read",
        ),
      })),
    );
  },
  variable: async ({ system, root, line }) => {
    const name = line.given.get("template")?.at(-1);
    if (name === undefined) return [];
    const { findTemplate } = await import("../../work/templates/templates.ts");
    const { template } = await findTemplate(system, root, name);
    return template.variables.map((variable) => ({
      value: `${variable.name}=`,
      summary: variable.default === undefined
        ? ""
        : `default ${variable.default}`,
    }));
  },
  setting: async () => {
    const { KEYS, settingOf } = await import("../../config/settings.ts");
    return KEYS.map((value) => ({ value, summary: settingOf(value).summary }));
  },
  "setting-value": async ({ line }) => {
    const { isKey, settingOf } = await import("../../config/settings.ts");
    const [key = "", ...given] = line.words;
    if (!isKey(key)) return [];
    const { kind, choices = [] } = settingOf(key);
    const values = kind === "flag" && given.length === 0
      ? ["true", "false"]
      : choices.filter((choice) => !given.includes(choice));
    return values.map((value) => ({ value, summary: "" }));
  },
  "shell-hook": async ({ line }) => {
    const { SHELL_HOOKS } = await import("../../clients/claude/shell_hooks.ts");
    return Object.entries(SHELL_HOOKS)
      .map(([file, { summary }]) => ({
        value: file.replace(/\.sh$/, ""),
        summary,
      }))
      .filter(({ value }) => !line.words.includes(value));
  },
  event: async () => {
    const { HOOK_ENTRIES } = await import(
      "../../clients/claude/hook_entries.ts"
    );
    return HOOK_ENTRIES.map(({ event }) => ({ value: event, summary: "" }));
  },
  backup: async ({ system, root }) => {
    const { listBackups } = await import(
      "../../saves/legacy/migrate/backups.ts"
    );
    const { finished } = listBackups(system, root);
    return finished.toReversed().map((value) => ({ value, summary: "" }));
  },
  topic: async ({ line }) =>
    (await import("../help/names.ts")).helpNames(line.words),
};
