import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ClientHome } from "../helpers/all_clients.ts";
import { CLIENT_NAMES, clientsSoak, textsOf } from "../helpers/real_clients.ts";

/** Programs that replace mpm; `undefined`: mpm is deleted. */
const FAULTS: ReadonlyMap<string, string | undefined> = new Map([
  ["deleted", undefined],
  ["failing", "#!/bin/sh\necho '{broken'\necho oops >&2\nexit 1\n"],
  // Longer than the timeout of every entry of mpm.
  ["hanging", "#!/bin/sh\nexec sleep 60\n"],
  ["refusing", "#!/bin/sh\ncat >/dev/null\necho oops >&2\nexit 2\n"],
]);

for (const name of CLIENT_NAMES) {
  for (const [fault, script] of FAULTS) {
    // Claude Code starts mpm without a shell, and mpm never ends an event with
    // status 2.
    if (name === "claude" && fault === "refusing") continue;
    clientsSoak([name], `works on with mpm ${fault}`, async () => {
      const steps: ReturnType<ReturnType<ClientHome["get"]>["shell"]>[][] = [];
      await using home = new ClientHome([name], { steps });
      home.mpm("config", "set", "claims.auto", "true");
      home.installHooks(name);
      const mpm = join(home.bin, "mpm");
      Deno.removeSync(mpm);
      if (script !== undefined) {
        Deno.writeTextFileSync(mpm, script, { mode: 0o755 });
      }
      const client = home.get(name);
      steps.push([client.shell("echo done > made.txt; echo WAS-MADE")]);
      const begun = performance.now();
      const { status, stderr } = await client.run("Make the file.");
      // The limits of all entries in a run add up to at most 70 seconds.
      const seconds = (performance.now() - begun) / 1000;
      assert(seconds < 110, `it waited ${seconds} seconds`);
      assertEquals([status, home.env.exists("made.txt")], [0, true], stderr);
      const last = home.api.requests.map(textsOf)
        .findLast((text) => text.includes("Make the file.")) ?? "";
      assertStringIncludes(last, "WAS-MADE");
    });
  }
}
