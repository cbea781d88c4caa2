import { basename } from "@std/path";
import { escapeText } from "../../base/escape.ts";
import { type Style, tableRows } from "../../cli/mod.ts";
import { holderText, untilText } from "./claim.ts";
import type { ClaimsResult, ClaimView } from "./commands/results.ts";

/** Returns `Frontend (agent session 6cfd0319)`, or `you`. */
function holderOf({ holder, yours }: ClaimView): string {
  if (yours) return "you";
  const { kind, name, session_id: session } = holder;
  return holderText({ kind, name, key: "", session, process: null });
}

/** Returns the time at which a claim ends. */
export function endOf({ until }: Pick<ClaimView, "until">, at: string): string {
  return untilText(Date.parse(until), Date.parse(at));
}

/**
 * Returns `src/api (in other-worktree)`; without the suffix for a path in this
 * worktree.
 */
export function placeOf(
  { path, worktree }: Pick<ClaimView, "path" | "worktree">,
  here: string,
): string {
  const where = worktree === here ? "" : ` (in ${basename(worktree)})`;
  return escapeText(path + where);
}

/** Returns a row for each claim. */
export function claimLines(
  claims: readonly ClaimView[],
  { at, worktree, style }: { at: string; worktree: string; style: Style },
): string[] {
  const rows = claims.map((claim) => [
    style.cyan(placeOf(claim, worktree)),
    holderOf(claim),
    `until ${endOf(claim, at)}`,
    escapeText(claim.task ?? ""),
  ]);
  return tableRows(rows, style.columns);
}

/** Returns a row for each claim on another machine. */
export function teamLines(
  claims: ClaimsResult["team"],
  { at, style }: { at: string; style: Style },
): string[] {
  const rows = claims.map(({ path, holder: { name }, sender, ...claim }) => [
    style.cyan(escapeText(path)),
    `${escapeText(name)}, from ${escapeText(sender)} on another machine`,
    `until ${endOf(claim, at)}`,
    escapeText(claim.task ?? ""),
  ]);
  return tableRows(rows, style.columns);
}
