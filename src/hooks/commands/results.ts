import { CLIENT_NAMES } from "../../base/clients.ts";
import * as z from "zod/mini";

/** Results of the `mpm hooks` commands. */

const text = z.string();

const SettingsBase = {
  /** True if nothing was written; the diff shows what would change. */
  dry_run: z.boolean(),
  scope: z.enum(["project", "local", "user"]),
  /** The settings file, absolute. */
  path: text,
  /** `at` is an event or `statusLine`. */
  changes: z.array(z.strictObject({
    action: z.enum(["added", "replaced", "removed", "kept"]),
    at: text,
  })),
  /** The copy of the earlier file, absolute; null: the file was not changed. */
  backup: z.nullable(text),
  /** The change in the format of `diff -u`. */
  diff: text,
  skills: z.array(z.strictObject({
    name: text,
    path: text,
    action: z.enum(["added", "replaced", "removed", "kept", "foreign"]),
  })),
  warnings: z.array(text),
};

export const HooksInstallResult = z.strictObject({
  ...SettingsBase,
  /** The program that the entries start, absolute. */
  binary: text,
  /** True if there was no settings file before. */
  created: z.boolean(),
  /** Rules that mpm adds to git's `info/exclude`. */
  excluded: z.array(text),
});

export const HooksUninstallResult = z.strictObject({
  ...SettingsBase,
  /** True if the file is exactly as it was before. */
  restored: z.boolean(),
  /** True if the file was removed, since it did not exist before. */
  removed: z.boolean(),
});

const ClientName = z.enum(CLIENT_NAMES);

/** A problem with installed hooks. */
export const HookFinding = z.strictObject({
  problem: z.enum([
    "unreadable",
    "ignored",
    "disabled",
    "binary-missing",
    "binary-other",
    "version",
    "edited",
    "missing",
    "duplicate",
    "twice",
    "script",
    "untrusted",
  ]),
  /** The client that the problem concerns. */
  client: ClientName,
  path: text,
  /** The problem, one line. */
  detail: text,
  /** The fix: a command, or one line of advice. */
  hint: text,
});

export type HookFinding = z.infer<typeof HookFinding>;

/** The files of a client other than Claude Code. */
export const ClientFilesResult = z.strictObject({
  /** True if nothing was written; the diffs show what would change. */
  dry_run: z.boolean(),
  client: ClientName,
  /** E.g. `Codex CLI`. */
  title: text,
  /** The program that the entries start, absolute; null: they are removed. */
  binary: z.nullable(text),
  files: z.array(z.strictObject({
    /** Absolute. */
    path: text,
    /** `restored`: as it was before. `foreign`: mpm does not change it. */
    action: z.enum([
      ...["added", "changed", "kept", "removed", "restored"] as const,
      "foreign",
    ]),
    /** mpm's names of the events that have an entry in the file. */
    events: z.array(text),
    /** Why the file is not changed; null: it is changed. */
    reason: z.nullable(text),
    /** The change in the format of `diff -u`. */
    diff: text,
  })),
  /** Why the client does not run these hooks. */
  problems: z.array(HookFinding),
  warnings: z.array(text),
});

export type ClientFilesResult = z.infer<typeof ClientFilesResult>;

/** `hooks install` for Claude Code, and for another client. */
export const HooksInstallAnswer = z.union([
  HooksInstallResult,
  ClientFilesResult,
]);

export type HooksInstallAnswer = z.infer<typeof HooksInstallAnswer>;

/** `hooks uninstall` for Claude Code, and for another client. */
export const HooksUninstallAnswer = z.union([
  HooksUninstallResult,
  ClientFilesResult,
]);

export type HooksUninstallAnswer = z.infer<typeof HooksUninstallAnswer>;

