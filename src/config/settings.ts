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

/** A switch of the user, which no project may set. */
function flag(value: boolean, summary: string) {
  return { kind: "flag", default: value, summary, personal: true } as const;
}

/** A number or a size that only the user sets. */
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
 * Everything that can be configured, by its key in the files. A new setting is
 * a row here: files, environment, `mpm config`, types and documentation follow.
 */
export const SETTINGS = {
  "commit": {
    kind: "flag",
    default: true,
    summary: "Keep a copy of each save in git, outside of branches",
    option: "mpm pause --no-commit",
  },
  "pause.contents": flag(
    true,
    "Keep the contents of uncommitted files with a save",
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
    "Size limit of the contents of one save, in MiB",
  ),
  "pause.contents_total_mb": count(
    1024,
    "Size limit of the contents of all saves, in MiB",
  ),
  "pause.branch_commit": {
    kind: "flag",
    default: false,
    summary: "Also commit each save to the branch",
    personal: true,
    fileOnly: true,
    option: "mpm pause --commit",
  },
  "sessions.keep_auto": count(
    20,
    "Number of automatic saves that mpm keeps for each branch",
  ),
  "tasks.keep": count(20, "Number of runs of each task that mpm keeps"),
  "tasks.max_age": {
    kind: "duration",
    default: "90d",
    summary: "How long mpm keeps the older runs of a task",
    personal: true,
  },
  "worktrees.min_age": {
    kind: "duration",
    default: "1h",
    summary: "Time for which a worktree must be unused before mpm removes it",
    personal: true,
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
      "Ignored files and folders that may be removed together with a worktree",
    personal: true,
  },
  "agents.client": {
    kind: "choice",
    default: CLIENT_NAMES[0],
    choices: CLIENT_NAMES,
    summary: "Client that runs the agents of tasks",
    personal: true,
  },
  "claims.auto": flag(
    false,
    "Let each edit by an agent claim its file for 10 minutes",
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
    "Number of checkpoints taken after an agent's steps that mpm keeps",
    { least: 1, most: 10_000 },
  ),
  "checkpoint.batch_max_mb": count(
    512,
    "Total size limit for changed files in checkpoints taken after an agent's steps, in MiB",
  ),
  "checkpoint.keep_auto": count(
    20,
    "Number of automatic checkpoints that mpm keeps",
  ),
  "checkpoint.keep_safety": count(
    20,
    "Number of restores and similar operations that you can undo",
  ),
  "checkpoint.max_file_mb": count(
    512,
    "Size limit of one changed file in a checkpoint, in MiB",
  ),
  "checkpoint.max_total_mb": count(
    1024,
    "Size limit of all changed files in a checkpoint, in MiB",
  ),
  "sync.auto": {
    kind: "choice",
    default: "never",
    choices: ["never", "pause"],
    summary:
      'When mpm runs "mpm sync" by itself: never, or after each "mpm pause" that a person runs',
    personal: true,
    fileOnly: true,
  },
  "sync.max_age": {
    kind: "duration",
    default: "365d",
    summary: "Age above which mpm removes entries from your sync log",
    personal: true,
    option: "mpm sync --prune",
  },
  "sync.max_mb": {
    kind: "count",
    default: 100,
    least: 1,
    most: 1_000_000,
    summary: "Size to which mpm shortens your sync log, in MiB",
    personal: true,
    option: "mpm sync --prune",
  },
  "trash.max_age": {
    kind: "duration",
    default: "30d",
    summary: "Time for which removed and replaced files stay in the trash",
    personal: true,
    option: "mpm undo trash --prune --older-than",
  },
  "trash.max_mb": count(
    1024,
    "Size limit of the trash, in MiB; mpm deletes the oldest files first",
  ),
  "redaction.enabled": {
    kind: "flag",
    default: true,
    summary: "Redact secrets in everything that mpm writes and prints",
    personal: true,
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
      "More values to redact, each with a label and a regular expression",
    personal: true,
    fileOnly: true,
  },
  "hooks.enabled": {
    kind: "flag",
    default: true,
    summary: "Turn the hooks on; while they are off, mpm never blocks anything",
    personal: true,
    variable: "MPM_HOOKS",
  },
  "context.pause_at": {
    kind: "percent",
    default: 70,
    summary: "Percentage of the context window at which a pause is recommended",
    personal: true,
  },
  "context.urgent_at": {
    kind: "percent",
    default: 85,
    summary: "Percentage of the context at which mpm refuses new sub-agents",
    personal: true,
  },
  "context.block_at": {
    kind: "percent",
    default: 95,
    summary: "Percentage of the context at which mpm holds back prompts",
    personal: true,
  },
  "context.stale_after": {
    kind: "duration",
    default: "1h",
    summary: "Age at which a measurement of the context counts as unknown",
    personal: true,
  },
  "context.windows": {
    kind: "tokens",
    default: {},
    summary: "Context windows in tokens by model; these override mpm's table",
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
    summary: "Maximum number of characters of the text at session start",
    option: "mpm context inject --limit",
  },
  "context.architecture": {
    kind: "path",
    default: "docs/architecture.md",
    summary: "The architecture document that context.inject can include",
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
    summary:
      "The program that rewrites layers of a summary, with its arguments",
    personal: true,
    fileOnly: true,
  },
  "summarizer.timeout": {
    kind: "duration",
    default: "1m",
    summary: "Time limit of summarizer.command for one layer",
    personal: true,
    fileOnly: true,
  },
  "handoff.folder": {
    kind: "path",
    default: "docs/handoffs",
    summary: "The folder for hand-off documents that you keep in git",
  },
  "handoff.git": {
    kind: "flag",
    default: false,
    summary: "Write new hand-off documents to handoff.folder",
    option: "mpm handoff new --git",
  },
  "handoff.prompts": flag(true, "Keep people's prompts in saves"),
  "handoff.messages": flag(true, "Keep the agent's last message in saves"),
  "handoff.answers": flag(
    true,
    "Keep the agent's questions and your answers in saves",
  ),
  "handoff.plans": flag(true, "Keep approved plans in saves"),
  "handoff.summaries": flag(
    true,
    "Keep Claude Code's compaction summaries in saves",
  ),
  "handoff.tasks": flag(true, "Keep the agent's todos and tasks in saves"),
  "handoff.commands": flag(true, "Keep commands and their results in saves"),
  "handoff.files": flag(
    true,
    "Keep in saves the names of files that were read or edited",
  ),
  "handoff.agents": flag(true, "Keep the results of sub-agents in saves"),
  "handoff.errors": flag(
    true,
    "Keep the texts of errors in saves and error records",
  ),
  "handoff.compaction": flag(
    true,
    "Give Claude Code the open items at a compaction",
  ),
  "team.keys": {
    kind: "files",
    default: ["~/.ssh/id_ed25519"],
    summary: "Files with your private keys, of OpenSSH or age",
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

/** Sources of a value, the nearest last. */
export const LAYERS = ["user", "project", "local", "environment"] as const;

export type LayerName = typeof LAYERS[number];

export function isKey(text: string): text is Key {
  return Object.hasOwn(SETTINGS, text);
}

/** Returns the row of a setting; most callers do not need its literal type. */
export function settingOf(key: Key): Setting {
  return SETTINGS[key];
}

/** Returns whether a setting is a table, whose entries add up. */
export function isTable(key: Key): boolean {
  return ["tokens", "rules", "partitions"].includes(settingOf(key).kind);
}

/** The environment variable of a setting; `undefined`: it has none. */
export function variableOf(key: Key): string | undefined {
  if (settingOf(key).fileOnly) return undefined;
  const name = `MPM_CONFIG_${key.toUpperCase().replaceAll(".", "_")}`;
  return settingOf(key).variable ?? name;
}

/** Returns the value for the code from a checked value of a file. */
export function settingValue(key: Key, written: unknown): unknown {
  return settingOf(key).kind === "duration"
    ? parseDuration(String(written), `"${key}"`)
    : written;
}

/** Nothing configured. */
export const DEFAULTS = Object.fromEntries(
  KEYS.map((key) => [key, settingValue(key, SETTINGS[key].default)]),
) as Config;
