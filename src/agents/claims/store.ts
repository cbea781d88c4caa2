import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { jsonIn } from "../../base/parsed_values.ts";
import {
  fits,
  nullable,
  NUMBER,
  object,
  TEXT,
  text,
} from "../../base/shape.ts";
import {
  checkFolder,
  ensureHidden,
  ensureHome,
  layout,
  readOwnJson,
  RecordSeals,
  removeIfThere,
  takeLock,
  teamFolders,
  unlockedName,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { CLAIM, type Claim, LONGEST_CLAIM } from "./claim.ts";
import type { ClaimsResult } from "./commands/results.ts";

/** The largest claim file, in bytes. */
const LARGEST = 64 * 1024;

/** The maximum number of claims in a project that mpm reads and allows. */
export const MOST_CLAIMS = 1000;

/** Milliseconds that a command waits for another claim command. */
const WAIT = 30_000;

const NAME = /^claim-[0-9a-f]{32}\.json$/;

/**
 * Returns the file of the claim on exactly this path. The name is a digest, so
 * a hook can look up a path and its folders without listing all claims.
 */
export function claimFile(system: System, root: string, path: string): string {
  const { home, claims } = layout(root);
  // A file system that treats both spellings as the same file finds the folder.
  const folds =
    system.files.peek(join(dirname(home), ".CLAUDE-MPM")) !== undefined;
  const key = folds ? path.normalize("NFC").toLowerCase() : path;
  return join(claims, `claim-${sha256(key).slice(0, 32)}.json`);
}

/** Returns whether anyone has ever claimed something in this project. */
export function hasClaims({ files }: System, root: string): boolean {
  const { home, state, claims } = layout(root);
  return [home, state, claims].every((folder) =>
    files.lstat(folder)?.kind === "folder"
  );
}

/**
 * Reads the claim on exactly this path, even if it has expired. Returns
 * `undefined` if no claim exists, or if this user's mpm did not write it.
 */
export function readClaim(
  system: System,
  root: string,
  path: string,
): Claim | undefined {
  return readFile(system, claimFile(system, root, path));
}

/**
 * Reads all claims, including expired claims, or only the claims of one agent
 * session.
 */
export function readClaims(
  system: System,
  root: string,
  { session }: { session?: string } = {},
): Claim[] {
  if (!hasClaims(system, root)) return [];
  const { claims } = layout(root);
  return system.files.list(claims).map(({ name }) => name)
    .filter((name) => NAME.test(name)).sort().slice(0, MOST_CLAIMS)
    .flatMap((name) => readFile(system, join(claims, name), session) ?? [])
    .filter(({ holder }) => session === undefined || holder.session === session)
    .sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}

/**
 * Reads a claim file. `word` is an ID in the claim; a text that does not
 * contain this ID is not parsed.
 */
function readFile(
  system: System,
  path: string,
  word = "",
): Claim | undefined {
  if (system.files.peek(path) === undefined) return undefined;
  const bytes = attempt(() => system.files.readOwn(path, LARGEST));
  const text = new TextDecoder().decode(bytes);
  if (!text.includes(word)) return undefined;
  const value = jsonIn(text);
  if (!fits(CLAIM, value) || !sealsOf(system).isOwn(text)) return undefined;
  const { seal: _, ...claim } = value as Claim & { seal: string };
  return claim;
}

/** A claim that someone shared through a sync. */
const SHARED_CLAIM = object({
  path: TEXT,
  kind: text<"agent" | "person">({ choices: ["agent", "person"] }),
  name: TEXT,
  task: nullable(TEXT),
  since: NUMBER,
  until: NUMBER,
});

/** Reads the current claims on other machines, sorted by their end time. */
export function teamClaims(
  system: System,
  root: string,
): ClaimsResult["team"] {
  const now = system.now().getTime();
  const redactor = redactorOf(system);
  return teamFolders(system, root).flatMap(({ path: folder, name: sender }) => {
    const claims = join(folder, "claims");
    const files = attempt(() => system.files.list(claims)) ?? [];
    return files.slice(0, MOST_CLAIMS).flatMap((file) => {
      const value = readOwnJson(system, join(claims, file.name), LARGEST);
      if (!fits(SHARED_CLAIM, value)) return [];
      const { path, kind, name, task, since } = value;
      const until = Math.min(value.until, since + LONGEST_CLAIM);
      if (until <= now || since > now + LONGEST_CLAIM) return [];
      const holder = { kind, name };
      const end = new Date(until).toISOString();
      return [redactor.value({ path, holder, sender, task, until: end })];
    });
  }).sort((a, b) => a.until < b.until ? -1 : 1);
}

/**
 * Returns the seals for claims. Seals do not name a project, since claims
 * contain absolute paths.
 */
function sealsOf(system: System): RecordSeals {
  return new RecordSeals(system, "claim");
}

/** Writes a claim. Call this under the claims lock. */
export function writeClaim(system: System, root: string, claim: Claim): void {
  const text = sealsOf(system).seal(claim);
  // A power failure that loses a claim also ends its holder.
  const path = claimFile(system, root, claim.path);
  writeAtomic(system, path, { text, synced: false });
}

/** Removes the claim on exactly this path. Call this under the claims lock. */
export function removeClaim(system: System, root: string, path: string): void {
  removeIfThere(system, claimFile(system, root, path));
}

/**
 * Runs `change` while no other mpm process changes the project's claims. Does
 * not use the store's lock, since a pause may hold that lock for seconds.
 * Throws LOCKED.
 */
export async function withClaims<T>(
  system: System,
  root: string,
  change: () => T | Promise<T>,
): Promise<T> {
  const { home, state, claims } = layout(root);
  ensureHome(system, root, unlockedName(system));
  for (const folder of [home, state, claims]) checkFolder(system, folder);
  ensureHidden(system, root, claims);
  using held = await takeLock(system, join(claims, ".lock"), WAIT);
  if (held) return await change();
  throw new MpmError(
    "LOCKED",
    "Cannot change claims: another mpm process is changing them",
    {
      hint: "Run the command again",
    },
  );
}
