import { assert, assertEquals, assertMatch } from "@std/assert";
import { isTriple, PERMISSIONS, TARGETS, TRIPLES } from "./toolchain.ts";

Deno.test("there are five targets, each with pinned digests", () => {
  assertEquals(TRIPLES, [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
  ]);
  for (const triple of TRIPLES) {
    const { integrity, runtimeSha256 } = TARGETS[triple];
    assertMatch(integrity, /^sha512-[A-Za-z0-9+/]{86}==$/);
    assertMatch(runtimeSha256, /^[0-9a-f]{64}$/);
  }
});

Deno.test("isTriple() accepts the five triples but no inherited names", () => {
  assert(TRIPLES.every(isTriple));
  assert(!["", "linux", "toString"].some(isTriple));
});

Deno.test("the binary may neither use the network nor load native code", () => {
  const allowed = PERMISSIONS.filter((flag) => flag.startsWith("--allow"));
  assertEquals(allowed, [
    "--allow-read",
    "--allow-write",
    "--allow-env",
    "--allow-sys",
    "--allow-run=git,sh",
  ]);
});
