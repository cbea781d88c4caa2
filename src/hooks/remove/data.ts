import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import { decodeBytes, Git, linesOf, type Workspace } from "../../git/mod.ts";
import { layout, sizeBelow, userFolder, userState } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { SetupRemoveResult } from "../commands/results.ts";

type Data = SetupRemoveResult["data"][number];

/** Returns the remaining data, with commands to delete it. */
export async function remainingData(
  system: System,
  workspace: Workspace,
): Promise<Data[]> {
  const { root, cwd, commonDir } = workspace;
  const state = attempt(() => userState(system));
  const settings = userFolder(system);
  return [
    ...folderData(system, "project", layout(root).home),
    ...commonDir === undefined ? [] : [
      ...await refData(new Git(system, cwd), commonDir),
      ...folderData(system, "git", join(commonDir, "mpm")),
    ],
    ...settings === undefined
      ? []
      : folderData(system, "settings", join(settings, "mpm")),
    ...state === undefined ? [] : folderData(system, "machine", state),
    ...programData(system),
  ];
}

function folderData(
  system: System,
  kind: Data["kind"],
  path: string,
): Data[] {
  if (system.files.lstat(path)?.kind !== "folder") return [];
  const size = attempt(() => sizeBelow(system, path));
  if (size?.files === 0) return [];
  const count = size?.files ?? null;
  const command = removal(system, path, { recurse: true });
  return [{ kind, name: path, count, bytes: size?.bytes ?? null, command }];
}

function programData(system: System): Data[] {
  const path = system.program();
  const found = path && system.files.lstat(path);
  if (!path || !found) return [];
  const command = removal(system, path, { recurse: false });
  return [{
    kind: "program",
    name: path,
    count: 1,
    bytes: found.size,
    command,
  }];
}

function removal(
  { platform }: System,
  path: string,
  { recurse }: { recurse: boolean },
): string {
  if (platform === "windows") {
    const word = `'${path.replaceAll("'", "''")}'`;
    const options = recurse ? " -Recurse -Force" : "";
    return `Remove-Item${options} -LiteralPath ${word}`;
  }
  return `rm ${recurse ? "-rf " : ""}${shellWord(path)}`;
}

/** Returns a row per kind of ref, with the size of objects only there. */
async function refData(git: Git, commonDir: string): Promise<Data[]> {
  const list = ["for-each-ref", "--format=%(refname)", "refs/mpm/"];
  const { status, stdout } = await git.run(list);
  if (status !== 0) return [];
  const counts = new Map<string, number>();
  for (const ref of linesOf(stdout)) {
    const kind = /^refs\/mpm\/[^/]+\/?/.exec(ref)?.[0];
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const command = (kind: string) => {
    const run = `git -C ${shellWord(commonDir)}`;
    return `${run} for-each-ref --format='delete %(refname)' ${
      shellWord(kind)
    } | ${run} update-ref --stdin`;
  };
  return await Promise.all([...counts].map(async ([name, count]) => {
    const bytes = await sizeOfRefs(git, name);
    return {
      kind: "refs" as const,
      name,
      count,
      bytes,
      command: command(name),
    };
  }));
}

/** Returns the size on disk, in bytes. null: this git cannot report it. */
async function sizeOfRefs(git: Git, name: string): Promise<number | null> {
  const { status, stdout } = await git.run([
    ...["rev-list", "--objects", "--disk-usage", `--glob=${name}*`],
    ...["--not", "--branches", "--tags", "--remotes"],
  ]);
  const bytes = Number(decodeBytes(stdout).trim());
  return status === 0 && Number.isInteger(bytes) ? bytes : null;
}
