import { join } from "@std/path";
import type { TestEnv } from "./env.ts";

/** A program that leaves the name it was called with, and the list of these. */
export interface Marks {
  /** The command line that leaves `name`. */
  of(name: string): string;
  /** The names left since the last call, each once. */
  take(): string[];
}

export function markProgram(env: TestEnv): Marks {
  const program = join(env.root, "mark");
  const list = join(env.root, "marks");
  Deno.writeTextFileSync(
    program,
    // A remote would be waited for, and itself waits for an answer.
    `#!/bin/sh\necho "$1" >> '${list}'\n[ "$1" = remote ] || cat\n`,
    { mode: 0o755 },
  );
  Deno.writeTextFileSync(list, "");
  return {
    of: (name) => `'${program}' ${name}`,
    take() {
      const text = Deno.readTextFileSync(list);
      Deno.writeTextFileSync(list, "");
      return [...new Set(text.split("\n").slice(0, -1))].sort();
    },
  };
}

/** Adds to a file, one byte per character. */
export function addBytes(path: string, text: string): void {
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  Deno.writeFileSync(path, bytes, { append: true });
}

/** A filter, and where it is. */
interface Route {
  /** Text of the filter, one byte per character. */
  readonly filter?: string;
  /** Below `.git` (or the project), instead of `config`. */
  readonly settings?: string;
  /** Setting that makes git read them. */
  readonly include?: string;
  readonly attributes?: string;
  /** Instead of `*.name filter=…`. */
  readonly rule?: string;
  readonly process?: boolean;
}

/** Each has a file `file.<name>` that goes through its filter. */
const ROUTES: Readonly<Record<string, Route>> = {
  plain: {},
  byte: { filter: "\xff" },
  equals: { filter: "a=b" },
  process: { process: true },
  macro: { rule: "[attr]other filter=macro\n*.macro other" },
  include: { settings: "more", include: "[include]" },
  outside: { settings: "../evil.cfg", include: "[include]" },
  gitdir: { settings: "place", include: '[includeIf "gitdir:**"]' },
  onbranch: { settings: "branch", include: '[includeIf "onbranch:**"]' },
  remote: {
    settings: "remote",
    include: '[includeIf "hasconfig:remote.*.url:**"]',
  },
  worktree: { settings: "config.worktree" },
  info: { attributes: ".git/info/attributes" },
  elsewhere: { attributes: "../attributes" },
};

/**
 * Hooks that git runs during commands of mpm; the others belong to a transport.
 */
const HOOKS = ("applypatch-msg commit-msg fsmonitor-watchman post-applypatch " +
  "post-checkout post-commit post-index-change post-merge post-rewrite " +
  "pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push pre-rebase " +
  "prepare-commit-msg reference-transaction").split(" ");

/**
 * A repository with filters in all places where git looks for one, a file for
 * each, hooks of every name, and a file system monitor. Returns the names.
 */
export function plantFilters(
  env: TestEnv,
  marks: Pick<Marks, "of">,
): string[] {
  for (const name of Object.keys(ROUTES)) env.write(`file.${name}`, "text\n");
  for (const [name, route] of Object.entries(ROUTES)) {
    const { filter = name, attributes = ".gitattributes", rule } = route;
    const path = join(env.project, attributes);
    addBytes(path, `${rule ?? `*.${name} filter=${filter}`}\n`);
  }
  env.commit("Add files");
  const git = join(env.project, ".git");
  const config = join(git, "config");
  env.git("config", "core.repositoryFormatVersion", "1");
  addBytes(
    config,
    "[core]\n" +
      `\tattributesFile = ${join(env.root, "attributes")}\n` +
      "[extensions]\n\tworktreeConfig = true\n" +
      '[remote "origin"]\n\turl = https://example.com/x\n',
  );
  for (const [name, route] of Object.entries(ROUTES)) {
    const { filter = name, settings = "config", include, process } = route;
    const kinds = process ? ["process"] : ["clean", "smudge"];
    addBytes(
      join(git, settings),
      `[filter "${filter}"]\n` +
        kinds.map((kind) => `\t${kind} = "${marks.of(name)}"\n`).join(""),
    );
    if (include) addBytes(config, `${include}\n\tpath = ${settings}\n`);
  }
  for (const name of HOOKS) {
    const text = `#!/bin/sh\nexec ${marks.of(`hook-${name}`)} < /dev/null\n`;
    env.write(`.git/hooks/${name}`, text);
    Deno.chmodSync(join(git, "hooks", name), 0o755);
  }
  addBytes(config, `[core]\n\tfsmonitor = "${marks.of("monitor")}"\n`);
  return Object.keys(ROUTES);
}

let later = 0;

/** Gives the files a new time, so that git has to read them. */
export function touchFiles(env: TestEnv, folder = env.project): void {
  const time = new Date(Date.UTC(2026, 0, 1) + 1000 * ++later);
  for (const { name } of Deno.readDirSync(folder)) {
    if (name.startsWith("file.")) {
      Deno.utimeSync(join(folder, name), time, time);
    }
  }
}
