import { join } from "@std/path";
import { schemaList } from "../src/app/help/schemas.ts";
import { type JsonSchema, jsonSchema } from "../src/app/help/json_schema.ts";
import { described, readComments } from "./schema_comments.ts";

/** `schemas/<name>.json` for every published format, by path. */
export async function schemaFiles(
  root: string,
  summaries: Readonly<Record<string, string>>,
): Promise<[string, string][]> {
  const comments = await readComments(join(root, "src"));
  return await Promise.all(
    schemaList(summaries).map(async (format): Promise<[string, string]> => {
      const schema = await format.load();
      const plain: JsonSchema = jsonSchema(schema, format);
      const fields = comments.of(schema);
      const full = fields === undefined ? plain : described(plain, fields);
      return [
        `schemas/${format.name}.json`,
        `${JSON.stringify(full, null, 2)}\n`,
      ];
    }),
  );
}
