import { type History, NO_HISTORY } from "./history.ts";
import type { FileContent, RepositoryState } from "../../git/repository.ts";
import { type RecordedPath, recordedPaths } from "./recorded.ts";
import type { Save } from "../save.ts";
import type { System } from "../../system/system.ts";
import { ContentReader } from "../../git/file_states.ts";
import type { Git } from "../../git/run/git.ts";
import { decodeBytes } from "../../git/text.ts";
import { findTouched } from "../../git/history/changes.ts";
import type { Way } from "./commit_range.ts";

/** What the recorded paths are looked for in. */
interface Recording {
  readonly save: Save;
  readonly state: RepositoryState;
  readonly way: Way;
  readonly topNames: readonly string[];
  /** Whether the paths of the save mean files of this worktree. */
  readonly comparable: boolean;
}

/** What became of the recorded paths, where they mean the same files. */
export async function readRecorded(
  system: System,
  git: Git,
  { save, state, way, topNames, comparable }: Recording,
): Promise<Pick<History, "contents" | "removed" | "touched" | "fileMode">> {
  const { files } = way;
  const present = state.files.map(({ path }) => path);
  const { paths } = recordedPaths(save, { present, files, topNames });
  const reported = new Set(present);
  const quiet = paths.filter(({ path }) => comparable && !reported.has(path));
  const contents = readContents(system, git, quiet);
  const gone = quiet.filter(({ path }) => contents.get(path)!.size === null);
  const isApart = comparable && way.left.length > 0;
  const differing = isApart ? namesAmong(paths, files) : [];
  const [touched, fileMode] = await Promise.all([
    state.head === undefined
      ? NO_HISTORY
      : findTouched(git, way, { gone: gone.map(nameOf), differing }),
    hasOtherMode(paths, state, contents) ? readFileMode(git) : true,
  ]);
  const { touched: by, removed } = touched;
  return { contents, removed, touched: by, fileMode };
}

function nameOf({ path }: { path: string }): string {
  return path;
}

/** Recorded paths that are not the same in both commits. */
function namesAmong(
  paths: readonly RecordedPath[],
  files: Way["files"],
): string[] {
  const names = new Set(files.flatMap(({ path, from }) => [path, from]));
  return paths.map(nameOf).filter((path) => names.has(path));
}

function hasOtherMode(
  paths: readonly RecordedPath[],
  { files }: RepositoryState,
  contents: ReadonlyMap<string, FileContent>,
): boolean {
  const modes = new Map(
    paths.map(({ path, state }) => [path, state?.mode]),
  );
  const isOther = (path: string, mode: string | undefined) => {
    const then = modes.get(path);
    return then !== undefined && mode !== undefined && then !== mode;
  };
  return files.some(({ path, mode }) => isOther(path, mode)) ||
    [...contents].some(([path, { mode }]) => isOther(path, mode));
}

/** Whether git goes by the executable bits on disk, as it does unless told. */
async function readFileMode(git: Git): Promise<boolean> {
  const answer = await git.run(["config", "--type=bool", "core.fileMode"]);
  return decodeBytes(answer.stdout).trim() !== "false";
}

function readContents(
  system: System,
  git: Git,
  paths: readonly RecordedPath[],
): Map<string, FileContent> {
  const reader = new ContentReader(system, git.folder);
  const names = paths.flatMap(({ path, from }) =>
    from === undefined ? [path] : [path, from]
  );
  return new Map(names.map((name) => [name, reader.read(name)]));
}
