import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import type { HelpResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { commandNames, misfits } from "../helpers/schemas.ts";

/** The pages that are not about a single command, in their order. */
const TOPICS = [
  "exit-codes",
  "environment",
  "files",
  "hooks",
  "privacy",
  "tasks",
  "pipelines",
  "formats",
];

async function page(...words: string[]): Promise<string> {
  using env = new TestEnv();
  const { status, stdout, stderr } = await mpm(env, words);
  assertEquals([status, stderr], [0, ""], words.join(" "));
  return stdout;
}

/** Commands that `mpm help` lists. */
const DAILY = [
  ...["pause", "resume", "status", "list", "show", "next", "done", "branch"],
  ...["return", "checkpoint", "undo", "setup"],
];

Deno.test("help lists the commands for every day, and with --all every one", async () => {
  const daily = await page("help");
  assertEquals(await page("--help"), daily);
  assertEquals([...rowsOf(daily).keys()], DAILY);
  assert(daily.split("\n").length <= 40, daily);
  const all = await page("help", "--all");
  const [commands = "", topics = ""] = all.split("\nPages, ");
  const rows = rowsOf(commands);
  for (const name of commandNames()) {
    const [word, more] = name.split(" ");
    assertMatch(rows.get(word!) ?? "", RegExp(`\\b${more ?? ""}\\b`), name);
  }
  const words = [
    ...commandNames().map((name) => name.split(" ")[0]!),
    ...["list", "show"],
  ];
  assertEquals([...rows.keys()].toSorted(), [...new Set(words)].toSorted());
  assertEquals([...rowsOf(topics).keys()], TOPICS);
});

Deno.test("old spellings of commands work, and help leaves them out", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["save", "-s", "One", "--no-commit"]);
  const pairs = [
    [["sessions", "list"], ["saves", "list"]],
    [["sessions"], ["saves"]],
    [["ls"], ["saves", "list"]],
    [["show"], ["saves", "show"]],
    [["log"], ["undo", "list"]],
    [["trash"], ["undo", "trash"]],
    [["trash", "list"], ["undo", "trash"]],
    [["trash", "prune"], ["undo", "trash", "--prune"]],
    [["stack", "--all"], ["status", "--tree", "--all"]],
    [["hooks", "list"], ["hooks", "status", "--scripts"]],
    [["hooks", "show", "pre-session"], ["hooks", "status", "pre-session"]],
    [["hooks", "run", "on-error"], ["hooks", "test", "on-error"]],
    [["hooks", "profile"], ["hooks", "test", "--runs", "20"]],
  ];
  const all = `${await page("help", "--all")}${await page("help", "undo")}`;
  for (const [old, current] of pairs) {
    const answer = await mpm(env, old!);
    assertEquals(answer, await mpm(env, current!), old!.join(" "));
    assert(![70].includes(answer.status), answer.stderr);
    assert(!all.includes(`mpm ${old!.slice(0, 2).join(" ")}`));
  }
  assertEquals((await mpm(env, ["init"])).status, 0);
  assertEquals(commandNames().includes("init"), false);
});

Deno.test("a group of commands without a verb lists its contents", async () => {
  using env = TestEnv.repository();
  for (
    const group of [
      ...["checkpoint", "config", "partition", "saves", "template", "var"],
      ...["worktrees"],
    ]
  ) {
    assertEquals(await mpm(env, [group]), await mpm(env, [group, "list"]));
  }
  assertEquals(
    await mpm(env, ["hooks", "--json"]),
    await mpm(env, ["hooks", "status", "--json"]),
  );
  const { status, stderr } = await mpm(env, ["checkpoint", "sav"]);
  assertEquals(status, 2);
  assertStringIncludes(stderr, 'Did you mean "mpm checkpoint save"?');
});

