import { CLIENT_NAMES } from "../base/clients.ts";
import { parseDuration } from "../base/times.ts";
import type { Setting, Values } from "./setting.ts";

/** Sections of the text that an agent gets at the start of its session. */
export const INJECTED_PARTS = [
  "session",
  "stack",
  "checklist",
  "context",
  "readme",
  "commits",
  "status",
  "architecture",
  "layers",
] as const;

/** Returns a switch that only the user may set, not a project. */
function flag(value: boolean, summary: string) {
  return { kind: "flag", default: value, summary, personal: true } as const;
}

/** Returns a time that only the user may set. */
function duration(value: string, summary: string) {
  const kind = "duration" as const;
  return { kind, default: value, summary, personal: true } as const;
}

/** Returns a share of the context window that only the user may set. */
function percent(value: number, summary: string) {
  const kind = "percent" as const;
  return { kind, default: value, summary, personal: true } as const;
}

/** Returns a setting for a number or a size that only the user may set. */
function count(
  value: number,
  summary: string,
  { least = 1, most = 1_000_000_000 } = {},
) {
  const bounds = { least, most };
  const kind = "count" as const;
  return { kind, default: value, ...bounds, summary, personal: true } as const;
}

/**
 * Everything that can be configured, by key, one row each. Files, environment,
 * `mpm config`, types and documentation follow from it.
 */
