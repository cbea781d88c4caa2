import { join } from "@std/path";
import { isFields } from "../src/base/parsed_values.ts";
import { removeTree } from "../tests/helpers/remove.ts";

/** Result of a run of the binary. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One entry of mpm in the client's settings. */
interface Installed {
  readonly event: string;
  readonly matcher: RegExp;
  readonly command: string;
  readonly args: readonly string[];
}

/** Characters of a root's path, so that texts have the same size anywhere. */
const ROOT_LENGTH = 48;

/**
 * A temporary home with a project in git, where the built binary runs. Hooks
 * run as in the settings that `mpm hooks install` wrote, and only for the
 * installed events.
 */
export class Sandbox implements Disposable {
  readonly root: string;
  readonly home: string;
  readonly project: string;
  readonly #binary: string;
  readonly #hooks: readonly Installed[];
  /** Seconds added for each command, so that commits differ in time. */
  #clock = 0;
  /** Commands that the binary refused, e.g. a command that it does not have. */
  readonly refused: string[] = [];

  private constructor(root: string, binary: string) {
    this.root = root;
    this.home = join(root, "home");
    this.project = join(root, "project");
    this.#binary = binary;
    Deno.mkdirSync(this.home, { recursive: true });
    Deno.mkdirSync(this.project);
    this.git("init", "-q");
    this.write("README.md", "# Project\n");
    this.commit("Start the project");
    this.setUp(["hooks", "install", "--scope", "user"]);
    // Otherwise a checkpoint could be made at any moment during the next steps.
    this.setUp(["config", "set", "checkpoint.auto_minutes", "100000"]);
    this.setUp(["init"]);
    this.#hooks = installed(join(this.home, ".claude/settings.json"));
  }

  static make(binary: string): Sandbox {
    const folder = Deno.realPathSync(
      Deno.makeTempDirSync({ prefix: "mpm-handoff-" }),
    );
    const pad = "x".repeat(Math.max(1, ROOT_LENGTH - folder.length - 1));
    return new Sandbox(join(folder, pad), binary);
  }

  /** Runs what every project needs first; throws unless it succeeds. */
  setUp(args: string[]): void {
    const { status, stderr } = this.#runSync(args);
    if (status !== 0) throw new Error(`mpm ${args.join(" ")}: ${stderr}`);
  }

  env(): Record<string, string> {
    const date = new Date(Date.UTC(2026, 0, 1) + 1000 * this.#clock++);
    return {
      PATH: Deno.env.get("PATH")!,
      HOME: this.home,
      TMPDIR: this.root,
      TZ: "UTC",
      LC_ALL: "C.UTF-8",
      NO_COLOR: "1",
      CLAUDE_CODE_ENTRYPOINT: "cli",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_COUNT: "3",
      GIT_CONFIG_KEY_0: "init.defaultBranch",
      GIT_CONFIG_VALUE_0: "main",
      GIT_CONFIG_KEY_1: "gc.auto",
      GIT_CONFIG_VALUE_1: "0",
      GIT_CONFIG_KEY_2: "maintenance.auto",
      GIT_CONFIG_VALUE_2: "false",
      GIT_AUTHOR_NAME: "Ada Lovelace",
      GIT_AUTHOR_EMAIL: "ada@example.com",
      GIT_COMMITTER_NAME: "Ada Lovelace",
      GIT_COMMITTER_EMAIL: "ada@example.com",
      GIT_AUTHOR_DATE: date.toISOString(),
      GIT_COMMITTER_DATE: date.toISOString(),
    };
  }

  git(...args: string[]): string {
    const { code, stdout, stderr } = this.#command("git", args).outputSync();
    if (code !== 0) throw new Error(`git ${args[0]}: ${text(stderr)}`);
    return text(stdout);
  }

  commit(message: string): void {
    this.git("add", "-A");
    this.git("commit", "-q", "--allow-empty", "-m", message);
  }

  /** Writes a file of the project, making its folders. */
  write(path: string, content: string): void {
    put(join(this.project, path), content);
  }

  /** Writes a file of the home, making its folders. */
  writeHome(path: string, content: string): void {
    put(join(this.home, path), content);
  }

  /**
   * Runs a command that a story needs. Unknown commands are kept in `refused`,
   * so that an older binary can be measured as well. `agent`: the session of
   * the agent that runs it.
   */
  async mpm(args: string[], stdin = "", agent = ""): Promise<Ended> {
    const more: Record<string, string> = agent === ""
      ? {}
      : { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: agent };
    const ended = await this.#run(this.#binary, args, stdin, more);
    if (ended.status !== 0) {
      const why = ended.stderr.split("\n")[0]!.slice(0, 100);
      this.refused.push(`mpm ${args[0]}: ${why}`);
    }
    return ended;
  }

  /**
   * Fires an event as the client does; matchers are compared with `tool`.
   * Returns the context for the model.
   */
  async fire(
    event: string,
    fields: Record<string, unknown>,
    tool = "",
  ): Promise<string> {
    const given: string[] = [];
    for (const hook of this.#hooks) {
      if (hook.event !== event || !hook.matcher.test(tool)) continue;
      const input = JSON.stringify({ hook_event_name: event, ...fields });
      const { status, stdout, stderr } = await this.#run(
        hook.command,
        hook.args,
        input,
      );
      if (status !== 0) throw new Error(`hook ${event}: ${stderr}`);
      given.push(contextIn(stdout));
    }
    return given.join("\n").trim();
  }

