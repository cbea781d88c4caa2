import type { Topic } from "../../cli/topic.ts";
import type { Summaries } from "./names.ts";
import { schemaList } from "./schemas.ts";

/** `mpm help formats` */
export function formats(summaries: Summaries): Topic {
  return {
    name: "formats",
    summary: "The JSON that mpm prints and stores, and its schemas",
    sections: [
      {
        text: `
Every command takes --json and then prints one JSON value in ASCII. Each of
these formats has a JSON Schema (draft 2020-12): "mpm help formats <name>" prints
it, and schemas/<name>.json of the source has the same with a description of the
fields. What a command prints has exactly the fields of its schema; a file may
hold more than mpm knows, which is kept.

A new field is no change of a format, so a reader must take fields it does not
know. A field that goes or changes its meaning is one, and is told of in the
changelog.`,
      },
      {
        title: "Formats",
        rows: schemaList(summaries).map(({ name, summary }) => [name, summary]),
      },
    ],
  };
}
