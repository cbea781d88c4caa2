import { dirname } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import {
  ensureFolder,
  ensureHome,
  journaled,
  type OperationName,
  withLock,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/**
 * Writes a new file below the project's mpm folder; with `dryRun`, only checks
 * that this is possible. Throws CONFLICT if the file exists.
 */
export async function writeNewFile(
  context: Context,
  workspace: Workspace,
  { path, text, dryRun, operation, title }: {
    path: string;
    text: string;
    dryRun: boolean;
    operation: OperationName;
    title: () => string;
  },
): Promise<void> {
  const { root } = workspace;
  const refuseThere = (system: System) => {
    if (!system.files.lstat(path)) return;
    throw new MpmError("CONFLICT", `"${path}" already exists`, {
      hint: "Edit it, or choose another name",
    });
  };
  if (dryRun) return refuseThere(context.system);
  const write = ({ system }: Context) => {
    ensureHome(system, root);
    ensureFolder(system, dirname(path), root);
    refuseThere(system);
    writeAtomic(system, path, { text });
  };
  const deed = { operation, workspace, lock: withLock, title };
  await journaled(context, write, deed);
}
