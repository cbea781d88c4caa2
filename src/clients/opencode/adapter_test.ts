import { assertEquals, assertThrows } from "@std/assert";
import type { System } from "../../system/system.ts";
import { MpmError } from "../../base/errors.ts";
import { adapter } from "./adapter.ts";
import { opencodeHome } from "./home.ts";
import { setup } from "./setup.ts";

/** A machine with these variables. */
function machine(env: Record<string, string>): System {
  return {
    env: (name: string) => env[name],
    home: () => "/home/dev",
  } as unknown as System;
}

Deno.test("opencode: the fields of an event have mpm's names", () => {
  const fields = (given: Record<string, unknown>) =>
    adapter.fields(given, "PostToolBatch", machine({}));
  const call = {
    tool_name: "edit",
    tool_use_id: "c",
    tool_input: { filePath: "/p/a.ts", oldString: "a", newString: "b" },
  };
  assertEquals(fields({ session_id: "s", tool_calls: [call, null] }), {
    session_id: "s",
    tool_calls: [
      {
        tool_name: "MultiEdit",
        tool_use_id: "c",
        tool_input: { paths: ["/p/a.ts"] },
      },
      { tool_name: "", tool_input: undefined },
    ],
  });
  const patchText = "*** Begin Patch\n*** Update File: a.ts\n" +
    "*** Move to: b.ts\n*** Delete File: c.ts\n*** End Patch";
  assertEquals(
    fields({ tool_name: "apply_patch", tool_input: { patchText } }),
    { tool_name: "MultiEdit", tool_input: { paths: ["a.ts", "b.ts", "c.ts"] } },
  );
  assertEquals(fields({ tool_name: "bash", tool_input: { command: "ls" } }), {
    tool_name: "Bash",
    tool_input: { command: "ls" },
  });
  assertEquals(fields({ prompt: '"Go on."' }), { prompt: "Go on." });
  assertEquals(fields({ prompt: '"Yes"' }), { prompt: '"Yes"' });
  assertEquals(fields({ tool_calls: 7 }), { tool_calls: [] });
});

Deno.test("opencode: a prompt that is held back becomes a text for the agent", () => {
  const answer = (value: Parameters<typeof adapter.answer>[1]) =>
    adapter.answer("UserPromptSubmit", value);
  assertEquals(answer({}), "");
  assertEquals(
    answer({ block: "Full", context: "Facts", message: "Save" }),
    '{"context":"Full\\n\\nFacts","message":"Save"}\n',
  );
  assertEquals(answer({ deny: "Taken" }), '{"deny":"Taken"}\n');
});

Deno.test("opencode: the plugin is a file of mpm, and no other is replaced", () => {
  const [file] = setup.files(machine({ XDG_CONFIG_HOME: "/etc/me" }));
  assertEquals(file?.path, "/etc/me/opencode/plugins/mpm.js");
  const binary = 'C:\\a "b" $& \u2028\\mpm';
  const text = file!.install(undefined, { binary, claims: true });
  assertEquals(file!.entries(text).map((one) => one.binary), [binary]);
  assertEquals(text.includes("const CLAIMS = true;"), true);
  assertEquals(/@\w+@/.test(text), false);
  assertEquals(file!.install(text, { binary, claims: true }), text);
  assertEquals(file!.remove(text, undefined), undefined);
  const foreign = "export const Other = async () => ({});\n";
  assertEquals(file!.remove(foreign, undefined), foreign);
  assertEquals(file!.entries(foreign), []);
  assertThrows(
    () => file!.install(foreign, { binary, claims: false }),
    MpmError,
    "mpm did not write",
  );
});

Deno.test("opencode: its folder is found by a variable", () => {
  assertEquals(opencodeHome(machine({})), "/home/dev/.config/opencode");
  assertEquals(opencodeHome(machine({ XDG_CONFIG_HOME: "x" })), undefined);
});
