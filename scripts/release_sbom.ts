import { createHash } from "node:crypto";
import { join } from "@std/path";
import { getOwn } from "../src/base/own.ts";
import { BuildError } from "./build_error.ts";
import { DENO_VERSION } from "./toolchain.ts";

/** The subject of the list. */
export interface Subject {
  readonly version: string;
  /** `OWNER/REPO` on GitHub. */
  readonly repository: string;
  /** `YYYY-MM-DD`, the day of the commit. */
  readonly day: string;
}

/** An npm package that is in the binaries, at least in part. */
export interface Library {
  readonly name: string;
  readonly version: string;
  /** `sha512-` and base64, of the package's archive. */
  readonly integrity: string;
  /** Its SPDX id, from the package. */
  readonly licence: string | undefined;
  /** Folder of Deno's files. */
  readonly folder: string;
}

/**
 * Lists the parts of the binaries as CycloneDX 1.6 (ECMA-424): the npm packages
 * that the program imports, with their data in `deno.lock`, and the runtime.
 * The parts of the runtime are not listed, and the list notes that.
 *
 * @param root the project's folder
 * @throws {BuildError} when Deno cannot say what the program imports
 */
export async function billOfMaterials(
  root: string,
  subject: Subject,
): Promise<Record<string, unknown>> {
  const { version, repository, day } = subject;
  const libraries = await librariesOf(root);
  const own = `pkg:github/${repository.toLowerCase()}@v${version}`;
  const refs = [RUNTIME, ...libraries.map(purl)];
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: serialOf([own, day, ...refs]),
    version: 1,
    metadata: {
      timestamp: `${day}T00:00:00Z`,
      component: component("application", "mpm", version, own, "MIT"),
    },
    components: [
      component("platform", "deno", DENO_VERSION, RUNTIME, "MIT"),
      ...libraries.map((library) => ({
        ...component(
          "library",
          library.name,
          library.version,
          purl(library),
          library.licence,
        ),
        hashes: [{ alg: "SHA-512", content: hexOf(library.integrity) }],
      })),
    ],
    dependencies: [
      { ref: own, dependsOn: refs },
      ...refs.map((ref) => ({ ref, dependsOn: [] })),
    ],
    compositions: [
      { aggregate: "complete", dependencies: [own] },
      { aggregate: "incomplete", dependencies: [RUNTIME] },
    ],
  };
}

/** The runtime in every binary. */
const RUNTIME = `pkg:github/denoland/deno@v${DENO_VERSION}`;

function component(
  type: string,
  name: string,
  version: string,
  ref: string,
  licence: string | undefined,
) {
  const licenses = licence === undefined
    ? {}
    : { licenses: [{ license: { id: licence } }] };
  return { type, "bom-ref": ref, name, version, purl: ref, ...licenses };
}

/** Its address as a package URL. */
export function purl({ name, version }: Library): string {
  return `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
}

const hexOf = (integrity: string) =>
  Uint8Array.fromBase64(integrity.replace(/^sha512-/, "")).toHex();

/** A UUID of version 8 that is the same for the same contents. */
function serialOf(parts: readonly string[]): string {
  const hex = createHash("sha256").update(parts.join("\n")).digest("hex");
  const [a, b, c, d, e] = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(13, 16),
    hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return `urn:uuid:${a}-${b}-8${c}-a${d}-${e}`;
}

async function info<T>(root: string, ...args: string[]): Promise<T> {
  const { success, stdout, stderr } = await new Deno.Command(
    Deno.execPath(),
    { args: ["info", "--json", ...args], cwd: root, stdin: "null" },
  ).output();
  if (success) return JSON.parse(new TextDecoder().decode(stdout));
  throw new BuildError(
    `Cannot list what mpm imports: ${new TextDecoder().decode(stderr).trim()}`,
    "Correct what `deno check main.ts` reports",
  );
}

interface Graph {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, Package>>;
}

interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  readonly registryUrl: string;
}

/**
 * The packages the program imports, and those that these need, by name.
 *
 * @throws {BuildError} when Deno cannot say what the program imports
 */
export async function librariesOf(root: string): Promise<Library[]> {
  const graph = await info<Graph>(root, "main.ts");
  const { npmCache } = await info<{ npmCache: string }>(root);
  const lock: Lock = JSON.parse(
    await Deno.readTextFile(join(root, "deno.lock")),
  );
  const wanted = new Set<string>();
  const add = (id: string) => {
    if (wanted.has(id)) return;
    wanted.add(id);
    getOwn(graph.npmPackages, id)!.dependencies.forEach(add);
  };
  for (const { npmPackage } of graph.modules) if (npmPackage) add(npmPackage);
  return await Promise.all(
    [...wanted].sort().map(async (id): Promise<Library> => {
      const { name, version, registryUrl } = getOwn(graph.npmPackages, id)!;
      const host = new URL(registryUrl).host.replace(":", "_PORT");
      const folder = join(npmCache, host, name, version);
      const { license } = JSON.parse(
        await Deno.readTextFile(join(folder, "package.json")),
      );
      const { integrity } = getOwn(lock.npm, id)!;
      return { name, version, integrity, licence: license, folder };
    }),
  );
}
