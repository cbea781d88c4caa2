import { join } from "@std/path";
import type { TestEnv } from "./env.ts";

/** The temporary files of git among the objects, e.g. `pack/tmp_pack_x`. */
export function unfinishedIn(env: TestEnv): string[] {
  const objects = join(env.project, ".git/objects");
  return [...Deno.readDirSync(objects)].flatMap(({ name: folder }) =>
    [...Deno.readDirSync(join(objects, folder))]
      .filter(({ name }) => name.startsWith("tmp_"))
      .map(({ name }) => `${folder}/${name}`)
  ).sort();
}
