import { createHash } from "node:crypto";
import { join } from "@std/path";

/** A scratch repository with a store, in which the binary is measured. */
export interface Project {
  readonly folder: string;
  readonly env: Record<string, string>;
}

/** The size of a project. */
export interface ProjectSize {
  /** Tracked files with an uncommitted change. */
  readonly changed: number;
  /** Tracked files; by default as many as in other projects. */
  readonly tracked?: number;
  /** Saves made before. */
  readonly saves: number;
  /** Commits made after the newest save. */
  readonly commits?: number;
}

/** Tracked files in most projects, so that `git status` takes the same time. */
const TRACKED = 2000;

export function makeProject(
  root: string,
  name: string,
  size: ProjectSize,
): Project {
  const folder = join(root, name);
  const home = join(root, "home");
  Deno.mkdirSync(folder);
  Deno.mkdirSync(home, { recursive: true });
  const project: Project = {
    folder,
    env: {
      HOME: home,
      PATH: Deno.env.get("PATH")!,
      TZ: "UTC",
      GIT_CONFIG_GLOBAL: join(home, "none"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Bench",
      GIT_AUTHOR_EMAIL: "bench@example.com",
      GIT_COMMITTER_NAME: "Bench",
      GIT_COMMITTER_EMAIL: "bench@example.com",
    },
  };
  git(project, ["init", "-q", "-b", "main", "."]);
  const old = Date.now() / 1000 - 3600;
  for (let at = 0; at < (size.tracked ?? TRACKED); at++) {
    const path = `src/${at % 40}/file${at}.ts`;
    write(project, path, `export const n = ${at};\n`);
    // Git reads files that are as new as its index again in each run.
    Deno.utimeSync(join(folder, path), old, old);
  }
  git(project, ["add", "-A"]);
  git(project, ["commit", "-q", "-m", "Begin"]);
  changeFiles(project, size.changed);
  return project;
}

/** Changes the given number of tracked files, each to a different text. */
export function changeFiles(project: Project, count: number, text = ""): void {
  for (let at = 0; at < count; at++) {
    const path = `src/${at % 40}/file${at}.ts`;
    write(project, path, `${at} ${text}${"changed ".repeat(250)}\n`);
  }
}

/**
 * Copies one save under older ids, each with all its files, so that a store
 * grows as it would with pauses.
 */
export function addSaves(
  project: Project,
  template: string,
  count: number,
): void {
  const folder = join(project.folder, ".claude-mpm", "sessions");
  const id = template.replace(/\.json$/, "");
  const json = Deno.readTextFileSync(join(folder, template));
  const markdown = Deno.readTextFileSync(join(folder, `${id}.md`));
  const paused = JSON.parse(json).paused_at as string;
  for (let at = 1; at <= count; at++) {
    const time = new Date(Date.UTC(2026, 0, 1) - at * 3_600_000);
    const older = idOf(time);
    const text = json.replaceAll(id, older)
      .replaceAll(paused, time.toISOString());
    const path = join(folder, older);
    Deno.writeTextFileSync(`${path}.json`, text);
    Deno.writeTextFileSync(
      `${path}.json.sha256`,
      createHash("sha256").update(text).digest("hex"),
    );
    Deno.writeTextFileSync(`${path}.yaml`, `session_id: ${older}\n`);
    Deno.writeTextFileSync(`${path}.md`, markdown.replaceAll(id, older));
  }
}

function idOf(time: Date): string {
  const digits = time.toISOString().replaceAll(/[-:]/g, "");
  return `session-${digits.slice(0, 8)}-${digits.slice(9, 15)}`;
}

/**
 * Adds commits on top of the branch, each changing one file, in one process.
 */
export function addCommits(project: Project, count: number): void {
  const head = git(project, ["rev-parse", "HEAD"]).trim();
  const lines: string[] = [];
  for (let at = 0; at < count; at++) {
    const message = `Change ${at}`;
    const content = `export const n = ${at + 1000};\n`;
    lines.push(
      "commit refs/heads/main",
      `committer Bench <bench@example.com> ${1_800_000_000 + at} +0000`,
      `data ${message.length}`,
      message,
      ...at === 0 ? [`from ${head}`] : [],
      `M 100644 inline later/${at % 50}.ts`,
      `data ${content.length}`,
      content,
    );
  }
  git(project, ["fast-import", "--quiet"], `${lines.join("\n")}\n`);
  git(project, ["reset", "-q"]);
  git(project, ["checkout", "-q", "--", "later"]);
}

/** Runs git; throws unless it succeeds. */
export function git(project: Project, args: string[], stdin?: string): string {
  const input = stdin === undefined
    ? undefined
    : join(project.env.HOME!, "stdin");
  if (input) Deno.writeTextFileSync(input, stdin!);
  const { code, stdout, stderr } = new Deno.Command(input ? "sh" : "git", {
    args: input ? ["-c", `exec git "$@" < "${input}"`, "sh", ...args] : args,
    cwd: project.folder,
    env: project.env,
    clearEnv: true,
  }).outputSync();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

function write(project: Project, path: string, text: string): void {
  const full = join(project.folder, path);
  Deno.mkdirSync(join(full, ".."), { recursive: true });
  Deno.writeTextFileSync(full, text);
}
