import { MpmError } from "../base/errors.ts";
import { jsonIn } from "../base/odd_values.ts";
import type { System } from "../system/system.ts";

/**
 * The JSON in one of mpm's own files; `undefined` where there is none, it is a
 * link, larger than `limit` bytes, or damaged.
 */
export function readOwnJson(
  system: System,
  path: string,
  limit: number,
): unknown {
  try {
    const bytes = system.files.readOwn(path, limit);
    return jsonIn(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}