Deno.test("a command of another tool is answered with the mpm command for it", async () => {
  using env = new TestEnv();
  const hint = async (...words: string[]) => {
    const { status, stderr } = await mpm(env, words);
    assertEquals(status, 2, stderr);
    return /^Hint: (.*)$/m.exec(stderr)?.[1];
  };
  assertStringIncludes(await hint("stash") ?? "", "mpm branch --stash");
  assertStringIncludes(await hint("upgrade") ?? "", "run the installer again");
  assertStringIncludes(await hint("rollback") ?? "", "mpm undo");
  assertStringIncludes(await hint("histroy") ?? "", "mpm undo list");
  // Half of each of these words belongs to another command.
  assertEquals(await hint("resume", "--pick"), 'Run "mpm resume --help"');
  assertEquals(await hint("stamp"), '"mpm help" lists the commands');
  assertEquals(await hint("undo", "--list"), 'Did you mean "mpm undo list"?');
  assertEquals(
    await hint("help", "pause", "resume"),
    '"mpm help pause" shows one command at a time',
  );
  assertEquals(await hint("migraine"), 'Did you mean "mpm migrate"?');
  assertEquals(await hint("stauts"), 'Did you mean "mpm status"?');
  assertEquals(await hint("constructor"), '"mpm help" lists the commands');
});

Deno.test("a suggestion for a wrong word is never the opposite command", async () => {
  using env = new TestEnv();
  const meant = async (...words: string[]) => {
    const { stderr } = await mpm(env, words);
    return /Did you mean (.*)\?$/m.exec(stderr)?.[1];
  };
  assertEquals(await meant("recover"), '"mpm saves recover"');
  assertEquals(await meant("set"), '"mpm var set" or "mpm config set"');
  assertEquals(await meant("saves", "delete"), '"mpm saves rm"');
  assertEquals(await meant("checkpoint", "delete"), '"mpm checkpoint rm"');
  assertEquals(await meant("config", "show"), '"mpm config list"');
  assertEquals(await meant("checkpoint", "foo"), undefined);
});

/** The rows of a page with a word, each with its description. */
function rowsOf(text: string): Map<string, string> {
  const rows = text.matchAll(/^ {2}([a-z-]+) +([A-Z].*(?:\n\s{15}.*)*)/gm);
  return new Map(
    [...rows].map(([, word, said]) => [word!, said!.replaceAll(/\s+/g, " ")]),
  );
}

Deno.test("help shows a command, a group of them, and a spelling", async () => {
  assertEquals(await page("help", "pause"), await page("pause", "--help"));
  const group = await page("help", "saves");
  assertStringIncludes(group, "Usage: mpm [options] saves <command>");
  assertEquals(await page("saves", "--help"), group);
  assertEquals(await page("sessions", "--help"), group);
  assertStringIncludes(await page("help", "session", "pause"), "session pause");
});

Deno.test("every page fits a terminal and says something", async () => {
  for (const name of TOPICS) {
    const text = await page("help", name);
    assert(text.split("\n").length > 10, name);
    const long = text.split("\n").filter((line) => line.length > 80);
    // One line per system gives its folder.
    assertEquals(long.filter((line) => line.startsWith(" ")), [], name);
  }
});

Deno.test("every page of a command is within the width of any terminal", async () => {
  for (const name of commandNames()) {
    const [prose = ""] = (await page("help", ...name.split(" ")))
      .split("\nExamples:");
    const long = prose.split("\n").filter((line) => line.length > 80);
    assertEquals(long, [], name);
  }
});

Deno.test("help as data names options with their values", async () => {
  using env = new TestEnv();
  const help = await mpmJson<HelpResult>(env, ["help", "resume"]);
  const [command] = help.commands;
  assertEquals(command!.usage, "mpm resume [<selector>] [options]");
  const format = command!.options.find(({ name }) => name === "--format");
  assertEquals(format, {
    name: "--format",
    short: null,
    value: "format",
    repeatable: false,
    choices: ["text", "md", "json", "context", "full"],
    default: "text",
    summary: "The output format; context and full are meant for agents",
  });
  const all = await mpmJson<HelpResult>(env, ["help"]);
  assertEquals(
    all.commands.map(({ name }) => name).sort(),
    commandNames(),
  );
});

