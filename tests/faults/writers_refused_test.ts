import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { binary, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { leftovers } from "../helpers/observed_state.ts";
import { intact, testRefused } from "../helpers/refused.ts";
import { at } from "../helpers/works.ts";
import { WRITERS } from "../helpers/writers.ts";

// The others are in a separate file, because files run in parallel.
testRefused(WRITERS.filter((_, index) => index % 2 === 0));

/** Larger than the limit for files below. */
const LARGE = "large ".repeat(60_000);

posixTest(
  "a disk that fills up ends each command with 6, and the older save stays",
  async () => {
    for (const { args, files, blocks = 200 } of LARGE_RUNS) {
      using env = TestEnv.repository();
      await mpmJson(env, ["pause", "--no-commit", "Earlier"], { now: at(-60) });
      files(env);
      const { status, stderr } = env.run("sh", [
        ...["-c", 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"', "sh"],
        ...[String(blocks), binary(), ...args],
      ]);
      assertEquals(status, 6, `${args.join(" ")}: ${stderr}`);
      assertStringIncludes(stderr, "no space left");
      assertEquals(leftovers(env.project), [], args.join(" "));
      await intact(env, args.join(" "));
    }
  },
);

interface LargeRun {
  readonly args: string[];
  readonly files: (env: TestEnv) => void;
  /** Blocks of 512 bytes that a file may have. */
  readonly blocks?: number;
}

const LARGE_RUNS: LargeRun[] = [
  {
    args: ["config", "set", "commit", "false", "--scope", "project"],
    files: (env) =>
      env.write(
        ".claude-mpm/config.toml",
        `# ${LARGE.slice(0, 60_000)}\ncommit = true\n`,
      ),
    blocks: 100,
  },
  {
    args: ["init", "--ignore"],
    files: (env) => env.write(".gitignore", `# ${LARGE}\n`),
  },
  {
    args: ["context", "update"],
    files: (env) => env.write(".claude/context.md", `# ${LARGE}\n`),
  },
  {
    args: ["hooks", "install"],
    files: (env) =>
      env.write(
        ".claude/settings.local.json",
        JSON.stringify({ env: { A: LARGE } }),
      ),
  },
];
