import { assertEquals, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import type { PauseResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { SESSIONS } from "../helpers/stores.ts";

const HOUR = 3_600_000;

/** Names in the worktree; git ignores none of them. */
const NAMES = ["a", "b/x", "é", "key.pem"];

const KINDS = [
  ...["write", "edit", "edit", "edit", "replace", "replace", "mode", "link"],
  ...["remove", "stage", "unstage", "revert", "touch"],
  ...["exclude", "off", "on", "lose", "damage"],
] as const;

type Edit = { do: typeof KINDS[number]; path: string; text: string };

const OFF: Edit = { do: "off", path: "none", text: "one" };
const EDIT: Edit = { do: "edit", path: "a", text: "three" };
const ON: Edit = { do: "on", path: "none", text: "one" };

const edit: fc.Arbitrary<Edit> = fc.record({
  do: fc.constantFrom(...KINDS),
  path: fc.constantFrom(...NAMES),
  // Two of the same size.
  text: fc.constantFrom("one", "two", "three"),
});

/**
 * A project in which each edit of a path changes its modification time, so that
 * tests need not wait for a new second.
 */
class Project {
  readonly env = new TestEnv();
  readonly #edits = new Map<string, number>();
  #hours = 1;

  constructor(hash = "sha1") {
    this.env.git("init", "-q", `--object-format=${hash}`);
  }

  /** Pauses when no file has changed for a long time. */
  async pause(): Promise<{ contents: PauseResult["contents"]; mpm: unknown }> {
    const { env } = this;
    const time = Date.now() + this.#hours++ * HOUR;
    const { session_id: id, contents } = await mpmJson<PauseResult>(
      env,
      ["pause", "Working"],
      {
        now: () => new Date(time),
        wrap: (system) => ({
          ...system,
          files: {
            ...system.files,
            lstat: (path) => {
              const info = system.files.lstat(path);
              const edits = this.#edits.get(path);
              return info && edits !== undefined
                ? { ...info, changed: info.changed! + edits * 1000 }
                : info;
            },
          },
        }),
      },
    );
    const { mpm: { files, files_omitted } } = JSON.parse(
      env.read(`${SESSIONS}/${id}.json`),
    );
    return { contents, mpm: { files, files_omitted } };
  }

  /** The note of the files, as text. */
  get note(): string {
    return this.env.read(this.#noteName());
  }

  set note(text: string) {
    this.env.write(this.#noteName(), text);
  }

  removeNote(): void {
    this.env.remove(this.#noteName());
  }

  #noteName(): string {
    const state = ".claude-mpm/state";
    const name = [...Deno.readDirSync(join(this.env.project, state))]
      .map(({ name }) => name).find((name) => /^contents-\w+\.json/.test(name));
    return `${state}/${name}`;
  }

  /** Applies the edits; an edit that does not fit the state changes nothing. */
  async apply({ do: what, path, text }: Edit, commit: string | undefined) {
    const { env } = this;
    const full = join(env.project, path);
    this.#edits.set(full, (this.#edits.get(full) ?? 0) + 1);
    const info = attempt(() => Deno.lstatSync(full));
    switch (what) {
      case "write":
        attempt(() => Deno.removeSync(full));
        return env.write(path, text);
      case "edit":
        // Neither size nor time shows the edit.
        if (!info?.isFile) return;
        env.write(path, text.slice(0, info.size).padEnd(info.size));
        return Deno.utimeSync(full, info.mtime!, info.mtime!);
      case "remove":
        return attempt(() => Deno.removeSync(full));
      case "mode":
        if (info?.isFile) Deno.chmodSync(full, info.mode! ^ 0o111);
        return;
      case "link":
        attempt(() => Deno.removeSync(full));
        return attempt(() => Deno.symlinkSync(text, full));
      case "replace":
        if (!info?.isFile) return;
        env.write("new", text.slice(0, info.size).padEnd(info.size));
        Deno.utimeSync(join(env.project, "new"), info.mtime!, info.mtime!);
        return Deno.renameSync(join(env.project, "new"), full);
      case "touch":
        if (info?.isFile) Deno.utimeSync(full, new Date(), new Date());
        return;
      case "stage":
        return void env.run("git", ["add", "-A", "--", path]);
      case "unstage":
        return void env.run("git", ["reset", "-q", "--", path]);
      case "revert":
        return void env.run("git", ["checkout", "-q", "HEAD", "--", path]);
      case "exclude": {
        const name = text === "one" ? "key.pem" : "other";
        const args = ["config", "set", "pause.contents_exclude", name];
        return void await mpm(env, args);
      }
      case "off":
      case "on": {
        const args = ["config", "set", "pause.contents", `${what === "on"}`];
        return void await mpm(env, args);
      }
      case "lose":
        // Another tool removes the refs, and git the objects.
        if (!commit) return;
        for (const ref of refsOf(env, commit)) {
          env.git("update-ref", "-d", ref);
        }
        return void env.git("prune", "--expire=now");
      case "damage":
        // Before the first pause, the note does not exist.
        attempt(() => this.note = this.note.replace('"size":3', '"size":4'));
    }
  }

  [Symbol.dispose](): void {
    this.env[Symbol.dispose]();
  }
}

function refsOf(env: TestEnv, commit: string): string[] {
  const format = "--format=%(refname)";
  return env.git("for-each-ref", format, `--points-at=${commit}`).split("\n")
    .filter((ref) => ref !== "");
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The files in kept contents, by their names in the worktree. */
function keptIn(env: TestEnv, commit: string): Map<string, string> {
  const listed = env.git("-c", "core.quotePath=false", "ls-tree", "-r", commit);
  return new Map(
    listed.split("\n").filter((line) => line.includes("\tworktree/"))
      .map((line) => {
        const [about = "", path = ""] = line.split("\tworktree/");
        const [mode, , id] = about.split(" ");
        return [path, `${mode} ${env.git("cat-file", "blob", id!)}`];
      }),
  );
}

/** The files in the worktree at these names. */
function thereIn(env: TestEnv, paths: Iterable<string>): Map<string, string> {
  return new Map([...paths].map((path) => {
    const full = join(env.project, path);
    const { isSymlink, mode } = Deno.lstatSync(full);
    if (isSymlink) return [path, `120000 ${Deno.readLinkSync(full)}`];
    const kind = (mode! & 0o100) === 0 ? "100644" : "100755";
    return [path, `${kind} ${Deno.readTextFileSync(full).trimEnd()}`];
  }));
}

posixTest(
  "the cache of a pause never changes its saves",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 6 }),
        fc.array(fc.array(edit, { maxLength: 2 }), {
          minLength: 2,
          maxLength: 6,
        }),
        fc.constantFrom("sha1", "sha256"),
        async (before, steps, hash) => {
          using project = new Project(hash);
          const { env } = project;
          env.write("a", "one");
          env.write("b/x", "two");
          env.git("add", "-A");
          env.git("commit", "-q", "-m", "Begin");
          for (const name of NAMES) env.write(name, "two");
          for (const one of before) await project.apply(one, undefined);
          let last = await project.pause();
          // The second knows the whole list.
          for (const edits of [[], ...steps]) {
            const commit = last.contents?.commit ?? undefined;
            for (const one of edits) await project.apply(one, commit);
            const known = await project.pause();
            const { note } = project;
            project.removeNote();
            const fresh = await project.pause();
            assertEquals(known.mpm, fresh.mpm);
            assertEquals(known.contents, fresh.contents);
            project.note = note;
            last = known;
            if (!known.contents?.commit) continue;
            const kept = keptIn(env, known.contents.commit);
            assertEquals(kept, thereIn(env, kept.keys()));
          }
          env.git("fsck", "--strict", "--connectivity-only");
        },
      ),
      {
        numRuns: Number(Deno.env.get("RUNS") ?? 6),
        examples: [
          [[], [[OFF], [EDIT], [ON]], "sha1"],
          [[], [[], [EDIT]], "sha256"],
        ],
      },
    );
  },
);

