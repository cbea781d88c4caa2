import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import { TRIPLES } from "../scripts/toolchain.ts";
import { ROOT } from "./helpers/tree.ts";

interface Step {
  readonly env?: Record<string, string>;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

interface Job {
  readonly "runs-on"?: string;
  readonly uses?: string;
  readonly needs?: string | readonly string[];
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: Record<string, unknown> };
  readonly steps?: readonly Step[];
  readonly permissions?: Record<string, string>;
}

interface Workflow {
  readonly permissions: Record<string, string>;
  readonly on: Record<string, unknown>;
  readonly jobs: Record<string, Job>;
}

async function workflows(): Promise<[string, string, Workflow][]> {
  const found: [string, string, Workflow][] = [];
  for await (const { name } of Deno.readDir(`${ROOT}/.github/workflows`)) {
    const text = await Deno.readTextFile(`${ROOT}/.github/workflows/${name}`);
    found.push([name, text, parse(text) as Workflow]);
  }
  return found.sort(([a], [b]) => a < b ? -1 : 1);
}

/** The name of the runner with the system of each target. */
const RUNS: Record<string, RegExp> = {
  "x86_64-unknown-linux-gnu": /^ubuntu-[\d.]+$/,
  "aarch64-unknown-linux-gnu": /^ubuntu-[\d.]+-arm$/,
  "x86_64-apple-darwin": /^macos-\d+-intel$/,
  "aarch64-apple-darwin": /^macos-\d+$/,
  "x86_64-pc-windows-msvc": /^windows-\d+$/,
};

Deno.test("every workflow may only read, unless a job says otherwise", async () => {
  for (const [name, , { permissions, jobs }] of await workflows()) {
    assertEquals(permissions, { contents: "read" }, name);
    for (const [id, job] of Object.entries(jobs)) {
      const where = `${name} ${id}`;
      if (!job.uses) assert(Number(job["timeout-minutes"]) > 0, where);
      if (job.permissions) assertEquals(where, "release.yml publish");
      for (const needed of [job.needs ?? []].flat()) {
        assert(Object.hasOwn(jobs, needed), `${where} needs ${needed}`);
      }
    }
  }
});

Deno.test("every action is pinned by a commit, always the same one", async () => {
  const pins = new Map<string, string>();
  for (const [name, text, { jobs }] of await workflows()) {
    const used = Object.values(jobs)
      .flatMap(({ uses, steps = [] }) => [uses, ...steps.map((s) => s.uses)])
      .filter((uses) => uses !== undefined);
    for (const uses of used) {
      if (uses.startsWith("./")) {
        await Deno.stat(`${ROOT}/${uses}`);
        continue;
      }
      const [, action, commit] = /^([\w-]+\/[\w-]+)@([0-9a-f]{40})$/
        .exec(uses) ?? [];
      assert(commit, `${name}: ${uses}`);
      assertEquals(pins.get(action!) ?? commit, commit, action);
      pins.set(action!, commit);
      // The version is for people and for tools that propose newer ones.
      const line = new RegExp(`uses: ${uses} # v\\d+\\.\\d+\\.\\d+$`, "m");
      assert(line.test(text), `${name}: ${uses}`);
    }
  }
  assert(pins.has("actions/attest-build-provenance"));
});

Deno.test("no text from outside is put into a script of a workflow", async () => {
  for (const [name, , { jobs }] of await workflows()) {
    for (const { steps = [] } of Object.values(jobs)) {
      for (const { run = "" } of steps) {
        for (const [, inner] of run.matchAll(/\$\{\{(.*?)\}\}/g)) {
          assertEquals(inner!.trim(), "matrix.target", `${name}: ${run}`);
        }
      }
    }
  }
});

