import { assertEquals, assertMatch } from "@std/assert";
import { alnum } from "../../tests/helpers/secrets.ts";
import { Redactor } from "../secrets/mod.ts";
import { normalize } from "./normalize.ts";
import { redactSave } from "./redact.ts";

const ID = "session-20261120-100000";
const AT = "2026-11-20T10:00:00.000Z";

Deno.test("a secret in a file name that occurs only in a hand-off is replaced", () => {
  const token = `ghp_${alnum(36)}`;
  const names = [`src/${token}.ts`, "src/plain.ts"];
  const files = names.map((path) => ({
    path,
    how: "edited",
    times: 1,
    at: AT,
  }));
  const handoff = { schema: 1, items: [], files, runs: [], unread: [] };
  const { save } = normalize({
    ...{ session_id: ID, paused_at: AT },
    mpm: { schema: 1, kind: "auto", handoff },
  }, ID);
  const clean = redactSave(new Redactor(), save);
  const [held, plain] = clean.mpm!.handoff!.files;
  assertMatch(held!.path, /^src\/\[redacted:github-token#\w{12}\]/);
  assertEquals(plain!.path, names[1]);
});
