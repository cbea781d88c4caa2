import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import type { System } from "../../system/system.ts";
import {
  begunAgain,
  type Claim,
  holderText,
  isOver,
  isSameHolder,
  overlaps,
  shownPath,
  untilText,
} from "./claim.ts";
import { holderStates } from "./holders.ts";
import {
  hasClaims,
  MOST_CLAIMS,
  readClaims,
  removeClaim,
  withClaims,
  writeClaim,
} from "./store.ts";

/** A claim in force. */
export interface HeldClaim {
  readonly claim: Claim;
  /** True if its holder is known to be running. */
  readonly alive: boolean;
}

/** Returns the given claims that are in force. */
async function heldOf(
  system: System,
  claims: readonly Claim[],
): Promise<HeldClaim[]> {
  const now = system.now().getTime();
  const timely = claims.filter((claim) => !isOver(claim, now));
  const states = await holderStates(system, timely);
  return timely.flatMap((claim, at) =>
    states[at] === "dead" ? [] : [{
      claim: begunAgain(claim, now) ?? claim,
      alive: states[at] === "alive",
    }]
  );
}

/**
 * Returns the claims in force, by path. Corrects claims after a clock change.
 */
export async function claimsNow(
  system: System,
  root: string,
): Promise<readonly HeldClaim[]> {
  const claims = readClaims(system, root);
  const held = await heldOf(system, claims);
  const begun = held.map(({ claim }) => claim)
    .filter((claim) => !claims.includes(claim));
  if (begun.length > 0) await keepBegun(system, root, begun);
  return held;
}

/** Writes claims with a new start time, unless their time is known by now. */
export async function keepBegun(
  system: System,
  root: string,
  claims: readonly Claim[],
): Promise<void> {
  try {
    await withClaims(system, root, () => {
      for (const claim of claims) writeClaim(system, root, claim);
    });
  } catch (error) {
    // The next reader can write the claims.
    if (!(error instanceof MpmError)) throw error;
  }
}

export interface Taken {
  readonly claims: readonly Claim[];
  /** Claims of others that were taken over. */
  readonly lost: readonly Claim[];
}

/**
 * Makes all of the claims in one atomic step, or no claim at all. Renews claims
 * of the same holder. With `force`, takes over the claims of others. Throws
 * CONFLICT with the holder, LOCKED.
 */
export async function takeClaims(
  system: System,
  root: string,
  { wanted, force, dryRun }: {
    wanted: readonly Claim[];
    force: boolean;
    dryRun: boolean;
  },
): Promise<Taken> {
  const decide = async () => {
    const all = readClaims(system, root);
    const met = await heldOf(
      system,
      all.filter((claim) => wanted.some((one) => isBeside(claim, one))),
    );
    const lost = met.map(({ claim }) => claim);
    const [first] = lost;
    if (!first || force) return { all, lost };
    const own = wanted.find((one) => isBeside(first, one))!;
    throw taken(first, own, system.now().getTime());
  };
  if (dryRun) return { claims: wanted, lost: (await decide()).lost };
  return await withClaims(system, root, async () => {
    const { all, lost } = await decide();
    const now = system.now().getTime();
    const free = all.filter((claim) =>
      isOver(claim, now) || wanted.some((one) => isBeside(claim, one))
    );
    const count = all.length - free.length + wanted.length;
    if (count > MOST_CLAIMS) throw tooMany();
    for (const { path } of free) removeClaim(system, root, path);
    for (const claim of wanted) writeClaim(system, root, claim);
    return { claims: wanted, lost };
  });
}

/**
 * Returns whether two claims conflict: they overlap and have different holders.
 */
function isBeside(a: Claim, b: Claim): boolean {
  return overlaps(a.path, b.path) && !isSameHolder(a.holder, b.holder);
}

function taken(claim: Claim, wanted: Claim, now: number): MpmError {
  const shown = escapeText(shownPath(wanted));
  const other = shownPath(claim) === shownPath(wanted)
    ? "it"
    : `"${escapeText(shownPath(claim))}"`;
  const task = claim.task === null ? "" : ` for "${escapeText(claim.task)}"`;
  return new MpmError(
    "CONFLICT",
    `Cannot claim "${shown}": ${holderText(claim.holder)} has claimed ` +
      `${other}${task} until ${untilText(claim.until, now)}`,
    {
      hint:
        "Wait, ask the holder to release it, or work in another worktree. " +
        `A person can take over the claim: mpm claim --force "${shown}"`,
    },
  );
}

function tooMany(): MpmError {
  return new MpmError(
    "CONFLICT",
    `Cannot claim more: the project has ${MOST_CLAIMS} claims`,
    { hint: 'Claim folders instead of files, or "mpm release --all"' },
  );
}

/** Releases the unexpired claims that `chosen` selects, and returns them. */
export async function releaseClaims(
  system: System,
  root: string,
  { chosen, dryRun }: {
    chosen: (held: readonly Claim[]) => readonly Claim[];
    dryRun: boolean;
  },
): Promise<readonly Claim[]> {
  const choose = () => {
    const now = system.now().getTime();
    const claims = readClaims(system, root);
    return chosen(claims.filter((claim) => !isOver(claim, now)));
  };
  if (dryRun || !hasClaims(system, root)) return choose();
  return await withClaims(system, root, () => {
    const released = choose();
    for (const { path } of released) removeClaim(system, root, path);
    return released;
  });
}

/** Removes the claims of an agent session that has ended. */
export async function releaseSession(
  system: System,
  root: string,
  session: string,
): Promise<void> {
  const own = () => readClaims(system, root, { session });
  if (own().length === 0) return;
  await withClaims(system, root, () => {
    for (const { path } of own()) removeClaim(system, root, path);
  });
}
