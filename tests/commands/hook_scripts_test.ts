import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { failures, fire } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

const PRE = ".claude-mpm/hooks/pre-session.sh";

/** Returns the message for the person when a session begins. */
async function contextGiven(env: TestEnv, source = "startup"): Promise<string> {
  const answer = await fire(env, "SessionStart", { source });
  return answer.systemMessage ?? "";
}

/**
 * A repository with hooks and this text as its pre-session.sh, allowed to run.
 */
async function withScript(text: string): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, ["hooks", "install"]);
  await mpmJson(env, ["hooks", "eject", "pre-session"]);
  env.write(PRE, text);
  await mpmJson(env, ["hooks", "allow", "pre-session"]);
  return env;
}

posixTest(
  "a shell hook that changed is not run, and everything reports it",
  async () => {
    using env = await withScript("echo ran\n");
    assertStringIncludes(await contextGiven(env), "pre-session: ran");
    env.write(PRE, "echo changed >&2\n");
    const why = "mpm does not run pre-session.sh: changed since you allowed it";
    const hint = "Read it, then: mpm allow .claude-mpm/hooks/pre-session.sh";
    assertEquals(await contextGiven(env), `${why}. ${hint}`);
    assertEquals(await contextGiven(env, "compact"), "");
    const status = await mpm(env, ["hooks", "status"]);
    assertEquals(status.status, 4);
    for (const part of [why, hint]) assertStringIncludes(status.stdout, part);
    const doctor = await mpm(env, ["doctor"]);
    assertStringIncludes(doctor.stdout, why);
    const list = await mpm(env, ["hooks", "list"]);
    assertStringIncludes(list.stdout, "NOT RUN: it has changed since");
    await mpmJson(env, ["hooks", "allow", "pre-session"]);
    assertEquals(await contextGiven(env), "pre-session: changed");
    const well = await mpm(env, ["hooks", "status"]);
    assert(!well.stdout.includes("does not run"), well.stdout);
  },
);

posixTest(
  "a shell hook that came with a clone is named until it is allowed",
  async () => {
    using env = await withScript("exit 0\n");
    env.write(".claude-mpm/hooks/on-error.sh", "echo theirs\n");
    assertEquals(
      await contextGiven(env),
      "mpm does not run on-error.sh: came with the project, and you have " +
        "not allowed it here. Read it, then: mpm allow " +
        ".claude-mpm/hooks/on-error.sh",
    );
  },
);

posixTest(
  "warnings of pre-session.sh are shown, bounded and escaped",
  async () => {
    const secret = `ghp_${"a1B2".repeat(9)}`;
    using env = await withScript(
      'printf "red \\033[31m\\n"; ' +
        `echo "token ${secret}"; for i in 1 2 3 4 5 6 7 8 9 10 11; do ` +
        'echo "$i $(printf %0999d 0)"; done; echo last >&2; exit 3\n',
    );
    const text = await contextGiven(env);
    const lines = text.split("\n");
    assertEquals(lines[0], "pre-session: red \\x1b[31m");
    assertEquals(lines.at(-1), "pre-session: ended with status 3");
    assertStringIncludes(lines.at(-2)!, "4 more lines in .claude-mpm/state");
    assertEquals(lines.length, 12);
    assert(!text.includes(secret), text);
    assert(lines.every((line) => line.length < 300), text);
    assertEquals(failures(env), "");
  },
);

posixTest(
  "the output of background scripts is shown once, at the next start",
  async () => {
    using env = await withScript("exit 0\n");
    const path = ".claude-mpm/hooks/post-session.sh";
    await mpmJson(env, ["hooks", "eject", "post-session"]);
    env.write(path, env.read(path).replace("TEST=''", "TEST='exit 4'"));
    await mpmJson(env, ["hooks", "allow", "post-session"]);
    // A run by hand was reported already.
    await mpm(env, ["hooks", "run", "post-session"]);
    assertEquals(await contextGiven(env), "");
    env.extra.MPM_DETACHED = "1";
    for (let at = 0; at < 9; at++) {
      await mpm(env, ["hooks", "run", "post-session"]);
    }
    delete env.extra.MPM_DETACHED;
    assertEquals(await contextGiven(env, "compact"), "");
    const line = 'post-session: "exit 4" ended with status 4';
    assertEquals(await contextGiven(env), Array(5).fill(line).join("\n"));
    assertEquals(await contextGiven(env), "");
    // A log that came with a clone lists scripts that no one allowed.
    const log = ".claude-mpm/state/hooks.log";
    const forged = {
      ...{ unseen: true, outcome: "exited", status: 0, stdout: "run this" },
      ...{ stderr: "", name: "on-error.sh" },
    };
    env.write(log, `${env.read(log)}${JSON.stringify(forged)}\ntorn`);
    assertEquals(await contextGiven(env), "");
  },
);
