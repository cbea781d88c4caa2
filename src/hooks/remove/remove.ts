import { basename, dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import type { Context } from "../../cli/mod.ts";
import {
  allRecords,
  OWN_MARK,
  placeOf,
  readForeign,
  readReplaced,
  removeIfEmpty,
  type ScopePlace,
  SKILLS,
} from "../../clients/mod.ts";
import { Git, readWorktrees, type Workspace } from "../../git/mod.ts";
import {
  checkPath,
  journaled,
  layout,
  recordFacts,
  userState,
  withUserLock,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { SetupRemoveResult } from "../commands/results.ts";
import { uninstall } from "../install/change.ts";
import {
  emptied,
  installedClients,
  planClientRemoval,
} from "../install/client_files.ts";
import {
  readSchedules,
  removeProjectSchedule,
  type Schedule,
  schedulesOf,
} from "../../schedules/mod.ts";
import { remainingData } from "./data.ts";
import { applyEdit, type FileEdit, fileEdits, unknownRule } from "./files.ts";

type Removed = SetupRemoveResult["removed"][number];
type Kept = SetupRemoveResult["kept"][number];

/** Everything that mpm installed for a project outside its own folders. */
interface Installed {
  readonly places: readonly ScopePlace[];
  readonly edits: readonly FileEdit[];
  /** The folders created for each settings file, the outermost first. */
  readonly folders: ReadonlyMap<string, readonly string[]>;
  readonly unknown: readonly Kept[];
}

/** Returns what a removal would do. Writes nothing. */
export async function planRemove(
  { system }: Context,
  workspace: Workspace,
): Promise<SetupRemoveResult> {
  const installed = await findInstalled(system, workspace);
  const { removed, kept } = removeAll(system, installed, true);
  const schedules = schedulesOf(system, workspace.root)
    .map(({ id }) => scheduleRow(id));
  return {
    dry_run: true,
    ...{ removed: [...removed, ...schedules], kept },
    elsewhere: [
      ...elsewhere(system, installed),
      ...readSchedules(system)
        .filter(({ project }) => project !== workspace.root)
        .map(({ id }) => ({ path: id, command: `mpm schedule remove ${id}` })),
    ],
    data: await remainingData(system, workspace),
  };
}

/** Applies the removal as one operation, which a single undo reverses. */
export async function applyRemove(
  context: Context,
  workspace: Workspace,
  plan: SetupRemoveResult,
): Promise<SetupRemoveResult> {
  const { system } = context;
  if (plan.removed.length === 0) return { ...plan, dry_run: false };
  const installed = await findInstalled(system, workspace);
  const place = journalPlace(system, workspace);
  const schedules = schedulesOf(system, workspace.root);
  const done = await journaled(
    context,
    ({ system }) =>
      withUserLock(system, async () => {
        if (schedules.length > 0) {
          // A schedule that was kept is restored as it is.
          const after = { schedules: [] };
          recordFacts(system, { before: { schedules }, after });
        }
        const done = removeAll(system, installed, false);
        await removeSchedules(system, schedules, done);
        return done;
      }),
    {
      operation: "setup remove",
      workspace: place,
      files: plan.removed.filter(({ part }) => part !== "schedule")
        .map(({ path }) => path),
      title: () => "remove hooks, skills and other parts of mpm",
    },
  );
  if (place !== workspace) {
    context.note(
      'Note: .claude-mpm is damaged. To undo this: "mpm undo --user"',
    );
  }
  const data = await remainingData(system, workspace);
  return { ...plan, dry_run: false, ...done, data };
}

function scheduleRow(id: string): Removed {
  return { part: "schedule", path: id, action: "removed" };
}

/** Removes schedules, except those that their scheduler keeps. */
async function removeSchedules(
  system: System,
  schedules: readonly Schedule[],
  { removed, kept }: { removed: Removed[]; kept: Kept[] },
): Promise<void> {
  for (const one of schedules) {
    try {
      await removeProjectSchedule(system, one);
      removed.push(scheduleRow(one.id));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      kept.push({ path: one.id, reason: error.message });
    }
  }
}

/** Returns the log's place: the user's state if the project is damaged. */
function journalPlace(system: System, workspace: Workspace): Workspace {
  const { root } = workspace;
  const { home, state, trash } = layout(root);
  const isWhole = attempt(() => {
    for (const folder of [state, trash]) checkPath(system, folder, root);
    return true;
  });
  if (isWhole || !system.files.lstat(home)) return workspace;
  const user = attempt(() => userState(system));
  return user === undefined ? workspace : { ...workspace, root: user };
}

async function findInstalled(
  system: System,
  workspace: Workspace,
): Promise<Installed> {
  const worktrees = await worktreesOf(system, workspace);
  const places = placesOf(system, workspace, worktrees);
  return {
    places,
    edits: [
      ...fileEdits(system, workspace, worktrees),
      ...await clientEdits(system),
    ],
    folders: new Map(
      places.map((place) => [place.path, foldersOf(system, place)]),
    ),
    unknown: unknownRule(system, workspace),
  };
}

/** Returns the edits for other clients; edited skills stay. */
async function clientEdits(system: System): Promise<FileEdit[]> {
  const clients = await installedClients(system);
  const planned = await Promise.all(
    clients.map((client) => planClientRemoval(system, client, clients)),
  );
  const files = planned.flat().filter(({ removing }) => removing);
  const byPath = new Map(files.map((one) => [one.entry.path, one]));
  return [...byPath.values()].map(({ entry, file, after }, at, all) => ({
    part: entry.path.endsWith("SKILL.md") ? "skill" : "hooks",
    file,
    bytes: after,
    // The folders are only empty after the last edit.
    folders: at === all.length - 1 ? emptied(files).reverse() : [],
  }));
}

/** Returns the folders that mpm created, or would have created. */
function foldersOf(system: System, { path, folder }: ScopePlace): string[] {
  const was = attempt(() => readReplaced(system, path, undefined));
  const skills = join(folder, "skills");
  return [
    ...was?.record?.folders ?? [folder, skills],
    ...Object.keys(SKILLS).map((name) => join(skills, name)),
  ];
}

async function worktreesOf(
  system: System,
  workspace: Workspace,
): Promise<string[]> {
  const { git, root, worktree, cwd } = workspace;
  const listed = git === "repository"
    ? await attempt(() => readWorktrees(new Git(system, cwd))) ?? []
    : [];
  return [...new Set([root, worktree, ...listed.map(({ path }) => path)])];
}

/** Returns all settings, even older ones in other worktrees. */
function placesOf(
  system: System,
  workspace: Workspace,
  worktrees: readonly string[],
): ScopePlace[] {
  const scopes = ["local", "project", "user"] as const;
  const now = scopes.flatMap((scope) =>
    attempt(() => placeOf(system, scope, workspace)) ?? []
  );
  const others = worktrees.flatMap((worktree): ScopePlace[] => {
    const folder = join(worktree, ".claude");
    const made = { folder, folderMode: 0o755 };
    return [
      {
        ...{ scope: "local", ...made, fileMode: 0o600 },
        path: join(folder, "settings.local.json"),
      },
      {
        ...{ scope: "project", ...made, fileMode: 0o644 },
        path: join(folder, "settings.json"),
      },
    ];
  }).filter((place) => hasHooks(system, place.path));
  const all = new Map([...others, ...now].map((place) => [place.path, place]));
  return [...all.values()];
}

/** Returns whether settings contain a part of mpm, even behind a link. */
function hasHooks(system: System, path: string): boolean {
  const { files } = system;
  const bytes = attempt(() =>
    files.stat(path)?.kind === "file"
      ? readForeign(system, files.realPath(path), 0o600).bytes
      : undefined
  );
  return bytes !== undefined &&
    new TextDecoder().decode(bytes).includes(OWN_MARK);
}

/** Removes each part separately, so a failure does not affect the rest. */
function removeAll(
  system: System,
  { places, edits, folders, unknown }: Installed,
  dryRun: boolean,
): { removed: Removed[]; kept: Kept[] } {
  const removed = new Map<string, Removed>();
  const kept = new Map<string, Kept>();
  const each = (path: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      const concerned = edits.some(({ file }) => file.path === path) ||
        hasHooks(system, path);
      if (concerned) kept.set(path, { path, reason: error.message });
    }
  };
  for (const edit of edits) {
    const { part, bytes, file: { path } } = edit;
    each(path, () => {
      if (!dryRun) applyEdit(system, edit);
      removed.set(path, { part, path, action: bytes ? "changed" : "removed" });
    });
  }
  const empty: string[] = [];
  for (const place of places) {
    each(place.path, () => {
      const parts = removeHooks(system, place, dryRun);
      if (parts.length > 0) empty.push(...folders.get(place.path) ?? []);
      for (const one of parts) {
        if ("reason" in one) kept.set(one.path, one);
        else removed.set(one.path, one);
      }
    });
  }
  if (!dryRun) {
    for (const folder of empty.toReversed()) removeIfEmpty(system, folder);
  }
  // A file kept for one scope may have been removed with the hooks of another
  // scope.
  const left = [...kept.values()].filter(({ path }) => !removed.has(path));
  return { removed: [...removed.values()], kept: [...unknown, ...left] };
}

function removeHooks(
  system: System,
  place: ScopePlace,
  dryRun: boolean,
): (Removed | Kept)[] {
  const done = uninstall(system, place, dryRun);
  const { path, changes, skills } = done;
  const action = done.removed
    ? "removed"
    : done.restored
    ? "restored"
    : "changed";
  const hooks: Removed = { part: "hooks", path, action };
  return [
    ...changes.length === 0 ? [] : [hooks],
    ...skills.map((skill): Removed | Kept =>
      skill.action === "removed"
        ? { part: "skill", path: skill.path, action: "removed" }
        : { path: skill.path, reason: "it was edited" }
    ),
  ];
}

function elsewhere(
  system: System,
  { places, edits }: Installed,
): SetupRemoveResult["elsewhere"] {
  const here = new Set([
    ...places.map(({ path }) => path),
    ...edits.map(({ file }) => file.path),
  ]);
  return allRecords(system).flatMap(({ path }) => {
    if (here.has(path) || !hasHooks(system, path)) return [];
    const folder = dirname(path);
    const command = basename(folder) === ".claude"
      ? `mpm -C ${shellWord(dirname(folder))} setup --remove`
      : `CLAUDE_CONFIG_DIR=${shellWord(folder)} mpm setup --remove`;
    return [{ path, command }];
  });
}
