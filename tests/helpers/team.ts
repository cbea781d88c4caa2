import { join } from "@std/path";
import { TestEnv } from "./env.ts";

/** A bare repository and clones of it, each for a different person. */
export class Team implements Disposable {
  readonly #all: TestEnv[] = [];
  /** The bare repository, absolute. */
  readonly server: string;

  constructor() {
    const first = TestEnv.repository();
    this.#all.push(first);
    this.server = join(first.root, "server.git");
    first.git("init", "-q", "--bare", this.server);
    first.git("push", "-q", this.server, "main");
  }

  /** A clone of a person, with a separate home. */
  clone(name: string): TestEnv {
    const env = new TestEnv();
    this.#all.push(env);
    env.extra["GIT_AUTHOR_NAME"] = name;
    env.extra["GIT_COMMITTER_NAME"] = name;
    env.git("clone", "-q", this.server, ".");
    return env;
  }

  /** The refs of the logs on the server, with the commits they are at. */
  logs(): string[] {
    return this.#all[0]!.gitIn(
      this.server,
      ...["for-each-ref", "--format=%(refname) %(objectname)", "refs/mpm/"],
    ).split("\n").filter((line) => line !== "");
  }

  [Symbol.dispose](): void {
    for (const env of this.#all) env[Symbol.dispose]();
  }
}
