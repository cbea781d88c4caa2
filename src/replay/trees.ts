import { MpmError } from "../base/errors.ts";
import {
  type KeptTree,
  type KeptTrees,
  openKeptTrees,
  type StepTree,
  stepTrees,
} from "../checkpoints/mod.ts";
import { type Context, ProgressLine } from "../cli/mod.ts";
import { mayChangeFiles } from "../clients/mod.ts";
import type { Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";
import type { ReplayStep } from "./commands/results.ts";
import { openSource, type Source } from "./source.ts";
import { lostText, stepsOf } from "./steps.ts";

/** A checkpoint with all files after a step. */
export interface KnownTree {
  readonly step: number;
  /** The last step with the same tree. The files were read after it. */
  readonly last: number;
  readonly checkpoint: string;
  readonly commit: string;
  /** The time when the files were read, ISO 8601, UTC. */
  readonly at: string;
}

/** The trees around a step. */
export interface TreesAround {
  readonly exact: KnownTree | undefined;
  /** The nearest known trees on both sides, if `exact` is missing. */
  readonly before: KnownTree | undefined;
  readonly after: KnownTree | undefined;
}

/**
 * Finds out which steps have a known tree. Takes the steps in order. A tree
 * counts only if no other tool ran while its files were read; otherwise it may
 * contain half of that tool's changes.
 */
export class TreeScan {
  readonly #links: ReadonlyMap<string, StepTree>;
  readonly #kept: KeptTrees;
  readonly #trees: KnownTree[] = [];
  /** The ends of tool calls that are running. */
  #running: string[] = [];

  constructor(links: readonly StepTree[], kept: KeptTrees) {
    this.#links = new Map(links.map((link) => [link.call, link]));
    this.#kept = kept;
  }

  static async open(
    system: System,
    workspace: Workspace,
    { agentSession: id }: Pick<Source, "agentSession">,
  ): Promise<TreeScan> {
    const links = id === null
      ? []
      : stepTrees(system, { id, root: workspace.root });
    return new TreeScan(links, await openKeptTrees(system, workspace));
  }

  see(step: ReplayStep): void {
    this.#extend(step);
    const { at, key, checkpoint, ended_at: ended } = step;
    if (at !== null) {
      this.#running = this.#running.filter((end) => end > at);
    }
    if (ended !== null && changesFiles(step)) this.#running.push(ended);
    const link = this.#links.get(key?.replace(/#\d+$/, "") ?? "");
    const found = checkpoint && at !== null
      ? { checkpoint: checkpoint.id, commit: checkpoint.commit, at }
      : link && !this.#running.some((end) => end > link.at)
      ? link
      : undefined;
    if (found && this.#kept.has(found)) {
      const { checkpoint, commit, at } = found;
      const number = step.step;
      this.#trees.push({ checkpoint, commit, at, step: number, last: number });
    }
  }

  /**
   * Extends the last tree to a step if the tree's files were read during the
   * step or after it.
   */
  #extend(step: ReplayStep): void {
    const tree = this.#trees.at(-1);
    if (!tree || tree.last !== step.step - 1) return;
    if (step.at === null || step.at > tree.at) return;
    this.#trees.pop();
    if (!changesFiles(step)) this.#trees.push({ ...tree, last: step.step });
  }

  around(step: number): TreesAround {
    const exact = this.#trees.findLast((one) =>
      one.step <= step && step <= one.last
    );
    if (exact) return { exact, before: undefined, after: undefined };
    return {
      exact,
      before: this.#trees.findLast((one) => one.last < step),
      after: this.#trees.find((one) => one.step > step),
    };
  }

  /** `undefined`: the checkpoint no longer exists. */
  async read(tree: KnownTree): Promise<KeptTree | undefined> {
    return await this.#kept.read(tree);
  }
}

/** mpm's steps that change files, except steps that take a checkpoint. */
const CHANGING: readonly string[] = ["detour", "operation", "checkpoint"];

function changesFiles({ tool, key, type, checkpoint }: ReplayStep): boolean {
  if (tool !== null) return mayChangeFiles(tool);
  return key === null && CHANGING.includes(type) && checkpoint === null;
}

/** A step, and the known trees of its session. */
export interface ScannedStep {
  readonly step: ReplayStep;
  readonly scan: TreeScan;
  readonly total: number;
  /** Parts that could not be read, one sentence each. */
  readonly warnings: string[];
}

/** The number of steps between two looks at the clock. */
export const LOOKED = 256;

/**
 * Finds the step with the given number in a session. Throws USAGE if it is not
 * a number, NOT_FOUND if the session does not have the step.
 */
export async function scanSteps(
  context: Pick<Context, "system" | "status">,
  workspace: Workspace,
  { source, at }: { source: Source; at: string },
): Promise<ScannedStep> {
  const wanted = /^#?(\d{1,9})$/.exec(at)?.[1];
  if (wanted === undefined) {
    throw new MpmError("USAGE", `Invalid step "${at}"`, {
      hint: 'Use the number of a step from "mpm replay"',
    });
  }
  const { system } = context;
  using line = new ProgressLine(context);
  const scan = await TreeScan.open(system, workspace, source);
  const open = await openSource(system, source);
  let found: ReplayStep | undefined;
  let total = 0;
  for await (const step of stepsOf(system, workspace, open)) {
    total++;
    if (total % LOOKED === 0) line.count("Reading steps", total);
    scan.see(step);
    if (step.step === Number(wanted)) found = step;
  }
  if (found) {
    return { step: found, scan, total, warnings: lostText(open.lost) };
  }
  throw new MpmError("NOT_FOUND", `There is no step ${wanted}`, {
    hint: `The agent session has ${total} steps`,
  });
}
