import { assert, assertEquals } from "@std/assert";
import { dirname, join, relative } from "@std/path";
import { beforeDeadline } from "../../src/system/real_run.ts";
import { filesBelow, foldersBelow } from "./below.ts";
import { type Outcome, TestEnv } from "./env.ts";
import { plantedHandoff } from "./handoffs.ts";
import { AGENT, EVENTS } from "./hook_events.ts";
import { Driver } from "./hostile_driver.ts";
import {
  allLines,
  leavesRunning,
  type Line,
  type Named,
  oneOfEach,
} from "./hostile_lines.ts";
import { binary } from "./mpm.ts";
import { Outline, smallText } from "./outline.ts";
import { SOAKS } from "./posix.ts";
import { exists, removeTree } from "./remove.ts";

/** Is in everything that the store's owner wrote. */
export const GENUINE = "genuine7";

/** Is in everything outside the project: no one may see it. */
export const CANARY = "canary77";

/** Milliseconds in which any command has to end, on a machine that is busy. */
const TIME_LIMIT = 20_000;

/** Kilobytes of data a command may hold: a file of a gigabyte does not fit. */
const DATA_LIMIT = 900_000;

/** Folders outside the project where mpm may write, below the root. */
const OWN = ["home/.local/state/mpm", "home/.config/mpm"];

/**
 * The binary runs one line out of this many, which must not divide the number
 * of lines.
 */
const BINARY_EVERY = 23;

const WORKTREES = ".claude/worktrees";

/** A command may end before it has read all of it. */
async function feed(child: Deno.ChildProcess, text: string): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** A change that someone made to the store. */
export type Change = (hostile: HostileProject) => void | Promise<void>;

/**
 * A project with every file in its store that mpm ever writes there, its
 * surroundings, and checks whether a command left it alone.
 */
export class HostileProject implements Named, AsyncDisposable {
  readonly env = TestEnv.repository();
  /** Files that no command may write, read, run or signal. */
  readonly outside = join(this.env.root, "outside");
  /** A program that leaves a mark when it is run. */
  readonly program = join(this.outside, "program");
  readonly #mark = join(this.env.root, "ran");
  readonly #built = join(this.env.root, ".built");
  readonly #changed = join(this.env.root, ".changed");
  readonly #umask: string;
  #driver: Driver | undefined;
  /** The number of lines so far, which decides which ones the binary runs. */
  #count = 0;
  /** Number of changes made to the project. */
  #changes = 0;
  readonly #planted = new Set<string>();
  readonly #victim: Deno.ChildProcess;
  readonly #said: WritableStreamDefaultWriter<Uint8Array>;
  readonly #heard: ReadableStreamDefaultReader<Uint8Array>;
  /** The saves there are, the oldest first. */
  saves: readonly string[] = [];
  /** The numbers of a next step and of a decision. */
  items: readonly number[] = [];
  notes: readonly string[] = [];

  /** `umask`: for everything that mpm does here, in octal digits. */
  static async make({ umask }: { umask: string }): Promise<HostileProject> {
    const hostile = new HostileProject(umask);
    await hostile.#build();
    return hostile;
  }

  private constructor(umask: string) {
    this.#umask = umask;
    // Anyone who writes there fails.
    this.env.extra["TMPDIR"] = join(this.env.root, "absent");
    Deno.mkdirSync(this.outside);
    Deno.writeTextFileSync(
      this.program,
      `#!/bin/sh\necho "$0 $*" >> "${this.#mark}"\ncat\n`,
      { mode: 0o755 },
    );
    this.#victim = new Deno.Command("cat", {
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#said = this.#victim.stdin.getWriter();
    this.#heard = this.#victim.stdout.getReader();
  }

  get project(): string {
    return this.env.project;
  }

  /** A process of someone else. */
  get victim(): number {
    return this.#victim.pid;
  }

