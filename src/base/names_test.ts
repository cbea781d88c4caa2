import { assertEquals, assertThrows } from "@std/assert";
import { agentName, agentNameIn, agentNameOfType } from "./names.ts";
import { MpmError } from "./errors.ts";

Deno.test("different spellings of an agent's name are the same", () => {
  const spellings = ["backend", "Backend", "BACKEND", "Backend Agent"];
  for (const text of [...spellings, "backend-agent", " backend_AGENT "]) {
    assertEquals(agentNameIn(text)?.key, "backend", text);
  }
  assertEquals(agentNameIn("Backend Agent")?.name, "Backend");
  assertEquals(agentNameIn("Data  base Agent")?.key, "data-base");
});

Deno.test("an agent may be called agent", () => {
  assertEquals(agentNameIn("agent")?.key, "agent");
  assertEquals(agentNameIn("Agent Agent")?.key, "agent");
  assertEquals(agentNameIn("reagent")?.key, "reagent");
});

Deno.test("other texts are not names", () => {
  const wrong = ["", " ", "-", "..", "-agent", "a/b", "a\nb", "é", "a\x1b[0m"];
  for (const text of [...wrong, "x".repeat(65)]) {
    assertEquals(agentNameIn(text), undefined, JSON.stringify(text));
    assertThrows(() => agentName(text, "--agent"), MpmError, "--agent");
  }
  assertEquals(agentNameIn("x".repeat(64))?.key.length, 64);
});

Deno.test("a type of sub-agents becomes a name", () => {
  assertEquals(agentNameOfType("general-purpose")?.key, "general-purpose");
  assertEquals(agentNameOfType("team:Reviewer")?.key, "team-reviewer");
  assertEquals(agentNameOfType(""), undefined);
  assertEquals(agentNameOfType("x".repeat(200))?.key.length, 64);
});
