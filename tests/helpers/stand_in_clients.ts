import { join } from "@std/path";
import { PATH, type TestEnv } from "./env.ts";

/**
 * Puts a program that stands in for a client on PATH. It prints `version`,
 * notes each other call in the returned file, and runs `script` for it.
 */
export function putClient(
  env: TestEnv,
  name: string,
  { version, script = "" }: { version: string; script?: string },
): string {
  const bin = join(env.root, "clients");
  const calls = join(env.root, `${name}.calls`);
  Deno.mkdirSync(bin, { recursive: true });
  const text = `#!/bin/sh
if [ "$1" = --version ]; then echo "${version}"; exit; fi
printf '%s\\n' "$*" >>'${calls}'
${script}
`;
  Deno.writeTextFileSync(join(bin, name), text, { mode: 0o755 });
  env.extra.PATH = `${bin}:${PATH}`;
  return calls;
}
