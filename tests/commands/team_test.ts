import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { TeamAddResult, TeamListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

/** Keys of `ssh-keygen` and `age-keygen`. */
const KEYS = new URL("../formats/age/", import.meta.url);
const keyText = (name: string) => Deno.readTextFileSync(new URL(name, KEYS));
const SSH = keyText("plain.pub").trim();
const SHORT = SSH.split(" ").slice(0, 2).join(" ");
const NATIVE = /age1\w+/.exec(keyText("native"))![0];

function giveKey(env: TestEnv, key: string, name = "id_ed25519"): void {
  const folder = join(env.home, ".ssh");
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(join(folder, name), keyText(key));
}

async function team(env: TestEnv): Promise<[string, string, boolean][]> {
  const { members } = await mpmJson<TeamListResult>(env, ["team"]);
  return members.map(({ name, recipient, own }) => [name, recipient, own]);
}

Deno.test("a team is a list of keys, and undo restores the earlier list", async () => {
  using env = TestEnv.repository();
  assertEquals(await team(env), []);
  const dry = ["team", "add", "ann", ...SSH.split(" "), "--dry-run"];
  assertEquals((await mpmJson<TeamAddResult>(env, dry)).change, "added");
  assertEquals(await team(env), []);
  const added = await mpmJson<TeamAddResult>(env, dry.slice(0, -1));
  assertEquals([added.change, added.encrypted], ["added", true]);
  await mpmJson(env, ["team", "add", "ann", NATIVE]);
  await mpmJson(env, ["team", "add", "Ben", keyText("locked.pub")]);
  const ben = keyText("locked.pub").split(" ").slice(0, 2).join(" ");
  assertEquals(await team(env), [
    ["Ben", ben, false],
    ["ann", SHORT, false],
    ["ann", NATIVE, false],
  ]);
  const again = await mpmJson<TeamAddResult>(env, ["team", "add", "ANN", SSH]);
  assertEquals(again.change, "none");
  const other = await mpm(env, ["team", "add", "eve", NATIVE]);
  assertEquals([other.status, other.stderr.split("\n")[0]], [
    4,
    'Error: "ann" already has this key',
  ]);
  await mpmJson(env, ["team", "remove", SSH]);
  assertEquals(await team(env), [["Ben", ben, false], ["ann", NATIVE, false]]);
  await mpmJson(env, ["team", "remove", "Ann"]);
  assertEquals(await team(env), [["Ben", ben, false]]);
  await mpmJson(env, ["undo"]);
  await mpmJson(env, ["undo"]);
  assertEquals((await team(env)).length, 3);
});

Deno.test("mpm team names the user, and warns if the user is not a member", async () => {
  using env = TestEnv.repository();
  giveKey(env, "plain");
  const { stdout: nobody } = await mpm(env, ["team"]);
  assertEquals(
    nobody,
    "You have no team for this project, so " +
      `"mpm sync" does not encrypt entries.\nYour own keys, for others to add:\n  ${SHORT}\n`,
  );
  const { stdout } = await mpm(env, ["team", "add", "ben", NATIVE]);
  assertStringIncludes(stdout, `Added: ben  ${NATIVE}\n`);
  assertStringIncludes(stdout, "None of these keys is yours.");
  await mpmJson(env, ["team", "add", "me", SSH]);
  assertEquals(await team(env), [["ben", NATIVE, false], ["me", SHORT, true]]);
  const removed = await mpm(env, ["team", "remove", "ben"]);
  assertStringIncludes(
    removed.stdout,
    "They can still read what they received before",
  );
  const last = await mpm(env, ["team", "remove", "me"]);
  assertStringIncludes(
    last.stdout,
    "The team is empty: new entries are not encrypted.\n",
  );
});

Deno.test("your keys come only from your own settings", async () => {
  using env = TestEnv.repository();
  giveKey(env, "native", "age.txt");
  giveKey(env, "locked", "work");
  env.write(".claude-mpm/config.toml", '[team]\nkeys = ["/etc/passwd"]\n');
  assertEquals((await mpm(env, ["team"])).status, 2);
  env.write(".claude-mpm/config.toml", "");
  const set = ["config", "set", "team.keys"];
  const files = ["~/.ssh/age.txt", "~/.ssh/work", "~/.ssh/none"];
  await mpmJson(env, [...set, files.join(",")]);
  assertEquals((await mpm(env, [...set, "id_ed25519"])).status, 2);
  const { own_recipients: own, warnings } = await mpmJson<TeamListResult>(
    env,
    ["team", "list"],
  );
  assertEquals(own, [
    NATIVE,
    keyText("locked.pub").split(" ").slice(0, 2).join(" "),
  ]);
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0]!, "~/.ssh/none");
});

Deno.test("a damaged team is never treated as a missing one", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["team", "add", "ann", NATIVE]);
  const folder = join(env.home, ".local", "state", "mpm", "teams");
  const [file] = [...Deno.readDirSync(folder)];
  Deno.writeTextFileSync(join(folder, file!.name), "{}");
  for (const args of [["team"], ["team", "remove", "ann"]]) {
    const { status, stderr } = await mpm(env, args);
    assertEquals(status, 5, stderr);
    assert(stderr.includes("Cannot read your team"), stderr);
  }
});

Deno.test("invalid names and keys are refused with a clear message", async () => {
  using env = TestEnv.repository();
  for (
    const [args, status, text] of [
      [["add", "", NATIVE], 2, 'Invalid name ""'],
      [["add", "a\x1b[2J", NATIVE], 2, "Invalid name"],
      [["add", "ann", "ssh-rsa", "AAAAB3NzaC1yc2E="], 2, 'to "ssh-rsa"'],
      [["add", "ann"], 2, "is not a recipient"],
      [["remove", "ann"], 3, "is not in your team"],
    ] as const
  ) {
    const found = await mpm(env, ["team", ...args]);
    assertEquals(found.status, status, found.stderr);
    assertStringIncludes(found.stderr, text);
  }
  assertEquals(await team(env), []);
});

Deno.test("a member may have a name that every object has", async () => {
  using env = TestEnv.repository();
  for (const name of ["constructor", "__proto__".slice(2, -2), "toString"]) {
    await mpmJson(env, ["team", "add", name, NATIVE]);
    assertEquals((await team(env)).map(([known]) => known), [name]);
    await mpmJson(env, ["team", "remove", name]);
  }
});
