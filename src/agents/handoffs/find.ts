import { type AgentName, isSameAgent } from "../../base/names.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { atIndex, holdsPart, listHint, onlyOne } from "../../base/selector.ts";
import { join } from "../../base/join.ts";
import {
  type Documents,
  shownPath,
  type StoredDocument,
  titleOf,
} from "../../documents/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { trustedSenders } from "./deliver.ts";
import type { HandoffView } from "./commands/results.ts";

/**
 * Returns the document that a selector names by list number, ID, part of an ID,
 * or path. Throws NOT_FOUND, AMBIGUOUS and USAGE.
 */
export function findHandoff(
  { all }: Documents,
  selector: string,
): StoredDocument {
  const choices = {
    items: all,
    noun: "hand-off",
    label: ({ id }: StoredDocument) => id,
    empty: '"mpm handoff new --to <agent>" writes one',
  };
  const listed = atIndex(selector, choices);
  if (listed) return listed;
  const plain = selector.replace(/\.md$/i, "").replaceAll("\\", "/");
  const id = plain.slice(plain.lastIndexOf("/") + 1);
  const exact = all.filter((one) => one.id === id);
  const found = exact.length > 0
    ? exact
    : all.filter((one) => holdsPart(one.id, id));
  const hint = 'Use a number from "mpm handoff list --all"';
  const only = onlyOne(found, selector, { ...choices, hint });
  if (only) return only;
  throw new MpmError("NOT_FOUND", `No hand-off "${selector}"`, {
    hint: listHint(choices),
  });
}

/** Returns a document for command output, redacted. */
export function handoffView(
  system: System,
  place: Pick<Workspace, "root" | "worktree">,
  { all }: Documents,
  stored: StoredDocument,
): HandoffView {
  const { id, folder, document, standing } = stored;
  const redactor = redactorOf(system);
  return redactor.value({
    number: all.indexOf(stored),
    ...{ id, path: shownPath(stored, place), shared: folder.shared },
    from: document.from?.text ?? "",
    to: document.to!.text,
    title: titleOf(document),
    sender: folder.from
      ? {
        name: folder.from.name,
        verified: trustedSenders(system, place.root)(folder),
      }
      : null,
    state: standing.state,
    created_at: createdAt(id),
    answers: standing.history.map(({ state, by, person, at, reason }) => ({
      ...{ state, by, person, at, reason: reason ?? null },
      last: standing.last.some((one) => one.at === at && one.by === by),
    })),
  });
}

/** Returns the time in the ID of a document that mpm named. */
function createdAt(id: string): string | null {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/.exec(id) ??
    [];
  if (parts.length === 0) return null;
  const [year, month, day, hour, minute, second] = parts;
  const time = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  return Number.isNaN(Date.parse(time)) ? null : time;
}

/**
 * Returns a warning about an agent that the project does not mention;
 * `undefined` if the agent is known, or if no agent is known. The agent may be
 * added later, so this is not an error.
 */
export function unknownAgentNote(
  system: System,
  worktree: string,
  { name, documents }: { name: AgentName; documents: Documents },
): string | undefined {
  const known = [
    ...documents.all.flatMap(({ document: { from, to } }) =>
      [from?.text, to?.text].filter((one) => one !== undefined)
    ),
    ...definedAgents(system, worktree),
  ];
  if (known.length === 0 || known.some((one) => isSameAgent(one, name.key))) {
    return undefined;
  }
  const near = nearest(name.key, known.map((one) => one.toLowerCase()));
  return `No agent "${name.name}" is known here` +
    (near === undefined ? "" : `. Did you mean "${near}"?`);
}

/**
 * Returns the sub-agents that the project defines for Claude Code, from their
 * files.
 */
function definedAgents({ files }: System, worktree: string): string[] {
  const folder = join(worktree, ".claude", "agents");
  return (attempt(() => files.list(folder)) ?? [])
    .filter(({ name }) => name.endsWith(".md")).slice(0, 1000)
    .map(({ name }) => name.slice(0, -".md".length));
}
