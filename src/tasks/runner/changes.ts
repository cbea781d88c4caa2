import { attempt } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { readAllowable } from "../../ops/mod.ts";
import { readDefinition } from "../definition.ts";
import { listItems } from "../items.ts";
import type { RunRecord } from "../run.ts";

/**
 * Reports changes since the start of a run. The run continues with its original
 * definition and list of items.
 */
export async function noteChanges(
  context: Context,
  root: string,
  { record, items }: {
    record: RunRecord;
    items: readonly string[] | undefined;
  },
): Promise<void> {
  const { system, note } = context;
  const bytes = readAllowable(system, root, record.file);
  const isSame = typeof bytes !== "string" &&
    new TextDecoder().decode(bytes) === record.definition;
  if (!isSame) {
    note(
      `Note: the file of the task ${
        bytes === "none" ? "is gone" : "changed"
      }. The run continues with the definition that it began with`,
    );
  }
  const now = items && await itemsNow(context, record);
  if (!now || !items) return;
  const [before, after] = [new Set(items), new Set(now)];
  const added = now.filter((item) => !before.has(item)).length;
  const gone = items.filter((item) => !after.has(item)).length;
  if (added + gone === 0) return;
  const changes = [
    ...added > 0 ? [`${added} new`] : [],
    ...gone > 0 ? [`${gone} gone`] : [],
  ].join(", ");
  note(
    `Note: the items changed: ${changes}. ` +
      "The run continues with the list that it began with",
  );
}

/** Returns `undefined` if the items cannot be listed now. */
async function itemsNow(
  { system }: Context,
  record: RunRecord,
): Promise<readonly string[] | undefined> {
  using interruption = system.interruption();
  const { signal } = interruption;
  return await attempt(async () => {
    const definition = await readDefinition(record.definition, record.file);
    const workspace = await locate(system, record.worktree);
    return (await listItems(system, workspace, { definition, signal }))?.values;
  });
}
