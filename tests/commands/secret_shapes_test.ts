import { assert, assertEquals } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { LOOKALIKES } from "../helpers/secret_lookalikes.ts";
import { SHAPES } from "../helpers/secret_shapes.ts";
import { TOKENS } from "../helpers/secrets.ts";

/** Returns the save of many texts, each as an accomplishment. */
async function saved(texts: readonly string[]): Promise<readonly string[]> {
  using env = TestEnv.repository();
  const { session_id: id } = await mpmJson<{ session_id: string }>(env, [
    ...["pause", "--no-commit", "Look"],
    ...texts.flatMap((text) => ["--accomplishment", text]),
  ]);
  const save = JSON.parse(env.read(`.claude-mpm/sessions/${id}.json`)) as {
    conversation: { accomplishments: string[] };
  };
  return save.conversation.accomplishments;
}

Deno.test("a save contains no credential of any form", async () => {
  assert(SHAPES.length > 300 && TOKENS.length > 100);
  const shapes = [
    ...SHAPES,
    ...TOKENS.map(([label, token]) => [label, `Use ${token} here`, token]),
  ];
  const texts = await saved(shapes.map(([, text]) => text!));
  assertEquals(texts.length, shapes.length);
  const left = shapes.filter(([, , ...secrets], at) =>
    secrets.some((secret) => texts[at]!.includes(secret))
  );
  assertEquals(left.map(([name]) => name), []);
  // Redacted text stays unchanged.
  assertEquals(await saved(texts), texts);
});

Deno.test("a save keeps text that only looks like a credential", async () => {
  const given = LOOKALIKES.map((text) => text.trim());
  assertEquals(await saved(given), given);
});

Deno.test("scan finds nothing in source that only looks like credentials", async () => {
  using env = TestEnv.repository();
  env.write("look.txt", LOOKALIKES.join("\n\n"));
  const { status, stdout } = await mpm(env, ["scan", "look.txt"]);
  assertEquals([status, stdout], [0, "0 secrets in 1 file\n"]);
});
