import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BuildError } from "./build_error.ts";
import { fileInTar, gunzip, verifyIntegrity } from "./runtime_package.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** One file of a tar archive: header and contents in blocks of 512 bytes. */
function entry(path: string, contents: string, prefix = ""): number[] {
  const blocks = Math.ceil(contents.length / 512);
  const bytes = new Uint8Array(512 * (1 + blocks));
  bytes.set(encode(path));
  bytes.set(encode(contents.length.toString(8).padStart(11, "0")), 124);
  bytes.set(encode(prefix), 345);
  bytes.set(encode(contents), 512);
  return [...bytes];
}

const TAR = Uint8Array.from([
  ...entry("package/empty", ""),
  ...entry("package/package.json", "{}".repeat(300)),
  ...entry("bin/program", "the program", "package"),
  ...Array(1024).fill(0),
]);

Deno.test("verifyIntegrity() accepts the archive npm's digest is of", () => {
  verifyIntegrity(
    encode("abc"),
    "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==",
  );
});

Deno.test("verifyIntegrity() refuses any other and shows its digest", () => {
  const error = assertThrows(
    () => verifyIntegrity(encode("abd"), "sha512-3a81oZNherrMQXNJriBBMRLm"),
    BuildError,
    "does not match its pinned integrity: sha512-",
  );
  assertEquals(typeof error.hint, "string");
});

Deno.test("fileInTar() finds a file behind others, with or without prefix", () => {
  assertEquals(fileInTar(TAR, "package/bin/program"), encode("the program"));
  assertEquals(fileInTar(TAR, "package/empty"), new Uint8Array());
});

Deno.test("fileInTar() names the file that is missing", () => {
  assertThrows(
    () => fileInTar(TAR, "package/bin/other"),
    Error,
    'The archive has no file "package/bin/other"',
  );
});

Deno.test("fileInTar() refuses an archive that ends too early", () => {
  const end = TAR.length - 1024 - 512;
  assertThrows(
    () => fileInTar(TAR.subarray(0, end), "package/bin/program"),
    Error,
    "cut off",
  );
});

Deno.test("gunzip() unpacks, and fails for damaged data", async () => {
  const packed = new Blob(["text"]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  const archive = new Uint8Array(await new Response(packed).arrayBuffer());
  assertEquals(await gunzip(archive), encode("text"));
  await assertRejects(() => gunzip(archive.slice(0, -4)));
});
