import { join } from "@std/path";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { BuildError } from "./build_error.ts";
import { licenceOf, licencesOf } from "./release_licences.ts";
import { librariesOf, type Library } from "./release_sbom.ts";
import { ROOT } from "../tests/helpers/tree.ts";

Deno.test("the licences are those of the packages in the binary", async () => {
  const text = await licencesOf(ROOT);
  assertEquals(await licencesOf(ROOT), text, "the same whenever made");
  assert(!text.includes("\r") && !text.includes(ROOT) && text.endsWith(".\n"));
  const libraries = await librariesOf(ROOT);
  assert(libraries.some(({ name }) => name === "zod"));
  const permission =
    /Permission is hereby granted, free of charge, to any|Redistribution and use in source and binary forms/;
  const sections = text.split(/^=+\n(?=[\w@])/m).slice(1);
  assertEquals(
    sections.map((one) => one.split("\n", 1)[0]),
    [
      ...libraries.map((one) => `${one.name} ${one.version} (${one.licence})`),
      sections.at(-1)!.split("\n", 1)[0],
    ],
  );
  const isPublicDomain = (one: string) =>
    one.includes("released into the public domain") &&
    one.includes("(Unlicense)");
  for (const one of sections) {
    if (isPublicDomain(one)) continue;
    assert(permission.test(one), one);
    assert(/^Copyright .*\w/m.test(one), one);
  }
  const zod = libraries.find(({ name }) => name === "zod")!;
  const brought = await Deno.readTextFile(join(zod.folder, "LICENSE"));
  assertStringIncludes(text, brought.trim());
  assertStringIncludes(sections.at(-1)!, "the Deno authors");
});

const MIT = "Permission is hereby granted";

/**
 * Returns the notices of a package with these files, all of them in the bundle.
 */
async function noticesOf(
  files: Readonly<Record<string, string>>,
  licence = "MIT",
): Promise<string | BuildError> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(folder, name), text);
    }
    const library: Library = {
      ...{ name: "some", version: "1.0.0", integrity: "", licence, folder },
    };
    const paths = Object.keys(files).filter((name) => name.endsWith(".js"));
    const modules = new Map([[library, paths]]);
    return await licenceOf(library, { modules, mit: MIT });
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("every licence text of a package is included, whatever its name", async () => {
  assertEquals(
    await noticesOf({ "license": "ISC\r\ntext\r\n" }, "ISC"),
    "ISC\ntext",
  );
  assertEquals(
    await noticesOf(
      { "LICENSE.md": "Apache", "NOTICE": "By us", "a.js": "" },
      "A",
    ),
    "Apache\n\nBy us",
  );
});

Deno.test("without a licence text the notices in its modules are used, if they are MIT", async () => {
  assertEquals(
    await noticesOf({
      "a.js": "// Ported\n// Copyright B. MIT license.\nlet x;",
      "b.js": "// Copyright A. MIT License\n// Copyright B. MIT license.\n",
    }),
    `Copyright A. MIT License\nCopyright B. MIT license.\n\n${MIT}`,
  );
});

Deno.test("a package with an unknown licence ends the release", async () => {
  const notice = "// Copyright A. MIT license.\n";
  const cases: [Record<string, string>, string?][] = [
    [{}],
    [{ "a.js": "let x;" }],
    [{ "NOTICE": "By us" }],
    [{ "a.js": notice }, "ISC"],
    [{ "a.js": notice, "b.js": "// Copyright The Go Authors. BSD license.\n" }],
  ];
  for (const [files, licence] of cases) {
    const error = await noticesOf(files, licence);
    assert(error instanceof BuildError, JSON.stringify(files));
    assertStringIncludes(error.message, "some@1.0.0 has no file with its");
  }
  const last = await noticesOf(...cases.at(-1)! as [Record<string, string>]);
  assertStringIncludes((last as BuildError).message, "The Go Authors. BSD");
});
