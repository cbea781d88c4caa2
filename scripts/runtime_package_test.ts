import { gzipSync } from "node:zlib";
import { assertEquals, assertThrows } from "@std/assert";
import { createTar } from "nanotar";
import { BuildError } from "./build_error.ts";
import { fileIn, verifyIntegrity } from "./runtime_package.ts";

const encode = (text: string) => new TextEncoder().encode(text);

const ARCHIVE = gzipSync(createTar([
  { name: "package/package.json", data: encode("{}".repeat(300)) },
  { name: "package/bin/program", data: encode("the program") },
]));

Deno.test("verifyIntegrity() accepts the archive npm's digest is of", () => {
  verifyIntegrity(
    encode("abc"),
    "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
  );
});

Deno.test("verifyIntegrity() refuses any other archive and shows its digest", () => {
  const error = assertThrows(
    () => verifyIntegrity(encode("abd"), "sha512-3a81oZNherrMQXNJriBBMRLm"),
    BuildError,
    "does not match its pinned integrity: sha512-",
  );
  assertEquals(typeof error.hint, "string");
});

Deno.test("fileIn() finds a file after others", () => {
  assertEquals(fileIn(ARCHIVE, "package/bin/program"), encode("the program"));
});

Deno.test("fileIn() names the file that is missing", () => {
  assertThrows(
    () => fileIn(ARCHIVE, "package/bin/other"),
    Error,
    'The archive has no file "package/bin/other"',
  );
});

Deno.test("fileIn() refuses a damaged archive", () => {
  assertThrows(() => fileIn(ARCHIVE.subarray(0, -4), "package/bin/program"));
});
