import { AGENT, EVENTS } from "./hook_events.ts";
import { commandNames } from "./schemas.ts";

/** One command line of the matrix. */
export interface Line {
  readonly command: string;
  readonly args: readonly string[];
  readonly stdin?: string;
}

/** The names in a store that the lines use. */
export interface Named {
  readonly project: string;
  /** The saves, the oldest first. */
  readonly saves: readonly string[];
  /** The numbers of a next step and of a decision. */
  readonly items: readonly number[];
  /** A superseded note, and one of two that contradict each other. */
  readonly notes: readonly string[];
}

type Making = (named: Named) => (string | readonly string[])[];

/**
 * The lines for each command on a hostile store: words, or several lines. A
 * missing command fails the test of the table, so that a new command is added
 * to the matrix in the same change.
 */
const LINES: Record<string, Making> = {
  "pause": () => [
    "--no-commit words",
    ["pause", "-s", "words", "--name", "other", "--agent-session", AGENT],
  ],
  "resume": ({ saves }) => ["", saves[0]!, "--last --format context"],
  "restore": ({ saves }) => ["--yes", `${saves[0]} --all --yes`],
  "start": () => [
    "fresh --template planted -C .claude/worktrees/idle",
  ],
  "status": () => ["", "--porcelain", "--tree --all"],
  "check": () => ["1"],
  "complete": () => ["busy"],
  "cancel": () => ["busy"],
  "archive": () => ["done"],
  "branch": () => ["deeper --stash", "away --worktree", "aside -b aside"],
  "return": () => ["--park"],
  "next": () => ["fresh words", ""],
  "decide": ({ items }) => [`fresh --why words --supersedes ${items[1]}`, ""],
  "ask": () => ["", "fresh words"],
  "block": () => ["fresh words", ""],
  "done": ({ items }) => [`${items[0]}`, ""],
  "var get": () => ["planted"],
  "var list": () => [""],
  "var set": () => ["fresh words", "planted other"],
  "var unset": () => ["planted"],
  "summary": () => ["--all", "--output session-summary.md"],
  "partition list": () => [""],
  "partition show": () => ["planted"],
  "partition use": () => ["planted", "--auto"],
  "partition suggest": () => ["", "--write"],
  "claim": () => ["src/fresh", "README.md --for 1h --task words"],
  "claims": () => [""],
  "release": () => ["held.txt", "--all"],
  "handoff new":
    () => ["--to planted -C .claude/worktrees/idle", "--to b --git"],
  "handoff list": () => ["--all"],
  "handoff show": () => ["planted"],
  "handoff check": () => ["", "planted"],
  "handoff accept": () => ["planted"],
  "handoff done": () => ["planted"],
  "handoff reject": () => ["planted words"],
  "note": ({ notes }) => ["fresh words", `other --supersedes ${notes[0]}`],
  "notes": ({ notes }) => ["--all", notes[0]!],
  "notes settle": ({ notes }) => [notes[1]!],
  "trust": () => ["", "someone --dry-run"],
  "sync": () => ["", "origin --dry-run"],
  "notes rm": ({ notes }) => [notes[0]!, "--superseded"],
  // Without a dry run, it would change the schedulers of this machine.
  "schedule add": () => [
    ["schedule", "add", "0 9 * * *", "standup", "--dry-run"],
  ],
  "schedule list": () => ["", "--all"],
  "schedule remove": () => ["planted"],
  "schedule run": () => ["planted"],
  "pipeline": () => [""],
  "pipeline run": () => ["planted"],
  "pipeline resume": () => ["planted --again"],
  "pipeline cancel": () => ["planted"],
  "pipeline list": () => [""],
  "pipeline status": () => ["planted"],
  "pipeline watch": () => ["planted"],
  "pipeline graph": () => ["planted"],
  "pipeline logs": () => ["planted"],
  "pipeline report": () => ["planted --output report.md"],
  "pipeline rm": () => ["planted"],
  "pipeline new": () => ["analysis"],
  "pipeline export": () => ["planted --engine github-actions"],
  "task run": () => ["planted"],
  "task resume": () => ["planted --again"],
  "task cancel": () => ["planted"],
  "task": () => [""],
  "task list": () => [""],
  "task status": () => ["planted"],
  "task watch": () => ["planted"],
  "task logs": () => ["planted --item fresh"],
  "task report": () => ["planted --output report.md"],
  "task rm": () => ["planted"],
  "team add": () => [
    "fresh age1zdy22l5qej0d8jau7h2c472v2xmmgc3f8xwzt2unz6kpfrpeefjqfm882a",
  ],
  "team list": () => [""],
  "team remove": () => ["planted"],
  "standup": () => ["", "--since 2w --format markdown"],
  "template list": () => [""],
  "template show": () => ["planted"],
  "template new": () => ["second --from planted"],
  "saves list": () => [""],
  "saves show": ({ saves }) => [saves[0]!, "--format json"],
  "saves verify": () => [""],
  "saves diff": ({ saves }) => [`${saves[0]} ${saves[1]}`],
  "saves keep": ({ saves }) => [saves[0]!],
  "saves rm": ({ saves }) => [saves[0]!],
  "saves prune": () => ["--keep 1"],
  "saves export": () => ["--all -o exported.json"],
  "export": () => ["--to exported.json", "--to shared.json --dry-run"],
  "import": () => ["bundle.json", ".claude-mpm/sessions/pause"],
  "saves trust": (
    { saves },
  ) => ["--list", saves[0]!, `${saves[0]} --revoke`],
  "scan": () => [""],
  "saves recover": () => ["", "--finalize", "--discard"],
  "checkpoint save": () => ["fresh", "--auto"],
  "checkpoint list": () => ["--all"],
  "checkpoint show": () => ["one"],
  "checkpoint diff": () => ["one --patch"],
  "checkpoint load": () => ["one"],
  "checkpoint restore": () => ["one --yes --exact", "one --to copy"],
  "checkpoint rm": () => ["one"],
  "undo": () => [""],
  "undo list": () => ["", "--user"],
  "undo trash": () => ["", "--prune"],
  "worktrees list": () => [""],
  "worktrees prune": () => ["--min-age 0s"],
  "worktrees restore": () => ["gone"],
  "context": () => [`--agent-session ${AGENT}`],
  "context acknowledge": () => [`--agent-session ${AGENT}`],
  "context resume-file": () => [`--agent-session ${AGENT}`],
  "context update": () => ["--create"],
  "context history": () => [""],
  "context diff": ({ saves }) => ["", saves.at(-1)!],
  "context inject": () => [
    "session stack checklist context readme commits status architecture layers"
      .split(" ").map((part) => `--part ${part}`).join(" "),
  ],
  "config get": () => ["commit"],
  "config set": () => [
    "commit false --scope project",
    "commit false --scope local",
  ],
  "config unset": () => ["commit --scope project"],
  "config list": () => [""],
  "migrate": () => ["", "--rollback"],
  "hooks install": () => [
    "--scope project --skills --statusline",
    "--scope local",
  ],
  "hooks uninstall": () => ["--scope project"],
  "hooks status": () => ["", "--scripts", "pre-session"],
  "hooks eject": () => [""],
  "timeline": () => ["", "--only save"],
  "replay": ({ saves }) => [`${saves[0]!} --full`, "--at 1", "--step"],
  "replay fork": ({ saves }) => [`1 ${saves[0]!}`, "1 --name other"],
  "carry": ({ saves }) => [
    `${saves[0]!} --to claude`,
    "--to claude --dry-run",
  ],
  "evidence": ({ saves }) => ["", saves[0]!, "--run", "--run -- npm test"],
  "allow": () => ["npm test", ".claude-mpm/hooks/pre-session.sh", "--list"],
  "hooks test": () => ["", "pre-session", "--runs 1"],
  "doctor": () => ["", "--fix"],
  "completions": () => ["bash"],
  "help": () => ["", "files"],
  "setup instructions": () => ["", "GEMINI.md", "--remove"],
  "setup": () => [
    ...["--yes --no-hooks", "--yes --dry-run --no-conversation"],
    "--remove --yes",
  ],
};