Deno.test("help formats prints a schema that accepts the stored files", async () => {
  using env = TestEnv.repository();
  env.write("README.md", "# Edited\n");
  const { stdout } = await mpm(env, ["help", "formats", "saves-list"]);
  const help = await mpmJson<HelpResult>(env, [
    ...["help", "formats", "saves", "list"],
  ]);
  assertEquals(JSON.parse(stdout), help.schema);
  await mpmJson(env, [
    "start",
    "pay",
    "Pay",
    "-t",
    "bug-fix",
    "--var",
    "bug=1",
  ]);
  await mpmJson(env, ["pause", "-s", "Begin", "-t", "Go on"]);
  await mpmJson(env, ["checkpoint", "save", "One"]);
  const stored = [
    [".claude-mpm/sessions", "save"],
    [".claude-mpm/state/work", "work-session"],
    [".claude-mpm/checkpoints", "checkpoint-record"],
  ] as const;
  for (const [folder, name] of stored) {
    const files = [...Deno.readDirSync(`${env.project}/${folder}`)]
      .filter((file) => file.name.endsWith(".json"));
    assertEquals(files.length, 1, name);
    const value = JSON.parse(env.read(`${folder}/${files[0]!.name}`));
    assertEquals(misfits(name, value), "", name);
    assert(misfits(name, { ...value, id: 1, session_id: 1 }) !== "", name);
  }
});

Deno.test("output and input in lines fit their schemas", async () => {
  using env = TestEnv.repository();
  const input = {
    ...{ summary: "Half of it", name: "half", primary_task: "Pay" },
    ...{ current_phase: "Build", accomplishments: ["a"], next_steps: ["b"] },
    ...{ decisions: ["c"], blockers: ["d"], open_questions: ["e"] },
    ...{ important_reminders: ["f"], files_to_review: ["g"], done: ["h"] },
    todos: ["i", { content: "j", status: "in_progress", activeForm: "Do j" }],
  };
  assertEquals(misfits("pause-input", input), "");
  assert(misfits("pause-input", { ...input, sumary: "x" }) !== "");
  await mpmJson(env, ["pause", "--input", "-"], {
    stdin: JSON.stringify(input),
  });
  await mpmJson(env, ["template", "new", "one"]);
  await mpmJson(env, ["undo"]);
  const lines = env.read(".claude-mpm/state/journal.jsonl").trimEnd().split(
    "\n",
  );
  assertEquals(lines.length, 3);
  for (const line of lines) {
    assertEquals(misfits("journal-line", JSON.parse(line)), "", line);
  }
  await mpmJson(env, ["saves", "export", "--all", "-o", "all.json"]);
  const bundle = JSON.parse(env.read("all.json"));
  assertEquals([misfits("bundle", bundle), bundle.saves.length], ["", 1]);
  assert(misfits("bundle", { ...bundle, mpm_bundle: 2 }) !== "");
});

