import { field, jsonIn } from "../../base/odd_values.ts";

/** The version of a runtime that a project asks for. */
export interface Runtime {
  /** `Node`, `Python`, or what a file calls another one. */
  readonly name: string;
  /** As the file has it: a version, a range, or an alias such as `lts/*`. */
  readonly version: string;
  /** The name of the file that says so. */
  readonly from: string;
}

/** Returns the versions that a file asks for, as pairs of name and version. */
type Reader = (text: string) => [name: string, version: string | undefined][];

/** The whole file is the version. */
function whole(name: string): Reader {
  return (text) => [[name, firstWord(text)]];
}

/** The file has a line that the pattern matches. */
function line(name: string, pattern: RegExp): Reader {
  return (text) => [[name, pattern.exec(text)?.[1]]];
}

function firstWord(text: string): string | undefined {
  return text.split("\n").map((one) => one.replace(/#.*/, "").trim())
    .find((one) => one !== "")?.split(/\s/, 1)[0];
}

const TOOLS: ReadonlyMap<string, string> = new Map([
  ["nodejs", "Node"],
  ["node", "Node"],
  ["python", "Python"],
  ["rust", "Rust"],
  ["golang", "Go"],
  ["go", "Go"],
  ["deno", "Deno"],
  ["bun", "Bun"],
  ["ruby", "Ruby"],
  ["java", "Java"],
]);

/** Lines such as `nodejs 20.11.0`. */
function tools(text: string): [string, string | undefined][] {
  return text.split("\n").map((one) => one.replace(/#.*/, "").trim())
    .map((one) => one.split(/\s+/))
    .map(([tool = "", version]) => [TOOLS.get(tool) ?? tool, version]);
}

function packageJson(text: string): [string, string | undefined][] {
  const value = jsonIn(text);
  return ["volta", "engines"].flatMap((key) =>
    ([["node", "Node"], ["bun", "Bun"], ["deno", "Deno"]] as const)
      .map(([tool, name]): [string, string | undefined] => {
        const version = field(field(value, key), tool);
        return [name, typeof version === "string" ? version : undefined];
      })
  );
}

/** The files that are read, the most exact first. */
export const RUNTIME_FILES: ReadonlyMap<string, Reader> = new Map([
  [".nvmrc", whole("Node")],
  [".node-version", whole("Node")],
  [".python-version", whole("Python")],
  [".ruby-version", whole("Ruby")],
  [".java-version", whole("Java")],
  [".tool-versions", tools],
  ["rust-toolchain.toml", line("Rust", /^\s*channel\s*=\s*["']([^"']+)["']/m)],
  ["rust-toolchain", line("Rust", /^\s*(?:channel\s*=\s*["'])?([\w.-]+)/m)],
  ["package.json", packageJson],
  [
    "pyproject.toml",
    line("Python", /^\s*(?:requires-python|python)\s*=\s*["']([^"']+)["']/m),
  ],
  ["go.mod", line("Go", /^go\s+(\S+)/m)],
]);

/** Characters of a version that are kept. */
const LONGEST = 100;

/** Runtimes that are kept. */
const MOST = 20;

/** Adds what a file asks for to what the files before it asked for. */
export function addRuntimes(
  found: Map<string, Runtime>,
  { from, text }: { from: string; text: string },
): void {
  const read = RUNTIME_FILES.get(from)?.(text) ?? [];
  for (const [name, version] of read) {
    const usable = name !== "" && version !== undefined && version !== "" &&
      !found.has(name) && found.size < MOST;
    if (!usable) continue;
    const short = version.trim().slice(0, LONGEST).replaceAll(/\s+/g, " ");
    found.set(name, { name: name.slice(0, LONGEST), version: short, from });
  }
}
