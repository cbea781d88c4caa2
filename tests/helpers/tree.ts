import { fileURLToPath } from "node:url";
import { dirname, join, relative } from "@std/path";

/** The top folder of the project. */
export const ROOT = dirname(dirname(import.meta.dirname!));

/** The path below `ROOT` that a `file:` URL names, if it is in the project. */
export function fromFileUrl(url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  const path = fileURLToPath(url);
  const below = relative(ROOT, path).replaceAll("\\", "/");
  return below.startsWith("..") ? undefined : below;
}

/** The code in a folder, without unit tests, as paths below `ROOT`. */
export async function sources(folder: string): Promise<string[]> {
  const paths = await modules(folder);
  return paths.filter((path) => !path.endsWith("_test.ts"));
}

/** The TypeScript files of a folder, as paths below `ROOT`. */
export async function modules(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await modules(path));
    else if (name.endsWith(".ts")) found.push(path);
  }
  return found.sort();
}
