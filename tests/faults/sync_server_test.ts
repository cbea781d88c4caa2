import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import {
  bareRepository,
  type Fault,
  HttpsGit,
  serverGit,
} from "../helpers/git_server.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { person, savesOf } from "../helpers/people.ts";

/** The exit status of a failure outside mpm. */
const OUTSIDE = 6;

/** A server that fails, and the message of mpm about it. */
interface Failure {
  readonly name: string;
  /** Makes it fail; returns a function that makes it work again. */
  begin(server: HttpsGit, path: string): () => void;
  readonly says: RegExp;
}

function setting(name: string, key: string, says: RegExp): Failure {
  return {
    name,
    begin(_, path) {
      serverGit("-C", path, "config", key, "refs/mpm");
      return () => serverGit("-C", path, "config", "--unset", key);
    },
    says,
  };
}

function broken(name: string, fault: Fault, says: RegExp): Failure {
  return {
    name,
    begin(server) {
      server.fault = fault;
      return () => server.fault = undefined;
    },
    says,
  };
}

const PUSH = "git-receive-pack";
const FETCH = "git-upload-pack";

const FAILURES: readonly Failure[] = [
  {
    name: "its hook refuses the push",
    begin(_, path) {
      const hook = join(path, "hooks/pre-receive");
      const script = "#!/bin/sh\necho 'no refs of tools here' >&2\nexit 1\n";
      Deno.mkdirSync(join(path, "hooks"), { recursive: true });
      Deno.writeTextFileSync(hook, script, { mode: 0o755 });
      return () => Deno.removeSync(hook);
    },
    says: /refuse/i,
  },
  setting("it hides the refs from pushes", "receive.hideRefs", /refuse/i),
  setting("it hides the refs", "transfer.hideRefs", /refuse/i),
  broken(
    "it is gone in the middle of a push",
    { service: PUSH, part: "request", after: 300 },
    /Cannot push to "origin"/,
  ),
  broken(
    "it is gone after a push",
    { service: PUSH, part: "answer", after: 0 },
    /Cannot push to "origin"/,
  ),
  broken(
    "it is gone in the middle of a fetch",
    { service: FETCH, part: "answer", after: 300 },
    /Cannot fetch from "origin"/,
  ),
];

/** Ada has paused, and Grace's save is on the server. */
async function prepared(
  server: HttpsGit,
): Promise<readonly [TestEnv, TestEnv]> {
  const url = `${server.url}/shared.git`;
  const ada = person("Ada Lovelace", url, server.settings);
  const grace = person("Grace Hopper", url, server.settings);
  await mpmJson(grace, ["pause", "Draw the clock"]);
  await mpmJson(grace, ["sync", "origin"]);
  await mpmJson(ada, ["pause", "Parse dates"]);
  return [ada, grace];
}

for (const { name, begin, says } of FAILURES) {
  posixTest(`a sync loses nothing if a server fails: ${name}`, async () => {
    using place = new TestEnv();
    const path = bareRepository(place.root);
    await using server = new HttpsGit(place.root);
    const [ada, grace] = await prepared(server);
    using _ada = ada;
    using _grace = grace;
    const repair = begin(server, path);
    const { status, stdout, stderr } = await mpm(ada, ["sync", "origin"]);
    const said = stdout + stderr;
    assertEquals([status, says.test(said)], [OUTSIDE, true], said);
    assertEquals(said.startsWith("Sent to origin"), name.includes("fetch"));
    assert((await savesOf(ada)).includes("Parse dates"));
    repair();
    await mpmJson(ada, ["sync", "origin"]);
    await mpmJson(grace, ["sync"]);
    const saves = ["Parse dates", "Draw the clock"];
    assertEquals([await savesOf(ada), await savesOf(grace)], [saves, saves]);
  });
}

posixTest(
  "a sync reports an invalid address, and loses nothing",
  async () => {
    using place = new TestEnv();
    bareRepository(place.root);
    await using server = new HttpsGit(place.root, ["ada", "open sesame"]);
    using ada = person(
      "Ada Lovelace",
      `${server.url}/shared.git`,
      server.settings,
    );
    await mpmJson(ada, ["pause", "Parse dates"]);
    const sync = async (url: string) => {
      ada.git("remote", "set-url", "origin", url);
      const { status, stderr } = await mpm(ada, ["sync", "origin"]);
      assertEquals(status, OUTSIDE, stderr);
      return stderr;
    };
    const login = server.url.replace("//", "//ada:open%20sesame@");
    assertStringIncludes(
      await sync(`${server.url}/shared.git`),
      "Set up git credentials first",
    );
    const wrong = await sync(`${login}/other.git`);
    assertStringIncludes(wrong, "not found");
    // The password in an address is never printed.
    assert(!wrong.includes("sesame"), wrong);
    assertStringIncludes(
      await sync("http://127.0.0.1:9/x.git"),
      "Cannot reach",
    );
    const typed = await mpm(ada, ["sync", `${login}/shared.git`]);
    assertEquals([typed.status, typed.stderr.includes("sesame")], [2, false]);
    ada.git("remote", "set-url", "origin", `${login}/shared.git`);
    await mpmJson(ada, ["sync", "origin"]);
    assertEquals((await savesOf(ada)).length, 1);
  },
);
