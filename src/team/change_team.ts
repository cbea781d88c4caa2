import { MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import { isName } from "../base/names.ts";
import { counted, cutText } from "../base/words.ts";
import type { Context, Style } from "../cli/mod.ts";
import { locate } from "../git/mod.ts";
import { journaled, withLock } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import type { TeamResult } from "./commands/results.ts";
import {
  isSameName,
  type Member,
  MOST_MEMBERS,
  readTeam,
  teamFile,
  writeTeam,
} from "./members.ts";
import { readOwnKeys } from "./cipher.ts";

/** A change to the team: the new members, and the changed keys. */
interface Change {
  readonly change: "added" | "removed" | "listed" | "none";
  readonly members: readonly Member[];
  readonly changed: readonly Member[];
}

/** Adds someone's key to the project's team. */
export async function addMember(
  context: Context,
  { name, recipient, dryRun }: {
    name: string;
    recipient: string;
    dryRun: boolean;
  },
): Promise<TeamResult> {
  if (!isName(name)) {
    throw new MpmError("USAGE", `Invalid name "${cutText(name, 80)}"`, {
      hint: "Use at most 100 letters, digits, spaces and punctuation marks",
    });
  }
  const { checkedRecipient } = await import("./crypto/age.ts");
  const added = {
    name,
    recipient: checkedRecipient(recipient),
    added_at: context.system.now().toISOString(),
  };
  return await change(context, dryRun, (members) => {
    const known = members.find((one) => one.recipient === added.recipient);
    if (known && isSameName(known.name, name)) {
      return { change: "none", members, changed: [known] };
    }
    if (known) {
      throw new MpmError("CONFLICT", `"${known.name}" already has this key`, {
        hint: `Remove it first: mpm team remove "${known.name}"`,
      });
    }
    if (members.length >= MOST_MEMBERS) {
      throw new MpmError(
        "CONFLICT",
        `A team has at most ${counted(MOST_MEMBERS, "key")}`,
        { hint: '"mpm team remove <name>" removes the keys of a person' },
      );
    }
    return { change: "added", members: [...members, added], changed: [added] };
  });
}

/** Removes a person, or one key, from the team. Throws NOT_FOUND. */
export async function removeMember(
  context: Context,
  { named, dryRun }: { named: string; dryRun: boolean },
): Promise<TeamResult> {
  const key = named.trim().split(/\s+/).slice(0, 2).join(" ");
  return await change(context, dryRun, (members) => {
    const goes = (one: Member) =>
      isSameName(one.name, named) || one.recipient === key;
    const changed = members.filter(goes);
    if (changed.length === 0) {
      throw new MpmError(
        "NOT_FOUND",
        `"${cutText(named, 80)}" is not in your team for this project`,
        { hint: '"mpm team list" lists the members' },
      );
    }
    const left = members.filter((one) => !goes(one));
    return { change: "removed", members: left, changed };
  });
}

/** Lists the members of the project's team. */
export async function listTeam(context: Context): Promise<TeamResult> {
  const { root } = await locate(context.system, context.folder);
  const members = readTeam(context.system, root) ?? [];
  const listed = { change: "listed", members, changed: [] } as const;
  return await answer(context, { root, dryRun: false, ...listed });
}

async function change(
  context: Context,
  dryRun: boolean,
  decide: (members: readonly Member[]) => Change,
): Promise<TeamResult> {
  const workspace = await locate(context.system, context.folder);
  const { root } = workspace;
  const decideNow = (system: System) => decide(readTeam(system, root) ?? []);
  let decided = decideNow(context.system);
  if (!dryRun && decided.change !== "none") {
    const file = await withLock(
      context.system,
      root,
      () => teamFile(context.system, root),
    );
    decided = await journaled(
      context,
      ({ system }) => {
        const again = decideNow(system);
        if (again.change !== "none") writeTeam(system, root, again.members);
        return again;
      },
      {
        lock: withLock,
        operation: `team ${decided.change === "added" ? "add" : "remove"}`,
        workspace,
        files: [file],
        title: ({ change, changed }) =>
          change === "added"
            ? `add "${changed[0]!.name}" to your team`
            : `remove "${changed[0]!.name}" from your team`,
      },
    );
  }
  return await answer(context, { root, dryRun, ...decided });
}

async function answer(
  context: Context,
  { root, dryRun, change, members, changed }: Change & {
    root: string;
    dryRun: boolean;
  },
): Promise<TeamResult> {
  const { recipients, problems } = await readOwnKeys(context, root);
  return {
    dry_run: dryRun,
    change,
    changed: changed.map(({ name, recipient }) => ({ name, recipient })),
    members: members.map(({ name, recipient, added_at }) => ({
      ...{ name, recipient, added_at },
      own: recipients.includes(recipient),
    })),
    encrypted: members.length > 0,
    own_recipients: [...recipients],
    warnings: [
      ...members.length > 0 &&
          !members.some(({ recipient }) => recipients.includes(recipient))
        ? [
          "None of these keys is yours. You cannot read your own entries " +
          "again, for example on another machine. Add your own key",
        ]
        : [],
      ...problems,
    ],
  };
}

/**
 * The number of characters of a recipient in a list: enough to compare it by
 * eye.
 */
const SHOWN = 44;

/** Describes the team for people. */
export function teamText(result: TeamResult, style: Style): string {
  const { change, changed, members, own_recipients: own } = result;
  const nobody =
    'You have no team for this project, so "mpm sync" does not encrypt entries.';
  return [
    ...changedLines(result, style),
    ...members.length === 0
      ? [change === "removed" ? emptied(result) : nobody]
      : change === "listed"
      ? ["Entries of this project are encrypted to:"]
      : [`The team has ${counted(members.length, "key")} now:`],
    ...members.map(({ name, recipient, own }) =>
      `  ${style.cyan(escapeText(name))}${own ? " (you)" : ""}  ${
        shortKey(recipient)
      }`
    ),
    ...change === "listed" && own.length > 0
      ? ["Your own keys, for others to add:", ...own.map((key) => `  ${key}`)]
      : [],
    ...changed.length > 0 && change === "removed" ? [REMOVED] : [],
    ...result.warnings.map((text) => `Note: ${escapeText(text)}.`),
    "",
  ].join("\n");
}

/** The note about entries that were sent before a removal. */
const REMOVED = "They can still read what they received before, and every " +
  "entry that was encrypted to them.";

function emptied({ dry_run: dry }: TeamResult): string {
  return `The team ${dry ? "would be" : "is"} empty: new entries ${
    dry ? "would not be" : "are not"
  } encrypted.`;
}

function changedLines(
  { dry_run: dry, change, changed }: TeamResult,
  style: Style,
): string[] {
  const verbs = {
    added: ["Added", "Would add"],
    removed: ["Removed", "Would remove"],
    none: ["Already in the team", "Already in the team"],
    listed: ["", ""],
  };
  return changed.map(({ name, recipient }) =>
    `${verbs[change][dry ? 1 : 0]}: ${style.cyan(escapeText(name))}  ${
      shortKey(recipient)
    }`
  );
}

function shortKey(recipient: string): string {
  return recipient.startsWith("ssh-")
    ? cutText(recipient, SHOWN * 2)
    : recipient;
}
