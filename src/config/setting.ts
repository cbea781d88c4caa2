/** The type that the code uses for each kind of setting. */
export interface Values {
  flag: boolean;
  percent: number;
  /** A whole number between `least` and `most`. */
  count: number;
  /** Milliseconds; written as `90s`, `30m`, `1h`, `2d` or `1w`. */
  duration: number;
  /** One of `choices`. */
  choice: string;
  /** Any of `choices`. */
  choices: readonly string[];
  /** Names of ignored folders, and `*.suffix` of ignored files. */
  trash: readonly string[];
  /** Names of files and folders, with `*` and `?`. */
  names: readonly string[];
  /** Absolute, or `~/` and a path in the home folder. */
  files: readonly string[];
  /** Below the project, with `/` between folders. */
  path: string;
  /** A table from model names to tokens. */
  tokens: Readonly<Record<string, number>>;
  /** Regular expressions in the syntax of RE2. */
  patterns: readonly string[];
  /** A program and its arguments; empty: no program. */
  command: readonly string[];
  /** A table of tables, by partition name. */
  partitions: Readonly<Record<string, PartitionSetting>>;
  /** A table from labels to regular expressions. */
  rules: Readonly<Record<string, string>>;
}

/** The configuration of one part of a large project. */
export interface PartitionSetting {
  /** Folders and globs, relative to the top of the worktree. */
  readonly paths: readonly string[];
  readonly description?: string;
  /** The file with the project's text for an agent. */
  readonly context?: string;
}

export type Kind = keyof Values;

/** A setting: one row of the table below. */
export interface Setting {
  readonly kind: Kind;
  /** In the form used in a file. */
  readonly default: unknown;
  /** Its effect, one sentence without a final period. */
  readonly summary: string;
  /**
   * True if a project's files may not set it. These files come with a clone,
   * and this setting runs, removes, blocks or switches off something.
   */
  readonly personal?: true;
  /** The environment variable, unless it is derived from the key. */
  readonly variable?: string;
  /** True if no variable sets it: a project can set these for its tools. */
  readonly fileOnly?: true;
  /** The command option that overrides it. */
  readonly option?: string;
  readonly choices?: readonly string[];
  readonly least?: number;
  readonly most?: number;
}
