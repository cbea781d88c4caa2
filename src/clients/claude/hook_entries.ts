import { listIn, textField } from "../../base/parsed_values.ts";
import { SHELL_WORD, unquotedWord } from "../../base/shell.ts";
import { VERSION } from "../../base/version.ts";
import { entryOfLine, hookLine, OWN_MARK } from "../hook_command.ts";

/** Tools that start sub-agents; `Task` is the older name of `Agent`. */
export const AGENT_TOOLS = ["Agent", "Task", "Workflow"] as const;

/** Returns whether a tool starts sub-agents. */
export function startsAgents(tool: string | undefined): boolean {
  return AGENT_TOOLS.some((name) => name === tool);
}

/** The tools of Claude Code that change one file, named in their input. */
const EDIT_TOOLS = ["Edit", "Write", "MultiEdit", "NotebookEdit"];

/** Tools of MCP servers that do the same, by their usual names. */
const OTHER_EDITS =
  "mcp__.*(write|edit|create|append|insert|replace|patch|move|rename|delete)" +
  ".*";
const OTHER_EDIT = new RegExp(`^${OTHER_EDITS}$`);

/** Returns whether a tool changes files that its input names. */
export function editsFiles(tool: string | undefined): boolean {
  return tool !== undefined &&
    (EDIT_TOOLS.includes(tool) || OTHER_EDIT.test(tool));
}

/** The fields of such a tool's input that name one or more files. */
const PATH_FIELDS = [
  ...["file_path", "notebook_path", "path", "relative_path", "target_file"],
  ...["source", "destination", "old_path", "new_path", "uri"],
];
const LIST_FIELDS = ["paths", "files", "edits"];

/** The maximum number of files of one call to check. */
const MOST_PATHS = 200;

/** Returns the paths that a call of such a tool names. */
export function editedPaths(input: unknown): string[] {
  const listed = LIST_FIELDS.flatMap((name) => listIn(input, name));
  return [input, ...listed.slice(0, MOST_PATHS)]
    .flatMap((one) =>
      typeof one === "string"
        ? [one]
        : PATH_FIELDS.flatMap((name) => textField(one, name) ?? [])
    )
    .filter((path) => path !== "" && !path.includes("\0"))
    .map((path) => path.startsWith("file://") ? pathOfUri(path) : path);
}

function pathOfUri(uri: string): string {
  const path = uri.slice("file://".length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a "%" that does not begin an escape
  }
}

/** Claude Code tools that do not change files. */
const READERS: ReadonlySet<string | undefined> = new Set([
  ...["Read", "Grep", "Glob", "LS", "NotebookRead", "WebFetch", "WebSearch"],
  ...["TodoWrite", "TaskCreate", "TaskUpdate", "TaskGet", "TaskList"],
  ...["ToolSearch", "AskUserQuestion", "EnterPlanMode", "ExitPlanMode"],
  ...["CronCreate", "CronDelete", "CronList", "ScheduleWakeup"],
]);

/** Returns whether a tool may change files; an unknown tool may. */
export function mayChangeFiles(tool: string | undefined): boolean {
  return !READERS.has(tool);
}

/** A client event that mpm handles. */
export interface HookEntry {
  readonly event: string;
  /** mpm's name for the event, if the client's name differs. */
  readonly runs?: string;
  /** Matcher of the event; absent if the client ignores it. */
  readonly matcher?: string;
  /** Seconds after which the client stops waiting. */
  readonly timeout: number;
}

/**
 * The entries that `mpm hooks install` adds, one for each event. Where several
 * events would do, mpm uses the one that starts the fewest processes.
 * PostToolBatch comes once for each step of the agent, however many tools it
 * called. The timeout of SessionEnd also limits the time for all hooks of that
 * event; the client's default is 1.5 s.
 */
export const HOOK_ENTRIES: readonly HookEntry[] = [
  {
    event: "SessionStart",
    matcher: "startup|resume|clear|compact|fork",
    timeout: 10,
  },
  { event: "UserPromptSubmit", timeout: 30 },
  {
    event: "PreToolUse",
    // Without anchors, the regular expression would also match parts of names.
    matcher: `^(${[...AGENT_TOOLS, ...EDIT_TOOLS, OTHER_EDITS].join("|")})$`,
    timeout: 10,
  },
  // The person's answer; the event of the whole step leaves it out.
  {
    event: "PostToolUse",
    matcher: "AskUserQuestion|ExitPlanMode",
    timeout: 10,
  },
  { event: "PostToolBatch", timeout: 10 },
  {
    event: "PostToolUseFailure",
    matcher: ["Bash|Edit|Write|NotebookEdit", ...AGENT_TOOLS].join("|"),
    timeout: 10,
  },
  { event: "SubagentStart", timeout: 5 },
  { event: "SubagentStop", timeout: 5 },
  { event: "Stop", timeout: 10 },
  { event: "StopFailure", timeout: 10 },
  { event: "PreCompact", matcher: "manual|auto", timeout: 10 },
  { event: "PostCompact", matcher: "manual|auto", timeout: 5 },
  { event: "SessionEnd", timeout: 10 },
  { event: "TaskCreated", timeout: 5 },
  { event: "TaskCompleted", timeout: 5 },
];

