import { escapeText } from "../../base/escape.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { textField } from "../../base/parsed_values.ts";
import { parseDuration } from "../../base/times.ts";
import { cutText, named } from "../../base/words.ts";
import type { Context } from "../../cli/mod.ts";
import { changeAgentFile, currentAgentSession } from "../../clients/mod.ts";
import { teamClaims } from "./store.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import { journaled } from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { actorOf } from "../names.ts";
import {
  type Claim,
  covers,
  type Holder,
  holderText,
  isSameHolder,
  LONGEST_CLAIM,
  overlaps,
  SHORTEST_CLAIM,
  shownPath,
} from "./claim.ts";
import type {
  ClaimResult,
  ClaimsResult,
  ClaimView,
  ReleaseResult,
} from "./commands/results.ts";
import { processOf } from "./holders.ts";
import { claimablePath, realPlace } from "./paths.ts";
import { claimsNow, releaseClaims, takeClaims, type Taken } from "./take.ts";

/**
 * The maximum length of a task, in UTF-16 units, and the maximum number of
 * paths in one command.
 */
const LONGEST_TASK = 300;
const MOST_PATHS = 100;

/** Claims paths as `mpm claim` does. Throws USAGE, CONFLICT, LOCKED. */
export async function claimPaths(
  context: Context,
  { paths, for: length, task, agent, force, "dry-run": dryRun }: {
    paths: readonly string[];
    for: string;
    task: string | undefined;
    agent: string | undefined;
    force: boolean;
    "dry-run": boolean;
  },
): Promise<ClaimResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const { root, worktree } = workspace;
  const me = await holderHere(system, workspace, agent);
  if (force) checkPerson(system, me);
  const { session } = me;
  const process = session === null ? null : await processOf(system, session);
  const holder: Holder = { ...me, process };
  const now = system.now().getTime();
  const until = now + lengthOf(length);
  const places = paths.slice(0, MOST_PATHS + 1).map((given) =>
    claimablePath(system, { folder, worktree, given })
  );
  if (places.length === 0 || places.length > MOST_PATHS) {
    throw new MpmError("USAGE", `Name 1 to ${MOST_PATHS} paths to claim`, {
      hint: 'E.g. "mpm claim src/api --for 1h"; "mpm claims" lists all claims',
    });
  }
  const wanted = [...new Set(places)].map((path): Claim => ({
    ...{ schema: 1, path, worktree: system.files.realPath(worktree), holder },
    task: task === undefined
      ? null
      : cutText(redactorOf(system).text(task.trim()), LONGEST_TASK),
    ...{ since: now, until, automatic: false },
  }));
  const take = ({ system }: Context) =>
    takeClaims(system, root, { wanted, force, dryRun });
  const { claims, lost } = dryRun ? await take(context) : await journaled<
    Taken
  >(context, take, {
    operation: "claim",
    workspace,
    title: () => `claim ${named(wanted.map(shownPath))}`,
  });
  if (!dryRun) await tellHolders(system, root, { lost, holder });
  return {
    dry_run: dryRun,
    at: new Date(now).toISOString(),
    claims: claims.map((claim) => viewOf(claim, { me: holder, alive: true })),
    taken_over: lost.map((claim) => viewOf(claim, { me: holder })),
  };
}

/** Lists the claims in force. */
export async function listClaims(
  context: Context,
  agent: string | undefined,
): Promise<ClaimsResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const me = await holderHere(system, workspace, agent);
  const held = await claimsNow(system, workspace.root);
  return {
    at: system.now().toISOString(),
    worktree: system.files.realPath(workspace.worktree),
    claims: held.map(({ claim, alive }) => viewOf(claim, { me, alive })),
    team: teamClaims(system, workspace.root),
  };
}

