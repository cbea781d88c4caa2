import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { SHELL_HOOKS } from "../../src/claude/shell_hooks.ts";
import { TestEnv } from "../helpers/env.ts";
import { posixTest } from "../helpers/posix.ts";
import { has } from "../helpers/programs.ts";
import { say } from "../helpers/say.ts";
import { ROOT } from "../helpers/tree.ts";

const NAMES = Object.keys(SHELL_HOOKS);

const SHELLS = Deno.build.os === "windows"
  ? []
  : ["sh", "dash", "bash", "zsh", "busybox"].filter(has);

/** Runs a shipped hook, with some of its switches set, in a repository. */
function run(
  env: TestEnv,
  name: string,
  { shell = "sh", set = {}, vars = {} }: {
    shell?: string;
    set?: Record<string, string>;
    vars?: Record<string, string>;
  } = {},
) {
  let { text } = SHELL_HOOKS[name]!;
  for (const [key, value] of Object.entries(set)) {
    const line = new RegExp(`^${key}=\\S*`, "m");
    assert(line.test(text), `${name} has no switch ${key}`);
    text = text.replace(line, () => `${key}='${value}'`);
  }
  const path = join(env.root, name);
  Deno.writeTextFileSync(path, text);
  const args = shell === "busybox" ? ["sh", path] : [path];
  return env.run(shell, args, {
    env: { MPM_PROJECT: env.project, SECRET_TOKEN: "s3cr3t-value", ...vars },
  });
}

posixTest("shellcheck has nothing to say about the shipped hooks", () => {
  if (!has("shellcheck")) {
    say(
      "SKIPPED: shellcheck is not installed; the shell hooks were not checked",
    );
    return;
  }
  const { stdout, success } = new Deno.Command("shellcheck", {
    args: ["--shell=sh", ...NAMES.map((name) => join(ROOT, "hooks", name))],
  }).outputSync();
  assertEquals([success, new TextDecoder().decode(stdout)], [true, ""]);
});

posixTest(
  "a shipped hook does nothing and says nothing, in every shell",
  () => {
    for (const shell of SHELLS) {
      for (const name of NAMES) {
        using env = TestEnv.repository();
        env.write("README.md", "# Edited\n");
        env.write("package-lock.json", "{}");
        const head = env.git("rev-parse", "HEAD");
        const status = env.git("status", "--porcelain");
        assertEquals(
          run(env, name, { shell, vars: { MPM_EVENT: "SessionStart" } }),
          { status: 0, stdout: "", stderr: "" },
          `${shell} ${name}`,
        );
        assertEquals(env.git("rev-parse", "HEAD"), head);
        assertEquals(env.git("status", "--porcelain"), status);
      }
    }
  },
);

