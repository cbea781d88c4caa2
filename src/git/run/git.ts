import { MpmError } from "../../base/errors.ts";
import type { Input, RunResult, System } from "../../system/system.ts";
import type { Repository } from "../repository.ts";
import {
  type FilterUse,
  type NoStandIn,
  type StandIn,
  standInAt,
} from "./stand_in.ts";
import { decodeBytes, splitFields, words } from "../text.ts";

/**
 * Overrides of user settings that run programs or change git's output. Git
 * never sees the repository's own settings: see {@link StandIn}.
 */
const SETTINGS = words(`core.fsmonitor=false core.hooksPath=/dev/null
      core.quotePath=false color.ui=false diff.renames=true
      i18n.logOutputEncoding=UTF-8 log.follow=false log.mailmap=false
      log.showSignature=false status.renames=true`);

const BEFORE_COMMAND = [
  "--no-optional-locks",
  "--no-pager",
  ...SETTINGS.flatMap((setting) => ["-c", setting]),
];

/**
 * The variables of `git rev-parse --local-env-vars`, with which a git hook
 * directs every command to its repository. The others make git run programs or
 * print more, or change the meaning of a path.
 */
const REMOVED = words(`GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_COMMON_DIR
      GIT_CONFIG GIT_CONFIG_COUNT GIT_CONFIG_PARAMETERS GIT_DIR GIT_GRAFT_FILE
      GIT_IMPLICIT_WORK_TREE GIT_INDEX_FILE GIT_INTERNAL_SUPER_PREFIX
      GIT_NO_REPLACE_OBJECTS GIT_OBJECT_DIRECTORY GIT_PREFIX
      GIT_REPLACE_REF_BASE GIT_SHALLOW_FILE GIT_WORK_TREE
      GIT_ATTR_SOURCE GIT_DIFF_OPTS GIT_EXTERNAL_DIFF GIT_FLUSH
      GIT_GLOB_PATHSPECS GIT_ICASE_PATHSPECS GIT_LITERAL_PATHSPECS
      GIT_NOGLOB_PATHSPECS GIT_PAGER GIT_REDIRECT_STDERR
      GIT_REDIRECT_STDIN GIT_REDIRECT_STDOUT GIT_TRACE GIT_TRACE2
      GIT_TRACE2_EVENT GIT_TRACE2_PERF GIT_TRACE_CURL
      GIT_TRACE_FSMONITOR GIT_TRACE_PACKET GIT_TRACE_PACKFILE
      GIT_TRACE_PACK_ACCESS GIT_TRACE_PERFORMANCE GIT_TRACE_REFS
      GIT_TRACE_SETUP GIT_TRACE_SHALLOW`);

const ENVIRONMENT: Readonly<Record<string, string | null>> = {
  ...Object.fromEntries(REMOVED.map((name) => [name, null])),
  LC_ALL: "C",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  // No transport is allowed: a partial clone would fetch missing objects.
  GIT_ALLOW_PROTOCOL: "none",
  GIT_NO_LAZY_FETCH: "1",
  // For glibc (mallopt(3)): otherwise git would return the memory to the system
  // after compressing each object.
  MALLOC_TOP_PAD_: "1048576",
};

/** The time limits of most commands and of those over many files, in ms. */
const TIME_LIMIT = 30_000;
export const LONG = 15 * 60_000;

export interface GitOptions {
  readonly stdin?: Input;
  /** Variables that change those of every git command. */
  readonly env?: Readonly<Record<string, string>>;
  /** The time limit in milliseconds, if half a minute is too short. */
  readonly timeout?: number;
}

/** Additional arguments and variables for every command of one {@link Git}. */
export interface GitSetting {
  /** Arguments before the command's name. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The repository, if known; otherwise git finds it from the folder. */
  readonly repository?: Repository | undefined;
  /** The filters that may run; by default the user's. */
  readonly filters?: FilterUse;
  /**
   * True if git reads the repository's own settings. Only safe for questions
   * about these settings, and for commands without a repository.
   */
  readonly plain?: boolean;
}

/**
 * Git in one folder, without any program that the repository names: no locks,
 * pager, prompt or network, no variables of an enclosing hook.
 */
export class Git {
  readonly system: System;
  readonly folder: string;
  readonly #setting: GitSetting;

  constructor(system: System, folder: string, setting: GitSetting = {}) {
    this.system = system;
    this.folder = folder;
    this.#setting = setting;
  }

