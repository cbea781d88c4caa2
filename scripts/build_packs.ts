import { BuildError } from "./build_error.ts";

/** Files of a bundle, text by name. */
export type Bundle = ReadonlyMap<string, string>;

/** Files of the bundle that the same hot ones need: whoever loads one has all. */
export interface Pack {
  /** An expression: an array of functions, each of which makes one file. */
  readonly text: string;
  readonly isHot: boolean;
}

/** The program as the executable holds it. Files have numbers instead of names. */
export interface Program {
  readonly packs: readonly Pack[];
  /** Of each file: in which pack it is, and where there. */
  readonly places: readonly (readonly [pack: number, at: number])[];
  /** The number of the file that exports `main` and `realSystem`. */
  readonly entry: number;
}

/**
 * What commands and hooks load for which people and agents wait all day, by the
 * module that a file was made of: none of them may load more than it needs.
 */
const HOT = [
  ...["program", "line", "before", "reflow", "redact", "redaction"],
  ...["pause", "resume", "status", "statusline", "context", "quick_root"],
  ...["save", "save_steps", "auto", "list"],
  ...["hook", "steps", "table", "start", "end"],
  ...["events", "compact", "error", "tasks", "typed"],
  ...["config_file", "read_saves", "current"],
];

/** `import {…} from "./file"`, or only `import "./file"`. */
const IMPORT = /^import (?:\{([^}]*)\} from )?"\.\/([^"]+)";\n/gm;
const BUILTIN = /^import \{([^}]*)\} from "(node:[a-z/]+)";\n/gm;
const LATER = /\bimport\("\.\/([^"]+)"\)/g;
const LATER_BUILTIN = /\bimport\("(node:[a-z/]+)"\)/g;
const EXPORT = /^export \{([^}]*)\};\n?/m;

/** What a file is given, under names that no module has. */
const [LOAD, LATER_OF, BUILTIN_OF] = ["mpm$load", "mpm$later", "mpm$builtin"];

/** What is left of a module when all of the above is replaced. */
const UNKNOWN =
  /^(?:import|export)\b.*|^(?!\s*(?:\*|\/\/)).*\bimport(?:\(|\.meta).*/m;

/** The module that a file was made of. */
function stemOf(name: string): string {
  return name.replace(/(?:-[0-9a-f]+)?\.js$/, "");
}

function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, , file = ""]) => file);
}

/** `name`, or `inner as name`, each as a pair. */
function namesIn(list: string): [inner: string, name: string][] {
  return list.split(",").map((part) => part.trim()).filter((part) => part)
    .map((part) => {
      const [inner = "", name = inner] = part.split(" as ");
      return [inner, name];
    });
}

/** A file with all that it imports, and what that imports. */
function closure(bundle: Bundle, name: string): Set<string> {
  const found = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...importsOf(bundle.get(next)!));
  }
  return found;
}

function hasStem(bundle: Bundle, stem: string): boolean {
  return [...bundle.keys()].some((name) => stemOf(name) === stem);
}

/** What each of the hot files loads. */
function hotClosures(bundle: Bundle, stems: readonly string[]): Set<string>[] {
  return stems.map((stem) => {
    const name = [...bundle.keys()].find((name) => stemOf(name) === stem);
    if (name !== undefined) return closure(bundle, name);
    throw new BuildError(
      `Nothing of the bundle was made of the module "${stem}"`,
      "Correct the list in scripts/build_packs.ts",
    );
  });
}

/** Which files are together: hot ones by who needs them, each other one alone. */
function groupsOf(
  bundle: Bundle,
  hot: readonly Set<string>[],
): { isHot: boolean; names: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const name of [...bundle.keys()].sort()) {
    const needed = hot.map((files) => files.has(name) ? "1" : "0").join("");
    const key = needed.includes("1") ? needed : name;
    groups.set(key, [...groups.get(key) ?? [], name]);
  }
  return [...groups].map(([key, names]) => ({
    isHot: !bundle.has(key),
    names,
  }));
}

