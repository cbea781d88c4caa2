import { relative } from "@std/path";
import analysis from "../../../pipelines/analysis.yaml" with { type: "text" };
import development from "../../../pipelines/development.yaml" with {
  type: "text",
};
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { didYouMean } from "../../base/nearest.ts";
import { getOwn } from "../../base/own.ts";
import { defineCommand, dryRunFlag } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { TASK_NAME, taskPath } from "../../tasks/mod.ts";
import { writeNewFile } from "../../work/mod.ts";

/** A pipeline that is included in mpm. */
interface Shipped {
  readonly text: string;
  /** The options to suggest for its first run. */
  readonly run: string;
}

const SHIPPED: Readonly<Record<string, Shipped>> = {
  development: { text: development, run: ' --var feature="User profiles"' },
  analysis: { text: analysis, run: "" },
};

export const pipelineNew = defineCommand({
  name: "pipeline new",
  summary: "Create a pipeline from a built-in pipeline",
  description: `
Writes .claude-mpm/pipelines/<name>.yaml. mpm never replaces an existing file. There are two built-in pipelines:

  development   six agents, one after the other: requirements, architecture,
                implementation, testing, documentation, deployment
  analysis      three agents in parallel: security, performance and quality;
                a fourth agent merges their reports

Review the file, edit it if you like, and then allow it.`,
  positionals: [
    { name: "kind", summary: "development or analysis" },
    {
      name: "name",
      summary: "The name of the new pipeline; default: its kind",
      optional: true,
    },
  ],
  flags: {
    "dry-run": dryRunFlag("written", "writing"),
  },
  examples: [
    "mpm pipeline new development",
    "mpm pipeline new analysis nightly --dry-run",
  ],
  result: async () => (await import("./results.ts")).PipelineNewResult,
  async run(context, { kind, name = kind, "dry-run": dryRun }) {
    const { system, folder } = context;
    const { text, run } = shippedAs(kind);
    if (!TASK_NAME.test(name)) {
      throw new MpmError("USAGE", `"${name}" cannot name a pipeline`, {
        hint: "Use at most 64 letters, digits and any of ._-",
      });
    }
    const workspace = await locate(system, folder);
    const path = taskPath(workspace.root, name, "pipeline");
    await writeNewFile(context, workspace, {
      ...{ path, text, dryRun, operation: "pipeline new" },
      title: () => `create the pipeline ${name}`,
    });
    const next = [
      `mpm allow ${relative(folder, path)}`,
      `mpm pipeline run ${name}${run}`,
    ];
    return { dry_run: dryRun, name, path, text, next };
  },
  render: ({ dry_run: dry, path, text, next }) =>
    dry
      ? `Would write ${escapeText(path)}:\n\n${text}`
      : `Wrote ${escapeText(path)}\nRead it, then:\n` +
        next.map((command) => `  ${escapeText(command)}\n`).join(""),
});

function shippedAs(kind: string): Shipped {
  const shipped = getOwn(SHIPPED, kind);
  if (shipped) return shipped;
  const kinds = Object.keys(SHIPPED);
  throw new MpmError("NOT_FOUND", `No built-in pipeline "${kind}"`, {
    hint: didYouMean(
      kind,
      kinds,
      `Available built-in pipelines: ${kinds.join(" and ")}`,
    ),
  });
}
