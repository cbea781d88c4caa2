import { join } from "@std/path";
import { hostTriple } from "./build.ts";
import { compiler } from "./build_compile.ts";

/** The floor of every figure: a compiled program that prints one word. */
export async function hello(folder: string): Promise<string> {
  const main = join(folder, "hello.js");
  await Deno.writeTextFile(main, 'console.log("hello");\n');
  const output = join(folder, "hello");
  await compiler()({ triple: hostTriple(), main, output });
  return output;
}
