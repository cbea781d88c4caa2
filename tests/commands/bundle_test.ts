import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  ExportResult,
  ImportResult,
  NotesResult,
  SavesListResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { programTest } from "../helpers/programs.ts";
import { idAt, ownSave, putSave } from "../helpers/stores.ts";
import { CraftedWriter, craftEntry } from "../helpers/team_entries.ts";

/** Keys of `ssh-keygen` and `age-keygen`. */
const KEYS = new URL("../formats/age/", import.meta.url);
const keyText = (name: string) => Deno.readTextFileSync(new URL(name, KEYS));
const SSH = keyText("plain.pub").trim();
const LOCKED = keyText("locked.pub").trim();

function giveKey(env: TestEnv, key: string): void {
  const folder = join(env.home, ".ssh");
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(join(folder, "id_ed25519"), keyText(key));
}

const AT = (second: number) => ({
  now: () => new Date(Date.UTC(2026, 10, 20, 12, 0, second)),
});

/** A project with a save, a note and a hand-off of its user. */
async function sender(): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, ["pause", "Parse dates", "--no-commit"], AT(0));
  await mpmJson(env, ["note", "Zones are in UTC"], AT(1));
  const handoff = ["handoff", "new", "--to", "backend", "--need", "an API"];
  await mpmJson(env, handoff, AT(2));
  return env;
}

async function bring(env: TestEnv, file: string): Promise<ImportResult> {
  return await mpmJson<ImportResult>(env, ["import", file]);
}

/** The summaries and origins in a project's list, and the texts of notes. */
async function seen(env: TestEnv): Promise<string[]> {
  const { sessions } = await mpmJson<SavesListResult>(env, ["list"]);
  const { notes } = await mpmJson<NotesResult>(env, ["notes"]);
  return [
    ...sessions.map(({ summary, origin }) => `${summary} (${origin})`),
    ...notes.map(({ text }) => text),
  ];
}

Deno.test("a bundle brings saves, hand-offs and notes as from someone else", async () => {
  using env = await sender();
  using other = TestEnv.repository();
  const file = join(env.root, "bundle.json");
  const dry = await mpmJson<ExportResult>(
    env,
    ["export", "--to", file, "--dry-run"],
  );
  assertEquals(env.exists(file), false);
  const made = await mpmJson<ExportResult>(env, ["export", "--to", file]);
  assertEquals({ ...made, dry_run: true }, dry);
  assertEquals(
    made.entries.map(({ kind }) => kind).sort(),
    ["handoff", "note", "save"],
  );
  const mode = Deno.statSync(file).mode;
  if (mode !== null) assertEquals(mode & 0o777, 0o600);
  const plan = await mpmJson<ImportResult>(other, [
    "import",
    file,
    "--dry-run",
  ]);
  assertEquals([plan.entries!.count, await seen(other)], [3, []]);
  const done = await bring(other, file);
  assertEquals(done.entries, {
    ...{ writer: done.entries!.writer, name: "Ada Lovelace" },
    ...{ count: 3, present: false },
  });
  const all = ["Parse dates (foreign)", "Zones are in UTC"];
  assertEquals(await seen(other), all);
  const { stdout } = await mpm(other, ["handoff", "list"]);
  assertStringIncludes(stdout, "an API");
  assertEquals((await bring(other, file)).entries!.present, true);
  assertEquals(await seen(other), all);
});

Deno.test("a newer bundle replaces an older one, and never the reverse", async () => {
  using env = await sender();
  using other = TestEnv.repository();
  const [first, second] = ["1.json", "2.json"].map((one) =>
    join(env.root, one)
  ) as [string, string];
  await mpmJson(env, ["export", "--to", first], AT(10));
  await mpmJson(env, ["pause", "More", "--no-commit"], AT(20));
  await mpmJson(env, ["export", "--to", second], AT(30));
  await bring(other, first);
  await bring(other, second);
  const all = [
    ...["More (foreign)", "Parse dates (foreign)", "Zones are in UTC"],
  ];
  assertEquals(await seen(other), all);
  assertEquals((await bring(other, first)).entries!.present, true);
  assertEquals(await seen(other), all);
  const refs = other.git("for-each-ref", "refs/mpm/team").split("\n");
  assertEquals(refs.length, 1);
});

Deno.test("importing your own bundle changes nothing", async () => {
  using env = await sender();
  const before = await seen(env);
  const file = join(env.root, "bundle.json");
  await mpmJson(env, ["export", "--to", file]);
  await bring(env, file);
  assertEquals(await seen(env), before);
});

