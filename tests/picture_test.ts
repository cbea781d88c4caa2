import { assertEquals } from "@std/assert";
import { TestEnv } from "./helpers/env.ts";
import { mpm } from "./helpers/mpm.ts";
import { pictureOf } from "./helpers/picture.ts";
import { ROOT } from "./helpers/tree.ts";

const COLUMNS = 80;
const DAY = 24 * 60 * 60_000;

/** Really runs a pause, the changes during the weekend, and a resume. */
async function screen(): Promise<string> {
  using env = TestEnv.repository();
  env.extra.CLICOLOR_FORCE = "1";
  env.extra.COLUMNS = String(COLUMNS);
  env.write("src/payment.ts", "export function pay() {}\n");
  env.commit("Add the payment");
  env.git("switch", "-q", "-c", "feature/refunds");
  env.write("src/refund.ts", "export function refund() {}\n");
  env.write("notes.md", "ask about VAT\n");
  let time = Date.parse("2026-11-20T17:30:00Z");
  const parts: string[] = [];
  const show = async (line: string, ...args: string[]) => {
    const { status, stdout } = await mpm(env, args, {
      now: () => new Date(time),
      typed: [],
    });
    assertEquals(status, 0, line);
    parts.push(
      `\x1b[38;5;28m$\x1b[39m \x1b[1m${line}\x1b[22m\n${stdout.trimEnd()}\n`,
    );
  };
  const summary = "Refunds: the API is there";
  const next = "Write the ledger entry";
  await show(
    `mpm pause "${summary}" -n "${next}"`,
    ...["pause", summary, "-n", next],
  );
  time += 3 * DAY;
  env.write("src/payment.ts", "export function pay(cents: number) {}\n");
  env.extra.GIT_COMMITTER_DATE = new Date(time - DAY).toISOString();
  env.extra.GIT_AUTHOR_DATE = env.extra.GIT_COMMITTER_DATE;
  env.git("commit", "-qam", "Count in cents");
  env.write("notes.md", "ask about VAT and tips\n");
  Deno.removeSync(`${env.project}/src/refund.ts`);
  parts.push("\x1b[38;5;244m# on Monday\x1b[39m\n");
  await show("mpm resume", "resume");
  // Object IDs differ with the version of git.
  return parts.join("\n").replaceAll(/\b[0-9a-f]{7}\b/g, "1a2b3c4");
}

Deno.test("the picture in the README shows what mpm prints", async () => {
  const path = `${ROOT}/docs/mpm.svg`;
  const drawn = pictureOf(await screen(), COLUMNS);
  if (Deno.env.get("UPDATE") === "1") await Deno.writeTextFile(path, drawn);
  assertEquals(await Deno.readTextFile(path), drawn);
});