  async #must(...args: string[]): Promise<void> {
    const line = { command: args.slice(0, 2).join(" "), args };
    const { status, stderr, stdout } = await this.#runLine(line);
    assertEquals(status, 0, `${args.join(" ")}: ${stderr}${stdout}`);
  }

  /** A file in the store that others made. */
  #plant(path: string, text: string): void {
    this.env.write(path, text);
    for (let at = path; at !== ".claude-mpm"; at = dirname(at)) {
      this.#planted.add(at);
    }
  }

  /**
   * Lists the paths in the store, and in mpm's user folders, that others may
   * read, or the owner may not, each with its mode. All files must be 0600,
   * folders and scripts 0700. A backup and the trash keep modes of what others
   * made, and what git checked out has git's.
   */
  loose(): string[] {
    const { env } = this;
    const roots = [
      join(this.project, ".claude-mpm"),
      join(env.home, ".local/state/mpm"),
      join(env.home, ".config"),
    ].filter((path) => env.exists(relative(this.project, path)));
    const found = roots.flatMap((root) => [
      root,
      ...[...foldersBelow(root), ...filesBelow(root)]
        .map((path) => join(root, path)),
    ]);
    const loose = found.flatMap((full) => {
      const path = relative(this.project, full);
      const { mode, isDirectory } = Deno.lstatSync(full);
      const due = isDirectory || path.endsWith(".sh") ? 0o700 : 0o600;
      const kept = this.#planted.has(path) ||
        /^\.claude-mpm\/(backups|trash)\/[^/]+\/.*(pause|ACTIVE)/.test(path) ||
        /^\.claude-mpm\/trash\/[^/]+-[a-z]+\/\d+$/.test(path);
      const is = mode! & 0o777;
      return is === due || kept ? [] : [{ path, mode: is.toString(8) }];
    });
    // A checkout writes committed files with its own modes.
    const tracked = loose.length > 0
      ? env.git("ls-files", ".claude-mpm").split("\n")
      : [];
    return loose.filter(({ path }) => !tracked.includes(path))
      .map(({ path, mode }) => `${mode} ${path}`);
  }

  async #hook(event: string, fields: object): Promise<void> {
    const stdin = JSON.stringify({
      session_id: AGENT,
      cwd: this.project,
      hook_event_name: event,
      ...fields,
    });
    const args = ["hook", event];
    const done = await this.#runLine({ command: "hook", args, stdin });
    assertEquals(done.status, 0);
  }

  async #build(): Promise<void> {
    const { env } = this;
    env.write("tracked.txt", `${GENUINE}\n`);
    env.write(".gitignore", "ignored\n");
    env.commit("More");
    await this.#must("init", "--no-ignore");
    this.#plant(
      ".claude-mpm/templates/planted.md",
      `# ${GENUINE}\n\n## Phase\n\n- [ ] ${GENUINE}\n`,
    );
    await this.#must("start", "done", `${GENUINE} done`);
    await this.#must("complete", "-s", GENUINE);
    await this.#must("start", "other", `${GENUINE} other`);
    await this.#must("pause", "--no-commit", GENUINE);
    await this.#must("start", "own", `${GENUINE} own`);
    await this.#must("pause", "--no-commit", GENUINE, "-n", GENUINE);
    await this.#must("pause", "--no-commit", GENUINE);
    await this.#must("saves", "export", "--all", "-o", "bundle.json");
    await this.#must("saves", "rm", "0");
    await this.#must("resume");
    await this.#must("allow", "true");
    await this.#must("evidence", "--run", "true");
    await this.#task();
    await this.#worktrees();
    await this.#old();
    await this.#claude();
    await this.#must("resume");
    await this.#must("branch", "side", GENUINE, "-t", "planted", "--no-commit");
    await this.#must("check", "1");
    await this.#handoff();
    env.write("untracked.txt", `${GENUINE}\n`);
    await this.#must("checkpoint", "save", "one", "-m", GENUINE);
    env.write("untracked.txt", "two\n");
    await this.#must("checkpoint", "restore", "one", "--yes");
    const saves = filesBelow(join(this.project, ".claude-mpm/sessions"))
      .map((path) => /^(session-\d{8}-\d{6})\.json$/.exec(path)?.[1])
      .filter((id) => id !== undefined);
    this.saves = saves;
    this.#copy(this.env.root, this.#built, ["outside"]);
  }

  /** Runs a task, of which an item fails. */
  async #task(): Promise<void> {
    const path = ".claude-mpm/tasks/planted.yaml";
    const run = ["sh", "-c", 'echo "$1"; test "$1" != fresh', "sh", "{item}"];
    const items = { list: [GENUINE, "fresh"] };
    this.#plant(path, JSON.stringify({ description: GENUINE, items, run }));
    await this.#must("allow", path);
    const args = ["task", "run", "planted"];
    const done = await this.#runLine({ command: "task run", args });
    assertEquals(done.status, 1, done.stderr);
  }

  /** Makes the sources of hand-offs. */
  async #handoff(): Promise<void> {
    const { env } = this;
    const config = ".claude-mpm/config.toml";
    const partition = '[partitions.planted]\npaths = ["tracked.txt"]\n';
    env.write(config, `${env.read(config)}\n${partition}`);
    await this.#must("partition", "use", "planted");
    await this.#must("next", GENUINE);
    await this.#must("decide", GENUINE, "--why", GENUINE);
    await this.#must("var", "set", "planted", GENUINE);
    this.#plant(
      ".claude-mpm/handoffs/planted.md",
      plantedHandoff(GENUINE),
    );
    await this.#must("handoff", "accept", "planted", "--agent", "b");
    await this.#must("claim", "held.txt", "--for", "24h", "--task", GENUINE);
    await this.#notes();
    const items = filesBelow(join(this.project, ".claude-mpm/state/items"))
      .map((path) => Number(/^item-(\d+)\.json$/.exec(path)?.[1] ?? 0));
    this.items = items.sort((a, b) => a - b).slice(-2);
  }

  /** A note, and two that both replace it. */
  async #notes(): Promise<void> {
    const folder = join(this.project, ".claude/shared-context");
    const ids = () =>
      filesBelow(folder).map((path) => path.replace(".json", ""));
    await this.#must("note", GENUINE);
    const [old] = ids() as [string];
    await this.#must("note", "one", "--supersedes", old);
    await this.#must("note", "other", "--supersedes", old);
    this.notes = [old, ids().find((id) => id !== old)!];
  }

  /** One in use, one that could be removed, and a removed one. */
  async #worktrees(): Promise<void> {
    const { env } = this;
    for (const name of ["gone", "idle", "busy"]) {
      const path = `${WORKTREES}/${name}`;
      env.git("worktree", "add", "-q", "-b", `agent-${name}`, path);
      const past = new Date(Date.now() - 7_200_000);
      for (const file of filesBelow(join(env.project, path))) {
        Deno.utimeSync(join(env.project, path, file), past, past);
      }
      if (name === "gone") {
        await this.#must("worktrees", "prune", "--min-age", "0s");
      }
      if (name === "busy") await this.#must("start", name, GENUINE, "-C", path);
    }
  }

  /** Makes the files of claude-mpm. */
  async #old(): Promise<void> {
    const { env } = this;
    const bundle = JSON.parse(env.read("bundle.json"));
    const text: string = bundle.saves[0].json;
    const old = (id: string) =>
      this.#plant(
        `.claude-mpm/sessions/pause/${id}.json`,
        text.replaceAll(/session-\d{8}-\d{6}/g, id),
      );
    old("session-20250101-000000");
    await this.#must("migrate");
    old("session-20250102-000000");
    const action = {
      type: "tool_call",
      timestamp: "2025-01-03T00:00:00+00:00",
      session_id: "session-20250103-000000",
      data: { tool: "Edit", result: GENUINE },
      context_percentage: 0.5,
    };
    this.#plant(
      ".claude-mpm/sessions/ACTIVE-PAUSE.jsonl",
      `${JSON.stringify(action)}\n`,
    );
    this.#plant(".claude-mpm/resume-logs/session-x.md", `# ${GENUINE}\n`);
    this.#plant(".claude-mpm/mcp-pids/server.pid", `${this.victim}\n`);
    this.#plant(".claude-mpm/hooks.pid", `${this.victim}\n`);
  }

  /** Makes the files of hooks and similar. */
  async #claude(): Promise<void> {
    await this.#must("hooks", "install", "--scope", "project", "--skills");
    await this.#must("hooks", "install", "--scope", "local", "--statusline");
    await this.#must("hooks", "eject");
    await this.#must("hooks", "allow");
    await this.#must("hooks", "run", "pre-session");
    await this.#must("config", "set", "commit", "true", "--scope", "project");
    await this.#must("config", "set", "commit", "true", "--scope", "local");
    await this.#must("context", "update", "--create");
    const size = { "context_window_size": 200_000, "used_percentage": 75 };
    await this.#runLine({
      command: "statusline",
      args: ["statusline"],
      stdin: JSON.stringify({
        session_id: AGENT,
        workspace: { current_dir: this.project, project_dir: this.project },
        context_window: size,
      }),
    });
    for (const { event, fields } of EVENTS) await this.#hook(event, fields);
  }

  /**
   * The files of the store and of Claude Code's folder, relative to the
   * project.
   */
  files(): string[] {
    return [".claude-mpm", ".claude"].flatMap((folder) =>
      filesBelow(join(this.project, folder)).map((path) => `${folder}/${path}`)
    ).filter((path) => !path.startsWith(WORKTREES));
  }

  /** The files outside, absolute. */
  filesOutside(): string[] {
    return filesBelow(this.outside).map((path) => join(this.outside, path));
  }

  /** Their folders, the outermost first, without the worktrees. */
  folders(): string[] {
    return [".claude-mpm", ".claude"].flatMap((folder) => [
      folder,
      ...foldersBelow(join(this.project, folder))
        .map((path) => `${folder}/${path}`),
    ]).filter((path) => !path.startsWith(`${WORKTREES}/`));
  }

  /** Runs a line by the binary, with little time and memory. */
  async run({ args, stdin }: Omit<Line, "command">): Promise<Outcome> {
    const child = new Deno.Command("sh", {
      // All programs that it starts inherit descriptor 3, so the test waits for
      // their ends, too.
      args: ["-c", `${this.#limits} exec "$@" 3>&2`, "sh", binary(), ...args],
      cwd: this.project,
      env: this.env.env(),
      clearEnv: true,
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const fed = stdin === undefined ? undefined : feed(child, stdin);
    const ended = child.output();
    const done = await beforeDeadline(ended, TIME_LIMIT);
    if (!done) {
      child.kill("SIGKILL");
      throw new Error(`it, or what it started, runs on: ${args.join(" ")}`);
    }
    const { code, stdout, stderr } = done;
    await fed;
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { status: code, stdout: text(stdout), stderr: text(stderr) };
  }

  get #limits(): string {
    return `umask ${this.#umask}; ulimit -d ${DATA_LIMIT};`;
  }

  /**
   * Runs lines with the binary, or with a process that runs many lines from the
   * sources, which is much faster. With that process, the binary still runs
   * each line in some rounds, and in all rounds the lines that leave a program
   * running.
   */
  async #runLine(line: Line): Promise<Outcome> {
    const isTurn = this.#count++ % BINARY_EVERY === 0;
    if (SOAKS || isTurn || leavesRunning(line)) return await this.run(line);
    this.#driver ??= new Driver(this.#limits);
    const done = await beforeDeadline(
      this.#driver.run({
        args: line.args,
        stdin: line.stdin ?? "",
        cwd: this.project,
        env: this.env.env(),
        program: binary(),
      }),
      TIME_LIMIT,
    );
    if (done) return done;
    await this.#driver.end();
    throw new Error("it takes too long");
  }

  /**
   * Changes the store, runs every line on a new copy of it, and fails if one
   * did harm. `each` checks the result of a line.
   */
  async attack(
    change: Change,
    { each = () => {}, skip = () => false, lines = allLines(this), half }: {
      each?: (line: Line, done: Outcome) => void;
      skip?: (line: Line) => boolean;
      lines?: readonly Line[];
      /** Runs only every second line, and the others after the next change. */
      half?: true;
    } = {},
  ): Promise<void> {
    const { root } = this.env;
    this.#copy(this.#built, root, ["outside"]);
    await change(this);
    this.#takeMark();
    this.#copy(root, this.#changed);
    // As from an archive: no index knows the files on this disk.
    this.#copy(this.#changed, root);
    const outline = new Outline(root, [this.#built, this.#changed]);
    this.#assertNothingTaken(outline.files());
    const left = lines.filter((line) => !skip(line));
    const nth = this.#changes++;
    const forms = SOAKS ? left : oneOfEach(left, nth);
    const some = half && !SOAKS
      ? forms.filter((_, at) => at % 2 === nth % 2)
      : forms;
    for (const line of some) {
      try {
        const done = await this.#runLine(line);
        const { status, stdout, stderr } = done;
        assert(status <= 6, `status ${status}: ${stderr.slice(0, 2000)}`);
        if (line.args[0] === "hook") assertEquals(status, 0, "a hook");
        assert(!`${stdout}${stderr}`.includes(CANARY), `printed: ${stdout}`);
        assertEquals(this.#takeMark(), "", "it was run");
        const changes = outline.changes();
        const free = [this.project, ...OWN.map((path) => join(root, path))];
        assertEquals(
          changes.filter((path) =>
            !free.some((folder) => `${path}/`.startsWith(`${folder}/`))
          ),
          [],
          "what is outside",
        );
        await this.#assertAlive();
        this.#assertNothingTaken(changes);
        each(line, done);
        outline.bring(
          changes,
          (path) => join(this.#changed, relative(root, path)),
        );
      } catch (error) {
        throw new Error(`mpm ${line.args.join(" ")}`, { cause: error });
      }
    }
  }

  /** The project and the home, with everything that is special in them. */
  #copy(from: string, to: string, more: readonly string[] = []): void {
    const names = ["project", "home", ...more];
    Deno.mkdirSync(to, { recursive: true });
    for (const path of names.map((name) => join(to, name))) {
      if (exists(path)) removeTree(path);
    }
    const done = this.env.run("cp", ["-a", ...names, to], { cwd: from });
    assertEquals(done.status, 0, done.stderr);
  }

  /** The victim still answers. */
  async #assertAlive(): Promise<void> {
    await this.#said.write(new Uint8Array([10]));
    const { done } = await this.#heard.read();
    assertEquals(done, false, "the victim was ended");
  }

  /** Returns and removes the mark that the program left. */
  #takeMark(): string {
    try {
      const ran = Deno.readTextFileSync(this.#mark);
      Deno.removeSync(this.#mark);
      return ran;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  /**
   * Checks that these files got no data from outside, as far as mpm wrote them.
   */
  #assertNothingTaken(paths: readonly string[]): void {
    const taken = paths.filter((path) =>
      path.startsWith(`${this.project}/`) && smallText(path).includes(CANARY)
    );
    assertEquals(taken, [], "it was copied");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#driver?.end();
    await this.#said.close();
    await this.#heard.cancel();
    await this.#victim.status;
    this.env[Symbol.dispose]();
  }
}