export const SETTINGS = {
  "commit": {
    kind: "flag",
    default: true,
    summary: "Store a copy of each save in git, outside any branch",
    option: "mpm pause --no-commit",
  },
  "pause.contents": flag(
    true,
    "Save the contents of uncommitted files",
  ),
  "pause.contents_exclude": {
    kind: "names",
    default: [
      ...[".env*", "*.pem", "id_*", "*.key", "*.p12", "*.pfx", "*.jks"],
      ...["*.keystore", "*.kdbx", "*.ppk", "credentials*", ".credentials*"],
      ...[".npmrc", ".netrc", "_netrc", ".pypirc", ".pgpass", ".my.cnf"],
      ...[".git-credentials", ".htpasswd", ".dockercfg", ".vault-token"],
      ...["*.tfstate*", "*.tfvars", ".aws", ".ssh", ".gnupg", ".kube"],
    ],
    summary: "Names of files and folders whose contents mpm never saves",
    personal: true,
  },
  "pause.contents_max_mb": count(
    50,
    "Size limit for the file contents in one save, in MiB",
  ),
  "pause.contents_total_mb": count(
    1024,
    "Size limit for the file contents in all saves, in MiB",
  ),
  "pause.branch_commit": {
    ...flag(false, "Also commit each save to the branch"),
    ...{ fileOnly: true, option: "mpm pause --commit" },
  },
  "sessions.keep_auto": count(
    20,
    "Number of automatic saves to keep for each branch",
  ),
  "tasks.keep": count(20, "Number of runs to keep for each task"),
  "tasks.max_age": duration("90d", "How long to keep a task's older runs"),
  "worktrees.min_age": {
    ...duration(
      "1h",
      "How long a worktree must be unused before mpm removes it",
    ),
    option: "mpm worktrees prune --min-age",
  },
  "worktrees.trash": {
    kind: "trash",
    default: [
      ...["node_modules", "dist", "target", "__pycache__", "*.pyc"],
      ...[".gradle", ".mypy_cache", ".next", ".nuxt", ".parcel-cache"],
      ...[".pytest_cache", ".ruff_cache", ".svelte-kit", ".tox", ".turbo"],
      ...[".venv", ".DS_Store"],
    ],
    summary:
      "Ignored files and folders that may be removed along with a worktree",
    personal: true,
  },
  "agents.client": {
    kind: "choice",
    default: CLIENT_NAMES[0],
    choices: CLIENT_NAMES,
    summary: "Client that runs agents in tasks",
    personal: true,
  },
  "claims.auto": flag(
    false,
    "Let an agent's edit claim the file for 10 minutes",
  ),
  "checkpoint.auto_minutes": count(
    30,
    "Minutes between two automatic checkpoints",
    { least: 0, most: 1_000_000 },
  ),
  "checkpoint.every": {
    kind: "choice",
    default: "never",
    choices: ["never", "batch"],
    summary: 'When hooks take checkpoints for "mpm replay --at"',
    personal: true,
  },
  "checkpoint.keep_batch": count(
    200,
    "How many checkpoints taken after an agent's steps to keep",
    { least: 1, most: 10_000 },
  ),
  "checkpoint.batch_max_mb": count(
    512,
    "Size limit for changed files in all checkpoints taken after an agent's steps, in MiB",
  ),
  "checkpoint.keep_auto": count(
    20,
    "Number of automatic checkpoints to keep",
  ),
  "checkpoint.keep_safety": count(
    20,
    "Number of restores and similar operations that you can undo",
  ),
  "checkpoint.max_file_mb": count(
    512,
    "Size limit for one changed file in a checkpoint, in MiB",
  ),
  "checkpoint.max_total_mb": count(
    1024,
    "Size limit for all changed files in a checkpoint, in MiB",
  ),
  "sync.auto": {
    kind: "choice",
    default: "never",
    choices: ["never", "pause"],
    summary:
      'When to run "mpm sync" automatically: never, or after each "mpm pause" run by a person',
    personal: true,
    fileOnly: true,
  },
  "sync.max_age": {
    ...duration("365d", "Age at which entries are removed from your sync log"),
    option: "mpm sync --prune",
  },
  "sync.max_mb": {
    ...count(100, "Size limit for your sync log, in MiB", { most: 1_000_000 }),
    option: "mpm sync --prune",
  },
  "trash.max_age": {
    ...duration("30d", "How long removed and replaced files stay in the trash"),
    option: "mpm undo trash --prune --older-than",
  },
  "trash.max_mb": count(
    1024,
    "Size limit for the trash, in MiB; the oldest files are deleted first",
  ),
  "redaction.enabled": {
    ...flag(true, "Redact secrets in everything that mpm writes and prints"),
    fileOnly: true,
  },
  "redaction.allow": {
    kind: "patterns",
    default: [],
    summary: "Values that are never redacted (full match)",
    personal: true,
    fileOnly: true,
  },
  "redaction.rules": {
    kind: "rules",
    default: {},
    summary:
      "Additional values to redact, each with a label and a regular expression",
    personal: true,
    fileOnly: true,
  },
  "hooks.enabled": {
    ...flag(
      true,
      "Enable the hooks; while they are disabled, mpm never blocks anything",
    ),
    variable: "MPM_HOOKS",
  },
  "context.pause_at": percent(
    70,
    "Percentage of the context window at which mpm recommends a pause",
  ),
  "context.urgent_at": percent(
    85,
    "Percentage of the context window at which mpm blocks new sub-agents",
  ),
  "context.block_at": percent(
    95,
    "Percentage of the context window at which mpm holds back prompts",
  ),
  "context.stale_after": duration(
    "1h",
    "Age at which a context measurement counts as unknown",
  ),
  "context.windows": {
    kind: "tokens",
    default: {},
    summary:
      "Context window sizes by model, in tokens; these override mpm's table",
    personal: true,
  },
  "context.inject": {
    kind: "choices",
    default: ["session", "stack", "checklist", "context"],
    choices: INJECTED_PARTS,
    summary:
      "Sections of the text that an agent gets at session start, in order",
  },
  "context.inject_limit": {
    kind: "count",
    default: 9500,
    least: 500,
    most: 10_000,
    summary: "Maximum length of the text at session start, in characters",
    option: "mpm context inject --limit",
  },
  "context.architecture": {
    kind: "path",
    default: "docs/architecture.md",
    summary: "Architecture document that context.inject can include",
  },
  "partitions": {
    kind: "partitions",
    default: {},
    summary: "Parts of a large project, each with its paths and context file",
    fileOnly: true,
  },
  "summarizer.command": {
    kind: "command",
    default: [],
    summary: "Program that rewrites summary layers, with its arguments",
    personal: true,
    fileOnly: true,
  },
  "summarizer.timeout": {
    ...duration("1m", "Time limit for summarizer.command for one layer"),
    fileOnly: true,
  },
  "handoff.folder": {
    kind: "path",
    default: "docs/handoffs",
    summary: "Folder for hand-off documents that you commit to git",
  },
  "handoff.git": {
    kind: "flag",
    default: false,
    summary: "Write new hand-off documents to handoff.folder",
    option: "mpm handoff new --git",
  },
  "handoff.prompts": flag(true, "Store people's prompts in saves"),
  "handoff.messages": flag(
    true,
    "Store the agent's last message and earlier statements in saves",
  ),
  "handoff.answers": flag(
    true,
    "Store the agent's questions and your answers in saves",
  ),
  "handoff.plans": flag(true, "Store approved plans in saves"),
  "handoff.summaries": flag(
    true,
    "Store Claude Code's compaction summaries in saves",
  ),
  "handoff.tasks": flag(true, "Store the agent's todos and tasks in saves"),
  "handoff.commands": flag(true, "Store commands and their results in saves"),
  "handoff.files": flag(
    true,
    "Store the paths of files that were read or edited in saves",
  ),
  "handoff.agents": flag(true, "Store sub-agents' results in saves"),
  "handoff.errors": flag(
    true,
    "Store error texts in saves and error records",
  ),
  "handoff.compaction": flag(
    true,
    "Pass the open items to Claude Code at a compaction",
  ),
  "team.keys": {
    kind: "files",
    default: ["~/.ssh/id_ed25519"],
    summary: "Files with your private OpenSSH or age keys",
    personal: true,
    fileOnly: true,
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type Key = keyof typeof SETTINGS;

/** Every setting's value, under its key. */
export type Config = {
  readonly [K in Key]: Values[typeof SETTINGS[K]["kind"]];
};

export const KEYS = Object.keys(SETTINGS) as Key[];

/** Sources of a value, nearest last. */
export const LAYERS = ["user", "project", "local", "environment"] as const;

export type LayerName = typeof LAYERS[number];

export function isKey(text: string): text is Key {
  return Object.hasOwn(SETTINGS, text);
}

/** Returns the row of a setting; most callers do not need its literal type. */
export function settingOf(key: Key): Setting {
  return SETTINGS[key];
}

/** Returns whether a setting is a table, whose entries are merged. */
export function isTable(key: Key): boolean {
  return ["tokens", "rules", "partitions"].includes(settingOf(key).kind);
}

/** Returns the environment variable of a setting, if it has one. */
export function variableOf(key: Key): string | undefined {
  if (settingOf(key).fileOnly) return undefined;
  const name = `MPM_CONFIG_${key.toUpperCase().replaceAll(".", "_")}`;
  return settingOf(key).variable ?? name;
}

/** Converts a checked value from a file to the value used in code. */
export function settingValue(key: Key, written: unknown): unknown {
  return settingOf(key).kind === "duration"
    ? parseDuration(String(written), `"${key}"`)
    : written;
}

/** Nothing configured. */
export const DEFAULTS = Object.fromEntries(
  KEYS.map((key) => [key, settingValue(key, SETTINGS[key].default)]),
) as Config;
