import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { basename, join } from "@std/path";
import type { System } from "../system/system.ts";
import { MpmError } from "../base/errors.ts";
import { setup as copilot } from "./copilot/setup.ts";
import { setup } from "./gemini/setup.ts";

/** A machine with these variables. */
function machine(platform: System["platform"] = "linux"): System {
  return {
    platform,
    env: () => undefined,
    home: () => "/home/dev",
  } as unknown as System;
}

const WANTED = { binary: "/opt/it's here/mpm", claims: false };

for (const [name, { files }] of Object.entries({ gemini: setup, copilot })) {
  Deno.test(`${name}: its files are written and removed completely`, () => {
    const all = files(machine());
    assert(all.length > 0);
    for (const file of all) {
      const text = file.install(undefined, WANTED);
      assert(file.entries(text).length > 0, file.path);
      assertEquals(file.install(text, WANTED), text);
      assertEquals(file.remove(text, undefined), undefined);
      // Someone else's file stays.
      assertEquals(file.entries("{}"), []);
      assertEquals(file.remove("{}", undefined), "{}");
      try {
        file.install("{}", WANTED);
        assert(false, "a file of someone else is not replaced");
      } catch (error) {
        assert(error instanceof MpmError && error.code === "CONFLICT");
      }
    }
  });

  Deno.test(`${name}: only claims need an event before a tool`, () => {
    const events = (claims: boolean) =>
      files(machine()).flatMap((file) =>
        file.entries(file.install(undefined, { ...WANTED, claims }))
      ).filter(({ event }) => event !== "");
    assertEquals(
      events(false).map(({ event }) => event).includes("PreToolUse"),
      false,
    );
    const all = events(true);
    assert(all.some(({ event }) => event === "PreToolUse"));
    assertEquals(
      new Set(all.map(({ binary }) => binary)),
      new Set([WANTED.binary]),
    );
  });

  Deno.test(`${name}: a hook exits with 0 without mpm, or if mpm fails`, async () => {
    const lines = files(machine()).flatMap((file) =>
      [
        ...file.install(undefined, {
          ...WANTED,
          binary: "/bin/false",
          claims: true,
        })
          .matchAll(/"(?:bash|command)": ("(?:\[|exec ).*")/g),
      ].map(([, line]) => JSON.parse(line!))
    );
    assert(lines.length > 5);
    for (
      const line of [lines[0], lines[0].replaceAll("/bin/false", "/no/mpm")]
    ) {
      const { code, stdout, stderr } = await new Deno.Command("/bin/sh", {
        args: ["-c", line],
      }).output();
      assertEquals([code, stdout.length, stderr.length], [0, 0, 0], line);
    }
  });
}

Deno.test("gemini: times are in milliseconds, and no event comes before a request", () => {
  const file = setup.files(machine())
    .find(({ path }) => basename(path) === "hooks.json")!;
  const { hooks } = JSON.parse(file.install(undefined, WANTED));
  for (
    const [group] of Object.values(hooks) as {
      hooks: { timeout: number }[];
    }[][]
  ) {
    assertEquals(group?.hooks[0]?.timeout, 10_000);
  }
  assertEquals("PreCompress" in hooks || "BeforeModel" in hooks, false);
  const windows = setup.files(machine("windows"))
    .find(({ path }) => basename(path) === "hooks.json")!;
  const text = windows.install(undefined, WANTED);
  assertStringIncludes(text, "Test-Path '/opt/it''s here/mpm'");
  assertEquals(windows.entries(text)[0]?.binary, WANTED.binary);
});

Deno.test("gemini: commands insert the typed words, and no variable of another client", () => {
  const commands = setup.files(machine())
    .filter(({ path }) => path.endsWith(".toml"));
  assertEquals(commands.length, 8);
  for (const file of commands) {
    const text = file.install(undefined, WANTED);
    assertEquals(/CLAUDE|\$ARGUMENTS|!\{|@\{/.test(text), false, file.path);
    assertStringIncludes(text, "{{args}}");
  }
  assertEquals(
    commands[0]!.path,
    join("/home/dev/.gemini/extensions/mpm/commands/mpm-pause.toml"),
  );
});
