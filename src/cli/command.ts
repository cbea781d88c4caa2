import type * as z from "zod/mini";
import type { System } from "../system/system.ts";
import type { Style } from "./style.ts";

/**
 * The kind of thing that a word of a command line names, so that a shell can
 * offer its values. `session` is a save, `work` a session, `item` an item of a
 * checklist, `open-item` an item that goes from save to save. `run` is a run of
 * a task. `variable` is a variable of a template, `var` a state variable, `removed` a worktree that can
 * be restored, `operation` a line of the log.
 */
export type Named =
  | "session"
  | "work"
  | "item"
  | "open-item"
  | "checkpoint"
  | "operation"
  | "branch"
  | "removed"
  | "template"
  | "variable"
  | "var"
  | "partition"
  | "handoff"
  | "note"
  | "member"
  | "task"
  | "schedule"
  | "run"
  | "pipeline"
  | "pipeline-run"
  | "setting"
  | "setting-value"
  | "shell-hook"
  | "event"
  | "backup"
  | "topic"
  | "file"
  | "folder";

/** A `--flag` of a command. `summary` is one line without a final period. */
export type Flag = BooleanFlag | TextFlag;

export interface BooleanFlag {
  readonly type: "boolean";
  readonly summary: string;
  readonly short?: string;
}

export interface TextFlag {
  readonly type: "string";
  readonly summary: string;
  readonly short?: string;
  /** Placeholder in help: `--message <text>`. */
  readonly value: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  readonly repeatable?: true;
  readonly names?: Named;
}

export type Flags = Readonly<Record<string, Flag>>;

/** A word of a command line. */
export interface Positional {
  readonly name: string;
  readonly summary: string;
  readonly optional?: true;
  /** Takes all remaining words; only as the last one. */
  readonly rest?: true;
  readonly choices?: readonly string[];
  readonly names?: Named;
  /** True if a terminal asks for it, though a line may lack it. */
  readonly asked?: true;
}

/**
 * All facts about one command; parsing, help, documentation and `--json` read
 * only this.
 */
export interface Command<
  F extends Flags,
  P extends readonly Positional[],
  R,
> {
  /** Words typed after `mpm`, e.g. `sessions list`. */
  readonly name: string;
  /** One line, imperative, without a final period. */
  readonly summary: string;
  /** The help of the command beyond its options. */
  readonly description: string;
  readonly positionals: P;
  readonly flags: F;
  /** True for an old name that still works: help and documents leave it out. */
  readonly hidden?: true;
  /** Full command lines; a test parses each one. */
  readonly examples: readonly string[];
  /** The schema of what `run` returns and `--json` prints, loaded on demand. */
  readonly result: () => Promise<z.ZodMiniType<R>>;
  /**
   * True if a `branch`, `return` or restore that was killed in this worktree is
   * finished or undone before `run`.
   */
  readonly settles?:
    | true
    | ((input: FlagValues<F> & PositionalValues<P>) => boolean);
  run(
    context: Context,
    input: FlagValues<F> & PositionalValues<P>,
  ): Promise<R>;
  /** The project's shell hook that runs after a result, with its variables. */
  shellHook?(
    result: R,
  ): { name: string; env: Readonly<Record<string, string>> } | undefined;
  /** The same result for people. Pure: no I/O, no clock, no terminal. */
  render(
    result: R,
    style: Style,
    input: FlagValues<F> & PositionalValues<P>,
  ): string;
  /** Returns what `--quiet` prints instead, one line without its end. */
  brief?(result: R): string;
  /**
   * The usual next step, one line. mpm prints it after the answer for a person
   * at a terminal, unless `--quiet`.
   */
  next?(result: R): string | undefined;
  /**
   * True if a result is a document, which a terminal gets as it is; anything
   * else has its long lines broken between words.
   */
  verbatim?(result: R): boolean;
  /** Brings the input of another spelling into that of this command. */
  adapt?(input: Record<string, unknown>): Record<string, unknown>;
  /** The exit status of a result that is not an error; 0 unless given. */
  status?(result: R): number;
}

/** The parameters of every command. */
export interface Context {
  readonly system: System;
  /** The folder of `-C`, or the working one; absolute. */
  readonly folder: string;
  /** True if a question may be asked. */
  readonly interactive: boolean;
  readonly style: Style;
  /** Says something beside the answer: on stderr, not under `--quiet`. */
  note(text: string): void;
  /**
   * Shows `text` in the last line of a terminal, instead of what it showed
   * before; an empty one takes it away. Shows nothing anywhere else.
   */
  status(text: string): void;
  /** True if `status` shows anything. */
  readonly showsStatus: boolean;
  /**
   * Prints the next part of a long answer. Returns false if no one reads the
   * output any longer. Absent with `--json`.
   */
  print?(text: string): boolean;
  /**
   * Prints an event of a long piece of work as one line of JSON, before the
   * answer; false: no one reads it. Only under `--json`.
   */
  event?(value: object): boolean;
  /** Prints a question on stderr and returns the line typed. */
  ask(question: string): string | undefined;
  /** Takes secrets out of a text that is kept. Throws USAGE for bad rules. */
  redact(text: string): string;
  /** Returns what the trash of the project at `root` keeps. */
  trashRules(root: string): TrashRules;
  /** Forgets files that no trash can restore. Throws GIT_FAILED. */
  forgetRemoved(system: System, root: string): Promise<void>;
  /**
   * Finishes or undoes what was interrupted in the worktree of
   * `context.folder`. An obstacle is only noted; `strict`: it is thrown.
   */
  settle(context: Context, order?: { strict?: boolean }): Promise<void>;
  /** Returns the command of exactly that name, or `undefined`. */
  commandNamed(name: string): Promise<AnyCommand | undefined>;
}

/** Limits of the trash. */
export interface TrashRules {
  /** Milliseconds. */
  readonly maxAge: number;
  readonly maxBytes: number;
}

// Commands of different shapes share one table; `parse` guarantees that `run`
// gets its own shape.
// deno-lint-ignore no-explicit-any
export type AnyCommand = Command<any, any, any>;

/** Infers the types of `run`'s input from the flags and positionals. */
export function defineCommand<
  const F extends Flags,
  const P extends readonly Positional[],
  R,
>(command: Command<F, P, R>): Command<F, P, R> {
  return command;
}

type Text<F> = F extends { choices: readonly (infer C)[] } ? C : string;
type FlagValue<F> = F extends BooleanFlag ? boolean
  : F extends { repeatable: true } ? Text<F>[]
  : F extends { default: string } ? Text<F>
  : Text<F> | undefined;

export type FlagValues<F extends Flags> = {
  [K in keyof F]: FlagValue<F[K]>;
};

export type PositionalValues<P extends readonly Positional[]> = {
  [X in P[number] as X["name"]]: X extends { rest: true } ? string[]
    : X extends { optional: true } ? Text<X> | undefined
    : Text<X>;
};
