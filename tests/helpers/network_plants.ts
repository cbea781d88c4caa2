import { join } from "@std/path";
import type { TestEnv } from "./env.ts";

/** The transports to a remote that mpm uses. */
export type Transport = "file" | "git" | "https" | "ssh";

/** Programs in the settings of a clone that git would run on its own. */
export interface Plant {
  readonly name: string;
  /** The transports over which git runs it. */
  readonly over: readonly Transport[];
  /** @param program its path, which has no spaces */
  put(env: TestEnv, program: string): void;
}

const ALL: readonly Transport[] = ["file", "git", "https", "ssh"];

/** A setting of the clone; the value has "PROGRAM" in it. */
function setting(
  name: string,
  over: readonly Transport[],
  value = "PROGRAM",
  key = name,
): Plant {
  const put = (env: TestEnv, program: string) => {
    env.git("config", "--add", key, value.replaceAll("PROGRAM", program));
  };
  return { name: name.replaceAll(/[^\w.-]/g, "-"), over, put };
}

/** A file of settings that the clone's own file names. */
function included(name: string, key: string): Plant {
  return {
    name,
    over: ["ssh"],
    put(env, program) {
      const path = join(env.root, name);
      env.git("config", "-f", path, "core.sshCommand", program);
      env.git("config", key, path);
    },
  };
}

function hook(name: string, folder: string): Plant {
  return {
    name,
    over: ALL,
    put(env, program) {
      Deno.mkdirSync(join(env.project, folder), { recursive: true });
      Deno.copyFileSync(program, join(env.project, folder, name));
    },
  };
}

/** Each place of a clone where git looks for a program on its way to a remote. */
export const PLANTS: readonly Plant[] = [
  hook("pre-push", ".git/hooks"),
  {
    ...hook("reference-transaction", "hooks"),
    put(env, program) {
      hook("reference-transaction", "hooks").put(env, program);
      env.git("config", "core.hooksPath", "hooks");
    },
  },
  setting("core.sshCommand", ["ssh"]),
  included("include", "include.path"),
  included("include-if", "includeIf.gitdir:/.path"),
  {
    name: "config.worktree",
    over: ["ssh"],
    put(env, program) {
      env.git("config", "extensions.worktreeConfig", "true");
      env.git("config", "--worktree", "core.sshCommand", program);
    },
  },
  setting("credential.helper", ["https"], "!PROGRAM"),
  setting("core.askPass", ["https"]),
  setting("core.gitProxy", ["git"]),
  setting(
    "receivepack",
    ["file", "ssh"],
    "PROGRAM",
    "remote.origin.receivepack",
  ),
  setting("uploadpack", ["file", "ssh"], "PROGRAM", "remote.origin.uploadpack"),
  {
    name: "insteadOf",
    over: ALL,
    put(env, program) {
      env.git("config", "protocol.ext.allow", "always");
      const url = env.git("config", "remote.origin.url").slice(0, 5);
      for (const name of ["insteadOf", "pushInsteadOf"]) {
        env.git("config", `url.ext::${program} .${name}`, url);
      }
    },
  },
  {
    name: "push.gpgSign",
    over: ALL,
    put(env, program) {
      env.git("config", "push.gpgSign", "true");
      env.git("config", "gpg.program", program);
    },
  },
  {
    name: "http.proxy",
    over: ["https"],
    // No server listens there.
    put: (env) => {
      env.git("config", "http.proxy", "http://127.0.0.1:9");
      env.git("config", "remote.origin.proxy", "http://127.0.0.1:9");
    },
  },
];

/** Puts plants into a clone; returns the names of those that ran since. */
export function plant(
  env: TestEnv,
  plants: readonly Plant[],
): { ran: () => string[] } {
  const folder = join(env.root, "plants");
  const marks = join(env.root, "marks");
  Deno.mkdirSync(folder);
  for (const { name, put } of plants) {
    const program = join(folder, name);
    const script = `#!/bin/sh\necho "\${0##*/}" >>'${marks}'\nexit 1\n`;
    Deno.writeTextFileSync(program, script, { mode: 0o755 });
    put(env, program);
  }
  Deno.writeTextFileSync(marks, "");
  return { ran: () => Deno.readTextFileSync(marks).split("\n").slice(0, -1) };
}
