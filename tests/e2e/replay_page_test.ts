import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { ReplayResult } from "../../schemas/types.ts";
import { barriers, inBrowser } from "../helpers/browser.ts";
import { TestEnv } from "../helpers/env.ts";
import { binary, mpm, mpmJson } from "../helpers/mpm.ts";
import { programTest } from "../helpers/programs.ts";
import { longTranscript } from "../helpers/transcripts.ts";
import { ROOT } from "../helpers/tree.ts";

const KEY = `sk-ant-api03-${"aB3dE5fG7h".repeat(9)}`;

/** Hostile texts in a prompt, an answer and a result. */
const HOSTILE = [
  `</pre></script><script>window.hit = 1</script>`,
  `<img src=https://evil.example/a.png onerror="window.hit = 2">`,
  `![x](https://evil.example/b.png) [click](javascript:window.hit=3)`,
  `<style>@import "https://evil.example/c.css";</style>`,
  `"><svg onload=window.hit=4> ' onfocus=window.hit=5 autofocus='`,
  `Use ${KEY} <!-- --> ]]> &lt;`,
].join("\n\n");

const ID = "3f8a0000-0000-4000-8000-000000000001";

function hostileTranscript(): string {
  const call = { type: "tool_use", id: "one", name: HOSTILE.slice(0, 40) };
  const lines = [
    {
      type: "user",
      promptSource: "typed",
      origin: { kind: "human" },
      message: { content: HOSTILE },
    },
    {
      type: "assistant",
      message: {
        model: "<b>model</b>",
        content: [{ type: "text", text: HOSTILE }, {
          ...call,
          input: { [HOSTILE]: HOSTILE },
        }],
      },
    },
    {
      type: "user",
      message: {
        content: [{
          ...{ type: "tool_result", tool_use_id: "one" },
          content: HOSTILE,
        }],
      },
      toolUseResult: {
        bashEditDiff: {
          files: [{
            filePath: HOSTILE,
            hunks: [{ lines: [`+${HOSTILE}`, `-${HOSTILE}`] }],
          }],
        },
      },
    },
  ];
  return lines.map((line, at) =>
    JSON.stringify({
      timestamp: `2026-11-20T12:00:0${at}.000Z`,
      uuid: `0000000${at}`,
      parentUuid: at === 0 ? null : `0000000${at - 1}`,
      ...line,
    })
  ).join("\n");
}

async function page(text: string): Promise<{ env: TestEnv; path: string }> {
  const env = TestEnv.repository();
  env.write(`${ID}.jsonl`, text);
  const { page } = await mpmJson<ReplayResult>(
    env,
    ["replay", `${ID}.jsonl`, "--html", "page.html"],
  );
  return { env, path: page!.path.replace("$ROOT", env.root) };
}

const work = () => Deno.readTextFileSync(`${ROOT}/tests/handoff/work.jsonl`);

Deno.test("a page is one file that replaces only pages like it", async () => {
  const { env, path } = await page(work());
  using _ = env;
  const text = Deno.readTextFileSync(path);
  for (const part of ["src=", "@import", "url(", 'http-equiv="refresh']) {
    assertEquals(text.includes(part), false, part);
  }
  assertStringIncludes(text, "default-src 'none'");
  const args = ["replay", `${ID}.jsonl`, "--html", "page.html"];
  const again = await mpm(env, args);
  assertEquals(again.status, 0);
  assertStringIncludes(
    again.stdout,
    "Wrote 15 steps to $ROOT/project/page.html",
  );
  env.write("page.html", "<!doctype html>\n<p>mine</p>\n");
  const other = await mpm(env, args);
  assertEquals(other.status, 4);
  assertStringIncludes(other.stderr, 'is not a page of "mpm replay"');
  assertEquals(env.read("page.html"), "<!doctype html>\n<p>mine</p>\n");
  const nowhere = await mpm(env, [...args.slice(0, 3), "no/such/page.html"]);
  assertEquals(nowhere.status, 3);
  Deno.mkdirSync(join(env.project, "pages"));
  await mpmJson(env, [...args.slice(0, 3), "pages"]);
  assert(env.exists(`pages/${ID}.html`));
});

