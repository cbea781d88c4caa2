import { secondOf } from "../base/ids.ts";
import { createHash } from "node:crypto";
import { MpmError } from "../base/errors.ts";
import { isName, NAME_RULE } from "../base/names.ts";

/** The format of most names. */
const USUAL = /^(?!latest$)[a-zA-Z][a-zA-Z0-9_-]{0,99}$/;

/** Characters that work in a ref and in a file name on any system. */
const PLAIN =
  /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/;

/** The format of valid IDs; no other text becomes part of a ref or a path. */
export const CHECKPOINT_ID = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/;

/** Returns whether this can be the ID of a checkpoint or a (synced) save. */
export function isTargetId(id: string): boolean {
  return CHECKPOINT_ID.test(id.replace(/@[0-9a-f]{8}$/, ""));
}

/** Returns `name` if it is a valid checkpoint name. Throws USAGE. */
export function checkedCheckpointName(name: string): string {
  // Two dots are reserved for ranges, as in git.
  if (USUAL.test(name) || isName(name) && !name.includes("..")) return name;
  throw new MpmError("USAGE", `"${name}" cannot name a checkpoint`, {
    hint: `Use ${NAME_RULE}`,
  });
}

/**
 * Returns the ID for a name: the name itself if it is valid in a ref and a file
 * name. Otherwise, returns the valid part and a digest, so that two names never
 * share an ID.
 */
export function checkpointId(name: string): string {
  const plain = PLAIN.test(name) && !name.endsWith(".lock") &&
    !/-[0-9a-f]{8}$/.test(name);
  if (plain) return name;
  const digest = createHash("sha256").update(name.normalize("NFC"))
    .digest("hex").slice(0, 8);
  const words = name.normalize("NFKD").toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 60);
  return `${words === "" ? "checkpoint" : words}-${digest}`;
}

/** `auto-2026-11-20-1430`, in UTC. */
export function autoName(time: Date): string {
  const [day, clock] = time.toISOString().split("T") as [string, string];
  return `auto-${day}-${clock.slice(0, 2)}${clock.slice(3, 5)}`;
}

/** Returns `safety-20261120-143000`, in UTC, or similar for other kinds. */
export function timedName(kind: string, time: Date): string {
  return `${kind}-${secondOf(time)}`;
}
