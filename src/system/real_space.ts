import type { Space } from "./system.ts";

/** Asks the system about the disk of `folder`; `undefined`: it does not say. */
export async function realSpace(folder: string): Promise<Space | undefined> {
  // Loaded here: one command asks.
  const { statfsSync } = await import("node:fs");
  try {
    const { bsize, blocks, bavail, files, ffree } = statfsSync(folder);
    return {
      size: blocks * bsize,
      free: bavail * bsize,
      // Some file systems make entries as they need them, and say 0.
      entries: files > 0 ? ffree : undefined,
    };
  } catch {
    return undefined;
  }
}
