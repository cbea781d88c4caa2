import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import {
  bareRepository,
  GitDaemon,
  HTTPS_PROGRAMS,
  HttpsGit,
} from "../helpers/git_server.ts";
import { mpm } from "../helpers/mpm.ts";
import {
  type Plant,
  plant,
  PLANTS,
  type Transport,
} from "../helpers/network_plants.ts";
import { SOAKS } from "../helpers/posix.ts";
import { programTest } from "../helpers/programs.ts";
import { SSH_PROGRAMS, SshServer } from "../helpers/ssh_server.ts";
import { person, savesOf, type UserSettings } from "../helpers/people.ts";

/** A server, and the settings that a user needs to reach it. */
interface Server extends AsyncDisposable {
  readonly url: string;
  readonly settings: UserSettings;
}

const LOGIN = ["ada", "open sesame"] as const;

function serve(transport: Transport, place: TestEnv): Server {
  const path = bareRepository(place.root);
  const [root, name] = [place.root, "shared.git"];
  switch (transport) {
    case "file":
      return {
        url: path,
        settings: [],
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    case "git": {
      const server = new GitDaemon(root);
      return with_(server, { url: `${server.url}/${name}`, settings: [] });
    }
    case "https": {
      const server = new HttpsGit(root, LOGIN);
      const [user, password] = LOGIN;
      const helper = `!echo "username=${user}\npassword=${password}";:`;
      // The settings of a user change the address too.
      return with_(server, {
        url: "team:/shared.git",
        settings: [
          ...server.settings,
          ["credential.helper", helper],
          [`url.${server.url}.insteadOf`, "team:"],
        ],
      });
    }
    case "ssh": {
      const server = new SshServer(Deno.makeTempDirSync({ dir: root }));
      return with_(server, {
        url: `${server.url}${path}`,
        settings: [["core.sshCommand", server.command]],
      });
    }
  }
}

function with_(
  server: AsyncDisposable,
  more: Omit<Server, keyof AsyncDisposable>,
): Server {
  return {
    ...more,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function succeed(env: TestEnv, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await mpm(env, args);
  assertEquals(status, 0, `mpm ${args.join(" ")}: ${stderr}`);
  return stdout;
}

const TRANSPORTS: readonly (readonly [Transport, readonly string[]])[] = [
  ["file", ["git"]],
  ["git", ["git"]],
  ["https", HTTPS_PROGRAMS],
  ["ssh", SSH_PROGRAMS],
];

for (const [transport, programs] of TRANSPORTS) {
  const plants = PLANTS.filter(({ over }) => over.includes(transport));
  programTest(
    `sync over ${transport} uses the user's settings and runs no program of the clone`,
    programs,
    async () => {
      using place = new TestEnv();
      await using server = serve(transport, place);
      using ada = person("Ada Lovelace", server.url, server.settings);
      using grace = person("Grace Hopper", server.url, server.settings);
      const { ran } = plant(ada, plants);
      await succeed(ada, "pause", "Parse dates");
      await succeed(ada, "sync", "origin");
      await succeed(grace, "pause", "Draw the clock");
      await succeed(grace, "sync", "origin");
      await succeed(ada, "sync");
      assertEquals(ran(), []);
      const saves = ["Draw the clock", "Parse dates"];
      assertEquals([await savesOf(ada), await savesOf(grace)], [saves, saves]);
    },
  );

  if (SOAKS) {
    for (const one of plants) testPlant(transport, one, programs);
  }
}

/**
 * Shows that git itself runs a planted program: otherwise the test above proves
 * little.
 */
function testPlant(
  transport: Transport,
  one: Plant,
  programs: readonly string[],
): void {
  programTest(`git runs ${one.name} over ${transport}`, programs, async () => {
    using place = new TestEnv();
    await using server = serve(transport, place);
    // git asks the clone's program if the user's gives no answer.
    const isAsked = ([name]: readonly [string, string]) =>
      one.name !== "core.askPass" || name !== "credential.helper";
    const settings = server.settings.filter(isAsked);
    using env = person("Ada Lovelace", server.url, settings);
    const { ran } = plant(env, [one]);
    const options = {
      cwd: env.project,
      env: env.env(),
      clearEnv: true,
      stdin: "null",
    } as const;
    const git = (...args: string[]) =>
      new Deno.Command("git", { ...options, args }).output();
    const pushed = await git("push", "origin", "main");
    const fetched = await git("fetch", "origin");
    const isOff = !pushed.success && !fetched.success && ran().length === 0;
    assert(ran().includes(one.name) || isOff, join(transport, one.name));
  });
}