  /** Returns the same git with more variables. */
  with(env: Readonly<Record<string, string>>): Git {
    return this.like({ env: { ...this.#setting.env, ...env } });
  }

  /** Returns the same git with some settings replaced. */
  like(setting: GitSetting): Git {
    return new Git(this.system, this.folder, { ...this.#setting, ...setting });
  }

  /** Returns the same git, run in another folder of the worktree. */
  in(folder: string): Git {
    return new Git(this.system, folder, this.#setting);
  }

  /** Runs git to its end, for callers that depend on its status. */
  async run(
    args: readonly string[],
    options: GitOptions = {},
  ): Promise<RunResult> {
    if (this.#setting.plain) return await this.#start(args, options, {});
    const standIn = await this.#standIn();
    return "failure" in standIn
      ? standIn.failure
      : await this.#start(args, options, standIn.env);
  }

  /** Returns the repository's stand-in. Throws GIT_FAILED, FILE_FAILED. */
  async standIn(): Promise<StandIn> {
    const found = await this.#standIn();
    if ("failure" in found) throw gitFailure(["rev-parse"], found.failure);
    return found;
  }

  /** Creates an empty folder. Throws the errors of {@link standIn}. */
  async temporaryFolder(): Promise<string> {
    const { repository } = await this.standIn();
    return this.system.scratch.make(repository.commonDir);
  }

  #standIn(): Promise<StandIn | NoStandIn> {
    const { repository, filters = "user" } = this.#setting;
    const place = { folder: this.folder, repository, filters };
    return standInAt(
      this.system,
      place,
      (asked, env = {}) => this.#start(asked, {}, env),
    );
  }

  async #start(
    args: readonly string[],
    { stdin, env, timeout = TIME_LIMIT }: GitOptions,
    place: Readonly<Record<string, string>>,
  ): Promise<RunResult> {
    const own = this.#setting;
    return await this.system.run("git", {
      args: [...BEFORE_COMMAND, ...own.args ?? [], ...args],
      cwd: this.folder,
      env: { ...ENVIRONMENT, ...place, ...own.env, ...env },
      timeout,
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  /** Returns git's output. Throws GIT_FAILED unless git exits with 0. */
  async read(
    args: readonly string[],
    options: GitOptions = {},
  ): Promise<Uint8Array> {
    const result = await this.run(args, options);
    if (result.status !== 0) throw gitFailure(args, result);
    return result.stdout;
  }

  /** Returns the settings whose names match, with their values. */
  async settings(pattern: string): Promise<[name: string, value: string][]> {
    const args = ["config", "-z", "--get-regexp", pattern];
    const { stdout } = await this.run(args);
    return splitFields(stdout).map((field) => {
      const [name = "", value = "true"] = field.split(/\n([^]*)/);
      return [name, value];
    });
  }
}

/** Returns the GIT_FAILED error that describes how `git ARGS` ended. */
export function gitFailure(
  args: readonly string[],
  result: RunResult,
): MpmError {
  const name = args.find((arg, at) =>
    !arg.startsWith("-") && args[at - 1] !== "-c"
  );
  const command = `git ${name ?? ""}`;
  const failure = (message: string, more = {}) =>
    new MpmError("GIT_FAILED", message, more);
  switch (result.outcome) {
    case "missing":
      return failure(`Cannot run "${command}": git is not installed`, {
        hint: "Install git, or put it on PATH",
      });
    case "denied":
      return failure(`Cannot run "${command}": permission denied`);
    case "timeout":
      return failure(`"${command}" took too long`, {
        hint: "Run it yourself to see the reason",
      });
    case "exited":
      return failure(
        [`"${command}" ended with status ${result.status}`, reasonOf(result)]
          .filter((part) => part !== "").join(": "),
        lockHint(result),
      );
  }
}

/** Returns a hint if git names a lock, which may be left behind. */
function lockHint(result: RunResult): { hint?: string } {
  const [, path] = /Unable to create '(.+\.lock)': File exists/
    .exec(decodeBytes(result.stderr)) ?? [];
  return path === undefined
    ? {}
    : { hint: `If no git command is running, remove "${path}"` };
}

/** Returns git's message: its first fatal line, or else its first line. */
export function reasonOf(result: RunResult): string {
  const lines = decodeBytes(result.stderr).split("\n");
  const telling = lines.find((line) => /^(fatal|error): /.test(line));
  return telling ?? lines[0] ?? "";
}
