import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { SHELL_HOOKS } from "../src/clients/claude/shipped.ts";
import { TestEnv } from "./helpers/env.ts";
import { posixTest } from "./helpers/posix.ts";
import { has } from "./helpers/programs.ts";
import { say } from "./helpers/say.ts";
import { ROOT } from "./helpers/tree.ts";

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

posixTest("shellcheck reports nothing about the shipped hooks", () => {
  if (!has("shellcheck")) {
    say(
      "SKIPPED: shellcheck is not installed; the shell hooks were not checked",
    );
    return;
  }
  const { stdout, success } = new Deno.Command("shellcheck", {
    args: [
      "--shell=sh",
      ...[...NAMES, "plugin.sh"].map((name) => join(ROOT, "hooks", name)),
    ],
  }).outputSync();
  assertEquals([success, new TextDecoder().decode(stdout)], [true, ""]);
});

/** Returns the output of a shipped hook with all switches off. */
function off(name: string): string {
  // It runs only when it is asked to.
  return name === "update-context.sh"
    ? "update-context: UPDATE is off in this script, so nothing was changed\n"
    : "";
}

posixTest(
  "a shipped hook does nothing until it is switched on, in every shell",
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
          { status: 0, stdout: off(name), stderr: "" },
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
    // A step of the original script that no switch can make safe.
    assert(!/git add (\.|-A)|sed -i|^\s*env\b/m.test(text), name);
  }
});

posixTest("session-start.sh prints the enabled parts, in every shell", () => {
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

posixTest("update-context.sh keeps text by people, in every shell", () => {
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
    assertEquals(run(env, "update-context.sh", { shell, set }), {
      status: 0,
      stdout: "update-context: updated .claude/context.md\n",
      stderr: "",
    });
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
  "checkpoint.sh commits only the named path, and only on matching branches",
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
      const says = (text: string, { set: more = {} } = {}) => {
        const all = { ...options, set: { ...set, ...more } };
        assertEquals(run(env, "checkpoint.sh", all), {
          status: 0,
          stdout: `checkpoint: ${text}\n`,
          stderr: "",
        }, shell);
      };
      says("did not commit: main does not match wip/*");
      says("did not commit: BRANCHES names no branch", {
        set: { BRANCHES: "" },
      });
      assertEquals(env.git("log", "-1", "--format=%s"), "Files");
      env.git("switch", "-q", "-c", "wip/x");
      const { stdout } = run(env, "checkpoint.sh", options);
      const id = env.git("rev-parse", "--short", "HEAD");
      assertEquals(stdout, `checkpoint: committed ${id}\n`, shell);
      assertEquals(env.git("log", "-1", "--format=%s"), "WIP: auto-1", shell);
      says("nothing to commit below src");
      assertEquals(
        env.git("status", "--porcelain"),
        "M  other\n?? src/new",
        shell,
      );
      // Only the person may commit their staged changes.
      env.write("src/a", "3");
      env.git("add", "src/a");
      says("did not commit: something is staged below src");
      assertEquals(env.git("log", "-1", "--format=%s"), "WIP: auto-1");
    }
  },
);

posixTest(
  "post-session.sh commits only its own file, tests, and cleans only below the project",
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
          stdout: "post-session: committed .claude/context.md\n" +
            'post-session: "exit 4" ended with status 4\n' +
            'post-session: removed ".tmp"\n',
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
        const not = run(env, "post-session.sh", {
          shell,
          set: { CLEAN: clean, COMMIT: "1" },
        });
        assertEquals(
          not.stdout,
          "post-session: nothing to commit: .claude/context.md has not " +
            "changed\npost-session: " +
            (clean === "link"
              ? 'no folder "link" to remove\n'
              : `did not remove "${clean}": CLEAN is the name of one folder\n`),
        );
      }
      assert(Deno.statSync(env.home).isDirectory);
      assert(
        env.exists("link") && env.exists(".git") && env.exists("README.md"),
      );
    }
  },
);

posixTest("on-error.sh posts one line without the text of the error", () => {
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
    const set = { WEBHOOK: "1" };
    const done = run(env, "on-error.sh", { shell, set, vars });
    assertEquals(done.stdout, "on-error: posted to the webhook\n", shell);
    const unset = { ...vars, SLACK_WEBHOOK: "" };
    assertEquals(
      run(env, "on-error.sh", { shell, set, vars: unset }).stdout,
      "on-error: SLACK_WEBHOOK is not set\n",
    );
    const posted = Deno.readTextFileSync(join(env.root, "posted"));
    assertStringIncludes(
      posted,
      '{"text":"Claude Code error: PostToolUseFailure: Bash"}',
      shell,
    );
    // Everyone can see its arguments, but not its input.
    const [seen, ...read] = posted.split("\n");
    assert(!seen!.includes("hooks.example"), shell);
    assertEquals(read, ['url = "https://hooks.example/x"', ""], shell);
    assert(!posted.includes("s3cr3t"));
  }
});

