import { join } from "@std/path";
import type { SavesListResult } from "../../schemas/types.ts";
import { TestEnv } from "./env.ts";
import { mpmJson } from "./mpm.ts";

/** Settings of git in a user's own file. */
export type UserSettings = readonly (readonly [name: string, value: string])[];

/**
 * A person's machine: their own home, and a clone of the team's repository at
 * its own path. `url`: the remote `origin`.
 */
export function person(
  name: string,
  url: string,
  settings: UserSettings = [],
): TestEnv {
  const env = TestEnv.repository();
  const [first = ""] = name.toLowerCase().split(" ");
  for (const role of ["AUTHOR", "COMMITTER"]) {
    env.extra[`GIT_${role}_NAME`] = name;
    env.extra[`GIT_${role}_EMAIL`] = `${first}@example.com`;
  }
  env.git("remote", "add", "origin", url);
  userSettings(env, [["user.name", name], ...settings]);
  return env;
}

function userSettings(env: TestEnv, settings: UserSettings): void {
  const path = join(env.home, ".gitconfig");
  env.extra.GIT_CONFIG_GLOBAL = path;
  for (const [name, value] of settings) {
    env.git("config", "-f", path, "--add", name, value);
  }
}

/** The summaries of the saves that a person sees, newest first. */
export async function savesOf(env: TestEnv): Promise<string[]> {
  const { sessions } = await mpmJson<SavesListResult>(env, ["saves", "list"]);
  return sessions.map(({ summary }) => summary);
}
