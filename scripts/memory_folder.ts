import { statfsSync } from "node:fs";
import { join } from "node:path";

/** Where Linux keeps a disk in memory. */
const SHARED_MEMORY = "/dev/shm";

/** Bytes that must be free there, and in memory: the tests need a part of it. */
const ROOM = 3 * 1024 ** 3;

/**
 * Makes a folder in memory and returns it, for programs that sync again and
 * again: on a disk they mostly wait for it. It goes with this process.
 * `undefined`: there is no such place with enough room where programs may run,
 * or `TMPDIR` already says where to be.
 */
export function memoryFolder(
  { parent = SHARED_MEMORY, room = ROOM, chosen = Deno.env.get("TMPDIR") } = {},
): string | undefined {
  if (chosen || Deno.build.os !== "linux" || !hasRoom(parent, room)) {
    return undefined;
  }
  const folder = Deno.makeTempDirSync({ dir: parent, prefix: "mpm-test-" });
  const remove = () => Deno.removeSync(folder, { recursive: true });
  if (!runsPrograms(folder)) {
    remove();
    return undefined;
  }
  // Some tests are another user.
  Deno.chmodSync(folder, 0o755);
  globalThis.addEventListener("unload", remove);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => Deno.exit(130));
  }
  return folder;
}

function hasRoom(folder: string, room: number): boolean {
  try {
    const { bsize, bavail } = statfsSync(folder);
    return bsize * bavail >= room && Deno.systemMemoryInfo().available >= room;
  } catch {
    return false;
  }
}

/** A disk may be mounted so that nothing on it can be executed. */
function runsPrograms(folder: string): boolean {
  const program = join(folder, "program");
  Deno.writeTextFileSync(program, "#!/bin/sh\n", { mode: 0o700 });
  try {
    return new Deno.Command(program).outputSync().success;
  } catch {
    return false;
  } finally {
    Deno.removeSync(program);
  }
}
