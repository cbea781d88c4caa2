import { join } from "@std/path";
import { hookLine } from "../src/clients/hook_command.ts";
import type { Case } from "./bench_measure.ts";
import { makeProject, type Project } from "./bench_repository.ts";
import {
  CLIENT_SAMPLES,
  type ClientSample,
  hookInput,
} from "./client_samples.ts";

const FORMATS = join(import.meta.dirname!, "../tests/formats");

/** Bytes of a transcript. */
const TRANSCRIPT = 70_000_000;

/** Cases of a prompt in each client except Claude Code. */
export function clientCases(root: string, binary: string): Case[] {
  const project = makeProject(root, "clients", { changed: 10, saves: 0 });
  const { folder, env } = project;
  new Deno.Command(binary, {
    args: ["pause", "--no-commit", "Half done"],
    ...{ cwd: folder, env, clearEnv: true },
  }).outputSync();
  return CLIENT_SAMPLES.map((one) => caseOf(one, { root, binary, project }));
}

/** The command line is the one that mpm installs. */
function caseOf(
  one: ClientSample,
  { root, binary, project }: { root: string; binary: string; project: Project },
): Case {
  const { client, sample, prompt, env } = one;
  const { folder } = project;
  const transcript = join(project.env.HOME!, one.transcript);
  Deno.mkdirSync(join(transcript, ".."), { recursive: true });
  Deno.writeFileSync(transcript, repeated(join(FORMATS, sample)));
  const input = join(root, `${client}.json`);
  const event = { ...prompt, prompt: "Go on" };
  Deno.writeTextFileSync(input, hookInput(one, { folder, transcript, event }));
  const line = hookLine({ client, event: "UserPromptSubmit", binary });
  return {
    name: `hook, a prompt in ${client}, 70 MB transcript`,
    command: ["sh", "-c", `{ ${line}; } < "$0"`, input],
    project: { ...project, env: { ...project.env, ...env(folder) } },
    limit: "1.5 F",
  };
}

/** The lines of a file, repeated until the transcript is full. */
function repeated(path: string): Uint8Array {
  const lines = Deno.readFileSync(path);
  const times = Math.floor(TRANSCRIPT / lines.length);
  const bytes = new Uint8Array(times * lines.length);
  for (let at = 0; at < times; at++) bytes.set(lines, at * lines.length);
  return bytes;
}
