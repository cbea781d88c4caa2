import { join } from "@std/path";
import type { TestEnv } from "./env.ts";
import type { MockApi } from "./mock_api.ts";

/**
 * The real client, or "" if it is not available: `scripts/test.ts` reports it.
 */
export const CLIENT_BIN = Deno.env.get("CLAUDE_BIN") ?? "";

/** A test that needs the real Claude Code. */
export function clientTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `Claude Code: ${name}`, ignore: CLIENT_BIN === "", fn });
}

export interface ClientRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Its variables: an empty home, a dummy key, `api` instead of the model. */
export function clientEnv(
  env: TestEnv,
  api: MockApi,
): Record<string, string> {
  return {
    ...env.env(),
    SHELL: "/bin/bash",
    TERM: "xterm-256color",
    ...apiVariables(api),
  };
}

/** The variables that make Claude Code connect only to `api`. */
export function apiVariables(api: MockApi): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: "dummy-for-the-mock",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
    IS_SANDBOX: "1",
  };
}

/**
 * Runs the client in the project with the environment's empty home, a dummy
 * key, and `api` instead of the model.
 */
export async function runClient(
  env: TestEnv,
  api: MockApi,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<ClientRun> {
  const { code, stdout, stderr } = await new Deno.Command(CLIENT_BIN, {
    args: [...args],
    cwd: options.cwd ?? env.project,
    env: { ...clientEnv(env, api), ...options.env },
    clearEnv: true,
    stdin: "null",
    signal: AbortSignal.timeout(120_000),
  }).output();
  const text = (bytes: Uint8Array) =>
    new TextDecoder().decode(bytes).replaceAll(env.root, "$ROOT");
  return { status: code, stdout: text(stdout), stderr: text(stderr) };
}

/** One call of a program that stood in for mpm. */
export interface Called {
  readonly args: readonly string[];
  readonly input: Record<string, unknown>;
}

/**
 * A program that notes how it is called and passes it on to `binary`; `read`
 * gives the calls so far.
 */
export function standIn(
  path: string,
  binary: string,
): { path: string; read: () => Called[] } {
  const log = `${path}.calls`;
  Deno.mkdirSync(log, { recursive: true });
  const script = `#!/bin/sh
call=$(mktemp "${log}/XXXXXXXX")
cat >"$call.in"
printf '%s\\n' "$@" >"$call.args"
"${binary}" "$@" <"$call.in" || echo failed >>"$call.args"
`;
  Deno.writeTextFileSync(path, script, { mode: 0o755 });
  const read = () =>
    [...Deno.readDirSync(log)].filter(({ name }) => name.endsWith(".args"))
      .map(({ name }) => join(log, name)).map((file) => ({
        args: Deno.readTextFileSync(file).trimEnd().split("\n"),
        input: JSON.parse(
          Deno.readTextFileSync(file.replace(/args$/, "in")) || "{}",
        ),
      }));
  return { path, read };
}
