import { join } from "@std/path";
import { isMissing } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { decodeBytes } from "../text.ts";

/** Bytes; longer than any list of cuts that a clone or fetch leaves. */
const LIMIT = 50_000_000;

/**
 * The commits whose parents a shallow clone or fetch left out; none where the
 * history is whole.
 */
export function readCuts(system: System, commonDir: string): Set<string> {
  try {
    const list = system.files.readOwn(join(commonDir, "shallow"), LIMIT);
    return new Set(decodeBytes(list).split("\n").filter((id) => id !== ""));
  } catch (error) {
    if (isMissing(error)) return new Set();
    throw error;
  }
}
