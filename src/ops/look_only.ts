import { FileError } from "../base/errors.ts";
import type { Files, System } from "../system/system.ts";

/**
 * Returns the same machine, but one that refuses every file change, like a
 * read-only file system. Programs run as usual.
 */
export function lookOnly(system: System): System {
  const refuse = (action: string) => (path: string): never => {
    throw new FileError("read-only", action, path);
  };
  const refuseLater = (action: string) => (path: string) =>
    Promise.reject(new FileError("read-only", action, path));
  const changing = {
    create: refuse("create"),
    createAll: (files) => refuseLater("create")(files[0]?.path ?? ""),
    append: refuse("write"),
    syncFiles: () => Promise.resolve(),
    mkdir: refuse("create"),
    chmod: refuse("change the mode of"),
    setMtime: refuse("change the time of"),
    rename: refuse("move"),
    link: refuse("link"),
    symlink: (_: string, path: string) => refuse("link")(path),
    remove: refuse("remove"),
    syncFolder: () => {},
    lock: refuseLater("lock"),
    tryLock: refuse("lock"),
  } as const satisfies Partial<Files>;
  return { ...system, files: { ...system.files, ...changing } };
}
