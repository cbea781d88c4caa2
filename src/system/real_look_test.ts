import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../../tests/helpers/env.ts";
import { posixTest } from "../../tests/helpers/posix.ts";
import { realFiles } from "./real_files.ts";

posixTest("peek() agrees with lstat(), except for dangling links", () => {
  using env = TestEnv.repository();
  env.write("file", "x");
  env.write("folder/inner", "x");
  for (const [target, name] of [["file", "link"], ["none", "nowhere"]]) {
    Deno.symlinkSync(target!, join(env.project, name!));
  }
  const kinds = (look: "lstat" | "peek" | "stat") =>
    ["file", "folder", "link", "nowhere", "none", "none/below", "file/below"]
      .map((name) => realFiles[look](join(env.project, name))?.kind);
  const none = Array(3).fill(undefined);
  assertEquals(kinds("lstat"), ["file", "folder", "link", "link", ...none]);
  assertEquals(kinds("peek"), ["file", "folder", "link", undefined, ...none]);
  assertEquals(kinds("stat"), ["file", "folder", "file", undefined, ...none]);
});

Deno.test({
  name: "only known local file systems count as local",
  ignore: Deno.build.os !== "linux",
  fn() {
    assertEquals(realFiles.isLocal("/dev/shm"), true);
    assertEquals(realFiles.isLocal("/proc"), false);
    assertEquals(realFiles.isLocal("/none"), false);
  },
});
