import type { Context } from "../../cli/mod.ts";
import type { HandoffParts } from "../../documents/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import {
  presentOutline,
  presentSave,
  readEvidence,
} from "../../handoff/mod.ts";
import type { Item } from "../../items/mod.ts";

/** The parts given to `mpm handoff new`; a list that was not given is empty. */
export interface GivenParts {
  readonly from: string;
  readonly to: string;
  readonly byPerson: boolean;
  readonly completed: readonly string[];
  readonly file: readonly string[];
  readonly need: readonly string[];
  readonly criterion: readonly string[];
  readonly reference: readonly string[];
  readonly message: string | undefined;
}

/** The maximum number of entries in each list taken from the session. */
const MOST = { completed: 8, files: 12, needs: 8, verified: 5, decisions: 8 };

/** The request to the receiver if no message is given. */
const MESSAGE = "Please complete the needs listed above.";

/**
 * Returns the parts of a document. Parts that were not given come from what the
 * current session did, decided and still has to do. With `bare`, only options
 * count.
 */
export async function draftedParts(
  context: Context,
  workspace: Workspace,
  { given, bare }: { given: GivenParts; bare: boolean },
): Promise<HandoffParts> {
  const message = given.message ?? MESSAGE;
  const base = {
    ...{ from: given.from, to: given.to, byPerson: given.byPerson, message },
    references: given.reference,
    completed: given.completed,
    files: given.file,
    needs: given.need,
    criteria: given.criterion,
    verified: [],
    decisions: [],
  };
  if (bare) return base;
  const { save } = await presentSave(context.system, workspace);
  const outline = presentOutline(save);
  const { evidence } = await readEvidence(context, undefined);
  const texts = (items: readonly Item[]) => items.map(({ text }) => text);
  const edited = outline.files
    .filter(({ how }) => how === "created" || how === "edited");
  const or = (own: readonly string[], found: string[], most: number) =>
    own.length > 0 ? own : [...new Set(found)].slice(0, most);
  const needs = [...outline.begun, ...outline.next, ...outline.questions];
  return {
    ...base,
    completed: or(base.completed, texts(outline.done), MOST.completed),
    files: or(base.files, edited.map(({ path }) => path), MOST.files),
    needs: or(base.needs, texts(needs), MOST.needs),
    verified: evidence.filter((one) => one.verifies && one.state === "holds")
      .map(({ command }) => `\`${command}\` passed`).slice(0, MOST.verified),
    decisions: outline.decisions.slice(0, MOST.decisions)
      .map(({ text, why }) => why ? `${text} (why: ${why})` : text),
  };
}
