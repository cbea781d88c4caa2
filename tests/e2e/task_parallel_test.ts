import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm, start } from "../helpers/mpm.ts";
import { SOAKS } from "../helpers/posix.ts";
import { programTest } from "../helpers/programs.ts";
import { SSH_PROGRAMS, SshServer } from "../helpers/ssh_server.ts";
import {
  define,
  results,
  runFile,
  runIds,
  shell,
  until,
} from "../helpers/tasks.ts";

/** A test of many connections, which `deno task soak` runs. */
const longTest: typeof programTest = (name, programs, fn) => {
  if (SOAKS) programTest(name, programs, fn);
};

const PROGRAMS = [...SSH_PROGRAMS, "parallel", "git"];

/** A project, and hosts that its tasks can run on. */
class Hosts implements AsyncDisposable {
  readonly env = TestEnv.repository();
  readonly servers: readonly SshServer[];
  readonly homes: readonly string[];

  constructor(jobs: readonly number[]) {
    const { env } = this;
    const places = jobs.map(() => Deno.makeTempDirSync({ dir: env.root }));
    this.homes = jobs.map(() => Deno.makeTempDirSync({ dir: env.root }));
    this.servers = places.map((place, at) =>
      new SshServer(place, this.homes[at])
    );
    const lines = this.servers.map(({ url }, at) =>
      `${jobs[at]}/${url.replace("ssh://", "")}\n`
    );
    env.write(".git/hosts", `# two hosts\n\n${lines.join("")}`);
    const known = places.map((place) => join(place, "known")).join(" ");
    const keys = places.map((place) => `-i '${join(place, "user")}'`);
    env.extra.GIT_SSH_COMMAND = `ssh -F none ${keys.join(" ")} ` +
      `-o IdentitiesOnly=yes -o UserKnownHostsFile='${known}'`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) await server[Symbol.asyncDispose]();
    this.env[Symbol.dispose]();
  }
}

const RUN = ["task", "run", "work", "--engine", "parallel", "--hosts"];
const ODD = [
  "a'b\"c",
  "$(touch /tmp/never) `id`",
  "two\nlines",
  "-rf",
  "é \\ %s * ~ {item} $HOME",
];

Deno.test("a run on other machines needs hosts, a commit and a program", async () => {
  using env = TestEnv.repository();
  await define(env, { run: ["true"] });
  const parallel = ["--engine", "parallel"];
  const refused = async (args: string[], status: number, words: string) => {
    const done = await mpm(env, ["task", "run", ...args]);
    assertEquals(done.status, status, done.stderr);
    assertStringIncludes(done.stderr, words);
  };
  await refused(["work", "--hosts", "h"], 2, 'needs "--engine parallel"');
  await refused(["work", ...parallel], 2, 'needs "--hosts FILE"');
  const hosts = [...parallel, "--hosts", "h"];
  await refused(["work", ...hosts], 3, 'Cannot read "h"');
  env.write("h", "# none\n");
  await refused(["work", ...hosts], 2, '"h" has no hosts');
  for (const bad of ["-oProxyCommand=id", "a b", "$(id)", "0/a", "a:", "@a"]) {
    env.write("h", `ok\n${bad}\n`);
    await refused(["work", ...hosts], 2, `h:2: invalid host "${bad}"`);
  }
  env.write("h", "ok\n");
  env.extra.PATH = `${env.root}/bin:${env.env().PATH}`;
  for (const name of ["parallel", "claude"]) {
    env.write(`../bin/${name}`, "#!/bin/sh\necho other\n");
    Deno.chmodSync(join(env.root, "bin", name), 0o755);
  }
  await refused(["work", ...hosts], 3, "is not GNU parallel");
  await define(env, { agent: { prompt: "p", client: "claude" } }, "agent");
  await refused(["agent", ...hosts], 4, "Agents run only on this machine");
});

programTest(
  "items run on hosts, and their changes are copied back",
  PROGRAMS,
  async () => {
    await using hosts = new Hosts([1, 2]);
    const { env } = hosts;
    await define(env, {
      items: { list: ODD },
      run: shell(
        'cat README.md; printf "%s|%s\\n" "$1" "$MPM_TASK_ITEM"; echo err >&2; ' +
          'printf "%s" "$1" >"made-$$"; echo "{\\"result\\": 3}"',
        "{item}",
      ),
    });
    const done = await mpm(env, [...RUN, ".git/hosts"]);
    assertEquals(done.status, 0, done.stdout + done.stderr);
    const [run] = runIds(env);
    const found = results(env, run!);
    assertEquals([...found.keys()].sort(), [...ODD].sort());
    for (const item of ODD) {
      const { output, state, result } = found.get(item)!;
      assertEquals([state, result], ["done", 3]);
      assertEquals(output, `# Project\n${item}|${item}\nerr\n`);
    }
    const patch = env.read(runFile(run!, "changes/0.patch"));
    assertStringIncludes(patch, "+a'b\"c");
    assertStringIncludes(done.stderr, "Note: 5 programs changed files");
    const [, command] = /here: (git apply .*)/.exec(done.stderr)!;
    const root = env.root;
    const applied = env.run("sh", ["-c", command!.replaceAll("$ROOT", root)]);
    assertEquals(applied.status, 0, applied.stderr);
    const made = [...Deno.readDirSync(env.project)].map(({ name }) => name)
      .filter((name) => name.startsWith("made-")).map((name) => env.read(name));
    assertEquals(made.sort(), [...ODD].sort());
    // No part of the run remains on the hosts.
    for (const home of hosts.homes) {
      const [name] = [...Deno.readDirSync(join(home, ".cache/mpm-tasks"))];
      const left = join(home, ".cache/mpm-tasks", name!.name, "mpm");
      assertEquals([...Deno.readDirSync(left)], []);
    }
  },
);

