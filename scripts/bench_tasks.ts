import { join } from "@std/path";
import type { Case } from "./bench_measure.ts";
import { makeProject, type Project } from "./bench_repository.ts";

const ITEMS = 10_000;

/** Starts as many programs as the task, each as mpm starts it. */
const LOOP = `
n=0
while [ "$n" -lt ${ITEMS} ]; do n=$((n + 1)); sh -c 'exec "$@"' sh true "$n"; done
`;

const DEFINITION = `
items: { lines: [seq, "${ITEMS}"] }
run: ["true", "{item}"]
`;

/** Cases of a task with many items, and of the newest run's state. */
export function taskCases(root: string, binary: string): Case[] {
  const project = taskProject(root, binary, "many items");
  const known = taskProject(root, binary, "known run");
  mpm(known, [binary, "task", "run", "many"]);
  return [
    {
      name: `G: a loop over ${ITEMS} programs`,
      command: ["sh", "-c", LOOP],
      project,
    },
    {
      name: `task run, ${ITEMS} items`,
      command: [binary, "task", "run", "many"],
      project,
      limit: `0 F + 1 G + ${2 * ITEMS} ms`,
    },
    {
      name: `task status, ${ITEMS} items`,
      command: [binary, "task", "status"],
      project: known,
      limit: "1.3 F + 5 ms",
    },
  ];
}

/** A project with an allowed task. */
function taskProject(root: string, binary: string, name: string): Project {
  const project = makeProject(root, name, { changed: 10, saves: 0 });
  const folder = join(project.folder, ".claude-mpm/tasks");
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(join(folder, "many.yaml"), DEFINITION);
  mpm(project, [binary, "allow", ".claude-mpm/tasks/many.yaml"]);
  return project;
}

function mpm({ folder, env }: Project, [program, ...args]: string[]): void {
  const options = { args, cwd: folder, env, clearEnv: true };
  const { success, stderr } = new Deno.Command(program!, options).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
