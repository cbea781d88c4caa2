import { currentName, formerName, spelled } from "./spellings.ts";
import { type AnyCommand, leadingWords } from "../cli/mod.ts";
import { getOwn } from "../base/own.ts";
import { loadCommand } from "./table.ts";
import { SUMMARIES } from "./summaries.ts";
import { MpmError } from "../base/errors.ts";
import { pairs } from "./help/rows.ts";
import { nearest } from "../base/nearest.ts";

/** The command on a line, and the line without the command's name. */
export interface FoundCommand {
  readonly command: AnyCommand | undefined;
  readonly rest: readonly string[];
}

/**
 * Returns the command whose name `argv` starts with; the longest match wins.
 * The first word of a group alone lists the group's commands.
 */
export async function findCommand(
  argv: readonly string[],
): Promise<FoundCommand> {
  const { words, at } = leadingWords(argv);
  for (let count = Math.min(words.length, 2); count > 0; count--) {
    const name = words.slice(0, count).join(" ");
    const command = await commandNamed(name) ??
      (words.length === 1 && !asksForHelp(argv)
        ? await listOf(name)
        : undefined);
    if (!command) continue;
    const own = new Set(at.slice(0, count));
    return { command, rest: argv.filter((_, index) => !own.has(index)) };
  }
  return { command: undefined, rest: argv };
}

/** Returns whether a line has a help option. */
export function asksForHelp(argv: readonly string[]): boolean {
  return argv.some((word) => word === "--help" || word === "-h");
}

/** Returns the command with exactly that name or one of its other spellings. */
export async function commandNamed(
  name: string,
): Promise<AnyCommand | undefined> {
  const current = currentName(name);
  return await loadCommand(current) ?? await spelled(current);
}

/** Returns the command that lists the subject of a group. */
async function listOf(group: string): Promise<AnyCommand | undefined> {
  const name = currentName(group);
  return await loadCommand(`${name} list`) ??
    await loadCommand(`${name} status`);
}

/** Words from other tools, with the mpm command to suggest. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map(
  pairs([
    'add task todo | "mpm next <text>" adds a next step',
    'back | "mpm return" ends a detour',
    'backup | "mpm checkpoint save <name>" keeps a copy of all files',
    'begin create new | "mpm start <name>" starts a session',
    'checkout switch | "mpm branch <name>" starts a detour on another branch',
    'clean | "mpm worktrees prune" removes worktrees that agents left, "mpm saves prune" old saves',
    'commit | "mpm pause" saves the session, "git commit" commits your files',
    'continue | "mpm resume" continues with a session',
    'delete remove rm | "mpm saves rm <save>" removes a save',
    'detour | "mpm branch <name>" starts a detour, "mpm return" ends it',
    'diff | "mpm saves diff" compares two saves, "mpm resume" shows what changed',
    'end | "mpm complete" ends a session, "mpm return" a detour',
    'exit quit | "mpm pause" saves the session, "mpm complete" ends it',
    'find search | "mpm list --search <words>" finds saves',
    'finish | "mpm complete" ends a session',
    'fork | "mpm branch <name>" starts a detour',
    'history | "mpm list" lists saves, "mpm undo list" lists operations',
    'info | "mpm status" shows the session, "mpm show" a save',
    'install | "mpm setup" sets up a project, "mpm hooks install" adds the hooks',
    'load | "mpm resume" loads a save, "mpm checkpoint load" a checkpoint',
    'open | "mpm resume" loads a save, "mpm show" prints one',
    'pop | "mpm return" ends a detour and restores what it parked',
    'prune | "mpm saves prune", "mpm worktrees prune", "mpm undo trash --prune"',
    'pull | "mpm sync" fetches what others share',
    'push | "mpm sync" shares your saves, hand-offs and notes',
    'redo | "mpm undo <number>" undoes an undo; "mpm undo list" shows the numbers',
    'revert rollback | "mpm undo" undoes the last operation',
    'settings | "mpm config" lists the settings',
    'snapshot | "mpm checkpoint save <name>" keeps all files',
    'stash | "mpm branch --stash <name>" parks uncommitted work for a detour, "mpm checkpoint save <name>" keeps a copy of all files',
    'stop | "mpm pause" saves the session',
    'tasks | "mpm next" lists the next steps, "mpm check" the checklist',
    'uninstall | "mpm setup --remove" removes what mpm installed',
    "update upgrade | mpm does not use the network. To upgrade, run the installer again",
    'version | "mpm --version" prints the version',
  ]).flatMap(([words, hint]) =>
    words.split(" ").map((word) => [word, hint] as const)
  ),
);

/** Synonyms for commands of a group, the likeliest first. */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  add: ["save", "set", "new", "install"],
  clean: ["prune", "rm"],
  create: ["save", "new", "set"],
  delete: ["rm", "unset", "prune"],
  load: ["restore", "use", "show"],
  ls: ["list"],
  print: ["show", "get", "list"],
  remove: ["rm", "unset", "prune", "uninstall"],
  show: ["list", "status"],
  take: ["save"],
  view: ["show", "get", "list"],
};

/** Returns the error for unknown words, with a suggested command. */
export function unknownCommand(words: readonly string[]): MpmError {
  const [first = "", second = ""] = words;
  const group = membersOf(currentName(first));
  const typed = group.length > 0 ? `${first} ${second}` : first;
  return new MpmError("USAGE", `Unknown command "${typed}"`, {
    hint: group.length > 0
      ? memberHint(currentName(first), second, group)
      : wordHint(words),
  });
}

/** Returns the second words of the commands that begin with this word. */
export function membersOf(group: string): string[] {
  return Object.keys(SUMMARIES).filter((name) => name.startsWith(`${group} `))
    .map((name) => name.slice(group.length + 1));
}

function memberHint(
  group: string,
  typed: string,
  members: readonly string[],
): string {
  const near = getOwn(ALIKE, typed)?.find((word) => members.includes(word)) ??
    nearest(typed, members);
  return near === undefined
    ? `Available commands: ${members.join(", ")}; see "mpm help ${group}"`
    : `Did you mean "mpm ${group} ${near}"?`;
}

function wordHint(words: readonly string[]): string {
  const [first = ""] = words;
  const names = Object.keys(SUMMARIES);
  const known = [...names, ...names.map(formerName), "list", "show"];
  const firsts = new Set(known.map((name) => name.split(" ")[0]!));
  const grouped = names.filter((name) => name.endsWith(` ${first}`));
  const near = nearest(words.slice(0, 2).join(" "), known) ??
    nearest(first, firsts);
  const meant = grouped.length > 0
    ? grouped
    : near === undefined
    ? []
    : [currentName(near)];
  return ELSEWHERE.get(first) ??
    (meant.length > 0
      ? `Did you mean ${meant.map((name) => `"mpm ${name}"`).join(" or ")}?`
      : ELSEWHERE.get(nearest(first, [...ELSEWHERE.keys()]) ?? "") ??
        '"mpm help" lists the commands');
}
