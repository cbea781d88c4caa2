import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { eventJson } from "../helpers/hook_events.ts";
import {
  markProgram,
  type Marks,
  plantFilters,
  touchFiles,
} from "../helpers/hostile_filters.ts";
import { binary, mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/** As long as the earlier text, so that git has to read the files. */
const EDITED = "TEXT\n";

/** A repository full of programs, and an edit of each file that has a filter. */
interface Hostile {
  readonly env: TestEnv;
  readonly marks: Marks;
  readonly cwd: string;
  readonly files: readonly string[];
}

function hostile({ linked }: { linked: boolean }): Hostile {
  const env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  const marks = markProgram(env);
  const files = plantFilters(env, marks).map((name) => `file.${name}`);
  const folder = join(env.project, ".claude/worktrees/idle");
  if (linked) env.git("worktree", "add", "-q", "-b", "idle", folder);
  const cwd = linked ? folder : env.project;
  marks.take();
  return { env, marks, cwd, files };
}

function edit({ cwd, files }: Hostile, text: string): void {
  for (const name of files) Deno.writeTextFileSync(join(cwd, name), text);
}

function textsOf({ cwd, files }: Hostile): string[] {
  return files.map((name) => Deno.readTextFileSync(join(cwd, name)));
}

for (const linked of [false, true]) {
  const where = linked ? "a linked worktree" : "a repository";
  posixTest(
    `keeping and restoring files runs no program of ${where}`,
    async () => {
      const project = hostile({ linked });
      using env = project.env;
      const { marks, cwd, files } = project;
      const run = async (line: string) => {
        touchFiles(env, cwd);
        const done = await mpm(env, line.split(" "), { cwd });
        assertEquals([done.status, marks.take()], [0, []], line + done.stderr);
      };
      edit(project, EDITED);
      await run("pause Work");
      edit(project, "text\n");
      const lines = [
        ...["resume --peek", "restore --dry-run", "restore --yes"],
      ];
      for (const line of lines) await run(line);
      assertEquals(textsOf(project), files.map(() => EDITED));
      await run("undo");
      assertEquals(textsOf(project), files.map(() => "text\n"));
      await run(`restore --all --to ${join(env.root, "copy")}`);
      assertEquals(
        Deno.readTextFileSync(join(env.root, "copy", files[0]!)),
        EDITED,
      );
      const more = [
        ...["saves verify", "saves recover", "saves export --all -o ../bundle"],
        ...["replay latest --full", "setup --yes --no-hooks", "doctor --fix"],
      ];
      for (const line of more) await mpm(env, line.split(" "), { cwd });
      assertEquals(marks.take(), []);
    },
  );
}

posixTest(
  "a session's end and its background work run no program of a repository",
  async () => {
    const project = hostile({ linked: false });
    using env = project.env;
    const { marks } = project;
    edit(project, EDITED);
    const fire = (event: string, fields: Record<string, unknown>) => {
      touchFiles(env);
      const json = eventJson(env, event, fields);
      const script = 'printf %s "$1" | "$2" hook "$3"';
      const args = ["-c", script, "sh", json, binary(), event];
      assertEquals(env.run("sh", args).status, 0);
      assertEquals(marks.take(), [], event);
    };
    const call = { tool_name: "Edit", tool_input: {}, tool_use_id: "1" };
    fire("SessionStart", { source: "startup" });
    fire("UserPromptSubmit", { prompt: "Edit the files" });
    fire("PostToolBatch", { tool_calls: [call] });
    fire("Stop", {});
    fire("PreCompact", { trigger: "auto" });
    fire("SessionEnd", { reason: "other" });
    const kept = () => env.git("for-each-ref", "refs/mpm/contents");
    for (let tries = 0; kept() === ""; tries++) {
      assert(tries < 1000, "no contents");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { sessions: [save] } = await mpmJson<
      { sessions: { session_id: string }[] }
    >(env, ["saves", "list"]);
    await mpm(env, ["saves", "keep", save!.session_id]);
    assertEquals(marks.take(), []);
  },
);
