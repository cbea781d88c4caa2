import { main } from "../../src/app/main.ts";
import { realSystem } from "../../src/system/real.ts";
import type { Order } from "./hostile_driver.ts";
import { fakeTerminal } from "./mpm.ts";

/**
 * Number of lines after which garbage is collected, since the memory is
 * limited.
 */
const COLLECT_EVERY = 20;

/**
 * Runs the orders on standard input, one per line, and answers each with a
 * line.
 */
if (import.meta.main) {
  let rest = "";
  let count = 0;
  for await (
    const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  ) {
    rest += text;
    for (let end; (end = rest.indexOf("\n")) >= 0; rest = rest.slice(end + 1)) {
      const answer = await run(JSON.parse(rest.slice(0, end)));
      const bytes = new TextEncoder().encode(`${JSON.stringify(answer)}\n`);
      for (let at = 0; at < bytes.length;) {
        at += Deno.stdout.writeSync(bytes.subarray(at));
      }
      if (++count % COLLECT_EVERY === 0) collect();
    }
  }
}

function collect(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

async function run({ args, stdin, cwd, env, program }: Order) {
  for (const name of Object.keys(Deno.env.toObject())) {
    if (!Object.hasOwn(env, name)) Deno.env.delete(name);
  }
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  Deno.chdir(cwd);
  const { terminal, stdout, stderr } = fakeTerminal({ stdin });
  const system = { ...realSystem(), terminal, program: () => program };
  const status = await main(args, system);
  return { status, stdout: stdout.join(""), stderr: stderr.join("") };
}
