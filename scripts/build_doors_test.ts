import { assertEquals } from "@std/assert";
import { withoutDoors } from "./build_doors.ts";

const DOORS = new Map([
  [
    "src/git/mod.ts",
    `export { locate, type Place } from "./place.ts";
export {
  a as b,
  status,
} from "./run/status.ts";
export type { Only } from "./types.ts";
`,
  ],
]);

function flat(path: string, text: string): string {
  return withoutDoors(path, text, (door) => DOORS.get(door)!);
}

Deno.test("withoutDoors() imports from the files behind a door", () => {
  assertEquals(
    flat(
      "src/saves/pause/pause.ts",
      `import {
  locate,
  type Place,
  status as read,
} from "../../git/mod.ts";
import type { Only } from "../../git/mod.ts";
import { join } from "@std/path";
`,
    ),
    `import { locate, type Place } from "../../git/place.ts";
import { status as read } from "../../git/run/status.ts";
import type { Only } from "../../git/mod.ts";
import { join } from "@std/path";
`,
  );
});
