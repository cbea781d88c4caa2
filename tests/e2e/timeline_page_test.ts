import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { TimelineResult } from "../../schemas/types.ts";
import { barriers, inBrowser } from "../helpers/browser.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { programTest } from "../helpers/programs.ts";
import { putTranscript, workTranscript } from "../helpers/transcripts.ts";

const ID = "3f8a0000-0000-4000-8000-000000000001";
const KEY = `sk-ant-api03-${"aB3dE5fG7h".repeat(9)}`;

/** Hostile texts for every place that a timeline shows. */
const HOSTILE = `</script><img src=https://evil.example/a.png onerror=` +
  `"window.hit=1"> "><svg onload=window.hit=2> ${KEY}`;

/** A project whose every text is hostile, and its page. */
async function page(
  more: (env: TestEnv) => Promise<void> | void = () => {},
): Promise<{ env: TestEnv; path: string }> {
  const env = TestEnv.repository();
  await mpmJson(env, ["start", "login", HOSTILE]);
  await mpmJson(env, ["next", HOSTILE]);
  await mpmJson(env, ["pause", "--no-commit", "-s", HOSTILE]);
  await mpmJson(env, ["checkpoint", "save", "one", "-m", HOSTILE]);
  env.write("a.js", `${HOSTILE}\n`);
  await env.git("add", "a.js");
  await env.git("commit", "-qm", HOSTILE);
  putTranscript(
    env,
    `${ID}.jsonl`,
    workTranscript().replaceAll("polite", HOSTILE.replaceAll('"', "'")),
  );
  await more(env);
  const args = ["timeline", "--html", "page.html", "--limit", "all"];
  const { page } = await mpmJson<TimelineResult>(env, args);
  return { env, path: page!.path.replace("$ROOT", env.root) };
}

programTest("a timeline is one harmless page without a secret or a barrier", [
  "chromium",
], async () => {
  const { env, path } = await page();
  using _ = env;
  assertEquals(Deno.readTextFileSync(path).includes(KEY), false);
  for (const look of [{}, { dark: true }, { width: 320 }]) {
    await inBrowser(path, async ({ page, requests, complaints }) => {
      await page.evaluate(
        'document.querySelectorAll("details").forEach((one) => one.open = true)',
      );
      assertEquals(await page.evaluate("window.hit ?? null"), null);
      assertEquals(await page.locator("img, iframe, script[src]").count(), 0);
      assertEquals(await page.locator("li.save details").count(), 1);
      assertStringIncludes(
        await page.locator("li.commit details").last().textContent() ?? "",
        "+</script><img src=",
      );
      assertEquals(await barriers(page), []);
      const wide = await page.evaluate(
        "document.documentElement.scrollWidth - innerWidth",
      );
      assertEquals([wide, requests, complaints], [0, [], []]);
    }, look);
  }
});

programTest("a timeline with 5,000 events is searched and zoomed by keys", [
  "chromium",
], async () => {
  const { env, path } = await page(async (env) => {
    const commits = Array.from({ length: 5000 }, (_, at) => {
      const message = `Change ${at}`;
      return `commit refs/heads/main\ncommitter A <a@b> ${1.7e9 + at * 600} ` +
        `+0000\ndata ${message.length}\n${message}\n`;
    });
    await env.git("checkout", "-q", "--orphan", "old");
    const input = commits.join("").replaceAll(
      "refs/heads/main",
      "refs/heads/x",
    );
    const child = new Deno.Command("git", {
      args: ["fast-import", "--quiet"],
      cwd: env.project,
      stdin: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
    assert((await child.status).success);
    await env.git("symbolic-ref", "HEAD", "refs/heads/x");
  });
  using _ = env;
  await inBrowser(path, async ({ page, requests, complaints }) => {
    const start = performance.now();
    await page.keyboard.press("/");
    await page.keyboard.type("change 4999");
    await page.locator("output").filter({ hasText: /^1 of 50/ }).waitFor();
    await page.fill("input[type=search]", "");
    await page.locator("output").filter({ hasText: /^50\d\d of/ }).waitFor();
    await page.focus("input[type=search]");
    await page.keyboard.press("Escape");
    const range = () => page.textContent(".range");
    const all = await range();
    for (const key of ["+", "+", "h"]) await page.keyboard.press(key);
    assert(await range() !== all);
    await page.keyboard.press("0");
    assertEquals(await range(), all);
    for (const key of ["g", "9", "Enter", "j"]) await page.keyboard.press(key);
    const focused = await page.evaluate("document.activeElement.textContent");
    assertEquals(focused, "10");
    await page.locator("svg .commit").first().dispatchEvent("click");
    assertEquals(
      await page.evaluate(
        "document.activeElement.closest('li').dataset.type",
      ),
      "commit",
    );
    assert(performance.now() - start < 10_000);
    assertEquals([requests, complaints], [[], []]);
  });
});

Deno.test("a timeline replaces only its own page", async () => {
  using env = TestEnv.repository();
  const args = ["timeline", "--html", "page.html"];
  for (let run = 0; run < 2; run++) {
    const { status, stdout } = await mpm(env, args);
    assertEquals(status, 0);
    assertStringIncludes(stdout, "to $ROOT/project/page.html");
  }
  env.write("page.html", "<!doctype html>\n<!-- mpm replay -->\n");
  const other = await mpm(env, args);
  assertEquals(other.status, 4);
  assertStringIncludes(other.stderr, 'is not a page of "mpm timeline"');
});
