import { type Context, cut, ProgressLine, type Style } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { counted, firstLine } from "../../base/words.ts";
import { locate } from "../../git/mod.ts";
import { journaled } from "../../ops/mod.ts";
import { changeStore, openStore } from "../store/recover.ts";
import { readSource, type Refused } from "./source.ts";
import { importSaves, type Incoming, planImport } from "./import.ts";

interface ImportedSaves {
  dry_run: boolean;
  /** As typed. */
  source: string;
  imported: {
    session_id: string;
    original_id: string;
    summary: string;
    warnings: string[];
  }[];
  present: string[];
  refused: { source: string; reason: string }[];
  warnings: string[];
}

/**
 * Imports the saves of a file or a folder, or lists them. Throws the errors of
 * {@link readSource}, CONFLICT if no ID is free, LOCKED.
 */
export async function importFrom(
  context: Context,
  { path, typed, opened, dryRun }: {
    /** Absolute. */
    path: string;
    typed: string;
    /** The decrypted JSON, if the file is encrypted. */
    opened?: Uint8Array | undefined;
    dryRun: boolean;
  },
): Promise<ImportedSaves> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const { root } = workspace;
  await openStore(system, root);
  using line = new ProgressLine(context);
  const source = await readSource(system, root, { path, opened });
  const { incoming, refused } = await validated(source);
  const { plan, warnings } = dryRun
    ? { plan: await planImport(system, root, incoming), warnings: [] }
    : await journaled(
      context,
      ({ system }) =>
        importSaves(system, workspace, {
          ...{ incoming, from: path, progress: line.show },
        }),
      {
        operation: "sessions import",
        workspace,
        lock: changeStore,
        title: ({ plan: { imports } }) =>
          `import ${counted(imports.length, "save")} from ${typed}`,
      },
    );
  return {
    dry_run: dryRun,
    source: typed,
    imported: plan.imports.map(({ id, incoming: { save, warnings } }) => ({
      session_id: id,
      original_id: save.session_id,
      summary: firstLine(save.conversation.summary, 500),
      warnings: [...warnings],
    })),
    present: [...plan.present],
    refused: [...refused],
    warnings: [...warnings],
  };
}

async function validated(
  { incoming, refused }: {
    incoming: readonly Incoming[];
    refused: readonly Refused[];
  },
): Promise<{ incoming: Incoming[]; refused: Refused[] }> {
  const { problemsOfSave } = await import("../schema.ts");
  const faults = incoming.map(({ save }) => problemsOfSave(save));
  return {
    incoming: incoming.filter((_, at) => faults[at]!.length === 0),
    refused: [
      ...refused,
      ...incoming.flatMap(({ source }, at) =>
        faults[at]!.length === 0
          ? []
          : [{ source, reason: faults[at]!.join("; ") }]
      ),
    ],
  };
}

/** Describes an import for people. */
export function importText(result: ImportedSaves, style: Style): string {
  const { imported, present, refused, warnings, dry_run: dry } = result;
  const verb = dry ? "Would import" : "Imported";
  const empty = imported.length + present.length + refused.length === 0;
  return [
    ...empty ? ["It contains no saves."] : [],
    ...imported.map(({ session_id: id, original_id: original, summary }) => {
      const moved = id === original ? "" : ` (there ${original})`;
      const text = cut(escapeText(summary) || "(no summary)", 50);
      return `${verb} ${id}${moved}  ${text}`;
    }),
    ...present.map((id) => `Already here: ${id}`),
    ...refused.map(({ source, reason }) =>
      style.red(`Refused ${escapeText(source)}: ${escapeText(reason)}`)
    ),
    ...warnings.map((text) => `Note: ${escapeText(text)}`),
    "",
  ].join("\n");
}
