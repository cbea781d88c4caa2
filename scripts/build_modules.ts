import { BuildError } from "./build_error.ts";

/** Files of a bundle, text by name. */
export type Bundle = ReadonlyMap<string, string>;

/** `import {…} from "./file"`, or only `import "./file"`. */
const IMPORT = /^import (?:\{([^}]*)\} from )?"\.\/([^"]+)";\n/gm;
const BUILTIN = /^import \{([^}]*)\} from "(node:[a-z/]+)";\n/gm;
const LATER = /\bimport\("\.\/([^"]+)"\)/g;
/** The bundler's `require`, which packages use only for Node's modules. */
const REQUIRE = "__deno_internal_createRequire(import.meta.url)";
const EXPORT = /^export \{([^}]*)\};\n?/m;

/** The parameters of a module's function, under names that no module has. */
const PARAMETERS = ["load", "lend", "later", "builtin"]
  .map((name) => `mpm$${name}`) as [string, string, string, string];
const [LOAD, LEND, LATER_OF, BUILTIN_OF] = PARAMETERS;

/** A statement at a file's top level that may change another file's values. */
const ACTS =
  /^(?:[\w$.]+\((?:\{|.*(?:[;([]|\(\{|=> \{))?$|\(.*;$|[\w$.]+ \S*= |(?:if|for|while|do|try|throw|new|await)\b.*[({;]$)/m;

/** Module syntax that the replacements above did not replace. */
const UNKNOWN =
  /^(?:import|export)\b.*|^(?!\s*(?:\*|\/\/)).*\bimport(?:\(|\.meta).*/m;

/** Returns the names of the files that `text` imports, statically or later. */
function namesOf(text: string, form: RegExp): string[] {
  return [...text.matchAll(form)].map((found) => found.at(-1)!);
}

/** Splits `name, inner as name` into pairs. */
function pairsIn(list = ""): [inner: string, name: string][] {
  return list.split(",").map((part) => part.trim()).filter((part) => part)
    .map((part) => {
      const [inner = "", name = inner] = part.split(" as ");
      return [inner, name];
    });
}

function unusable(name: string, reason: string): BuildError {
  return new BuildError(
    `Cannot make a script of the bundled file ${name}: ${reason}`,
    "Correct scripts/build_modules.ts, which knows how the bundler writes",
  );
}

/**
 * Returns all files in the order in which the entry reaches them. So the
 * bundler's names do not matter, which depend on the builder's paths.
 */
function reached(bundle: Bundle, entry: string): string[] {
  const state = new Map<string, "open" | "done">();
  const later = [entry];
  const visit = (name: string) => {
    if (state.get(name) === "done") return;
    // A file that is loaded while it loads has no exports yet.
    if (state.has(name)) throw unusable(name, "it imports itself in a circle");
    state.set(name, "open");
    const text = bundle.get(name)!;
    for (const next of namesOf(text, IMPORT)) visit(next);
    later.push(...namesOf(text, LATER));
    state.set(name, "done");
  };
  for (const name of later) visit(name);
  return [...state.keys()];
}

/** Rejects exports that change: importers read an export's value once. */
function assertConstant(name: string, text: string): void {
  for (const [inner] of pairsIn(EXPORT.exec(text)?.[1])) {
    const escaped = inner.replaceAll("$", "\\$");
    const changes =
      `^\\s+${escaped}\\s*(?:[-+*/%&|^?<>]{0,3}=(?![=>])|\\+\\+|--)`;
    const [line] = new RegExp(`${changes}.*`, "m").exec(text) ?? [];
    if (line) throw unusable(name, `its export changes: ${line.trim()}`);
  }
}

/** Escapes characters so that V8 uses the text's bytes unchanged. */
function ascii(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- all that is not ASCII
    /[^\x00-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Returns whether `text` declares the name as a function at its top level. */
function declaresFunction(text: string, name: string): boolean {
  const escaped = name.replaceAll("$", "\\$");
  return new RegExp(`^(?:async )?function\\*? ${escaped}\\(`, "m").test(text);
}

/**
 * Returns whether `text` constructs or compares an object of that name, or
 * reads its properties.
 */
function usesAsObject(text: string, name: string): boolean {
  const escaped = name.replaceAll("$", "\\$");
  return new RegExp(
    `\\b(?:new|instanceof|extends) ${escaped}(?![\\w$])|` +
      `[=!]== ${escaped}(?![\\w$])|` +
      `(?<![\\w$.])${escaped}(?:[.[]| [=!]==)`,
  ).test(text);
}

/**
 * Returns whether `text` imports only functions from a file, and only calls
 * them.
 */
function onlyCalls(
  text: string,
  pairs: readonly [outer: string, name: string][],
  file: string,
): boolean {
  const exported = pairsIn(EXPORT.exec(file)?.[1]);
  const inner = new Map(exported.map(([inner, outer]) => [outer, inner]));
  return pairs.every(([outer, name]) =>
    declaresFunction(file, inner.get(outer)!) && !usesAsObject(text, name)
  );
}

/** Turns a file into a function that returns the file's exports. */
function functionOf(
  name: string,
  bundle: Bundle,
  numbers: ReadonlyMap<string, number>,
): string {
  const text = bundle.get(name)!;
  assertConstant(name, text);
  if (text.includes("mpm$")) throw unusable(name, "it has the loader's names");
  const taken = (list: string) =>
    `const { ${pairsIn(list).map((pair) => pair.join(": ")).join(", ")} } = `;
  const exported = pairsIn(EXPORT.exec(text)?.[1])
    .map(([inner, name]) => `${name}: ${inner}`);
  const imported = (list: string | undefined, file: string) => {
    const [other, number] = [bundle.get(file)!, numbers.get(file)];
    if (list === undefined) {
      return ACTS.test(other) ? `${LOAD}(${number});\n` : "";
    }
    const pairs = pairsIn(list);
    if (ACTS.test(other) || !onlyCalls(text, pairs, other)) {
      return `${taken(list)}${LOAD}(${number});\n`;
    }
    const names = JSON.stringify(pairs.map(([outer]) => outer));
    return `${taken(list)}${LEND}(${number}, ${names});\n`;
  };
  const body = text
    .replace(
      IMPORT,
      (_, list: string | undefined, file) => imported(list, file),
    )
    .replace(
      BUILTIN,
      (_, list, from) => `${taken(list)}${BUILTIN_OF}("${from}");\n`,
    )
    .replace(LATER, (_, file) => `${LATER_OF}(${numbers.get(file)})`)
    .replace(REQUIRE, BUILTIN_OF)
    .replace(EXPORT, "");
  const [unknown] = UNKNOWN.exec(body) ?? [];
  if (unknown) throw unusable(name, unknown.trim());
  return `function (${PARAMETERS.join(", ")}) {\n${ascii(body)}return { ${
    exported.join(", ")
  } };\n}`;
}

/**
 * Turns each file of a bundle into a function, since only a script can come
 * with V8's code cache. V8 compiles a function only when it is called. A
 * function gets four other functions. One takes a file's number and returns its
 * exports. One lends functions of a file, which is loaded at their first call.
 * One promises the exports, and one is for Node's modules.
 * @returns the functions by their numbers; the entry's is the first
 * @throws {BuildError} when a file has an unknown form
 */
export function modulesOf(bundle: Bundle, entry = "program.js"): string[] {
  const names = reached(bundle, entry);
  const numbers = new Map(names.map((name, number) => [name, number]));
  return names.map((name) => functionOf(name, bundle, numbers));
}
