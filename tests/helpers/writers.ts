import { join } from "@std/path";
import { TestEnv } from "./env.ts";
import { HANDOFF_ARGS } from "./handoffs.ts";
import { mpmJson } from "./mpm.ts";
import { oldJson, PAUSE, put } from "./old_stores.ts";
import { formatText, idAt, ownSave, putSave, SESSIONS } from "./stores.ts";
import { at } from "./works.ts";

/** A command that writes, in a project where it has something to do. */
export interface Writer {
  /** Its name in tests. */
  readonly name: string;
  readonly args: readonly string[];
  /** Command lines that prepare the project, after the files. */
  readonly before?: readonly (readonly string[])[];
  files?(env: TestEnv): void;
  /** True if a second run has nothing to do, and reports it with 3 or 4. */
  readonly once?: true;
  /** True if a second run makes another file in addition to the first. */
  readonly adds?: true;
  /** True if its crash points have their own test. */
  readonly hasOwnTest?: true;
}

const NOTE = "0123456789ab";
const RUN = "work-20251105-100000";
const OLD = "session-20251105-100000";
const SAVE = ["pause", "--no-commit", "Earlier"];
const STARTED = ["start", "login", "--template", "bug-fix", "--var", "bug=#1"];

const RECORD = formatText(
  `claude-mpm/v6.5.83-incremental/${SESSIONS}/session-20261120-230847-incremental.jsonl`,
).trimEnd().split("\n").slice(0, -1).join("\n");