export const HooksStatusResult = z.strictObject({
  /** This program, absolute; null: it runs from source. */
  binary: z.nullable(text),
  version: text,
  /** Places of mpm hooks, in the client's order of precedence. */
  installed: z.array(z.strictObject({
    scope: z.enum(["project", "local", "user"]),
    path: text,
    binary: text,
    version: text,
    events: z.array(text),
    status_line: z.boolean(),
  })),
  /** Other clients with mpm hooks. */
  clients: z.array(z.strictObject({
    client: ClientName,
    title: text,
    path: text,
    binary: text,
    version: text,
    events: z.array(text),
  })),
  /** The settings files that enable mpm as a plugin, which has the same hooks. */
  plugins: z.array(text),
  findings: z.array(HookFinding),
});

export const SetupResult = z.strictObject({
  dry_run: z.boolean(),
  /** The Claude Code that was found; null: not found. */
  client: z.nullable(z.strictObject({
    /** null: not on PATH, or its version is unknown. */
    version: z.nullable(text),
    /** Its folder of settings and transcripts, absolute. */
    folder: text,
  })),
  /** Names of the other clients on this machine. */
  other_clients: z.array(text),
  init: z.strictObject({
    /** Absolute path of `.claude-mpm`. */
    folder: text,
    created: z.boolean(),
    /** True if git ignores the folder. */
    ignored: z.boolean(),
    /** The file that contains the ignore rule. */
    ignore_file: z.nullable(text),
  }),
  /** Parts of a conversation with an agent that mpm keeps. */
  conversation: z.array(z.strictObject({
    setting: text,
    kept: z.boolean(),
    summary: text,
  })),
  /** `git version 2.39.5`; null: git does not run. */
  git: z.nullable(text),
  /** True if saves keep the contents of uncommitted files. */
  contents: z.boolean(),
  /** True if pauses also commit saves to the branch. */
  branch_commits: z.boolean(),
  /** Completion scripts of the user's shells. */
  completions: z.array(z.strictObject({
    shell: z.enum(["bash", "zsh", "fish"]),
    path: text,
    /** `foreign`: mpm did not write the file and does not change it. */
    action: z.enum(["added", "replaced", "kept", "foreign"]),
  })),
  /** Saves of claude-mpm that are not trusted; anyone may have made them. */
  claude_mpm: z.strictObject({
    saves: z.array(z.strictObject({ session_id: text, summary: text })),
    /** True if the user says that they made these saves. */
    trusted: z.boolean(),
  }),
  /** The configuration file that setup changed; null: not changed. */
  config: z.nullable(text),
  /** null: hooks were not wanted, or there is no client. */
  hooks: z.nullable(HooksInstallResult),
  /** The files of the other clients. */
  clients: z.array(ClientFilesResult),
});

export const SetupRemoveResult = z.strictObject({
  dry_run: z.boolean(),
  /** Files outside mpm's folders that were removed or changed. */
  removed: z.array(z.strictObject({
    part: z.enum([
      "hooks",
      "skill",
      "completion",
      "man page",
      "ignore rules",
      "context part",
      "instructions",
      "schedule",
    ]),
    /** An absolute path, or the ID of a schedule. */
    path: text,
    /**
     * `removed`: the file is gone. `restored`: it is exactly as it was before.
     * `changed`: only mpm's part is gone.
     */
    action: z.enum(["removed", "restored", "changed"]),
  })),
  /** Files that contain a part of mpm and stay. */
  kept: z.array(z.strictObject({ path: text, reason: text })),
  /** Settings and schedules of other projects, and how to remove them. */
  elsewhere: z.array(z.strictObject({ path: text, command: text })),
  /** The data that stays, and how to delete it. */
  data: z.array(z.strictObject({
    kind: z.enum([
      "project",
      "refs",
      "git",
      "settings",
      "machine",
      "program",
    ]),
    /** An absolute path, or a prefix of ref names. */
    name: text,
    /** Number of files or refs; null: unknown. */
    count: z.nullable(z.int()),
    /** Bytes on the disk; null: unknown. */
    bytes: z.nullable(z.int()),
    /** A shell command that deletes it. */
    command: text,
  })),
});