Deno.test("a bundle is encrypted to recipients, or to the team", async () => {
  using env = await sender();
  using other = TestEnv.repository();
  giveKey(other, "plain");
  const file = join(env.root, "bundle.age");
  await mpmJson(env, ["export", "--to", file, "--recipient", SSH]);
  const bytes = Deno.readFileSync(file);
  const text = new TextDecoder("latin1").decode(bytes);
  assert(text.startsWith("age-encryption.org/v1\n"));
  // Long enough not to be there by chance.
  assert(!/Parse dates|are in UTC|session_id/i.test(text));
  await bring(other, file);
  assertEquals((await seen(other)).length, 2);
  using third = TestEnv.repository();
  const refused = await mpm(third, ["import", file]);
  assertEquals(refused.status, 4);
  assertStringIncludes(
    refused.stderr,
    '"bundle.age" is encrypted for other keys',
  );
  assertStringIncludes(refused.stderr, "nothing else can open this file");
  await mpmJson(env, ["team", "add", "ben", LOCKED]);
  const { recipients } = await mpmJson<ExportResult>(
    env,
    ["export", "--to", env.root],
  );
  assertEquals(recipients, [LOCKED.split(" ").slice(0, 2).join(" ")]);
  const team = join(env.root, "mpm-bundle.age");
  assertEquals((await mpm(other, ["import", team])).status, 4);
});

Deno.test("a key with a passphrase asks for it on a terminal without echoing it", async () => {
  using env = await sender();
  using other = TestEnv.repository();
  giveKey(other, "locked");
  const file = join(env.root, "bundle.age");
  await mpmJson(env, ["export", "--to", file, "--recipient", LOCKED]);
  const silent = await mpm(other, ["import", file]);
  assertEquals(silent.status, 4);
  assertStringIncludes(silent.stderr, "needs the passphrase of a key");
  const left = await mpm(other, ["import", file], { keys: ["open", "\x03"] });
  assertEquals(left.status, 130);
  assertEquals(await seen(other), []);
  const typed = ["opem\x7fn", " sesamee", "\x7f", "\r"];
  const done = await mpm(other, ["import", file], { keys: typed });
  assertEquals(done.status, 0, done.stderr);
  assertStringIncludes(done.stderr, "Passphrase for ~/.ssh/id_ed25519: \r\n");
  assert(!`${done.stdout}${done.stderr}`.includes("sesam"));
  assertEquals((await seen(other)).length, 2);
});

programTest(
  "bundles open with age, and age's files with mpm",
  ["age"],
  async () => {
    using env = await sender();
    using other = TestEnv.repository();
    giveKey(other, "plain");
    const [file, plain, again] = ["b.age", "b.json", "c.age"]
      .map((name) => join(env.root, name)) as [string, string, string];
    const age = (...args: string[]) => {
      const { success, stderr } = new Deno.Command("age", { args })
        .outputSync();
      assert(success, new TextDecoder().decode(stderr));
    };
    await mpmJson(env, ["export", "--to", file, "--recipient", SSH]);
    age("-d", "-i", join(other.home, ".ssh/id_ed25519"), "-o", plain, file);
    assertEquals(JSON.parse(Deno.readTextFileSync(plain)).mpm_bundle, 2);
    age("-a", "-r", SSH, "-o", again, plain);
    await bring(other, again);
    assertEquals((await seen(other)).length, 2);
    // Saves in the form of "mpm saves export" may also be encrypted.
    using third = TestEnv.repository();
    giveKey(third, "plain");
    for (const args of [["--all"], []]) {
      const saves = join(env.root, `saves-${args.length}.json`);
      await mpmJson(env, ["saves", "export", ...args, "-o", saves]);
      age("-r", SSH, "-o", `${saves}.age`, saves);
    }
    const { imported } = await bring(third, join(env.root, "saves-1.json.age"));
    assertEquals(imported.length, 1);
    const { present } = await bring(third, join(env.root, "saves-0.json.age"));
    assertEquals(present.length, 1);
  },
);

Deno.test("an export replaces no other file, and writes no secret data unencrypted", async () => {
  using env = await sender();
  env.write("notes.json", "{}");
  env.write("secret.age", "age-encryption.org/v1\nmine");
  const failing = async (...args: string[]) => {
    const { status, stderr } = await mpm(env, ["export", ...args]);
    return `${status} ${stderr.split("\n")[0]}`;
  };
  assertStringIncludes(await failing(), "2 Error: No file was named");
  assertStringIncludes(await failing("--to", "notes.json"), "4 Error: Cannot");
  assertStringIncludes(await failing("--to", "secret.age"), "4 Error: Cannot");
  assertStringIncludes(
    await failing("--to", ".claude-mpm/sessions"),
    "4 Error: Cannot",
  );
  assertStringIncludes(
    await failing("--to", "x", "--recipient", "ssh-rsa AAAA"),
    '2 Error: mpm cannot encrypt to "ssh-rsa"',
  );
  assertStringIncludes(
    await failing("--to", "x", "--with-conversation"),
    "4 Error: Cannot export a conversation without encryption",
  );
  assertEquals(env.exists("x"), false);
  assertEquals(env.read("secret.age"), "age-encryption.org/v1\nmine");
});