Deno.test("an unknown word gets a suggestion", async () => {
  using env = new TestEnv();
  const said = async (...words: string[]) => {
    const { status, stderr } = await mpm(env, words);
    return [status, stderr];
  };
  assertEquals(await said("help", "exit-code"), [
    2,
    'Error: Unknown topic "exit-code"\n' +
    'Hint: Did you mean "mpm help exit-codes"?\n',
  ]);
  assertEquals(await said("help", "formats", "savee"), [
    3,
    'Error: No format "savee"\nHint: Did you mean "mpm help formats save"?\n',
  ]);
  assertEquals(await said("paus"), [
    2,
    'Error: Unknown command "paus"\nHint: Did you mean "mpm pause"?\n',
  ]);
  assertEquals(await said("sessions", "lst"), [
    2,
    'Error: Unknown command "sessions lst"\n' +
    'Hint: Did you mean "mpm saves list"?\n',
  ]);
  assertEquals(await said("chekpoint", "save", "x"), [
    2,
    'Error: Unknown command "chekpoint"\n' +
    'Hint: Did you mean "mpm checkpoint save"?\n',
  ]);
  assertEquals(await said("pause", "--sumary", "x"), [
    2,
    'Error: Unknown option "--sumary"\n' +
    'Hint: Did you mean "--summary"? Otherwise run "mpm pause --help"\n',
  ]);
  for (const line of [["var", "set", "offset", "-5"], ["next", "-5", "is"]]) {
    const name = line.slice(0, line.indexOf("-5"))
      .filter((word) => word !== "offset").join(" ");
    assertEquals(await said(...line), [
      2,
      'Error: Unknown option "-5"\n' +
      `Hint: Run "mpm ${name} --help", or write "--" before a text that ` +
      'starts with "-5"\n',
    ]);
  }
  assertEquals(await said("resume", "--format", "tex"), [
    2,
    'Error: Option "--format" must be one of text, md, json, context, full, ' +
    'not "tex"\n' +
    'Hint: Did you mean "text"? Otherwise run "mpm resume --help"\n',
  ]);
});

Deno.test("a person at a terminal gets a hint about the next command", async () => {
  using env = TestEnv.repository();
  const hint = async (args: string[], typed?: string[]) => {
    const { status, stderr } = await mpm(env, args, typed ? { typed } : {});
    assertEquals(status, 0, stderr);
    // A line of progress erases itself.
    return stderr.split("\r\x1b[K").at(-1)!;
  };
  const start = ["start", "pay", "Pay", "-t", "bug-fix", "--var", "bug=1"];
  assertEquals(
    await hint(start, []),
    'Hint: "mpm check 1" ticks an item, "mpm pause" saves where you are\n',
  );
  assertEquals(await hint(["check", "1", "--dry-run"], []), "");
  assertEquals(
    await hint(["check", "1-14"], []),
    'Hint: All items are done: "mpm complete" ends the session\n',
  );
  await mpmJson(env, ["checkpoint", "save", "One"]);
  env.write("README.md", "# Edited\n");
  assertEquals(
    await hint(["checkpoint", "restore", "One", "--yes"], []),
    "",
  );
  assertEquals(
    await hint(["complete"], []),
    'Hint: "mpm archive pay" archives it\n',
  );
  for (const words of [["-q"], ["--json"]]) {
    assertEquals(await hint(["log", ...words], []), "", words[0]);
  }
  assertEquals(
    await hint(["log"], []),
    'Hint: "mpm undo" undoes operation 5\n',
  );
  assertEquals(await hint(["log"]), "");
});

Deno.test("a selector that is nearly right gets a suggestion", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "payments", "Pay"]);
  await mpmJson(env, ["pause", "--name", "refunds", "-s", "Begin"]);
  await mpmJson(env, ["checkpoint", "save", "Before the refactoring"]);
  const hint = async (...args: string[]) => {
    const { status, stderr } = await mpm(env, args);
    assertEquals(status, 3, stderr);
    return /Did you mean "([^"]*)"/.exec(stderr)?.[1];
  };
  assertEquals(await hint("resume", "refnds"), "refunds");
  assertEquals(await hint("resume", "lastest"), "latest");
  assertEquals(await hint("saves", "show", "payment_s"), "payments");
  assertEquals(await hint("resume", "quite-another-thing"), undefined);
  assertEquals(
    await hint("checkpoint", "show", "Before the refctoring"),
    "Before the refactoring",
  );
  assertEquals(await hint("complete", "paymets"), "payments");
  assertEquals(await hint("template", "show", "bugfix"), "bug-fix");
  assertEquals(await hint("hooks", "show", "pre-sesion"), "pre-session.sh");
});
