import { assertEquals } from "@std/assert";
import type { SavesListResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpmJson, start } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { recordOf, workIds } from "../helpers/works.ts";

posixTest(
  "fifty processes that tick and pause at once lose nothing",
  async () => {
    using env = TestEnv.repository();
    const items = Array.from({ length: 40 }, (_, at) => `- [ ] Item ${at}\n`);
    env.write(".claude-mpm/templates/many.md", items.join(""));
    await mpmJson(env, ["start", "busy", "--template", "many"]);
    const done = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        start(
          env,
          at < 40
            ? ["check", String(at + 1), "--json"]
            : ["pause", "--no-commit", "--json", `Pause ${at}`],
        ).output()),
    );
    const outcomes = done.map(({ code }) => code);
    // A pause may come before a tick, which is then refused and reports that.
    assertEquals(outcomes.filter((code) => code !== 0 && code !== 4), []);
    assertEquals(outcomes.slice(40), Array(10).fill(0));
    const record = recordOf(env, workIds(env)[0]!);
    assertEquals(
      record.checklist.map((item) => item.done),
      outcomes.slice(0, 40).map((code) => code === 0),
    );
    assertEquals(record.state, "paused");
    const { sessions } = await mpmJson<SavesListResult>(env, [
      "saves",
      "list",
    ]);
    assertEquals(
      [...record.saves].sort(),
      sessions.map(({ session_id: id }) => id).sort(),
    );
    assertEquals(record.saves.length, 10);
  },
);

posixTest(
  "fifty ticks at once are fifty ticks; one of many starts wins",
  async () => {
    using env = TestEnv.repository();
    const items = Array.from({ length: 50 }, (_, at) => `- [ ] Item ${at}\n`);
    env.write(".claude-mpm/templates/many.md", items.join(""));
    const starts = await Promise.all(
      Array.from(
        { length: 10 },
        (_, at) => start(env, ["start", `s${at}`, "-t", "many"]).output(),
      ),
    );
    assertEquals(starts.map(({ code }) => code).sort(), [
      0,
      ...Array(9).fill(4),
    ]);
    const ticks = await Promise.all(
      Array.from(
        items,
        (_, at) => start(env, ["check", String(at + 1)]).output(),
      ),
    );
    assertEquals(ticks.map(({ code }) => code), items.map(() => 0));
    const [id, ...others] = workIds(env);
    assertEquals(others, []);
    const { checklist, transitions } = recordOf(env, id!);
    assertEquals(checklist.every(({ done }) => done), true);
    assertEquals(transitions.length, 2);
  },
);