/** A file that is loaded while it loads has no exports yet. */
function assertNoCycle(bundle: Bundle): void {
  const state = new Map<string, "open" | "done">();
  const visit = (name: string) => {
    if (state.get(name) === "done") return;
    if (state.has(name)) {
      throw unpackable(name, "it imports itself in a circle");
    }
    state.set(name, "open");
    for (const next of importsOf(bundle.get(name)!)) visit(next);
    state.set(name, "done");
  };
  for (const name of bundle.keys()) visit(name);
}

function unpackable(name: string, reason: string): BuildError {
  return new BuildError(
    `The bundled file ${name} cannot be packed: ${reason}`,
    "Correct scripts/build_packs.ts, which knows how the bundler writes",
  );
}

/** Importers take an export's value once, so none may change later. */
function assertConstant(name: string, text: string): void {
  for (const [inner] of namesIn(EXPORT.exec(text)?.[1] ?? "")) {
    const escaped = inner.replaceAll("$", "\\$");
    const changes =
      `^\\s+${escaped}\\s*(?:[-+*/%&|^?<>]{0,3}=(?![=>])|\\+\\+|--)`;
    const [line] = new RegExp(`${changes}.*`, "m").exec(text) ?? [];
    if (line) throw unpackable(name, `its export changes: ${line.trim()}`);
  }
}

/**
 * A function that makes a file. It is given one that takes a file's number and
 * returns its exports, one that promises them, and one for modules of Node's.
 */
function maker(name: string, text: string, numberOf: Map<string, number>) {
  assertConstant(name, text);
  if (text.includes("mpm$")) {
    throw unpackable(name, "it has names of the loader");
  }
  const taken = (list: string) =>
    `const { ${namesIn(list).map((pair) => pair.join(": ")).join(", ")} } = `;
  const exported = namesIn(EXPORT.exec(text)?.[1] ?? "")
    .map(([inner, name]) => `${name}: ${inner}`);
  const body = text
    .replace(
      IMPORT,
      (_, list: string | undefined, file) =>
        `${list === undefined ? "" : taken(list)}${LOAD}(${
          numberOf.get(file)
        });\n`,
    )
    .replace(
      BUILTIN,
      (_, list, from) => `${taken(list)}${BUILTIN_OF}("${from}");\n`,
    )
    .replace(LATER, (_, file) => `${LATER_OF}(${numberOf.get(file)})`)
    .replace(
      LATER_BUILTIN,
      (_, from) => `(async () => ${BUILTIN_OF}("${from}"))()`,
    )
    .replace(EXPORT, "");
  const [unknown] = UNKNOWN.exec(body) ?? [];
  if (unknown) throw unpackable(name, unknown.trim());
  return `function (${LOAD}, ${LATER_OF}, ${BUILTIN_OF}) {\n${body}return { ${
    exported.join(", ")
  } };\n}`;
}

/** One byte a character: the engine then takes the bytes as they are. */
function ascii(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- all that is not ASCII
    /[^\x00-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Makes scripts of the bundle's modules, since only a script can come with what
 * the engine compiled of it before. What is loaded together is in one script.
 *
 * @param bundle modules under names that depend on their contents alone
 * @param stems the modules that are loaded every day
 * @throws {BuildError} when a module is missing, or is written in a way that is
 * not known
 */
export function packed(
  bundle: Bundle,
  { stems = HOT.filter((stem) => hasStem(bundle, stem)), entry = "program" }: {
    stems?: readonly string[];
    entry?: string;
  } = {},
): Program {
  assertNoCycle(bundle);
  const names = [...bundle.keys()].sort();
  const numberOf = new Map(names.map((name, number) => [name, number]));
  const places: [number, number][] = names.map(() => [0, 0]);
  const packs = groupsOf(bundle, hotClosures(bundle, stems))
    .map(({ isHot, names }, pack) => {
      names.forEach((name, at) => places[numberOf.get(name)!] = [pack, at]);
      const makers = names.map((name) =>
        maker(name, bundle.get(name)!, numberOf)
      );
      return {
        isHot,
        text: ascii(`"use strict";\n([\n${makers.join(",\n")}\n])\n`),
      };
    });
  const first = names.findIndex((name) => stemOf(name) === entry);
  return { packs, places, entry: first };
}
