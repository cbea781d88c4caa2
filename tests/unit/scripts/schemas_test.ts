import { assertEquals } from "@std/assert";
import { ROOT } from "../../helpers/tree.ts";

/** Files whose schemas are all published. */
const FILES = [...Deno.readDirSync(`${ROOT}/src/session`)]
  .map(({ name }) => name)
  .filter((name) =>
    /^(results.*|save|work|checkpoint|changes|stored_formats|content_input)\.ts$/
      .test(name)
  );

/** The comments of fields, each as one line. */
function comments(text: string): string[] {
  return [...text.matchAll(/^ +\/\*\*\s*([^]*?)\s*\*\/\n +[\w"]+[:,]/gm)]
    .map(([, inner]) => inner!.replace(/^\*\s*/, ""))
    .map((inner) => inner.replaceAll(/\s*\n\s*\*?\s*/g, " "));
}

Deno.test("every comment on a field is in a published schema", () => {
  const schemas = [...Deno.readDirSync(`${ROOT}/schemas`)]
    .filter(({ name }) => name.endsWith(".json"))
    .map(({ name }) => Deno.readTextFileSync(`${ROOT}/schemas/${name}`))
    .join("");
  const described = new Set<string>();
  JSON.parse(`[${schemas.replaceAll("\n}\n{", "\n},\n{")}]`, (key, value) => {
    if (key === "description") described.add(value);
    return value;
  });
  const lost = FILES.flatMap((name) => {
    const text = Deno.readTextFileSync(`${ROOT}/src/session/${name}`);
    return comments(text)
      .filter((comment) => !described.has(comment))
      .map((comment) => `${name}: ${comment}`);
  });
  assertEquals(lost, []);
});