Deno.test("every shipped hook documents its data, and has switches that are off", () => {
  for (const name of NAMES) {
    const { text } = SHELL_HOOKS[name]!;
    assert(text.startsWith("#!/bin/sh\n#"), name);
    assertStringIncludes(text, "\n# In: MPM_PROJECT", name);
    assertStringIncludes(text, "\n# Out: ", name);
    const switches = [...text.matchAll(/^([A-Z]+)=(\S*) +#/gm)];
    assert(switches.length > 0, name);
    for (const [, key, value] of switches) {
      if (key === "MOST") continue;
      assert(value === "0" || value === "''", `${name}: ${key}=${value}`);
    }
    // A step of the seed's that no switch can make right.
    assert(!/git add (\.|-A)|sed -i|^\s*env\b/m.test(text), name);
  }
});

posixTest("session-start.sh prints what is switched on, in every shell", () => {
  for (const shell of SHELLS) {
    using env = TestEnv.repository();
    env.write(".claude/context.md", "Ledger half done\n");
    env.write("docs/my design.md", "# Design\n");
    const { stdout, stderr } = run(env, "session-start.sh", {
      shell,
      set: {
        README: "1",
        CONTEXT: "1",
        COMMITS: "2",
        STATUS: "1",
        ARCHITECTURE: "docs/my design.md",
      },
    });
    const id = env.git("rev-parse", "--short", "HEAD");
    assertEquals(stderr, "");
    assertEquals(
      stdout,
      "## README\n\n# Project\n\n## Current work\n\nLedger half done\n\n" +
        `## Recent commits\n\n${id} Start the project\n\n` +
        "## Branch and changes\n\n## main\n?? .claude/\n?? docs/\n\n" +
        "## Architecture\n\n# Design\n\n",
      shell,
    );
  }
});

posixTest("update-context.sh keeps what people wrote, in every shell", () => {
  for (const shell of SHELLS) {
    using env = TestEnv.repository();
    const set = { UPDATE: "1" };
    assertEquals(run(env, "update-context.sh", { shell, set }).status, 0);
    const stamp =
      /Branch: main\nLast updated: \d{4}-\d\d-\d\d \d\d:\d\d UTC\n$/;
    assert(stamp.test(env.read(".claude/context.md")), shell);
    env.git("switch", "-q", "-c", "feature/a&b");
    env.write(
      ".claude/context.md",
      "Mine\nBranch: old\nMore\n  Branch: kept\nLast updated: never\nEnd",
    );
    assertEquals(
      run(env, "update-context.sh", { shell, set }),
      { status: 0, stdout: "", stderr: "" },
    );
    assertEquals(
      env.read(".claude/context.md").replace(/\d{4}.*UTC/, "NOW"),
      "Mine\nBranch: feature/a&b\nMore\n  Branch: kept\nLast updated: NOW\nEnd\n",
      shell,
    );
    assertEquals([...Deno.readDirSync(join(env.project, ".claude"))].length, 1);
    const path = join(env.project, ".claude/context.md");
    Deno.chmodSync(path, 0o640);
    run(env, "update-context.sh", { shell, set });
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o640, shell);
  }
});

posixTest(
  "checkpoint.sh commits only the path named, and only on such branches",
  () => {
    for (const shell of SHELLS) {
      using env = TestEnv.repository();
      env.write("src/a", "1");
      env.write("other", "1");
      env.commit("Files");
      env.write("src/a", "2");
      env.write("src/new", "2");
      env.write("other", "2");
      env.git("add", "other");
      const set = { COMMIT: "src", BRANCHES: "wip/*" };
      const options = { shell, set, vars: { MPM_CHECKPOINT: "auto-1" } };
      const silent = { status: 0, stdout: "", stderr: "" };
      assertEquals(run(env, "checkpoint.sh", options), silent);
      assertEquals(env.git("log", "-1", "--format=%s"), "Files");
      env.git("switch", "-q", "-c", "wip/x");
      assertEquals(run(env, "checkpoint.sh", options), silent);
      assertEquals(env.git("log", "-1", "--format=%s"), "WIP: auto-1", shell);
      assertEquals(
        env.git("status", "--porcelain"),
        "M  other\n?? src/new",
        shell,
      );
      // What somebody staged there is theirs to commit.
      env.write("src/a", "3");
      env.git("add", "src/a");
      assertEquals(run(env, "checkpoint.sh", options), silent);
      assertEquals(env.git("log", "-1", "--format=%s"), "WIP: auto-1");
    }
  },
);

posixTest(
  "post-session.sh commits its own file alone, tests, and cleans only below the project",
  () => {
    for (const shell of SHELLS) {
      using env = TestEnv.repository();
      env.write(".claude/context.md", "x\n");
      env.write("staged", "x");
      env.write(".tmp/a/b", "x");
      env.git("add", "staged");
      const set = { COMMIT: "1", TEST: "exit 4", CLEAN: ".tmp" };
      const done = run(env, "post-session.sh", { shell, set });
      assertEquals(
        done,
        {
          status: 0,
          stdout: 'post-session: "exit 4" ended with status 4\n',
          stderr: "",
        },
        shell,
      );
      assertEquals(
        env.git("show", "--name-only", "--format="),
        ".claude/context.md",
      );
      assertEquals(env.git("status", "--porcelain"), "A  staged");
      assert(!env.exists(".tmp"));
      Deno.symlinkSync(env.home, join(env.project, "link"));
      for (const clean of ["..", ".", "link", "../home", ".git", "a/../.."]) {
        run(env, "post-session.sh", { shell, set: { CLEAN: clean } });
      }
      assert(Deno.statSync(env.home).isDirectory);
      assert(
        env.exists("link") && env.exists(".git") && env.exists("README.md"),
      );
    }
  },
);

posixTest("on-error.sh posts one line without what an error says", () => {
  for (const shell of SHELLS) {
    using env = TestEnv.repository();
    const bin = join(env.root, "fake");
    Deno.mkdirSync(bin);
    const curl = `#!/bin/sh\n{ echo "$@"; cat; } >"${env.root}/posted"\n`;
    Deno.writeTextFileSync(join(bin, "curl"), curl, { mode: 0o755 });
    const vars = {
      PATH: `${bin}:${Deno.env.get("PATH")}`,
      SLACK_WEBHOOK: "https://hooks.example/x",
      MPM_EVENT: "PostToolUseFailure",
      MPM_TOOL: 'Ba"sh\n',
      MPM_ERROR: "token s3cr3t-value",
    };
    run(env, "on-error.sh", { shell, set: { WEBHOOK: "1" }, vars });
    const posted = Deno.readTextFileSync(join(env.root, "posted"));
    assertStringIncludes(
      posted,
      '{"text":"Claude Code error: PostToolUseFailure: Bash"}',
      shell,
    );
    // Its arguments can be seen by everybody, its input cannot.
    const [seen, ...read] = posted.split("\n");
    assert(!seen!.includes("hooks.example"), shell);
    assertEquals(read, ['url = "https://hooks.example/x"', ""], shell);
    assert(!posted.includes("s3cr3t"));
  }
});

posixTest(
  "pre-session.sh pulls only onto a clean tree, and warns of what is missing",
  () => {
    for (const shell of SHELLS) {
      using env = TestEnv.repository();
      env.git("clone", "-q", ".", "../upstream");
      const upstream = join(env.root, "upstream");
      env.gitIn(upstream, "commit", "-q", "--allow-empty", "-m", "Theirs");
      env.git("remote", "add", "origin", upstream);
      env.git("fetch", "-q");
      env.git("branch", "-q", "-u", "origin/main");
      env.write(".env.example", "A=\n");
      const set = { PULL: "1", CHECK_ENV: "1" };
      const told = "pre-session: there is an .env.example and no .env\n";
      const subject = () => env.git("log", "-1", "--format=%s");
      assertEquals(run(env, "pre-session.sh", { shell, set }).stdout, told);
      assertEquals(subject(), "Start the project", "not over a changed tree");
      env.git("stash", "-q", "-u");
      const resumed = { MPM_SOURCE: "compact" };
      run(env, "pre-session.sh", { shell, set, vars: resumed });
      assertEquals(subject(), "Start the project", "not in a session's middle");
      assertEquals(run(env, "pre-session.sh", { shell, set }).status, 0);
      assertEquals(subject(), "Theirs", shell);
    }
  },
);

posixTest(
  "pre-session.sh installs what changed, in the background where mpm runs it",
  () => {
    for (const shell of SHELLS) {
      using env = TestEnv.repository();
      const log = join(env.root, "log");
      const bin = join(env.root, "fake bin");
      Deno.mkdirSync(bin);
      for (const name of ["npm", "mpm"]) {
        const script = `#!/bin/sh\necho ${name} "$@" >>"${log}"\n`;
        Deno.writeTextFileSync(join(bin, name), script, { mode: 0o755 });
      }
      const PATH = `${bin}:${Deno.env.get("PATH")}`;
      const set = { INSTALL: "1" };
      const ran = (vars: Record<string, string>) => {
        Deno.writeTextFileSync(log, "");
        const all = { PATH, ...vars };
        const done = run(env, "pre-session.sh", { shell, set, vars: all });
        assertEquals(done, { status: 0, stdout: "", stderr: "" }, shell);
        return Deno.readTextFileSync(log);
      };
      assertEquals(ran({}), "", shell);
      env.write("package-lock.json", "{}");
      const installed = "npm ci --silent --no-audit --no-fund\n";
      assertEquals(ran({}), installed, shell);
      assertEquals(ran({ MPM_DETACHED: "1" }), installed, shell);
      assertEquals(
        ran({ MPM_BIN: join(bin, "mpm") }),
        "mpm hooks run pre-session.sh --detach\n",
        shell,
      );
      env.write("node_modules/.package-lock.json", "{}");
      const past = new Date(Date.now() - 60_000);
      Deno.utimeSync(join(env.project, "package-lock.json"), past, past);
      assertEquals(ran({}), "", shell);
    }
  },
);
