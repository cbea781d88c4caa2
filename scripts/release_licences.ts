import { join } from "@std/path";
import { foreignModules } from "./build_bundle.ts";
import { BuildError } from "./build_error.ts";
import { librariesOf, type Library, purl } from "./release_sbom.ts";
import { DENO_COPYRIGHT, DENO_VERSION } from "./toolchain.ts";

/** Name of the file in each archive. */
export const LICENCES = "THIRD-PARTY-LICENSES.txt";

const RULE = "=".repeat(78);

/**
 * The licences of everything in the binaries that others wrote: the texts from
 * the npm packages, and that of the runtime. The text is the same on every
 * machine.
 * @param root the project's folder
 * @throws {BuildError} when a part of the bundle has no known licence
 */
export async function licencesOf(root: string): Promise<string> {
  const libraries = await librariesOf(root);
  const modules = byLibrary(libraries, await foreignModules(root));
  const mit = await permission(root);
  const own = await Promise.all(
    libraries.map(async (library) => {
      const text = await licenceOf(library, { modules, mit });
      const head = `${library.name} ${library.version} (${library.licence})`;
      return section(`${head}\n${purl(library)}`, text);
    }),
  );
  return [INTRODUCTION, ...own, runtime(mit)].join("\n");
}

const INTRODUCTION = `mpm is under the licence in the file LICENSE. \
Its binary holds what is listed here.
`;

const section = (head: string, text: string) =>
  `${RULE}\n${head}\n${RULE}\n\n${text.trim()}\n`;

function runtime(mit: string): string {
  const place = `https://github.com/denoland/deno/tree/v${DENO_VERSION}`;
  return section(
    `deno ${DENO_VERSION}, the runtime (MIT)\n${place}`,
    `${DENO_COPYRIGHT}

${mit} The runtime contains parts of other projects, V8 and the crates in its
Cargo.lock among them, under their own licences: see there.`,
  );
}

/** The permission of the MIT licence, which is the project's own as well. */
async function permission(root: string): Promise<string> {
  const text = await plainText(join(root, "LICENSE"));
  const at = text.indexOf("Permission is hereby granted");
  if (text.startsWith("MIT License\n") && at > 0) return text.slice(at);
  throw new BuildError(
    "The project's LICENSE is not the MIT licence",
    "Correct where scripts/release_licences.ts takes that text from",
  );
}

async function plainText(path: string): Promise<string> {
  return (await Deno.readTextFile(path)).replaceAll("\r\n", "\n");
}

/** The files of each package that are in the bundle, from its folder on. */
function byLibrary(
  libraries: readonly Library[],
  paths: readonly string[],
): Map<Library, string[]> {
  const modules = new Map(
    libraries.map((library) => [library, [] as string[]]),
  );
  for (const path of paths) {
    const library = libraries.find((one) => path.includes(mark(one)));
    if (!library) {
      throw new BuildError(
        `Unknown file in the bundle: "${path}"`,
        "Only npm packages that deno.lock lists may be imported",
      );
    }
    const at = path.indexOf(mark(library)) + mark(library).length;
    modules.get(library)!.push(path.slice(at));
  }
  return modules;
}

const mark = ({ name, version }: Library) => `/${name}/${version}/`;

/** Sources of a package's licence. */
interface Known {
  /** The files of each package that are in the bundle, from its folder on. */
  readonly modules: ReadonlyMap<Library, readonly string[]>;
  /** The permission of the MIT licence. */
  readonly mit: string;
}

const FILE = /^(?:licen[sc]e|copying|notice)\b/i;

/**
 * The licence texts in a package; else the notices in its modules.
 * @throws {BuildError} when neither is there
 */
export async function licenceOf(
  library: Library,
  known: Known,
): Promise<string> {
  const { folder } = library;
  const names = (await Array.fromAsync(Deno.readDir(folder)))
    .filter(({ name, isFile }) => isFile && FILE.test(name))
    .map(({ name }) => name).sort();
  const isOnlyNotice = names.every((name) => /^notice/i.test(name));
  const first = isOnlyNotice ? [await noticesOf(library, known)] : [];
  const texts = await Promise.all(
    names.map((name) => plainText(join(folder, name))),
  );
  return [...first, ...texts].map((text) => text.trim()).join("\n\n");
}

/**
 * The licence of a package that has no licence file, from the notices in its
 * bundled modules. Each has to name MIT.
 */
async function noticesOf(
  library: Library,
  { modules, mit }: Known,
): Promise<string> {
  const { name, version, folder, licence } = library;
  const texts = await Promise.all(
    modules.get(library)!.map((path) => plainText(join(folder, path))),
  );
  const notices = new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/^\/\/ (.*\bCopyright\b.*)$/gm)].map(([, one]) => one!)
    ),
  );
  const others = [...notices].filter((one) =>
    !/ MIT licen[sc]e\.?$/i.test(one)
  );
  if (licence === "MIT" && notices.size > 0 && others.length === 0) {
    return `${[...notices].sort().join("\n")}\n\n${mit}`;
  }
  throw new BuildError(
    `The package ${name}@${version} has no file with its licence` +
      (others.length > 0 ? `, and says: "${others[0]}"` : ""),
    "The release must include the licence: use a package that brings it",
  );
}
