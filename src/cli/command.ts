import type * as z from "zod/mini";
import type { System } from "../system/system.ts";
import type { Style } from "./style.ts";

/**
 * The kind of item that an argument names, so that a shell can offer its
 * values. `session` is a save, `work` a session, `item` a checklist item, and
 * `open-item` an item carried from save to save. `run` is a run of a task.
 * `variable` is a template variable, `var` a state variable, `removed` a
 * worktree that can be restored, and `operation` a line of the log.
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
  /** The placeholder in the help: `--message <text>`. */
  readonly value: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  readonly repeatable?: true;
  readonly names?: Named;
}

export type Flags = Readonly<Record<string, Flag>>;

/** Declares an option without a value and without a short form. */
export function flag(summary: string): Omit<BooleanFlag, "short"> {
  return { type: "boolean", summary };
}

/** An argument of a command. */
export interface Positional {
  readonly name: string;
  readonly summary: string;
  readonly optional?: true;
  /** Takes all remaining words; only allowed for the last argument. */
  readonly rest?: true;
  readonly choices?: readonly string[];
  readonly names?: Named;
  /** True if mpm asks for the argument on a terminal when it is missing. */
  readonly asked?: true;
}

/** One command; parsing, help, documentation and `--json` use only this. */
export interface Command<
  F extends Flags,
  P extends readonly Positional[],
  R,
> {
  /** The words typed after `mpm`, for example `sessions list`. */
  readonly name: string;
  /** One line, imperative, without a final period. */
  readonly summary: string;
  /** The help text of the command, without its options. */
  readonly description: string;
  readonly positionals: P;
  readonly flags: F;
  /** True for an old name that still works but is not documented. */
  readonly hidden?: true;
  /** Full command lines; a test parses each one. */
  readonly examples: readonly string[];
  /** The schema of what `run` returns and `--json` prints, loaded on demand. */
  readonly result: () => Promise<z.ZodMiniType<R>>;
  /** True if mpm first settles an interrupted `branch`, `return` or restore. */
  readonly settles?:
    | true
    | ((input: FlagValues<F> & PositionalValues<P>) => boolean);
  run(
    context: Context,
    input: FlagValues<F> & PositionalValues<P>,
  ): Promise<R>;
  /** The project's shell hook to run afterwards, with its variables. */
  shellHook?(
    result: R,
  ): { name: string; env: Readonly<Record<string, string>> } | undefined;
  /** Formats the result for people, without I/O, clock and terminal. */
  render(
    result: R,
    style: Style,
    input: FlagValues<F> & PositionalValues<P>,
  ): string;
  /** Returns the output for `--quiet`: one line without a line end. */
  brief?(result: R): string;
  /** The usual next step, in one line, for a person at a terminal. */
  next?(result: R): string | undefined;
  /** True for a document, which is printed unchanged, without breaks. */
  verbatim?(result: R): boolean;
  /** Converts the input of another spelling to the input of this command. */
  adapt?(input: Record<string, unknown>): Record<string, unknown>;
  /** The exit status for a result that is not an error; 0 by default. */
  status?(result: R): number;
}

/** The parameters of every command. */
export interface Context {
  readonly system: System;
  /** The folder given with `-C`, or else the working folder; absolute. */
  readonly folder: string;
  /** True if mpm may ask a question. */
  readonly interactive: boolean;
  readonly style: Style;
  /** Prints a message next to the answer: on stderr, and not with `--quiet`. */
  note(text: string): void;
  /** Replaces the last line of a terminal, if any; empty: clears it. */
  status(text: string): void;
  readonly showsStatus: boolean;
  /** Prints a part of a long answer; false: no reader. Not with `--json`. */
  print?(text: string): boolean;
  /** Prints an event as a line of JSON; false: no reader. Only with it. */
  event?(value: object): boolean;
  /** Prints a question on stderr and returns the typed line. */
  ask(question: string): string | undefined;
  /** Redacts a text before it is stored. Throws USAGE for invalid rules. */
  redact(text: string): string;
  /** Returns the trash limits of the project at `root`. */
  trashRules(root: string): TrashRules;
  /** Forgets files that the trash no longer has. Throws GIT_FAILED. */
  forgetRemoved(system: System, root: string): Promise<void>;
  /** Settles interrupted operations here; `strict`: throws an obstacle. */
  settle(context: Context, order?: { strict?: boolean }): Promise<void>;
  /** Returns the command with exactly that name, or `undefined`. */
  commandNamed(name: string): Promise<AnyCommand | undefined>;
}

/** Limits of the trash. */
export interface TrashRules {
  /** Milliseconds. */
  readonly maxAge: number;
  readonly maxBytes: number;
}

// `parse` guarantees that `run` gets the right input for its command.
// deno-lint-ignore no-explicit-any -- each command has its own shape
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