programTest("a page shows the steps, filters, searches and responds to keys", [
  "chromium",
], async () => {
  const { env, path } = await page(work());
  using _ = env;
  await inBrowser(path, async ({ page, requests, complaints }) => {
    const shown = () => page.locator("li.step:not([hidden])").count();
    assertEquals(await page.title(), `Agent session ${ID}`);
    assertEquals(await shown(), 15);
    await page.keyboard.press("/");
    await page.keyboard.type("greeting");
    await page.locator("output").filter({ hasNotText: "15 of 15" }).waitFor();
    const found = await shown();
    assert(found > 2 && found < 15, String(found));
    await page.fill("input[type=search]", "");
    await page.click("summary >> text=Types");
    await page.uncheck('input[value="todo"]');
    await page.locator("output").filter({ hasText: "11 of 15" }).waitFor();
    assertEquals(await shown(), 11);
    await page.locator("h2 a").first().focus();
    await page.keyboard.press("j");
    const focused = () => page.evaluate("document.activeElement.textContent");
    assertEquals(await focused(), "2");
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    // Steps 5 and 6 are todos, which are not shown.
    assertEquals(await focused(), "8");
    await page.keyboard.press("k");
    assertEquals(await focused(), "3");
    for (const key of ["g", "1", "2", "Enter"]) await page.keyboard.press(key);
    assertEquals(await focused(), "12");
    assertEquals([requests, complaints], [[], []]);
  });
});

programTest("axe finds no barrier in a light, dark or narrow page", [
  "chromium",
], async () => {
  const { env, path } = await page(work());
  using _ = env;
  for (const look of [{}, { dark: true }, { width: 320 }]) {
    await inBrowser(path, async ({ page }) => {
      assertEquals(await barriers(page), []);
      const wide = await page.evaluate(
        "document.documentElement.scrollWidth - innerWidth",
      );
      assertEquals(wide, 0);
    }, look);
  }
});

programTest(
  "a hostile transcript runs and loads nothing in a page, and reveals no secret",
  ["chromium"],
  async () => {
    const { env, path } = await page(hostileTranscript());
    using _ = env;
    assertEquals(Deno.readTextFileSync(path).includes(KEY), false);
    await inBrowser(path, async ({ page, requests, complaints }) => {
      await page.evaluate(
        'document.querySelectorAll("details").forEach((one) => one.open = true)',
      );
      assertEquals(await page.evaluate("window.hit ?? null"), null);
      assertEquals(
        await page.locator("img, svg, iframe, script[src]").count(),
        0,
      );
      assertEquals(await page.locator("script, style").count(), 2);
      assertEquals(await page.locator('a[href^="javascript"]').count(), 0);
      assertStringIncludes(
        await page.textContent("main") ?? "",
        "<script>window.hit = 1</script>",
      );
      assertEquals([requests, complaints], [[], []]);
    });
  },
);

Deno.test("a long page is the same with another thread, and without one", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["config", "set", "redaction.rules.ours", "ours-[0-9]+"]);
  env.write(`${ID}.jsonl`, longTranscript(KEY));
  const args = ["replay", `${ID}.jsonl`, "--html"];
  const pages = ["alone.html", "failed.html", "thread.html"] as const;
  await mpmJson(env, [...args, pages[0]]);
  let tasks = 0;
  await mpmJson(env, [...args, pages[1]], {
    wrap: (system) => ({
      ...system,
      thread: () => ({
        run: () => Promise.reject(new Error(`task ${++tasks} failed`)),
        turn: () => Promise.resolve(),
        [Symbol.dispose]() {},
      }),
    }),
  });
  assert(tasks > 5);
  assertEquals(env.run(binary(), [...args, pages[2]]).status, 0);
  const [alone, failed, thread] = pages.map((path) => env.read(path));
  assert(!alone!.includes(KEY) && !alone!.includes("ours-12"));
  assert(failed === alone && thread === alone);
});
