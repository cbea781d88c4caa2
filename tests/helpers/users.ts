import { join } from "@std/path";
import type { TestEnv } from "./env.ts";

/** Turns the user into another one, who has this project's files. */
export function anotherUser(env: TestEnv, name = "other"): void {
  const home = join(env.root, name);
  env.extra.HOME = home;
  Deno.mkdirSync(home, { recursive: true });
}