Deno.test("a file that changes twice within a moment is read again", async () => {
  using env = TestEnv.repository();
  const texts = ["one", "two", "six"];
  const time = new Date();
  const commits = new Set<string | null>();
  for (const text of texts) {
    env.write("file", text);
    Deno.utimeSync(join(env.project, "file"), time, time);
    const { contents } = await mpmJson<PauseResult>(env, ["pause", "Working"]);
    assertEquals(env.git("show", `${contents!.commit}:worktree/file`), text);
    commits.add(contents!.commit);
  }
  assertEquals(commits.size, texts.length);
});

Deno.test("two worktrees with files of the same name remember their own", async () => {
  using project = new Project();
  const { env } = project;
  env.write("file", "one");
  env.git("add", "-A");
  env.git("commit", "-q", "-m", "Begin");
  const linked = join(env.root, "linked");
  env.git("worktree", "add", "-q", linked);
  const later = new Date(Date.now() + HOUR);
  for (const text of ["two", "six", "six"]) {
    for (const [folder, mark] of [[env.project, "!"], [linked, "?"]] as const) {
      Deno.writeTextFileSync(join(folder, "file"), text + mark);
      later.setSeconds(later.getSeconds() + 10);
      const { contents } = await mpmJson<PauseResult>(
        env,
        ["pause", "Working"],
        { cwd: folder, now: () => new Date(later) },
      );
      const { commit } = contents!;
      assertEquals(env.git("show", `${commit}:worktree/file`), text + mark);
    }
  }
});

Deno.test("a note of another moment, or that someone changed, changes nothing", async () => {
  using project = new Project();
  const { env } = project;
  env.write("file", "one");
  const one = await project.pause();
  const { note } = project;
  env.write("file", "two");
  const two = await project.pause();
  // As it was a while ago, and not sealed by this user.
  for (
    const text of [note, note.replace(/"seal":"\w{8}/, '"seal":"00000000')]
  ) {
    project.note = text;
    const again = await project.pause();
    assertEquals(again.contents, two.contents);
  }
  assertNotEquals(one.contents?.commit, two.contents?.commit);
});
