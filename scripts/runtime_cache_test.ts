import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { BuildError } from "./build_error.ts";
import { cacheFolder, cacheName } from "./runtime.ts";

const env = (values: Record<string, string>) => (name: string) => values[name];

Deno.test("cacheFolder() is the platform's folder for caches", () => {
  const home = { HOME: "home" };
  assertEquals(
    [
      cacheFolder("linux", env(home)),
      cacheFolder("linux", env({ ...home, XDG_CACHE_HOME: "xdg" })),
      cacheFolder("darwin", env({ ...home, XDG_CACHE_HOME: "xdg" })),
      cacheFolder("windows", env({ ...home, LOCALAPPDATA: "local" })),
    ],
    [
      join("home", ".cache", "mpm-build"),
      join("xdg", "mpm-build"),
      join("home", "Library", "Caches", "mpm-build"),
      join("local", "mpm-build"),
    ],
  );
});

Deno.test("cacheFolder() fails where the environment names none", () => {
  for (const os of ["linux", "darwin", "windows"] as const) {
    assertThrows(
      () => cacheFolder(os, env({})),
      BuildError,
      "Cannot find the folder for caches",
    );
  }
});

Deno.test("cacheName() is a plain file name that tells archives apart", () => {
  const target = {
    name: "@scope/cli-linux-x64",
    version: "1.2.3",
    integrity: "sha512-ab/c+defghijklmn==",
    program: "package/bin/program",
    runtimeSha256: "",
  };
  assertEquals(cacheName(target), "denort-linux-x64-1.2.3-ab_c-defghij");
});
