import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { MockApi } from "../helpers/mock_api.ts";
import {
  CLIENT_NAMES,
  clientsSoak,
  RealClient,
  textsOf,
} from "../helpers/real_clients.ts";

for (const name of CLIENT_NAMES) {
  clientsSoak(
    [name],
    "runs a command and goes on in a second run",
    async () => {
      using env = TestEnv.repository();
      const steps: ReturnType<RealClient["shell"]>[][] = [];
      await using api = new MockApi({ steps });
      const client = new RealClient(name, env, api);
      steps.push([client.shell("echo done > made.txt")]);
      const first = await client.run("Make the file.");
      assertEquals([first.status, env.read("made.txt")], [0, "done\n"]);
      const second = await client.run("And now?", { resume: first.session });
      assertEquals([second.status, second.session], [0, first.session]);
      const asked = api.requests.map(textsOf).filter((text) =>
        text.includes("And now?")
      );
      assertStringIncludes(asked.at(-1) ?? "", "Make the file.");
    },
  );
}
