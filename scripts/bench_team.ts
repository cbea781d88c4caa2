import { join } from "@std/path";
import { bodyBytes, entryBytes, type NewEntry } from "../src/team/entry.ts";
import { signerOf } from "../src/team/keys.ts";
import type { Case } from "./bench_measure.ts";
import {
  addCommits,
  addSaves,
  git,
  makeProject,
  type Project,
} from "./bench_repository.ts";

/** People whose entries are on the remote. */
const WRITERS = 50;

/**
 * Cases of a team: a list of one's own saves and those of others. And the cost
 * of entries on the remote for someone without mpm.
 */
export function teamCases(root: string, binary: string): Case[] {
  return [...lists(root, binary), ...withoutMpm(root, binary)];
}

/** 10,000 saves of one's own, and as many of 50 others. */
function lists(root: string, binary: string): Case[] {
  const saves = 10_000;
  const made = (name: string) =>
    makeProject(root, name, { changed: 10, saves: 0 });
  const [own, shared] = [made("own list"), made("shared list")];
  const id = pause(own, binary);
  addSaves(own, `${id}.json`, saves);
  const remote = bareClone(root, shared, "list.git");
  share(remote, olderSaves(pause(shared, binary), shared, saves));
  run(shared, [binary, "sync", remote.folder]);
  const command = [binary, "saves", "list"];
  return [
    { name: "G: saves list, 10000 own saves", command, project: own },
    {
      name: "saves list, 10000 saves of 50 people",
      command,
      project: shared,
      limit: "0 F + 1.2 G",
    },
  ];
}

/** A clone and a fetch, with a thousand entries on the remote and without. */
function withoutMpm(root: string, binary: string): Case[] {
  const project = makeProject(root, "team", { changed: 0, saves: 0 });
  addCommits(project, 1000);
  git(project, ["gc", "-q"]);
  const plain = bareClone(root, project, "plain.git");
  const shared = bareClone(root, project, "shared.git");
  share(shared, olderSaves(pause(project, binary), project, 1000));
  const to = join(root, "cloned");
  const prepare = () => removeIfThere(to);
  return ["clone", "fetch"].flatMap((name) => {
    const command = ({ folder }: Project) => {
      const words = ["git", name, "-q", `file://${folder}`];
      return [...words, name === "clone" ? to : "main"];
    };
    const one = { project, prepare };
    return [
      { ...one, name: `G: git ${name}`, command: command(plain) },
      {
        ...one,
        name: `git ${name}, 1000 entries on the remote`,
        command: command(shared),
        limit: "0 F + 1.05 G",
      },
    ];
  });
}

/** Pauses, and returns the id of the save. */
function pause(project: Project, binary: string): string {
  const args = ["pause", "--no-commit", "--json", "Template"];
  return JSON.parse(run(project, [binary, ...args])).session_id;
}

function run({ folder, env }: Project, [program, ...args]: string[]): string {
  const options = { args, cwd: folder, env, clearEnv: true };
  const done = new Deno.Command(program!, options).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!done.success) throw new Error(text(done.stderr) + text(done.stdout));
  return text(done.stdout);
}

function bareClone(root: string, from: Project, name: string): Project {
  const folder = join(root, name);
  git(from, ["clone", "-q", "--bare", ".", folder]);
  return { folder, env: from.env };
}

/** A save under older ids, as an entry each. */
function olderSaves(
  id: string,
  { folder }: Project,
  count: number,
): NewEntry[] {
  const path = join(folder, ".claude-mpm/sessions", `${id}.json`);
  const json = Deno.readTextFileSync(path);
  const paused = JSON.parse(json).paused_at as string;
  return Array.from({ length: count }, (_, at) => {
    const time = new Date(Date.UTC(2026, 0, 1) - at * 3_600_000).toISOString();
    const digits = time.slice(0, 19).replaceAll(/[-:]/g, "");
    const older = `session-${digits.replace("T", "-")}`;
    const content = json.replaceAll(id, older).replaceAll(paused, time);
    return { kind: "save", at: time, author: "Bench", id: older, content };
  });
}

/**
 * Puts entries onto a remote, divided equally among the logs of all writers.
 */
function share(remote: Project, entries: readonly NewEntry[]): void {
  const each = entries.length / WRITERS;
  const lines: string[] = [];
  for (let writer = 0; writer < WRITERS; writer++) {
    const signer = signerOf(`writer ${writer}`);
    const log = `${signer.writer}-abcdefgh-1`;
    for (let at = 0; at < each; at++) {
      const place = { log, number: at + 1 };
      const body = bodyBytes(place, entries[writer * each + at]!);
      const bytes = entryBytes({ ...place, cipher: "plain", body }, signer);
      const text = new TextDecoder().decode(bytes);
      lines.push(
        `commit refs/mpm/log/${log}`,
        "committer mpm <mpm> 0 +0000",
        "data 3\nmpm",
        "deleteall",
        "M 100644 inline entry",
        `data ${bytes.length}\n${text}`,
      );
    }
  }
  // As a server keeps the objects of small pushes.
  const loose = ["-c", "fastimport.unpackLimit=100000"];
  git(remote, [...loose, "fast-import", "--quiet"], `${lines.join("\n")}\n`);
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
