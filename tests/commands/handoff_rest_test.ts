import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { ContextInjectResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

/** Lists of a save that hold `count` entries, each a different word. */
function lists(count: number): Record<string, string[]> {
  const kinds = [
    ...["accomplishments", "next_steps", "decisions", "blockers"],
    ...["open_questions", "constraints", "rejected", "verify", "todos"],
    ...["important_reminders", "files_to_review"],
  ];
  return Object.fromEntries(
    kinds.map((kind) => [
      kind,
      Array.from({ length: count }, (_, at) => `${kind}-word${at}`),
    ]),
  );
}

async function injectedText(
  env: TestEnv,
  limit: number,
  parts: readonly string[] = [],
): Promise<string> {
  const { text } = await mpmJson<ContextInjectResult>(env, [
    ...["context", "inject", "--limit", `${limit}`],
    ...parts.flatMap((part) => ["--part", part]),
  ]);
  assert(text.length <= limit, `${text.length} of ${limit}`);
  return text;
}

/** Runs the commands of mpm that the lines about missing entries name. */
async function namedOutput(
  env: TestEnv,
  text: string,
  cwd = env.project,
): Promise<string> {
  const commands = [...text.matchAll(/… .*: (mpm [^,\n]*?)(?: shows them)?$/gm)]
    .map(([, command]) => command!);
  const outputs: string[] = [];
  for (const command of new Set(commands)) {
    const { stdout, status } = await mpm(env, command.split(" ").slice(1), {
      cwd,
    });
    // Evidence that does not hold has the status 1.
    assert(status <= 1, `${command}: ${status}`);
    outputs.push(stdout);
  }
  return outputs.join("");
}

Deno.test("the commands named in a shortened hand-off show what is missing", async () => {
  using env = TestEnv.repository();
  const given = lists(30);
  await mpm(env, ["pause", "Refunds", "--input", "-"], {
    stdin: JSON.stringify(given),
  });
  for (let at = 0; at < 30; at++) {
    await mpm(env, ["var", "set", `NAME${at}`, `var-word${at}`]);
  }
  const words = Object.values(given).flat();
  for (const limit of [700, 1500, 4000, 10_000]) {
    const text = await injectedText(env, limit);
    const output = await namedOutput(env, text);
    const absent = words.filter((word) =>
      !text.includes(word) && !output.includes(word)
    );
    assertEquals(absent, [], `at ${limit}`);
  }
});

Deno.test("a hand-off from another worktree names commands that show its items", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["pause", "Refunds", "--input", "-"], {
    stdin: JSON.stringify({ next_steps: lists(60).next_steps }),
  });
  for (let at = 0; at < 60; at++) {
    await mpm(env, ["var", "set", `NAME${at}`, `var-word${at}.`]);
  }
  await mpm(env, ["pause", "Again"]);
  const other = join(env.root, "other");
  env.git("worktree", "add", "-q", other, "-b", "other");
  const inject = ["context", "inject", "--limit", "1500"];
  const { stdout: text } = await mpm(env, inject, { cwd: other });
  const output = await namedOutput(env, text, other);
  for (let at = 0; at < 60; at++) {
    assertStringIncludes(text + output, `next_steps-word${at} `);
    assertStringIncludes(text + output, `=var-word${at}.`);
  }
});

Deno.test("a shortened checklist and status count every entry that is left out", async () => {
  using env = TestEnv.repository();
  const items = Array.from({ length: 60 }, (_, at) => `- [ ] item${at}.`);
  env.write(
    ".claude-mpm/templates/long.md",
    `---\nname: Long\ndescription: d\n---\n\n# Template: Long\n\n## One\n\n` +
      `${items.join("\n")}\n`,
  );
  for (let at = 0; at < 40; at++) env.write(`new${at}.txt`, "x");
  await mpm(env, ["start", "Work", "--template", "long"]);
  for (const limit of [700, 9500]) {
    const text = await injectedText(env, limit, ["checklist", "status"]);
    const count = (pattern: RegExp) => [...text.matchAll(pattern)].length;
    assertStringIncludes(
      text,
      `… ${60 - count(/^- \[ \]/gm)} more lines left out: mpm check shows`,
    );
    assertStringIncludes(
      text,
      `… ${40 - count(/^\?\? /gm)} more lines left out: git status shows`,
    );
    const output = await namedOutput(env, text);
    for (let at = 0; at < 60; at++) assertStringIncludes(output, `item${at}.`);
  }
});

Deno.test("the line about parts without room names their command", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["pause", "Refunds", "-n", "Write the webhook"]);
  env.write("README.md", "hello\n");
  env.write("docs/architecture.md", "arch\n");
  const parts = [
    ...["session", "stack", "checklist", "context", "readme", "commits"],
    ...["status", "architecture", "layers"],
  ];
  for (let limit = 500; limit <= 1600; limit += 100) {
    const text = await injectedText(env, limit, parts);
    assertStringIncludes(text, "## Latest save", `${limit}`);
    const titles = ["Latest save", "Readme", "commits", "tree", "Architecture"];
    const shown = titles.filter((title) =>
      text.includes(`## ${title}`) || text.includes(` ${title}\n`)
    ).length;
    assert(
      shown === titles.length ||
        / left out: mpm context inject --part \w+/.test(text),
      text,
    );
  }
});