posixTest(
  "pre-session.sh pulls only if no tracked file is changed, and reports it",
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
      env.write("README.md", "# Mine\n");
      const subject = () => env.git("log", "-1", "--format=%s");
      const says = (text: string, more: Record<string, string> = {}) =>
        assertEquals(
          run(env, "pre-session.sh", { shell, set: { ...set, ...more } }),
          {
            status: 0,
            stdout: text.replace(/^(?=.)/gm, "pre-session: "),
            stderr: "",
          },
          shell,
        );
      const lacks = "there is an .env.example and no .env\n";
      says(
        `did not pull: tracked files have uncommitted changes\n${lacks}`,
      );
      assertEquals(subject(), "Start the project", "not over a changed file");
      env.git("checkout", "-q", "README.md");
      const resumed = { MPM_SOURCE: "compact" };
      run(env, "pre-session.sh", { shell, set, vars: resumed });
      assertEquals(subject(), "Start the project", "not in a session's middle");
      // With an untracked file.
      says(`pulled, new commits: 1\n${lacks}`);
      assertEquals(subject(), "Theirs", shell);
      env.remove(".env.example");
      says(
        "pulled, new commits: 0\nthere is no .env.example to check for an .env\n",
      );
      env.git("switch", "-q", "-c", "lone");
      env.write(".env", "A=\n");
      says("did not pull: this branch has no upstream\nthere is an .env\n");
      env.git("switch", "-q", "main");
      env.git("commit", "-q", "--allow-empty", "-m", "Ours");
      env.gitIn(upstream, "commit", "-q", "--allow-empty", "-m", "More");
      const { stdout } = run(env, "pre-session.sh", { shell, set });
      assertStringIncludes(stdout, "pre-session: cannot pull: ", shell);
    }
  },
);

posixTest(
  "pre-session.sh installs changed dependencies, in the background if mpm runs it",
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
      const ran = (vars: Record<string, string>, says: string) => {
        Deno.writeTextFileSync(log, "");
        const all = { PATH, ...vars };
        const done = run(env, "pre-session.sh", { shell, set, vars: all });
        const stdout = `pre-session: ${says}\n`;
        assertEquals(done, { status: 0, stdout, stderr: "" }, shell);
        return Deno.readTextFileSync(log);
      };
      const none = "nothing to install: no known lock file";
      assertEquals(ran({}, none), "", shell);
      env.write("package-lock.json", "{}");
      const installed = "npm ci --silent --no-audit --no-fund\n";
      const says = "installed the dependencies of package-lock.json";
      assertEquals(ran({}, says), installed, shell);
      assertEquals(ran({ MPM_DETACHED: "1" }, says), installed, shell);
      assertEquals(
        ran(
          { MPM_BIN: join(bin, "mpm") },
          "installing the dependencies of package-lock.json in the background",
        ),
        "mpm hooks run pre-session.sh --detach\n",
        shell,
      );
      env.write("node_modules/.package-lock.json", "{}");
      const past = new Date(Date.now() - 60_000);
      Deno.utimeSync(join(env.project, "package-lock.json"), past, past);
      assertEquals(ran({}, "the dependencies are up to date"), "", shell);
    }
  },
);

posixTest(
  "the plugin's script passes events on to mpm, and is silent without one",
  () => {
    for (const shell of SHELLS) {
      using env = TestEnv.repository();
      const bin = join(env.root, "bin dir");
      Deno.mkdirSync(bin);
      const PATH = `${bin}:${env.env().PATH}`;
      const fire = (event: string, source: string) => {
        const input = join(env.root, "event");
        Deno.writeTextFileSync(input, JSON.stringify({ source }));
        const script = join(ROOT, "hooks/plugin.sh");
        const start = shell === "busybox" ? "busybox sh" : shell;
        const line = `exec ${start} "$1" "$2" <"$3"`;
        return env.run("sh", ["-c", line, "sh", script, event, input], {
          env: { PATH },
        });
      };
      const silent = { status: 0, stdout: "", stderr: "" };
      assertEquals(fire("UserPromptSubmit", "startup"), silent, shell);
      assertEquals(fire("SessionStart", "resume"), silent, shell);
      assertEquals(
        JSON.parse(fire("SessionStart", "startup").stdout),
        { systemMessage: "The mpm plugin does nothing: mpm is not on PATH" },
        shell,
      );
      const mpm = '#!/bin/sh\necho "$@"\ncat\nexit 3\n';
      Deno.writeTextFileSync(join(bin, "mpm"), mpm, { mode: 0o755 });
      assertEquals(
        fire("Stop", "x"),
        { status: 3, stdout: 'hook Stop\n{"source":"x"}', stderr: "" },
        shell,
      );
    }
  },
);
