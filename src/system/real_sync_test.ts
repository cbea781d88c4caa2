import { assertRejects } from "@std/assert";
import { join } from "@std/path";
import { FileError } from "../base/errors.ts";
import { syncFiles } from "./real_sync.ts";

/** More than are synced one by one. */
const COUNT = 1001;

Deno.test("syncFiles() takes few files, many, and many of several folders", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const paths = ["a", "b"].flatMap((name) => {
      Deno.mkdirSync(join(folder, name));
      return Array.from({ length: COUNT }, (_, at) => {
        const path = join(folder, name, `it's ${at}`);
        Deno.writeTextFileSync(path, String(at));
        return path;
      });
    });
    await syncFiles(paths.slice(0, 2));
    await syncFiles(paths.slice(0, COUNT));
    await syncFiles(paths);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("syncFiles() says which of many files are missing where the disk cannot be synced", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.remove(folder);
  const paths = Array.from({ length: COUNT }, (_, at) => join(folder, `${at}`));
  await assertRejects(() => syncFiles(paths), FileError, folder);
});
