import { assertEquals } from "@std/assert";
import { ROOT, sources } from "../tests/helpers/tree.ts";

/** Schemas of files that only mpm itself reads. */
const PRIVATE = /\/(change_set|marker_schema)\.ts$/;

/** Files with mpm schemas, all published except the private ones. */
async function files(): Promise<string[]> {
  const paths = await sources("src");
  return paths.filter((path) =>
    /^import (\* as )?(\{ )?z\b.*"zod/m.test(read(path)) &&
    !/^src\/(clients|config)\//.test(path) && !PRIVATE.test(path)
  );
}

function read(path: string): string {
  return Deno.readTextFileSync(`${ROOT}/${path}`);
}

/** The comments of fields, each as one line. */
function comments(text: string): string[] {
  return [...text.matchAll(/^ +\/\*\*\s*([^]*?)\s*\*\/\n +[\w"]+[:,]/gm)]
    .map(([, inner]) => inner!.replace(/^\*\s*/, ""))
    .map((inner) => inner.replaceAll(/\s*\n\s*\*?\s*/g, " "));
}

Deno.test("every comment on a field is in a published schema", async () => {
  const schemas = [...Deno.readDirSync(`${ROOT}/schemas`)]
    .filter(({ name }) => name.endsWith(".json"))
    .map(({ name }) => Deno.readTextFileSync(`${ROOT}/schemas/${name}`))
    .join("");
  const described = new Set<string>();
  JSON.parse(`[${schemas.replaceAll("\n}\n{", "\n},\n{")}]`, (key, value) => {
    if (key === "description") described.add(value);
    return value;
  });
  const lost = (await files()).flatMap((name) => {
    return comments(read(name))
      .filter((comment) => !described.has(comment))
      .map((comment) => `${name}: ${comment}`);
  });
  assertEquals(lost, []);
});
