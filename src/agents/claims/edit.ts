import { dirname } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { AgentName } from "../../base/names.ts";
import type { AgentSession } from "../../clients/mod.ts";
import { quickRoot } from "../../git/mod.ts";
import { asData } from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import { UNNAMED } from "../names.ts";
import {
  begunAgain,
  type Claim,
  covers,
  type Holder,
  isOver,
  isSameHolder,
  overlaps,
  refusal,
} from "./claim.ts";
import { holderStates, processOf } from "./holders.ts";
import { realPlace } from "./paths.ts";
import { hasClaims, readClaim, readClaims } from "./store.ts";
import { keepBegun, takeClaims } from "./take.ts";

/** The duration of a claim made by an edit, in milliseconds. */
const AUTOMATIC = 10 * 60_000;

interface Edit {
  /** The paths as given by the tool. */
  readonly paths: readonly string[];
  readonly cwd: string;
  /** The top folder of the session's worktree. */
  readonly worktree: string;
  readonly session: AgentSession & { readonly root: string };
  readonly agent: AgentName | undefined;
  /** True if an edit also claims its file. */
  readonly claims: boolean;
}

/**
 * Returns why an agent session may not edit a path, worded for its model;
 * `undefined` if it may. The time needed does not grow with the number of
 * claims. Throws LOCKED, and any error from reading.
 */
export async function judgeEdit(
  system: System,
  edit: Edit,
): Promise<string | undefined> {
  const { paths, cwd, worktree, session, claims } = edit;
  for (const given of paths) {
    const path = realPlace(system, cwd, given);
    const inside = covers(worktree, path);
    const root = inside ? session.root : rootOf(system, path);
    if (root === undefined) continue;
    const refused = await judge(system, edit, { root, path }) ??
      (claims && inside ? await claimed(system, edit, { root, path }) : "");
    if (refused) return refused;
  }
  return undefined;
}

/** A session may also edit other projects and worktrees. */
function rootOf(system: System, path: string): string | undefined {
  let folder = dirname(path);
  while (!system.files.stat(folder) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return quickRoot(system, folder);
}

async function judge(
  system: System,
  edit: Edit,
  { root, path }: { root: string; path: string },
): Promise<string | undefined> {
  if (!hasClaims(system, root)) return undefined;
  const now = system.now().getTime();
  const found = claimsOver(system, root, path).filter((claim) =>
    !isOver(claim, now) && !isSameHolder(claim.holder, holderOf(edit))
  );
  if (found.length === 0) return undefined;
  const states = await holderStates(system, found);
  const held = found.find((_, at) => states[at] !== "dead");
  if (!held) return undefined;
  const again = begunAgain(held, now);
  if (again) await keepBegun(system, root, [again]);
  return asData(refusal(again ?? held, { path, now }));
}

/** Returns the claims on a path, above it, and below it if it is a folder. */
function claimsOver(system: System, root: string, path: string): Claim[] {
  if (system.files.peek(path)?.kind === "folder") {
    return readClaims(system, root).filter((one) => overlaps(one.path, path));
  }
  const found: Claim[] = [];
  for (let at = path;; at = dirname(at)) {
    const claim = readClaim(system, root, at);
    if (claim) found.push(claim);
    if (dirname(at) === at) return found;
  }
}

/**
 * Claims a path for an edit, unless the session already holds the path for long
 * enough. If another session claimed it first, returns why the path may not be
 * edited.
 */
async function claimed(
  system: System,
  edit: Edit,
  { root, path }: { root: string; path: string },
): Promise<string | undefined> {
  const now = system.now().getTime();
  const enough = now + AUTOMATIC / 2;
  const mine = claimsOver(system, root, path).some((claim) =>
    isSameHolder(claim.holder, holderOf(edit)) && now >= claim.since &&
    claim.until > enough
  );
  if (mine) return undefined;
  const process = await processOf(system, edit.session.id);
  const claim: Claim = {
    ...{ schema: 1, path, worktree: edit.worktree, task: null },
    holder: { ...holderOf(edit), process },
    ...{ since: now, until: now + AUTOMATIC, automatic: true },
  };
  try {
    const order = { wanted: [claim], force: false, dryRun: false };
    await takeClaims(system, root, order);
    return undefined;
  } catch (error) {
    if (!(error instanceof MpmError) || error.code !== "CONFLICT") throw error;
    return await judge(system, edit, { root, path }) ??
      `mpm refused this edit: ${error.message}. ${error.hint ?? ""}`;
  }
}

function holderOf({ agent, session }: Edit): Holder {
  const { name, key } = agent ?? UNNAMED;
  return { kind: "agent", name, key, session: session.id, process: null };
}
