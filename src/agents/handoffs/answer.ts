import { isSameAgent } from "../../base/names.ts";
import { MpmError } from "../../base/errors.ts";
import { asciiJson, escapeText } from "../../base/escape.ts";
import { ageWords } from "../../base/times.ts";
import { cutText } from "../../base/words.ts";
import type { Context } from "../../cli/mod.ts";
import {
  type Answer,
  answerPath,
  newAnswer,
  readDocuments,
  type StoredDocument,
  writeInFolder,
} from "../../documents/mod.ts";
import { locate, type Workspace } from "../../git/mod.ts";
import { journaled, type OperationName, withLock } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { type Actor, actorOf, AGENT_FLAG } from "../names.ts";
import { findHandoff, handoffView } from "./find.ts";
import type { HandoffAnswerResult } from "./commands/results.ts";

/** The argument that names a hand-off. */
export const WHICH = {
  name: "handoff",
  summary:
    "The hand-off: its number in the list, its ID or part of the ID, or its path",
  names: "handoff",
} as const;

/** The declarations of the options of accept, done and reject. */
export const ANSWER_FLAGS = {
  ...AGENT_FLAG,
  "dry-run": {
    type: "boolean",
    summary: "Show the answer without writing anything",
  },
} as const;

/** The options of accept, done and reject. */
export interface AnswerInput {
  readonly state: Answer["state"];
  readonly selector: string;
  readonly agent: string | undefined;
  readonly reason: readonly string[];
  readonly dryRun: boolean;
}

/** The maximum length of a reason, in UTF-16 units. */
const LONGEST_REASON = 2000;

function commandOf(state: Answer["state"]): OperationName {
  return `handoff ${COMMANDS[state]}`;
}

const COMMANDS = {
  accepted: "accept",
  done: "done",
  rejected: "reject",
} as const satisfies Record<Answer["state"], string>;

/**
 * Answers a hand-off. Repeating an answer changes nothing. Throws CONFLICT if
 * the hand-off is finished, or if another agent must answer it.
 */
export async function answerHandoff(
  context: Context,
  input: AnswerInput,
): Promise<HandoffAnswerResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const actor = await actorOf(system, workspace, input.agent);
  const reason = reasonOf(context, input);
  const first = findHandoff(readDocuments(system, workspace), input.selector);
  const answer = newAnswer({
    ...{ document: first.id, state: input.state },
    ...reason === undefined ? {} : { reason },
    ...{ by: actor.name, person: actor.kind === "person" },
    at: system.now().toISOString(),
  });
  if (input.dryRun || !decide(first, { actor, answer, now: system.now() })) {
    return resultOf(system, workspace, { ...input, first, changed: false });
  }
  return await journaled(
    context,
    ({ system }) => {
      // Read under the lock: someone else may have answered in the meantime.
      const documents = readDocuments(system, workspace);
      const stored = documents.all.find(({ path }) => path === first.path);
      if (!stored) throw gone(first);
      const changed = decide(stored, { actor, answer, now: system.now() });
      if (changed) {
        const after = stored.standing.last.map(({ id }) => id);
        writeInFolder(system, workspace, {
          folder: first.folder,
          path: answerPath(first.folder, answer),
          text: `${asciiJson({ ...answer, after }, 2)}\n`,
        });
      }
      return resultOf(system, workspace, { ...input, first, changed });
    },
    {
      operation: commandOf(input.state),
      workspace,
      lock: withLock,
      title: () => `answer the hand-off ${first.id}: ${input.state}`,
      files: [answerPath(first.folder, answer)],
    },
  );
}

function reasonOf(
  context: Context,
  { reason, state }: AnswerInput,
): string | undefined {
  const text = context.redact(reason.join(" ").trim());
  if (text !== "") return cutText(text, LONGEST_REASON);
  if (state !== "rejected") return undefined;
  throw new MpmError("USAGE", "The reason is missing", {
    hint: "mpm handoff reject <hand-off> <reason>",
  });
}

/** Returns false if the answer changes nothing. Throws CONFLICT. */
function decide(
  { id, document, standing }: StoredDocument,
  { actor, answer, now }: { actor: Actor; answer: Answer; now: Date },
): boolean {
  const to = document.to!.text;
  const from = document.from?.text ?? "";
  const isReceiver = isSameAgent(actor.name, to);
  const withdraws = answer.state === "rejected" &&
    isSameAgent(actor.name, from);
  if (actor.kind === "agent" && !isReceiver && !withdraws) {
    throw new MpmError(
      "CONFLICT",
      `"${id}" is for ${escapeText(to)}, but you are ${escapeText(actor.name)}`,
      { hint: "If you act for that agent, add --agent with its name" },
    );
  }
  const { state, last } = standing;
  if (state === answer.state) return false;
  if (state !== "done" && state !== "rejected") return true;
  const { by, at } = last.at(-1)!;
  const age = ageWords(new Date(at), now);
  throw new MpmError(
    "CONFLICT",
    `"${id}" is already ${state}: ${escapeText(by)}, ${age}`,
    { hint: 'Write a new document with "mpm handoff new", or run "mpm undo"' },
  );
}

function gone({ id }: StoredDocument): MpmError {
  return new MpmError("CONFLICT", `"${id}" was removed in the meantime`, {
    hint: '"mpm handoff list" shows the hand-offs',
  });
}

function resultOf(
  system: System,
  workspace: Workspace,
  { first, state, changed, dryRun }: AnswerInput & {
    first: StoredDocument;
    changed: boolean;
  },
): HandoffAnswerResult {
  const documents = readDocuments(system, workspace);
  const stored = documents.all.find(({ path }) => path === first.path)!;
  return {
    dry_run: dryRun,
    changed,
    answered_at: system.now().toISOString(),
    answer: state,
    handoff: handoffView(system, workspace, documents, stored),
    warnings: [...documents.problems],
  };
}
