import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import type { System } from "../../system/system.ts";
import {
  begunAgain,
  type Claim,
  covers,
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

/** A claim that holds. */
export interface HeldClaim {
  readonly claim: Claim;
  /** True if it is known that its holder still works. */
  readonly alive: boolean;
}

/** Claims by whether they hold. */
interface Sorted {
  readonly held: readonly HeldClaim[];
  /** Of a holder that ended, or whose time is over. */
  readonly free: readonly Claim[];
  /** Those of `held` whose time began again. */
  readonly begun: readonly Claim[];
}

async function sorted(system: System, root: string): Promise<Sorted> {
  const now = system.now().getTime();
  const all = readClaims(system, root);
  const timely = all.filter((claim) => !isOver(claim, now));
  const states = await holderStates(system, timely);
  const begun: Claim[] = [];
  const held = timely.flatMap((claim, at) => {
    if (states[at] === "dead") return [];
    const again = begunAgain(claim, now);
    if (again) begun.push(again);
    return [{ claim: again ?? claim, alive: states[at] === "alive" }];
  });
  const paths = new Set(held.map(({ claim }) => claim.path));
  return { held, begun, free: all.filter(({ path }) => !paths.has(path)) };
}

/** Returns the claims that hold, by path. Corrects those of a changed clock. */
export async function claimsNow(
  system: System,
  root: string,
): Promise<readonly HeldClaim[]> {
  const { held, begun } = await sorted(system, root);
  if (begun.length > 0) await keepBegun(system, root, begun);
  return held;
}

/** Writes claims whose time began again, unless their time is known by now. */
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
    // The next reader can do it.
    if (!(error instanceof MpmError)) throw error;
  }
}

export interface Taken {
  readonly claims: readonly Claim[];
  /** Claims of others that were taken over. */
  readonly lost: readonly Claim[];
}

/**
 * Takes claims, all or none, in one step that no other process comes between.
 * Claims of the same holder are renewed. `force` takes over what others hold.
 * Throws CONFLICT with the holder, LOCKED.
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
  if (dryRun) {
    const { held } = await sorted(system, root);
    return { claims: wanted, lost: inTheWay(system, { held, wanted, force }) };
  }
  return await withClaims(system, root, async () => {
    const { held, free } = await sorted(system, root);
    const lost = inTheWay(system, { held, wanted, force });
    if (held.length + wanted.length > MOST_CLAIMS) throw tooMany();
    for (const { path } of [...free, ...lost]) removeClaim(system, root, path);
    for (const claim of wanted) writeClaim(system, root, claim);
    return { claims: wanted, lost };
  });
}

function inTheWay(
  system: System,
  { held, wanted, force }: {
    held: readonly HeldClaim[];
    wanted: readonly Claim[];
    force: boolean;
  },
): Claim[] {
  const found: Claim[] = [];
  for (const { claim } of held) {
    const met = wanted.find(({ path, holder }) =>
      overlaps(claim.path, path) && !isSameHolder(claim.holder, holder)
    );
    if (!met) continue;
    if (!force) throw taken(claim, met, system.now().getTime());
    found.push(claim);
  }
  return found;
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
      hint: "Wait, ask for its release, or work in another worktree; " +
        `a person can take it over: mpm claim --force "${shown}"`,
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

/**
 * Releases the claims that `chosen` returns of those that hold. Returns what
 * was released.
 */
export async function releaseClaims(
  system: System,
  root: string,
  { chosen, dryRun }: {
    chosen: (held: readonly Claim[]) => readonly Claim[];
    dryRun: boolean;
  },
): Promise<readonly Claim[]> {
  const choose = async () => {
    const { held } = await sorted(system, root);
    return chosen(held.map(({ claim }) => claim));
  };
  if (dryRun || !hasClaims(system, root)) return await choose();
  return await withClaims(system, root, async () => {
    const released = await choose();
    for (const { path } of released) removeClaim(system, root, path);
    return released;
  });
}

/** Returns the claims that cover a path or are below it. */
export function claimsOn(held: readonly Claim[], path: string): Claim[] {
  return held.filter((claim) => covers(path, claim.path));
}

/** Removes the claims of an agent session that has ended. */
export async function releaseSession(
  system: System,
  root: string,
  session: string,
): Promise<void> {
  const isOwn = ({ holder }: Claim) => holder.session === session;
  if (!readClaims(system, root).some(isOwn)) return;
  await withClaims(system, root, () => {
    for (const { path } of readClaims(system, root).filter(isOwn)) {
      removeClaim(system, root, path);
    }
  });
}
