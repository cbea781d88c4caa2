import { MpmError } from "../base/errors.ts";
import { escapeLines, escapeText } from "../base/escape.ts";
import { type Context, dryRunFlag, type Style } from "../cli/mod.ts";
import { locate, type Workspace } from "../git/mod.ts";
import {
  exportTarget,
  parseLimit,
  writeExport,
  type WrittenFile,
} from "../saves/mod.ts";
import { cancelRun } from "./cancel.ts";
import type { TaskCancelResult, TaskRmResult } from "./commands/results.ts";
import { removeRuns } from "./remove.ts";
import { taskRoot } from "./root.ts";
import type { RunKind } from "./run.ts";
import { findRun } from "./store.ts";
import { removedText } from "./view/text.ts";

/** Parts of the commands that tasks and pipelines both have. */

/** The parts of a command that cancels a run. `programs`: what may still run. */
export function cancelParts(kind: RunKind, programs: string) {
  return {
    flags: {
      "dry-run": {
        type: "boolean",
        summary: "Show which run would be cancelled without changing anything",
      },
    },
    run(
      context: Context,
      { run, "dry-run": dryRun }: {
        run: string | undefined;
        "dry-run": boolean;
      },
    ) {
      const order = { kind, run, dryRun };
      return cancelRun(context.system, taskRoot(context), order);
    },
    render({ dry_run: dry, run, ended }: TaskCancelResult, style: Style) {
      const shown = style.cyan(escapeText(run));
      if (dry) return `Would cancel ${shown}\n`;
      return ended
        ? `Cancelled ${shown}\n`
        : `Asked ${shown} to stop. ${programs} still running\n`;
    },
    next: ({ run, ended }: TaskCancelResult) =>
      ended ? `"mpm ${kind} resume ${run}" continues it` : undefined,
  } as const;
}

/** The parts of a command that removes runs. */
export function removeParts(
  kind: RunKind,
  /** Removes what else belongs to the runs. */
  also?: (context: Context, place: Workspace, ids: string[]) => Promise<void>,
) {
  return {
    flags: {
      "dry-run": dryRunFlag("removed"),
    },
    async run(
      context: Context,
      { run, "dry-run": dryRun }: { run: string[]; "dry-run": boolean },
    ): Promise<TaskRmResult> {
      const { system, folder } = context;
      if (run.length === 0) {
        throw new MpmError("USAGE", "Name the runs to remove", {
          hint: `"mpm ${kind} list" lists them`,
        });
      }
      const root = taskRoot(context);
      const found = run.map((typed) => findRun(system, root, typed, kind));
      const ids = [...new Set(found)];
      const place = await locate(system, folder);
      const result = await removeRuns(context, place, { kind, ids, dryRun });
      if (!dryRun) await also?.(context, place, ids);
      return result;
    },
    render: removedText,
  } as const;
}

/** The option for the number of listed runs. */
export const LIMIT_FLAG = {
  type: "string",
  value: "number",
  summary: 'The maximum number of runs, or "all"; default: 50',
} as const;

/** Returns the number of runs to list. Throws USAGE. */
export function listedRuns(typed: string | undefined): number {
  return typed === undefined ? 50 : parseLimit(typed) ?? Infinity;
}

export function logText(title: string, text: string, style: Style): string {
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  return `${style.bold(`== ${title} ==`)}\n${escapeLines(text)}${end}`;
}

/** The parts of a command that prints a document or writes it to a file. */
export function documentParts<R extends { readonly file: string | null }>(
  { what, text, ...file }: Omit<WrittenFile, "option"> & {
    what: string;
    text: (result: R) => string;
  },
) {
  return {
    output: {
      type: "string",
      short: "o",
      value: "file",
      names: "file",
      summary: `Write the ${what} to this file or folder`,
    } as const,
    async written(
      { system, folder }: Context,
      { root, output, name }: {
        root: string;
        output: string | undefined;
        name: string;
      },
      read: () => Promise<R>,
    ): Promise<R> {
      const target = output === undefined
        ? undefined
        : exportTarget(system, output, {
          ...{ folder, root, file: { ...file, option: "--output" } },
        });
      const result = await read();
      if (!target) return result;
      const bytes = new TextEncoder().encode(text(result));
      return { ...result, file: writeExport(system, target.path(name), bytes) };
    },
    shown: {
      render: (result: R) =>
        result.file === null ? text(result) : `Wrote ${result.file}\n`,
      verbatim: ({ file }: R) => file === null,
    },
  };
}
