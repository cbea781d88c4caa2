import { join } from "@std/path";
import { stringify } from "@std/yaml";
import { toYaml } from "../src/base/yaml.ts";

/** The imports and the use of each in a program. */
const IMPORTS = [
  ["nothing", "", "0"],
  ["node:path", 'import { join } from "node:path";', "join"],
  ["@std/path", 'import { join } from "@std/path";', "join"],
  ["node:util", 'import { parseArgs } from "node:util";', "parseArgs"],
  ["@std/cli", 'import { parseArgs } from "@std/cli/parse-args";', "parseArgs"],
  [
    "@std/crypto",
    'import { timingSafeEqual } from "@std/crypto/timing-safe-equal";',
    "timingSafeEqual",
  ],
  ["@std/yaml", 'import { parse } from "@std/yaml";', "parse"],
  ["zod", 'import * as z from "zod/mini";', "z.object({ a: z.string() })"],
] as const;

const RUNS = 21;

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(new TextDecoder().decode(stderr));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Bundles a module that uses its imports; returns the file. */
async function bundled(folder: string, code: string): Promise<string> {
  const source = join(import.meta.dirname!, `.bench-${crypto.randomUUID()}.ts`);
  const output = join(folder, `${crypto.randomUUID()}.js`);
  await Deno.writeTextFile(source, code);
  try {
    await deno("bundle", "--quiet", "--output", output, source);
  } finally {
    await Deno.remove(source);
  }
  return output;
}

/** Milliseconds until each bundle is loaded, in separate processes. */
async function loading(folder: string): Promise<void> {
  const main = join(folder, "main.js");
  await Deno.writeTextFile(
    main,
    `const start = performance.now();
await import("file://" + Deno.args[0]);
console.log(performance.now() - start);`,
  );
  const libraries = [];
  for (const [name, line, use] of IMPORTS) {
    const code = `${line}\nexport const used = ${use};\n`;
    const times: number[] = [];
    libraries.push({ name, file: await bundled(folder, code), times });
  }
  for (let run = 0; run < RUNS; run++) {
    for (const { file, times } of libraries) {
      times.push(Number(await deno("run", "--no-config", "-A", main, file)));
    }
  }
  for (const { name, file, times } of libraries) {
    const size = (await Deno.stat(file)).size;
    print(name, median(times), `${(size / 1000).toFixed(1)} kB`);
  }
}

/** Milliseconds to write a save of a thousand files as YAML. */
function writing(): void {
  const files = Array.from({ length: 1000 }, (_, at) => ({
    path: `src/folder ${at % 40}/file-${at}.ts`,
    status: "M",
    sha256: "0123456789abcdef".repeat(4),
    size: at,
  }));
  const save = { session_id: "session-20260102-030405", files };
  const [ours, std]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run++) {
    ours.push(timed(() => toYaml(save)));
    std.push(timed(() => stringify(save)));
  }
  print("YAML written by mpm", median(ours));
  print("YAML written by @std/yaml", median(std));
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function print(name: string, milliseconds: number, more = ""): void {
  const line = `${name.padEnd(26)}${milliseconds.toFixed(1).padStart(6)} ms`;
  Deno.stdout.writeSync(
    new TextEncoder().encode(`${line}  ${more}`.trimEnd() + "\n"),
  );
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir();
  try {
    await loading(folder);
    writing();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