/** `setup` with `--remove`, and without. */
export const SetupInstructionsResult = z.strictObject({
  dry_run: z.boolean(),
  changes: z.array(z.strictObject({
    /** Its name, e.g. AGENTS.md. */
    file: text,
    /** Absolute. */
    path: text,
    action: z.enum(["created", "updated", "removed", "unchanged", "absent"]),
  })),
});

export type SetupInstructionsResult = z.infer<typeof SetupInstructionsResult>;

export const SetupAnswer = z.union([SetupResult, SetupRemoveResult]);

export type SetupAnswer = z.infer<typeof SetupAnswer>;
export type SetupRemoveResult = z.infer<typeof SetupRemoveResult>;
export type SetupResult = z.infer<typeof SetupResult>;
export type HooksStatusResult = z.infer<typeof HooksStatusResult>;
export type HooksInstallResult = z.infer<typeof HooksInstallResult>;
export type HooksUninstallResult = z.infer<typeof HooksUninstallResult>;

const ScriptState = z.enum([
  "none",
  "shipped",
  "older",
  "edited",
  "changed",
  "foreign",
  "unusable",
]);

export const HooksListResult = z.strictObject({
  /** Absolute path of the project's own copies. */
  folder: text,
  hooks: z.array(z.strictObject({
    name: text,
    events: z.array(text),
    summary: text,
    /** The project's copy, absolute. */
    path: text,
    state: ScriptState,
  })),
});

export const HooksShowResult = z.strictObject({ name: text, text });

export const HooksEjectResult = z.strictObject({
  dry_run: z.boolean(),
  hooks: z.array(z.strictObject({
    name: text,
    path: text,
    action: z.enum([
      "written",
      "upgraded",
      "kept",
      "edited",
      "not-allowed",
      "refused",
    ]),
  })),
});

export const HooksAllowResult = z.strictObject({
  allowed: z.array(z.strictObject({ name: text, path: text })),
});

export const HooksRunResult = z.strictObject({
  name: text,
  path: text,
  outcome: z.enum(["exited", "missing", "timeout", "denied", "started"]),
  /** The exit status; -1 if the script did not exit. */
  status: z.int(),
  milliseconds: z.int(),
  /** Its output, shortened. */
  stdout: text,
  stderr: text,
  log: text,
});

export const HookResult = z.strictObject({
  event: text,
  /** The answer in the protocol of Claude Code; empty: no answer. */
  output: text,
});

export const HooksTestResult = z.strictObject({
  tests: z.array(z.strictObject({
    scope: z.enum(["project", "local", "user"]),
    event: text,
    /** The expected effect of the event. */
    expected: text,
    /** The problem; null if it works. */
    fault: z.nullable(text),
    milliseconds: z.int(),
  })),
  warnings: z.array(text),
});

export const HooksProfileResult = z.strictObject({
  /** Number of runs of each hook. */
  runs: z.int(),
  hooks: z.array(z.strictObject({
    scope: z.enum(["project", "local", "user"]),
    event: text,
    /** Milliseconds from the start to the end of the hook's process. */
    p50: z.int(),
    p95: z.int(),
    /** The longest answer in bytes. */
    output: z.int(),
  })),
  warnings: z.array(text),
});

/** With `--runs`, `hooks test` measures; with a name, it runs a script. */
export const HooksTestAnswer = z.union([
  HooksTestResult,
  HooksProfileResult,
  HooksRunResult,
]);

/** With `--scripts`, a list of scripts; with a name, one script. */
export const HooksStatusAnswer = z.union([
  HooksStatusResult,
  HooksListResult,
  HooksShowResult,
]);

export type HooksTestAnswer = z.infer<typeof HooksTestAnswer>;
export type HooksStatusAnswer = z.infer<typeof HooksStatusAnswer>;
export type HooksTestResult = z.infer<typeof HooksTestResult>;
export type HooksProfileResult = z.infer<typeof HooksProfileResult>;
export type HooksListResult = z.infer<typeof HooksListResult>;
export type HooksEjectResult = z.infer<typeof HooksEjectResult>;
export type HooksAllowResult = z.infer<typeof HooksAllowResult>;
export type HooksRunResult = z.infer<typeof HooksRunResult>;
