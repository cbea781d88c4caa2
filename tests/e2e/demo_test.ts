import { assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT } from "../helpers/tree.ts";

Deno.test("the demonstration shows a pause, changes, and a resume that reports them", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/demo.ts"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  const text = new TextDecoder().decode(stdout);
  for (
    const part of [
      "Session Paused Successfully",
      "📊 Session Resume: session-",
      "New Commits (1):",
      "Add refunds",
      "src/refund.ts",
      "notes.md",
    ]
  ) assertStringIncludes(text, part);
});
