import { assert, assertEquals } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { AGENT } from "../helpers/hook_events.ts";
import { mpmJson } from "../helpers/mpm.ts";
import { longTranscript } from "../helpers/transcripts.ts";
import { wineTest } from "../helpers/wine.ts";

const KEY = `sk-ant-api03-${"aB3dE5fG7h".repeat(9)}`;

wineTest("a long page equals the one that Linux makes", async (env) => {
  using linux = new TestEnv();
  const [transcript, page] = [`${AGENT}.jsonl`, "page.html"];
  for (const one of [env, linux]) one.write(transcript, longTranscript(KEY));
  const words = ["replay", transcript, "--html", page];
  const { status, stderr } = await env.mpm(words);
  assertEquals([status, stderr], [0, ""]);
  await mpmJson(linux, words);
  assert(!env.read(page).includes(KEY));
  assert(env.read(page) === linux.read(page), "the pages differ");
});