/** The statuses of commands that may find nothing to work on. */
const STATUSES = new Map<string, readonly number[]>([
  ["evidence", [0, 1, 4]],
  // The saves were made outside of an agent session.
  ["replay", [0, 3]],
  // Files that come with a project do not make a team.
  ["team remove", [3]],
  // Nor do they name a remote.
  ["sync", [2]],
  ["replay fork", [0, 3]],
  ["carry", [0, 3]],
  // An item of the run failed, and no process works on it.
  ["task run", [1]],
  ["task resume", [1]],
  ["task watch", [1]],
  ["task cancel", [4]],
  // A project does not come with a run of a pipeline or a schedule.
  ...["run", "resume", "cancel", "status", "watch", "logs", "report", "rm"]
    .map((name): [string, number[]] => [`pipeline ${name}`, [3]]),
  ["pipeline graph", [3]],
  ["pipeline export", [3]],
  ["schedule remove", [3]],
  ["schedule run", [3]],
  // Not every machine has a scheduler.
  ["schedule add", [0, 4]],
  // Nothing was uncommitted when the saves were made.
  ["restore", [0, 3]],
]);

/** The statuses with which the lines of a command end if all is fine. */
export function statusesOf(command: string): readonly number[] {
  return STATUSES.get(command) ?? [0];
}