  async #run(
    program: string,
    args: readonly string[],
    stdin: string,
    env: Record<string, string> = {},
  ): Promise<Ended> {
    const child = this.#command(program, args, "piped", env).spawn();
    const writer = child.stdin.getWriter();
    // A command that does not read its input may end before it gets all of it.
    const given = writer.write(new TextEncoder().encode(stdin))
      .then(() => writer.close()).catch(() => {});
    const { code, stdout, stderr } = await child.output();
    await given;
    return { status: code, stdout: text(stdout), stderr: text(stderr) };
  }

  #runSync(args: readonly string[]): Ended {
    const { code, stdout, stderr } = this.#command(this.#binary, args)
      .outputSync();
    return { status: code, stdout: text(stdout), stderr: text(stderr) };
  }

  #command(
    program: string,
    args: readonly string[],
    stdin: "null" | "piped" = "null",
    env: Record<string, string> = {},
  ): Deno.Command {
    return new Deno.Command(program, {
      args: [...args],
      cwd: this.project,
      env: { ...this.env(), ...env },
      clearEnv: true,
      stdin,
      stdout: "piped",
      stderr: "piped",
    });
  }

  [Symbol.dispose](): void {
    removeTree(join(this.root, ".."));
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Writes a file, making its folders. */
export function put(path: string, content: string): void {
  Deno.mkdirSync(join(path, ".."), { recursive: true });
  Deno.writeTextFileSync(path, content);
}

/** Returns the part of a hook's answer for the model. */
function contextIn(stdout: string): string {
  if (!stdout.trim().startsWith("{")) return stdout;
  const answer: unknown = JSON.parse(stdout);
  const special = isFields(answer) ? answer.hookSpecificOutput : undefined;
  const context = isFields(special) ? special.additionalContext : undefined;
  return typeof context === "string" ? context : "";
}

/** The entries of a settings file, each as the client starts it. */
function installed(path: string): Installed[] {
  const settings = JSON.parse(Deno.readTextFileSync(path));
  const found: Installed[] = [];
  for (const [event, groups] of Object.entries(settings.hooks ?? {})) {
    for (const group of groups as Record<string, unknown>[]) {
      const matcher = new RegExp(`^(?:${group.matcher ?? ".*"})$`);
      for (const one of group.hooks as Record<string, unknown>[]) {
        const { command, args } = one as { command: string; args: string[] };
        found.push({ event, matcher, command, args });
      }
    }
  }
  return found;
}
