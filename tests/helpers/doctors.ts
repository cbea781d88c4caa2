import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { DoctorResult } from "../../schemas/types.ts";
import { PATH, TestEnv } from "./env.ts";
import { mpm, mpmJson, type MpmOptions } from "./mpm.ts";
import { prepared } from "./prepared.ts";
import { misfits } from "./schemas.ts";

type Row = DoctorResult["checks"][number];

/** The result of a doctor, with the exit status and each check by its name. */
export interface Diagnosis {
  readonly status: number;
  readonly result: DoctorResult;
  readonly checks: Readonly<Record<string, Row>>;
}

/** Runs `mpm doctor` and accepts any exit status. */
export async function diagnose(
  env: TestEnv,
  args: readonly string[] = [],
  options: MpmOptions = {},
): Promise<Diagnosis> {
  const { status, stdout, stderr } = await mpm(
    env,
    ["doctor", ...args, "--json"],
    options,
  );
  assertEquals(stderr, "");
  const result: DoctorResult = JSON.parse(stdout);
  assertEquals(misfits("doctor", result), "");
  const checks = Object.fromEntries(
    result.checks.map((check) => [check.name, check]),
  );
  return { status, result, checks };
}

/** A healthy project: saved, with a checkpoint, at work. */
export const healthy = prepared(async () => {
  const env = TestEnv.repository();
  putProgram(env, "bin");
  env.extra.PATH = `${join(env.root, "bin")}:${PATH}`;
  await mpmJson(env, ["start", "login"]);
  await mpmJson(env, ["checkpoint", "save", "before"]);
  await mpmJson(env, ["pause", "Half of it"]);
  await mpmJson(env, ["resume"]);
  return env;
});

/** Removes the second copies of saves, as if none had been made. */
export function dropLog(env: TestEnv): void {
  for (
    const ref of env.git(
      ...["for-each-ref", "--format=%(refname)", "refs/mpm/saves"],
    ).split("\n")
  ) env.git("update-ref", "-d", ref);
}

/**
 * Makes a program called mpm that prints a version, in a folder below the root.
 */
export function putProgram(
  env: TestEnv,
  folder: string,
  version = "0.0.9",
): string {
  const path = join(env.root, folder, "mpm");
  Deno.mkdirSync(join(env.root, folder), { recursive: true });
  Deno.writeTextFileSync(path, `#!/bin/sh\necho "mpm ${version}"\n`, {
    mode: 0o755,
  });
  return path;
}

/** A problem, and the result of a doctor for it. */
export interface Illness {
  readonly harm: (env: TestEnv) => unknown;
  readonly check: string;
  readonly state: Row["state"];
  readonly status: number;
  /** Words of the finding. */
  readonly says: string;
  /** Words of the suggested fix. */
  readonly hint?: string;
  /** Its state after `--fix`; absent if that does not change it. */
  readonly fixed?: Row["state"];
  readonly options?: MpmOptions;
}

/** Breaks a healthy project and runs a doctor in it. */
export async function holds(
  what: string,
  illness: Illness,
  prepare: () => TestEnv | Promise<TestEnv> = healthy,
): Promise<void> {
  using env = await prepare();
  const { check, state, status, says, hint, fixed } = illness;
  // The same moment, since a row may contain the time.
  const present = new Date();
  const options = { now: () => present, ...illness.options };
  await illness.harm(env);
  const found = await diagnose(env, [], options);
  const row = found.checks[check]!;
  assertEquals([row.state, found.status], [state, status], what);
  const one = row.findings.find(({ detail }) => detail.includes(says));
  assert(one, `${what}: ${JSON.stringify(row)}`);
  if (hint !== undefined) assertStringIncludes(one.hint ?? "", hint, what);
  assertEquals(one.fix !== null, fixed !== undefined, what);
  const others = found.result.checks.filter(({ name, state }) =>
    name !== check && state === "error"
  );
  assertEquals(others, [], what);
  // A check changes nothing, so it finds the same again.
  assertEquals((await diagnose(env, [], options)).checks[check], row, what);
  const after = await diagnose(env, ["--fix"], options);
  assertEquals(after.checks[check]?.state, fixed ?? state, what);
  assertEquals(after.result.fixes?.failed, [], what);
  assertEquals(after.result.fixes!.done.length > 0, fixed !== undefined, what);
}
