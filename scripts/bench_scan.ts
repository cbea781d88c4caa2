import { join } from "@std/path";
import type { Case } from "./bench_measure.ts";
import { makeProject } from "./bench_repository.ts";

/** Bytes of each text that is searched. */
const SIZE = 32 * 1024 * 1024;

/** Typical lines of code, prose, lock files and transcripts. */
const PLAIN = [
  "export function save(system: System, path: string): Promise<void> {",
  "  const text = lines.map(({ id, name }) => `${id}: ${name}`).join();",
  'Next: write the ledger entry; the token comes from "readToken()".',
  '{"type":"assistant","uuid":"550e8400-e29b-41d4-a716-446655440000",' +
  '"message":{"role":"assistant","content":"Done, see src/app.ts:42"}}',
  '"integrity": "sha512-iK2f+YrcmoeGqk6fA0ea2bptcu/itMIm4NfEozq6N25+aG6h==",',
  "commit 3f2b1c4d5e6f708192a3b4c5d6e7f8091a2b3c4d by ada@example.com",
  "See https://example.com/docs/guide?page=2#top and /usr/lib/node/a.js",
];

/** Texts that careless rules read again and again. */
const HOSTILE = [
  ...["sk-", "eyJ", "token=$", "://", "a:b@", "\\", "password: <", "--token "],
  ...["[redacted:", "-----BEGIN ", "<token>", ":", "Bearer ", "MAAAA.aaaaaa."],
].map((piece) => piece.repeat(Math.ceil(400 / piece.length)));

/**
 * Cases of the search for secrets: the size divided by the time, less that of
 * F.
 */
export function scanCases(root: string, binary: string): Case[] {
  const project = makeProject(root, "scan", { changed: 0, saves: 0 });
  return [["code and text", PLAIN], ["hostile text", HOSTILE]].map((
    [name, lines],
  ) => {
    const block = `${(lines as string[]).join("\n")}\n`;
    const path = join(root, `${(name as string).split(" ")[0]}.txt`);
    Deno.writeTextFileSync(path, block.repeat(Math.ceil(SIZE / block.length)));
    return {
      name: `scan, 32 MiB of ${name}`,
      command: [binary, "scan", path],
      project,
    };
  });
}