/** Every command that writes, except those about worktrees and detours. */
export const WRITERS: readonly Writer[] = [
  { name: "pause", args: ["pause", "--no-commit", "Now"], hasOwnTest: true },
  { name: "next", args: ["next", "Add refunds"] },
  {
    name: "decide",
    args: ["decide", "Use Postgres", "--supersedes", "1"],
    before: [["decide", "Use SQLite"]],
    once: true,
  },
  { name: "done", args: ["done", "1"], before: [["next", "Add refunds"]] },
  { name: "note", args: ["note", "Dates are ISO 8601"], adds: true },
  {
    name: "notes rm",
    args: ["notes", "rm", NOTE],
    files: (env) =>
      env.write(
        `.claude/shared-context/${NOTE}.json`,
        JSON.stringify({
          ...{ schema: 1, id: NOTE, by: "Eve", person: true, order: 1 },
          ...{ at: "2026-11-20T10:00:00Z", branch: null, supersedes: [] },
          text: "Dates are text",
        }),
      ),
    once: true,
  },
  {
    name: "task rm",
    args: ["task", "rm", RUN],
    files: (env) =>
      ["run.json", "log.jsonl", "logs/0.log"].forEach((name) =>
        env.write(`.claude-mpm/runs/${RUN}/${name}`, `${name}\n`)
      ),
    once: true,
  },
  { name: "var set", args: ["var", "set", "port", "8081"] },
  { name: "start", args: STARTED, once: true, hasOwnTest: true },
  { name: "check", args: ["check", "1"], before: [STARTED], hasOwnTest: true },
  {
    name: "complete",
    args: ["complete"],
    before: [STARTED],
    once: true,
    hasOwnTest: true,
  },
  {
    name: "saves rm",
    args: ["saves", "rm", idAt(0)],
    files: (env) => putSave(env, ownSave(idAt(0))),
    once: true,
    hasOwnTest: true,
  },
  {
    name: "saves prune",
    args: ["saves", "prune", "--keep", "1"],
    files: (env) => putSave(env, ownSave(idAt(0))),
    hasOwnTest: true,
  },
  {
    name: "saves import",
    args: ["saves", "import", "in.json"],
    files: (env) => env.write("in.json", JSON.stringify(ownSave(idAt(5)))),
    hasOwnTest: true,
  },
  {
    name: "saves recover",
    args: ["saves", "recover", "--finalize"],
    files: (env) => env.write(`${SESSIONS}/ACTIVE-PAUSE.jsonl`, RECORD),
    once: true,
    hasOwnTest: true,
  },
  {
    name: "sessions verify --repair",
    args: ["saves", "verify", "--repair"],
    before: [["pause", "--no-commit", "Torn"]],
    files: (env) => tear(env),
    hasOwnTest: true,
  },
  {
    name: "migrate",
    args: ["migrate"],
    files: (env) => put(env, `${PAUSE}/${OLD}.json`, { text: oldJson(OLD) }),
    hasOwnTest: true,
  },
  {
    name: "init --ignore",
    args: ["init", "--ignore"],
    files: (env) => env.write(".gitignore", "dist"),
  },
  {
    name: "handoff new",
    args: ["handoff", "new", ...HANDOFF_ARGS],
    adds: true,
  },
  {
    name: "handoff accept",
    args: ["handoff", "accept", "0"],
    before: [["handoff", "new", ...HANDOFF_ARGS, "--git"]],
  },
  { name: "template new", args: ["template", "new", "mine"], once: true },
  {
    name: "summary",
    args: ["summary", "--output", "session-summary.md"],
    before: [SAVE],
  },
  {
    name: "partition use",
    args: ["partition", "use", "api"],
    files: (env) =>
      env.write(
        ".claude-mpm/config.toml",
        '[partitions.api]\npaths = ["api"]\n',
      ),
  },
  {
    name: "partition suggest",
    args: ["partition", "suggest", "--write"],
    files: (env) => {
      env.write("go.work", "use ./api\n");
      env.write("api/go.mod", "module api\n");
    },
  },
  {
    name: "config set",
    args: ["config", "set", "commit", "false", "--scope", "project"],
    files: (env) => env.write(".claude-mpm/config.toml", "# mine\n"),
  },
  {
    name: "config set for the user",
    args: ["config", "set", "context.pause_at", "60"],
  },
  {
    name: "config unset",
    args: ["config", "unset", "commit", "--scope", "project"],
    files: (env) => env.write(".claude-mpm/config.toml", "commit = true # x\n"),
  },
  {
    name: "context update",
    args: ["context", "update"],
    files: (env) => env.write(".claude/context.md", "# Mine\n"),
  },
  {
    name: "context update --create",
    args: ["context", "update", "--create"],
  },
  {
    name: "context resume-file",
    args: ["context", "resume-file"],
    adds: true,
  },
  { name: "hooks install", args: ["hooks", "install"], hasOwnTest: true },
  {
    name: "hooks uninstall",
    args: ["hooks", "uninstall"],
    before: [["hooks", "install"]],
    hasOwnTest: true,
  },
  { name: "hooks eject", args: ["hooks", "eject"] },
  {
    name: "hooks allow",
    args: ["hooks", "allow"],
    files: (env) => env.write(".claude-mpm/hooks/pre-session.sh", "exit 0\n"),
  },
  { name: "allow", args: ["allow", "npm test"] },
  {
    name: "evidence --run",
    args: ["evidence", "--run", "true"],
    before: [["allow", "true"]],
  },
  {
    name: "checkpoint save",
    args: ["checkpoint", "save", "one"],
    hasOwnTest: true,
  },
  {
    name: "checkpoint rm",
    args: ["checkpoint", "rm", "one"],
    before: [["checkpoint", "save", "one"]],
    once: true,
  },
  {
    name: "undo",
    args: ["undo"],
    before: [["template", "new", "mine"]],
    once: true,
    hasOwnTest: true,
  },
  {
    name: "trash prune",
    args: ["trash", "prune"],
    files: (env) => {
      const folder = ".claude-mpm/trash/20200101-000000-rm";
      env.write(`${folder}/a`, "a\n");
      env.write(`${folder}/b`, "b\n");
      Deno.utimeSync(join(env.project, folder), 1, 1);
    },
  },
];

/** Removes the files derived from a save, and changes the rest. */
function tear(env: TestEnv): void {
  for (const { name } of Deno.readDirSync(join(env.project, SESSIONS))) {
    if (name.endsWith(".yaml")) env.write(`${SESSIONS}/${name}`, "mine: 1\n");
  }
}

/** Makes its project, with a save that must stay unharmed. */
export async function prepareFor(
  { before = [], files, name }: Writer,
  env = TestEnv.repository(),
): Promise<TestEnv> {
  await mpmJson(env, SAVE, { now: at(-60) });
  for (const args of before) await mpmJson(env, args, { now: at(-30) });
  files?.(env);
  if (name === "trash prune") {
    Deno.utimeSync(
      join(env.project, ".claude-mpm/trash/20200101-000000-rm"),
      1,
      1,
    );
  }
  return env;
}