/** The events of Claude Code 2.1.329; any other name is a mistake. */
export const KNOWN_EVENTS: ReadonlySet<string> = new Set(
  ("PreToolUse PostToolUse PostToolUseFailure PostToolBatch Notification " +
    "UserPromptSubmit UserPromptExpansion SessionStart SessionEnd Stop " +
    "StopFailure SubagentStart SubagentStop PreCompact PostCompact " +
    "PreModelSwitch PostModelSwitch PermissionRequest PermissionDenied Setup " +
    "TeammateIdle TaskCreated TaskCompleted Elicitation ElicitationResult " +
    "ConfigChange WorktreeCreate WorktreeRemove InstructionsLoaded " +
    "CwdChanged FileChanged DirectoryAdded MessageDisplay").split(" "),
);

const MARKED = /^--installed-by=mpm\/(\S+)$/;

/** Returns a matcher group for the settings. */
export function groupOf(
  { event, matcher, timeout }: HookEntry,
  binary: string,
  version = VERSION,
): Record<string, unknown> {
  const args = ["hook", event, OWN_MARK + version];
  const handler = { type: "command", command: binary, args, timeout };
  return {
    ...matcher === undefined ? {} : { matcher },
    hooks: [handler],
  };
}

/** A hook handler written by mpm. */
export interface OwnHandler {
  /** The event that the handler passes on. */
  readonly event: string;
  readonly binary: string;
  readonly version: string;
}

/** Reads a handler; `undefined` unless mpm wrote it. */
export function ownHandler(value: unknown): OwnHandler | undefined {
  const { type, command, args } = (value ?? {}) as Record<string, unknown>;
  if (type !== "command" || typeof command !== "string") return undefined;
  if (args === undefined) return entryOfLine(command);
  if (!Array.isArray(args) || args[0] !== "hook") return undefined;
  const version = args.map((arg) => MARKED.exec(String(arg))?.[1])
    .find((found) => found !== undefined);
  if (version === undefined || typeof args[1] !== "string") return undefined;
  return { event: args[1], binary: command, version };
}

/** Entries of a client whose settings have Claude Code's format. */
export interface HookForm {
  readonly entries: readonly HookEntry[];
  /** Returns the matcher group of an entry. */
  groupOf(
    entry: HookEntry,
    binary: string,
    version?: string,
  ): Record<string, unknown>;
  /** Reads a handler; `undefined` unless mpm wrote it. */
  ownHandler(value: unknown): OwnHandler | undefined;
}

/** The entries for Claude Code. */
export const CLAUDE_FORM: HookForm = {
  entries: HOOK_ENTRIES,
  groupOf,
  ownHandler,
};

/**
 * The entries for Claude Code in a file that other clients also read. Copilot
 * CLI runs them in a shell, without `args`, and denies a tool if a hook that
 * runs before it fails. So such a hook exits with 0 even if mpm is missing.
 */
export const SHARED_FORM: HookForm = {
  ...CLAUDE_FORM,
  groupOf(entry, binary, version) {
    const group = groupOf(entry, binary, version);
    const { event, timeout } = entry;
    if (event !== "PreToolUse") return group;
    const client = "claude" as const;
    const command = hookLine({ client, event, binary, version });
    return { ...group, hooks: [{ type: "command", command, timeout }] };
  },
};

const STATUS_LINE = new RegExp(
  `^(${SHELL_WORD}) statusline # installed by mpm (\\S+)$`,
);

/**
 * Returns the status line setting, a shell command that contains a comment as
 * mpm's mark, since the client accepts no arguments there. `word` is the
 * binary, quoted for a shell.
 */
export function statusLineOf(word: string): Record<string, unknown> {
  const command = `${word} statusline # installed by mpm ${VERSION}`;
  return { type: "command", command };
}

/** Reads the status line setting; `undefined` unless mpm wrote it. */
export function ownStatusLine(
  value: unknown,
): Omit<OwnHandler, "event"> | undefined {
  const { type, command } = (value ?? {}) as Record<string, unknown>;
  if (type !== "command" || typeof command !== "string") return undefined;
  const found = STATUS_LINE.exec(command);
  return found
    ? { binary: unquotedWord(found[1]!), version: found[2]! }
    : undefined;
}