longTest(
  "a run continues without a host that is killed",
  PROGRAMS,
  async () => {
    await using hosts = new Hosts([1, 1]);
    const { env, servers, homes } = hosts;
    const items = ["1", "2", "3", "4", "5"];
    const [effects, go] = [join(env.root, "effects"), join(env.root, "go")];
    // The shell would report the signal to a closed connection.
    const script = `exec 2>/dev/null
    say() { echo "$1 $2 $HOME" >>'${effects}'; }
    trap 'say ended $1; exit 1' TERM
    say began $1
    while [ ! -e '${go}' ]; do sleep 0.05; done`;
    await define(env, { items: { list: items }, run: shell(script, "{item}") });
    const said = () => {
      const text = env.exists("../effects") ? env.read("../effects") : "";
      return text.trim().split("\n").filter(Boolean);
    };
    const running = mpm(env, [...RUN, ".git/hosts"]);
    await until("both hosts are at work", () => said().length === 2);
    const lost = said().find((line) => line.endsWith(homes[1]!))!.split(
      " ",
    )[1]!;
    servers[1]!.kill();
    await until("its program ends", () => said().length > 2);
    assertEquals(said()[2], `ended ${lost} ${homes[1]}`);
    env.write("../go", "");
    const first = await running;
    assertEquals(first.status, 1, first.stderr);
    const [run] = runIds(env);
    const states = () =>
      [...results(env, run!)].map(([item, { state }]) => `${item} ${state}`)
        .sort();
    assertEquals(
      states(),
      items.map((item) => `${item} ${item === lost ? "flagged" : "done"}`),
    );
    const { reason } = results(env, run!).get(lost) as never;
    assertEquals(
      reason,
      `the connection to ${servers[1]!.url.slice("ssh://".length)} was lost`,
    );
    const again = await mpm(env, ["task", "resume", "--again"]);
    assertEquals(again.status, 0, again.stderr);
    assertStringIncludes(again.stderr, "Note: skipped the host");
    assertEquals(states(), items.map((item) => `${item} done`));
    // Each item began once, except for the lost one.
    const began = said().filter((line) => line.startsWith("began"))
      .map((line) => line.split(" ")[1]).sort();
    assertEquals(began, [...items, lost].sort());
  },
);

longTest(
  "a run stops with the reason if no host answers",
  PROGRAMS,
  async () => {
    await using hosts = new Hosts([1]);
    const { env, servers } = hosts;
    await define(env, { items: { list: ["a"] }, run: ["true"] });
    servers[0]!.kill();
    const done = await mpm(env, [...RUN, ".git/hosts"]);
    assertEquals(done.status, 1);
    assertStringIncludes(done.stdout, "Reason: no host is ready: ");
    assertStringIncludes(done.stdout, "Connection refused");
    assertStringIncludes(done.stdout, "1 waiting");
  },
);

longTest(
  "a killed mpm leaves no program on the hosts, and continues",
  PROGRAMS,
  async () => {
    await using hosts = new Hosts([1]);
    const { env } = hosts;
    const log = join(env.root, "log");
    await define(env, {
      items: { list: ["quick", "slow", "last"] },
      run: shell(
        `exec 2>/dev/null
      trap "echo ended $1 >>'${log}'; exit 1" TERM
      echo $1 >>'${log}'
      test $1 != slow || while ! test -e '${env.root}/go'; do sleep 0.05; done`,
        "{item}",
      ),
    });
    const said = () => {
      const text = env.exists("../log") ? env.read("../log") : "";
      return text.split("\n").filter(Boolean);
    };
    const killed = start(env, [...RUN, ".git/hosts"]);
    await until("the second item is at work", () => said().length === 2);
    killed.kill("SIGKILL");
    await killed.output();
    await until("its program ends", () => said().length === 3);
    assertEquals(said()[2], "ended slow");
    env.write("../go", "");
    const resumed = await mpm(env, ["task", "resume"]);
    assertEquals(resumed.status, 1, resumed.stderr);
    const [run] = runIds(env);
    const states = [...results(env, run!)].map(([item, { state }]) =>
      `${item} ${state}`
    );
    assertEquals(states.sort(), ["last done", "quick done", "slow flagged"]);
    assertEquals(said().filter((line) => line === "quick").length, 1);
  },
);