Deno.test("damaged, truncated, giant and newer bundles are refused with a clear message", async () => {
  using env = await sender();
  using other = TestEnv.repository();
  giveKey(other, "plain");
  const file = join(env.root, "b.json");
  const sealed = join(env.root, "b.age");
  await mpmJson(env, ["export", "--to", file]);
  await mpmJson(env, ["export", "--to", sealed, "--recipient", SSH]);
  const text = Deno.readTextFileSync(file);
  const bundle = JSON.parse(text);
  const bytes = Deno.readFileSync(sealed);
  const put = (name: string, content: string | Uint8Array) => {
    const path = join(other.root, name);
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    return path;
  };
  const giant = put("giant.json", '{"mpm_bundle":2,');
  Deno.truncateSync(giant, 300 * 1024 * 1024);
  const giantAge = put("giant.age", "age-encryption.org/v1\n");
  Deno.truncateSync(giantAge, 300 * 1024 * 1024);
  const writer = new CraftedWriter();
  const cases: [string, number, string][] = [
    [put("cut.json", text.slice(0, -50)), 5, "incomplete or damaged"],
    [put("cut.age", bytes.subarray(0, -50)), 5, "incomplete or damaged"],
    [put("head.age", bytes.subarray(0, 60)), 5, "incomplete or damaged"],
    [put("changed.age", bytes.with(-9, bytes.at(-9)! ^ 1)), 5, "damaged"],
    [giant, 6, "giant.json"],
    [giantAge, 6, "giant.age"],
    [put("newer.json", text.replace(":2,", ":3,")), 5, "bundle of version 3"],
    [put("deep.json", `{"mpm_bundle":2,"x":${"[".repeat(1e6)}`), 5, "damaged"],
    [put("none.json", '{"mpm_bundle":2,"entries":[]}'), 5, "not a bundle"],
    [
      put("empty.json", JSON.stringify({ ...bundle, entries: [] })),
      ...[5, "no entry of its writer"] as const,
    ],
    [
      put("stolen.json", JSON.stringify({ ...bundle, log: writer.log })),
      ...[5, "no entry of its writer"] as const,
    ],
    [
      put("path.json", JSON.stringify({ ...bundle, log: "../../x" })),
      ...[5, "not a bundle"] as const,
    ],
  ];
  for (const [path, status, message] of cases) {
    const found = await mpm(other, ["import", path]);
    assertEquals(found.status, status, `${path}: ${found.stderr}`);
    assertStringIncludes(found.stderr, message, path);
  }
  assertEquals(await seen(other), []);
  assertEquals(other.git("for-each-ref", "refs/mpm/team"), "");
});

Deno.test("entries of a bundle that are not its writer's are refused, the others come", async () => {
  using env = TestEnv.repository();
  const [writer, other] = [new CraftedWriter(), new CraftedWriter()];
  const save = (second: number) => ({
    ...{ kind: "save", id: idAt(second) },
    content: JSON.stringify(ownSave(idAt(second), { summary: `S${second}` })),
  });
  const entries = [
    craftEntry(writer, { number: 1, ...save(1) }),
    craftEntry(other, { number: 2, ...save(2) }),
    craftEntry(other, { number: 3, ...save(3), log: writer.log }),
    craftEntry(writer, { number: 4, ...save(4) }).with(-2, 65),
    craftEntry(writer, {
      ...{ number: 5, ...save(5) },
      log: writer.log.replace(/1$/, "2"),
    }),
    craftEntry(writer, { number: 6, ...save(6), id: "../../x" }),
    craftEntry(writer, { number: 7, ...save(7) }),
  ].map((bytes) => new TextDecoder().decode(bytes));
  const bundle = {
    ...{ mpm_bundle: 2, created_at: "", log: writer.log, entries },
  };
  env.write("b.json", JSON.stringify(bundle));
  const { status, stdout } = await mpm(env, ["import", "b.json", "--json"]);
  assertEquals(status, 5);
  const result = JSON.parse(stdout) as ImportResult;
  assertEquals(result.refused.length, 4);
  assertEquals(await seen(env), ["S7 (foreign)", "S1 (foreign)"]);
  assertStringIncludes(result.warnings.join(), "invalid ID");
});

Deno.test("outside a repository, only saves can be imported", async () => {
  using env = await sender();
  using other = new TestEnv();
  const file = join(env.root, "b.json");
  await mpmJson(env, ["export", "--to", file]);
  const { status, stderr } = await mpm(other, ["import", file]);
  assertEquals(status, 4, stderr);
  assertStringIncludes(stderr, "not a git repository");
  putSave(other, ownSave(idAt(0)));
  const { entries } = await mpmJson<ExportResult>(
    other,
    ["export", "--to", join(other.root, "x.json")],
  );
  assertEquals(entries, []);
});
