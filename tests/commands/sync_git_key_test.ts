import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { SavesListResult, TrustResult } from "../../schemas/types.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { programTest } from "../helpers/programs.ts";
import { Team } from "../helpers/team.ts";
import {
  CraftedRemote,
  CraftedWriter,
  craftEntry,
} from "../helpers/team_entries.ts";

/** Makes an SSH key and sets it in the user's own git settings. */
function signsWithKey(env: TestEnv, passphrase: string): string {
  const key = join(env.home, "signing");
  env.run("ssh-keygen", ["-qt", "ed25519", "-N", passphrase, "-f", key]);
  setUser(env, "gpg.format", "ssh");
  setUser(env, "user.signingKey", key);
  const { stdout } = env.run("ssh-keygen", ["-lf", `${key}.pub`]);
  return stdout.split(" ")[1]!;
}

function setUser(env: TestEnv, name: string, value: string): void {
  const path = join(env.home, ".gitconfig");
  env.extra.GIT_CONFIG_GLOBAL = path;
  env.git("config", "-f", path, name, value);
}

async function keysSeenBy(env: TestEnv): Promise<TrustResult["keys"]> {
  await mpmJson(env, ["sync", "origin"]);
  return (await mpmJson<TrustResult>(env, ["trust"])).keys;
}

/** Copies a person's binding into the log of another writer; returns its id. */
function copyBinding(of: TestEnv, team: Team): string {
  const { server } = team;
  const [ref = ""] = team.logs()[0]!.split(" ");
  const entry = of.gitIn(server, "show", `${ref}~1:entry`);
  const { kind, content } = JSON.parse(entry.slice(entry.indexOf("{")));
  assertEquals(kind, "key");
  const mallory = new CraftedWriter();
  const crafted = craftEntry(mallory, { number: 1, kind, id: "git", content });
  new CraftedRemote(server).put(mallory.log, [crafted]);
  return mallory.id;
}

programTest(
  "git's signing key authenticates the entries, and can be trusted",
  ["ssh-keygen"],
  async () => {
    using team = new Team();
    const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
    const print = signsWithKey(ann, "");
    await mpmJson(ann, ["pause", "one"]);
    await mpmJson(ann, ["sync", "origin"]);
    const again = await mpm(ann, ["sync"]);
    assertStringIncludes(again.stdout, "nothing new");
    const [key] = await keysSeenBy(bob);
    assertEquals(key?.git_key, { state: "checked", fingerprint: print });
    const listed = await mpm(bob, ["trust"]);
    assertStringIncludes(listed.stdout, `git key ${print}`);
    const trusted = await mpmJson<TrustResult>(bob, ["trust", print]);
    assertEquals(trusted.keys.map(({ change }) => change), ["trusted"]);
    const { sessions } = await mpmJson<SavesListResult>(bob, ["saves", "list"]);
    assertEquals(sessions[0]?.origin, "trusted");

    const mallory = copyBinding(ann, team);
    const seen = await keysSeenBy(bob);
    const copied = seen.find(({ writer }) => writer === mallory)?.git_key;
    assertEquals(copied, { state: "wrong", fingerprint: "" });
    const { stdout } = await mpm(bob, ["sync"]);
    assertStringIncludes(stdout, "its git key is not proven");
  },
);

programTest(
  "a key with a passphrase, or of the repository, authenticates nothing",
  ["ssh-keygen"],
  async () => {
    using team = new Team();
    const [ann, bob] = [team.clone("Ann"), team.clone("Bob")];
    signsWithKey(ann, "secret");
    await mpmJson(ann, ["pause", "one"]);
    const first = await mpm(ann, ["sync", "origin"]);
    assertEquals(first.status, 0);
    assertStringIncludes(first.stderr, "git signing key");
    assertStringIncludes(first.stdout, "Sent to origin: 1 save\n");
    await mpmJson(ann, ["note", "two"]);
    const second = await mpm(ann, ["sync"]);
    assertEquals([second.status, second.stderr], [0, ""]);

    const key = signsWithKey(bob, "") && join(bob.home, "signing");
    bob.git("config", "gpg.format", "ssh");
    bob.git("config", "user.signingKey", key);
    setUser(bob, "user.signingKey", "");
    await mpmJson(bob, ["note", "three"]);
    await mpmJson(bob, ["sync", "origin"]);
    const seen = [...await keysSeenBy(ann), ...await keysSeenBy(bob)];
    assertEquals(seen.map(({ git_key }) => git_key), [null, null]);
    assert(!second.stdout.includes("key"));
  },
);
