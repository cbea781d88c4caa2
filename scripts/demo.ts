import { join } from "@std/path";
import { ensureBuilt } from "./build.ts";

/**
 * Shows the main job, for someone who has never seen mpm. A session is paused
 * in a scratch repository, the repository changes in the meantime, and `mpm
 * resume` reports the changes. Everything runs for real and is removed at the
 * end.
 */
async function demo(): Promise<void> {
  const binary = await ensureBuilt();
  const scratch = await Deno.makeTempDir({ prefix: "mpm-demo-" });
  try {
    const stage = new Stage(binary, scratch);
    prepare(stage);
    pauseWork(stage);
    changeMeanwhile(stage);
    resumeWork(stage);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

function prepare(stage: Stage): void {
  stage.tell("A small repository, with a remote it was pushed to.");
  stage.quietly("git init -q -b main --bare ../shop.git");
  stage.quietly("git init -q -b main .");
  stage.write("src/cart.ts", "export const cart = [];\n");
  stage.write("src/payment.ts", "export function pay() {}\n");
  stage.quietly("git add -A");
  stage.quietly("git commit -q -m", "Add cart and payment");
  stage.quietly("git remote add origin ../shop.git");
  stage.quietly("git push -q -u origin main");
}

function pauseWork(stage: Stage): void {
  stage.tell("Work begins: one file is edited, one staged, one is new.");
  stage.write("src/payment.ts", "export function pay(sum: number) {}\n");
  stage.write("src/refund.ts", "export function refund() {}\n");
  stage.write("notes.md", "- ask about VAT\n");
  stage.show("git add src/refund.ts");
  stage.show(
    "mpm pause",
    "Refunds: the API is there, the ledger is not",
    "-a",
    "Added refund()",
    "-n",
    "Write the ledger entry",
    "-t",
    "Test with a real card",
  );
}

function changeMeanwhile(stage: Stage): void {
  stage.tell("In the meantime a colleague pushes, and someone edits here.");
  stage.quietly("git clone -q ../shop.git ../colleague");
  stage.write(
    "../colleague/src/payment.ts",
    "export function pay(cents: number) {}\n",
  );
  stage.quietly("git -C ../colleague commit -q -a -m", "Count in cents");
  stage.quietly("git -C ../colleague push -q");
  stage.show("git commit -q -m", "Add refunds", "--", "src/refund.ts");
  stage.write("notes.md", "- ask about VAT\n- and about tips\n");
  stage.show("git fetch -q");
}

function resumeWork(stage: Stage): void {
  stage.tell("Days later, perhaps someone else:");
  stage.show("mpm resume");
}

/** Runs the lines of the demonstration in the scratch repository. */
class Stage {
  readonly #project: string;
  readonly #env: Record<string, string>;
  readonly #binary: string;

  constructor(binary: string, scratch: string) {
    this.#binary = binary;
    this.#project = join(scratch, "shop");
    const home = join(scratch, "home");
    for (const folder of [this.#project, home]) Deno.mkdirSync(folder);
    this.#env = {
      HOME: home,
      GIT_CONFIG_GLOBAL: join(home, "none"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Ada",
      GIT_AUTHOR_EMAIL: "ada@example.com",
      GIT_COMMITTER_NAME: "Ada",
      GIT_COMMITTER_EMAIL: "ada@example.com",
    };
  }

  tell(text: string): void {
    print(`\n# ${text}\n`);
  }

  write(path: string, text: string): void {
    const full = join(this.#project, path);
    Deno.mkdirSync(join(full, ".."), { recursive: true });
    Deno.writeTextFileSync(full, text);
  }

  /** Prints the line, runs it, and passes its output on. */
  show(line: string, ...args: string[]): void {
    const quoted = args.map((arg) => /^[\w./-]+$/.test(arg) ? arg : `"${arg}"`);
    print(`\n$ ${[line, ...quoted].join(" ")}\n`);
    this.#run(line, args);
  }

  quietly(line: string, ...args: string[]): void {
    this.#run(line, args);
  }

  #run(line: string, args: string[]): void {
    const [program, ...words] = line.split(" ");
    const { code } = new Deno.Command(
      program === "mpm" ? this.#binary : program!,
      {
        args: [...words, ...args],
        cwd: this.#project,
        env: this.#env,
        stdin: "null",
        stdout: "inherit",
        stderr: "inherit",
      },
    ).outputSync();
    if (code !== 0) throw new Error(`"${line}" ended with status ${code}`);
  }
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) await demo();
