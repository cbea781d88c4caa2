import { join } from "../base/join.ts";
import { attempt, FileError, MpmError } from "../base/errors.ts";
import type { Context } from "../cli/mod.ts";
import type { Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { merged } from "./intents/finish_changes.ts";
import type { Facts } from "./intents/changes.ts";
import { appendJournal, ensureJournalRoot, worktreeOf } from "./journal.ts";
import { layout } from "./layout.ts";
import { withLock } from "./lock.ts";
import { lookOnly } from "./look_only.ts";
import type { OperationName } from "./operations.ts";
import { pruneDaily } from "./prune_trash.ts";
import { Recorder } from "./recorder.ts";
import { claudeHome, userFolder, userState } from "./user_state.ts";

/** An operation, as the journal should describe it. */
interface Deed<T> {
  readonly operation: OperationName;
  readonly workspace: Pick<Workspace, "git" | "root" | "worktree">;
  /** Returns one line for people that says what was done. */
  title(result: T): string;
  /**
   * Returns facts that are known only afterwards, in addition to the files and
   * to `recordFacts`. `undefined`: nothing was done, unless a file changed.
   */
  facts?(result: T): Facts | undefined;
  /** True if a hook performs the operation. */
  readonly automatic?: boolean;
  /** Other files of the user that the operation changes. */
  readonly files?: readonly string[];
  /** True if the operation keeps the earlier state of its files itself. */
  readonly keepsOwn?: true;
  /**
   * Takes the lock, which is held from the first change until the entry is in
   * the log.
   */
  readonly lock?: StoreLock;
}

/** Runs `work` under the lock of the store at `root`. */
type StoreLock = <R>(
  system: System,
  root: string,
  work: () => R | Promise<R>,
) => Promise<R>;

/**
 * Runs an operation and adds it to the journal with the files that it changed,
 * so that it can be undone. An operation that fails halfway is listed with the
 * changes made until then. If the journal cannot be written, there is only a
 * warning, since the operation is already done.
 */
export async function journaled<T>(
  context: Context,
  run: (context: Context) => T | Promise<T>,
  deed: Deed<T>,
): Promise<T> {
  const { system } = context;
  const { operation } = deed;
  const recorder = new Recorder(system, {
    // Only now is it known whether the operation creates the project's folder.
    root: () => ensureJournalRoot(system, deed.workspace.root),
    recording: {
      operation,
      at: system.now().toISOString(),
      worktree: worktreeOf(deed.workspace),
      ...deed.automatic ? { automatic: true as const } : {},
    },
    covers: deed.keepsOwn ? () => false : coverOf(system, deed),
  });
  using _record = recorder;
  await refuseEarly(context, run, deed);
  const work = async () => {
    try {
      const result = await run({ ...context, system: recorder.system });
      const facts = deed.facts?.(result);
      await note(context, { deed, recorder }, {
        title: () => deed.title(result),
        facts: [...recorder.facts, ...facts ? [facts] : []],
      });
      return result;
    } catch (error) {
      if (error instanceof MpmError) {
        await note(context, { deed, recorder }, {
          title: () => `${operation}, which failed: ${error.message}`,
          facts: [],
        });
      }
      throw error;
    }
  };
  const result = deed.lock
    ? await deed.lock(system, deed.workspace.root, work)
    : await work();
  if (recorder.usesTrash && !deed.automatic) {
    await pruneDaily(context, recorder.root);
  }
  return result;
}

/**
 * Runs a refusal before the lock creates the project's folder, so that a
 * refused command changes nothing. The first change of the operation ends this.
 */
async function refuseEarly<T>(
  context: Context,
  run: (context: Context) => T | Promise<T>,
  { lock, keepsOwn, workspace: { root } }: Deed<T>,
): Promise<void> {
  const { system } = context;
  if (!lock || keepsOwn || system.files.lstat(layout(root).home)) return;
  try {
    await run({ ...context, system: lookOnly(system) });
  } catch (error) {
    const isChange = error instanceof FileError &&
      error.problem === "read-only";
    if (!isChange) throw error;
  }
}

async function note<T>(
  context: Context,
  { deed, recorder }: { deed: Deed<T>; recorder: Recorder },
  { title, facts }: {
    title: () => string;
    facts: readonly Facts[];
  },
): Promise<void> {
  const { system, note } = context;
  const { record } = recorder;
  try {
    const files = recorder.recorded();
    const { root } = recorder;
    if (files || facts.length > 0) {
      const operation = {
        ...recorder.recording,
        title: context.redact(title()),
        ...merged([files, ...facts], record?.id),
      };
      const append = () => void appendJournal(system, root, operation);
      await (deed.lock ? append() : withLock(system, root, append));
    }
    record?.end();
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    attempt(() => record?.end());
    // Hooks continue silently.
    if (deed.automatic) return;
    note(`Note: done, but not recorded in "mpm undo list": ${error.message}`);
  }
}

/** Files of the store that are not derived from others. */
const OWN =
  /^(sessions|kept|resume-logs|templates|pipelines|hooks|handoffs|state\/work|state\/current|state\/items|state\/partitions|state\/claims)\/|^config(\.local)?\.toml$|^state\/runs\.json$/;

/**
 * Derived or temporary files, except the checksums that claude-mpm misnames.
 */
const PASSING =
  /(^|\/)(\.(?!session-[\w-]+\.tmp\.sha256$)[^/]*|LATEST-SESSION\.txt|shared-context\.md|before-\w+\.json)$|\.tmp$/;

/**
 * Returns whether an undo restores a file: it must be mpm's or Claude Code's.
 */
function coverOf<T>(
  system: System,
  { workspace: { root, worktree }, files = [] }: Deed<T>,
): (path: string) => boolean {
  const below = (folder: string | undefined) => (path: string) =>
    folder !== undefined && path.startsWith(join(folder, "/"));
  const home = system.home();
  const inStore = below(layout(root).home);
  const others = [
    ...[root, worktree].map((folder) => below(join(folder, ".claude"))),
    below(claudeHome(system)),
    below(home === undefined ? undefined : join(home, ".claude-mpm/sessions")),
    below(join(userFolder(system) ?? root, "mpm")),
    below(stateOf(system)),
  ];
  const worktrees = below(join(root, ".claude", "worktrees"));
  const plain = new Set([...files, join(root, ".gitignore")]);
  return (path) => {
    if (plain.has(path)) return true;
    if (inStore(path)) {
      const name = path.slice(layout(root).home.length + 1);
      return OWN.test(name.replaceAll("\\", "/")) && !PASSING.test(name);
    }
    return others.some((isBelow) => isBelow(path)) && !worktrees(path) &&
      !PASSING.test(path);
  };
}

/**
 * Returns the folder that records mpm's installations; the copies in it never
 * change.
 */
function stateOf(system: System): string | undefined {
  return attempt(() => join(userState(system), "settings"));
}