/** Events that the handler of another event also handles. */
const TWINS = ["StopFailure", "SubagentStop", "TaskCompleted"];

/** Commands that read an event on standard input. */
const WITH_INPUT: Record<string, (named: Named) => Omit<Line, "command">[]> = {
  "statusline": ({ project }) => [{
    args: ["statusline"],
    stdin: JSON.stringify({
      session_id: AGENT,
      workspace: { current_dir: project, project_dir: project },
      context_window: { context_window_size: 200_000, used_percentage: 75 },
    }),
  }],
  "hook": ({ project }) =>
    EVENTS.filter(({ event }) => !TWINS.includes(event)).map((
      { event, fields },
    ) => ({
      args: ["hook", event, "--installed-by=mpm/0.0.0"],
      stdin: JSON.stringify({
        session_id: AGENT,
        cwd: project,
        hook_event_name: event,
        ...fields,
      }),
    })),
};

/** Every line of every command. */
export function allLines(named: Named): Line[] {
  return commandNames().flatMap((command) => {
    if (WITH_INPUT[command]) {
      return WITH_INPUT[command](named).map((line) => ({ command, ...line }));
    }
    const making = LINES[command];
    if (!making) {
      throw new Error(`"mpm ${command}" is not in tests/helpers/hostile_lines`);
    }
    return making(named).map((line) => ({
      command,
      args: typeof line === "string"
        ? `${command} ${line}`.trim().split(" ")
        : line,
    }));
  });
}

/** Commands in the table above that mpm no longer has. */
export function staleLines(): string[] {
  return [...Object.keys(LINES), ...Object.keys(WITH_INPUT)]
    .filter((command) => !commandNames().includes(command));
}

/** Commands that take a name or an id of something in the store. */
const NAMING = ("resume|complete|cancel|archive|branch|saves show|" +
  "saves rm|saves export|checkpoint save|checkpoint show|" +
  "checkpoint diff|checkpoint load|checkpoint restore --yes|checkpoint rm|" +
  "template show|template new|start x --template|worktrees restore|" +
  "migrate --rollback|hooks status|hooks eject|hooks allow|hooks test|config get|" +
  "context --agent-session|pause --agent-session|pause --name|var get|" +
  "partition show|partition use|context diff|summary --session|replay|carry --to claude|replay fork 1 --name|" +
  "handoff show|handoff check|handoff accept|handoff new --to|handoff list --to|claim|release|" +
  "schedule remove|schedule run|task run|task resume|task cancel|task status|task rm|task report|team add x|team remove|notes|notes rm|notes settle|note x --supersedes")
  .split("|");

/** These commands with a name that would lead elsewhere as part of a path. */
export function strayLines(names: readonly string[]): Line[] {
  return NAMING.flatMap((command) =>
    names.map((name) => ({ command, args: [...command.split(" "), name] }))
  );
}

/**
 * Lines that start each hook of the settings in their own project, which takes
 * seconds: for rounds with unchanged settings.
 */
export function firing({ command }: Line): boolean {
  return command === "hooks test";
}

/** Lines that may start a program and do not wait for its end. */
export function leavesRunning(line: Line): boolean {
  return firing(line) || line.command === "hook";
}

/**
 * One line of each command, in each round a different one. The profile of the
 * hooks is left out, since it starts the same programs as their test.
 */
export function oneOfEach(lines: readonly Line[], round: number): Line[] {
  const forms = Map.groupBy(lines, ({ command }) => command);
  forms.delete("hooks profile");
  return [...forms.values()].map((some) => some[round % some.length]!);
}