Deno.test("CI checks the subjects of all commits of a push", async () => {
  const [, , { jobs }] = (await workflows())
    .find(([name]) => name === "ci.yml")!;
  const { steps = [] } = jobs["test"]!;
  const checkout = steps.find(({ uses = "" }) =>
    uses.startsWith("actions/checkout@")
  );
  assertEquals(checkout!.with!["fetch-depth"], 0);
  const test = steps.find(({ run = "" }) => run.endsWith("task test"))!;
  assertEquals(
    test.env!.COMMITS_SINCE,
    "${{ github.event.pull_request.base.sha || github.event.before }}",
  );
});

Deno.test("a release has every target, each built on its own system", async () => {
  const release = (await workflows()).find(([name]) => name === "release.yml")!;
  const { jobs, on } = release[2];
  assertEquals(on, { push: { tags: ["v*"] } });
  const { build, publish } = jobs as Record<string, Job>;
  const matrix = build!.strategy!.matrix.include as {
    target: string;
    os: string;
  }[];
  assertEquals(matrix.map(({ target }) => target), [...TRIPLES]);
  for (const { target, os } of matrix) assert(RUNS[target]!.test(os), os);
  assertEquals(publish!.needs, ["test", "build"]);
  assertEquals(publish!.permissions, {
    contents: "write",
    "id-token": "write",
    attestations: "write",
  });
  const scripts = publish!.steps!.map(({ run }) => run ?? "").join("\n");
  for (
    const file of ["scripts/release.ts", "install.sh", "gh release create"]
  ) {
    assert(scripts.includes(file), file);
  }
  const attest = publish!.steps!.find(({ uses = "" }) =>
    uses.startsWith("actions/attest-build-provenance@")
  );
  assertEquals(attest!.with, {
    "subject-checksums": "dist/release/SHA256SUMS",
  });
});

Deno.test("a restarted release publishes only the archives", async () => {
  const [, , { jobs }] = (await workflows())
    .find(([name]) => name === "release.yml")!;
  const using = (job: string, action: string) =>
    jobs[job]!.steps!.filter(({ uses = "" }) => uses.startsWith(action))
      .map((step) => step.with!);
  const [upload] = using("build", "actions/upload-artifact@");
  assertEquals(upload!.name, "archive-${{ matrix.target }}");
  assertEquals(upload!.overwrite, true);
  const [download] = using("publish", "actions/download-artifact@");
  assertEquals(download!.pattern, "archive-*");
  assertEquals(using("publish", "actions/upload-artifact@"), []);
});

Deno.test("an unfinished release is not the latest, and can be tested", async () => {
  const [, , { jobs }] = (await workflows())
    .find(([name]) => name === "release.yml")!;
  const runs = (job: string) =>
    jobs[job]!.steps!.map(({ run = "" }) => run).join("\n");
  const publish = jobs["publish"]!.steps!.at(-1)!.run!;
  const said = (tag: string) => {
    const { success, stdout } = new Deno.Command("sh", {
      args: ["-euc", `gh() { printf '%s ' "$@"; }\n${publish}`],
      env: { GITHUB_REF_NAME: tag },
    }).outputSync();
    assert(success);
    return new TextDecoder().decode(stdout);
  };
  if (Deno.build.os !== "windows") {
    const start = "release create v1.2.3 --verify-tag --title mpm 1.2.3 ";
    assert(said("v1.2.3").startsWith(start), said("v1.2.3"));
    assert(
      said("v2.0.0-rc.1").includes(" --prerelease --title mpm 2.0.0-rc.1 "),
    );
  }
  // The latest release may be another one.
  assert(runs("install").includes('--version "$GITHUB_REF_NAME"'));
  assert(runs("install-windows").includes("-Version $env:GITHUB_REF_NAME"));
  assert(runs("build").includes(" pack --run --target "));
});

Deno.test("the tests run on Linux, macOS and Windows", async () => {
  const ci = (await workflows()).find(([name]) => name === "ci.yml")!;
  const { os } = ci[2].jobs.test!.strategy!.matrix as { os: string[] };
  for (const system of ["ubuntu", "macos", "windows"]) {
    assertEquals(os.filter((name) => name.startsWith(`${system}-`)).length, 1);
  }
  assert("workflow_call" in ci[2].on, "release.yml calls it");
});
