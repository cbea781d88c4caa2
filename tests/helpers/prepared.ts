import type { TestEnv } from "./env.ts";
import { FolderCopy } from "./folder_copy.ts";

/**
 * An environment that takes many commands to build, built once for all tests of
 * a file. Each test finds it unchanged, at the same path, since many of mpm's
 * files contain that path. A second one that is needed at the same time is
 * built.
 */
export function prepared(
  build: () => Promise<TestEnv>,
): () => Promise<TestEnv> {
  let kept: { env: TestEnv; copy: FolderCopy; extra: Record<string, string> };
  let isFree = false;
  let isBuilt = false;
  return async () => {
    if (isBuilt && !isFree) return await build();
    if (!isBuilt) {
      isBuilt = true;
      const env = await build();
      kept = { env, copy: new FolderCopy(env.root), extra: { ...env.extra } };
      const remove = env[Symbol.dispose].bind(env);
      addEventListener("unload", remove);
      env[Symbol.dispose] = () => {
        isFree = true;
      };
      return env;
    }
    isFree = false;
    const { env, copy, extra } = kept;
    copy.restore();
    for (const name of Object.keys(env.extra)) delete env.extra[name];
    Object.assign(env.extra, extra);
    return env;
  };
}