/** Releases claims as `mpm release` does. Throws USAGE, NOT_FOUND, CONFLICT. */
export async function releasePaths(
  context: Context,
  { paths, all, agent, force, "dry-run": dryRun }: {
    paths: readonly string[];
    all: boolean;
    agent: string | undefined;
    force: boolean;
    "dry-run": boolean;
  },
): Promise<ReleaseResult> {
  const { system, folder } = context;
  if (all === paths.length > 0) {
    throw new MpmError("USAGE", "Name the paths to release, or use --all", {
      hint: '"mpm claims" lists all claims',
    });
  }
  const workspace = await locate(system, folder);
  const { root } = workspace;
  const me = await holderHere(system, workspace, agent);
  if (force) checkPerson(system, me);
  const chosen = (held: readonly Claim[]) => {
    const mine = (claim: Claim) => force || isSameHolder(claim.holder, me);
    if (all) return held.filter(mine);
    const found = paths.flatMap((given) =>
      claimsFor(held, { path: realPlace(system, folder, given), given })
    );
    const other = found.find((claim) => !mine(claim));
    if (other) throw notYours(other);
    return [...new Set(found)];
  };
  const release = ({ system }: Context) =>
    releaseClaims(system, root, { chosen, dryRun });
  const released = dryRun
    ? await release(context)
    : await journaled<readonly Claim[]>(context, release, {
      operation: "release",
      workspace,
      title: (claims) => `release ${named(claims.map(shownPath))}`,
    });
  const lost = released.filter(({ holder }) => !isSameHolder(holder, me));
  if (!dryRun) await tellHolders(system, root, { lost, holder: me });
  return {
    dry_run: dryRun,
    released: released.map((claim) => viewOf(claim, { me })),
  };
}

function claimsFor(
  held: readonly Claim[],
  { path, given }: { path: string; given: string },
): Claim[] {
  const found = held.filter((claim) => covers(path, claim.path));
  if (found.length > 0) return found;
  const part = held.find((claim) => overlaps(claim.path, path));
  throw new MpmError("NOT_FOUND", `No claim on "${escapeText(given)}"`, {
    hint: part
      ? `It is part of the claim on "${escapeText(shownPath(part))}"`
      : '"mpm claims" lists all claims',
  });
}

function notYours(claim: Claim): MpmError {
  const shown = escapeText(shownPath(claim));
  return new MpmError(
    "CONFLICT",
    `Cannot release "${shown}": ${holderText(claim.holder)} has claimed it`,
    {
      hint: "Ask the holder to release it. A person can release it: " +
        `mpm release --force "${shown}"`,
    },
  );
}

/** Returns the holder of claims made here. Throws USAGE for an invalid name. */
async function holderHere(
  system: System,
  workspace: Workspace,
  agent: string | undefined,
): Promise<Holder> {
  return {
    ...await actorOf(system, workspace, agent),
    session: currentAgentSession(system) ?? null,
    process: null,
  };
}

/** Throws CONFLICT if an agent runs the command. */
function checkPerson(system: System, { kind }: Holder): void {
  if (kind === "person" && system.env("CLAUDECODE") !== "1") return;
  throw new MpmError("CONFLICT", "Only a person can use --force on claims", {
    hint: "Ask the person to run it in a terminal, without MPM_AGENT",
  });
}

function lengthOf(text: string): number {
  const length = attempt(() => parseDuration(text, "--for"));
  if (
    length !== undefined && length >= SHORTEST_CLAIM && length <= LONGEST_CLAIM
  ) return length;
  throw new MpmError("USAGE", `Invalid duration of a claim: "${text}"`, {
    hint: "A claim lasts from 1s to 24h, e.g. --for 30m",
  });
}

/** Tells sessions at their next event that they have lost claims. */
async function tellHolders(
  system: System,
  root: string,
  { lost, holder }: { lost: readonly Claim[]; holder: Holder },
): Promise<void> {
  for (const { holder: { session }, ...claim } of lost) {
    if (session === null) continue;
    const takeover = `${holderText(holder)} took over the claim on ` +
      `"${escapeText(shownPath(claim))}" from this agent session. ` +
      "Ask before you change it again.";
    await changeAgentFile(system, { id: session, root }, {
      file: "pending",
      change: (value) => {
        const before = textField(value, "text");
        return {
          text: before === undefined ? takeover : `${before}\n${takeover}`,
        };
      },
    });
  }
}

function viewOf(
  claim: Claim,
  { me, alive = false }: { me: Holder; alive?: boolean },
): ClaimView {
  const { holder, task, worktree, since, until, automatic } = claim;
  const { kind, name, session } = holder;
  return {
    path: shownPath(claim),
    worktree,
    holder: { kind, name, session_id: session },
    yours: isSameHolder(holder, me),
    alive,
    task,
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    automatic,
  };
}
