import type { Step } from "./definition.ts";

/** A file produced by a step. */
export interface Artefact {
  /** Relative to the folder of the step, with `/` between folders. */
  readonly path: string;
}

/** A current file of the user's tree. */
export interface FileDigest extends Artefact {
  readonly sha256: string;
}

/** The result of a step that another needs, directly or indirectly. */
export interface Given {
  readonly step: string;
  /**
   * The commit of a step with a worktree; null: the step ran in the project.
   */
  readonly result: string | null;
  /** Artefacts of a step in the project, which are files of the user's tree. */
  readonly files: readonly FileDigest[];
}

/** A step whose result conflicts with earlier results. */
export interface MergeConflict {
  readonly step: string;
  readonly paths: readonly string[];
  /** The step's result, which is kept. */
  readonly commit: string;
  /** The worktree with the step's result; null: it was removed. */
  readonly worktree: string | null;
  /** The folder with both sides of each file; null: it does not exist. */
  readonly folder: string | null;
}

/** The merge of all results at the end of a run. */
export interface MergeEnd {
  /** `stopped`: nothing was applied. */
  readonly state: "done" | "conflict" | "stopped";
  readonly reason: string | null;
  /** Steps whose results were merged. */
  readonly merged: readonly string[];
  readonly conflicts: readonly MergeConflict[];
  /** Number of files that changed in the user's tree. */
  readonly changed: number;
}

/** The worktrees of a run, from its snapshot until its results are applied. */
export interface StepTrees extends Disposable {
  /**
   * The end of a merge that an earlier process of the run applied but could not
   * record; `undefined`: nothing has been applied yet.
   */
  readonly applied: MergeEnd | undefined;
  /** Returns a digest of the content from which a step starts. */
  startOf(step: Step, needs: readonly Given[]): Promise<string>;
  /**
   * Creates a new worktree with the step's starting content; returns its
   * folder, absolute.
   */
  open(step: Step, needs: readonly Given[]): Promise<string>;
  /**
   * Stores the content of a finished step as a commit, and removes the step's
   * worktree. Returns the commit. `artefacts` may include files that git
   * ignores.
   */
  take(step: Step, artefacts: readonly string[]): Promise<string>;
  /** Removes the worktree of an unfinished step. */
  drop(step: Step): Promise<void>;
  /** Returns whether the result of an earlier process still exists. */
  has(result: string): Promise<boolean>;
  /**
   * Merges the results in order, and applies them to the user's tree. Can run
   * again after a kill.
   */
  finish(
    results: readonly { step: string; result: string }[],
  ): Promise<MergeEnd>;
}

/** A finished step that an agent's step needs. */
export interface Before {
  readonly step: string;
  readonly artefacts: readonly string[];
  /**
   * The end of the step's output, or its agent's answer; redacted, 4 KiB at
   * most.
   */
  readonly output: string;
}

/** A step for an agent, with the values of its variables. */
export interface AgentOrder {
  readonly root: string;
  readonly run: string;
  readonly pipeline: string;
  readonly step: Step;
  /** The name of the client. */
  readonly client: string;
  /** Its working folder, absolute. */
  readonly folder: string;
  readonly before: readonly Before[];
  /** From 1. */
  readonly attempt: number;
}

/** The outcome of an agent. */
export interface AgentEnd {
  /** `limited`: the agent's client has reached a usage limit. */
  readonly outcome: "done" | "failed" | "limited";
  readonly reason: string | null;
  /** Its answer. */
  readonly output: string;
  /** The time when the limit ends, ISO 8601, UTC; null: unknown. */
  readonly until: string | null;
  /** The last bytes for the log. */
  readonly log: Uint8Array;
}

/** An agent, ready to start. */
export interface AgentStep {
  /** The command, with the absolute path of the program first. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | null>>;
  readonly warning: string | undefined;
  /** Processes the client's output; returns bytes for the log. */
  output(stream: "stdout" | "stderr", bytes: Uint8Array): Uint8Array;
  end(end: { exit: number | null; reason: string | null }): AgentEnd;
}
