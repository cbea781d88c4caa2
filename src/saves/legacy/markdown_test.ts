import fc from "fast-check";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { MpmError } from "../../base/errors.ts";
import { parseMarkdownSave } from "./markdown.ts";
import { saveMarkdown } from "../markdown.ts";
import { normalize } from "../normalize.ts";
import type { Save } from "../save.ts";
import { SaveSchema } from "../schema.ts";
import { formatText, ownSave, SAMPLES } from "../../../tests/helpers/stores.ts";

const ID = "session-20251020-143022";

function parsed(text: string, id = ID) {
  const { value, warnings } = parseMarkdownSave(text, "x.md");
  const { save, warnings: repairs } = normalize(value, id);
  SaveSchema.parse(save);
  return { save, warnings, repairs };
}

/** Returns the parts of a save that claude-mpm's Markdown shows. */
function written(save: Save) {
  const { session_id: id, paused_at: time, conversation } = save;
  const { branch, status, recent_commits: commits } = save.git_context;
  return {
    id,
    time,
    conversation,
    branch,
    clean: status.clean,
    modified: status.modified_files,
    commits: commits.map(({ sha, message, author }) => [sha, message, author]),
    directory: save.active_context.working_directory,
    project: save.project_path,
    version: save.version,
  };
}

for (const { version, id, pause } of SAMPLES.slice(1)) {
  Deno.test(`parseMarkdownSave() reads the same from claude-mpm ${version} as its JSON has`, () => {
    const base = `claude-mpm/${version}/.claude-mpm/sessions${
      pause ? "/pause" : ""
    }/${id}`;
    const { save, warnings, repairs } = parsed(formatText(`${base}.md`), id);
    const json = normalize(JSON.parse(formatText(`${base}.json`)), id).save;
    assertEquals(written(save), written(json));
    assertEquals([...warnings, ...repairs], []);
  });
}

Deno.test("parseMarkdownSave() reads mpm's document", () => {
  const save = ownSave(ID, { name: "payments", branch: "feature/x" });
  save.conversation = {
    primary_task: "Ship it",
    current_phase: "In progress",
    summary: "First paragraph\n\n## Not a heading of ours\n\n- third\n---\nend",
    accomplishments: ["Stripe", "Two\nlines\n\nand a paragraph"],
    next_steps: ["Refunds", "1. Deep"],
  };
  save.open_questions = ["Why?"];
  save.important_reminders = ["Rotate the key"];
  save.todos.active = [
    { content: "Open", status: "pending" },
    { content: "Begun", status: "in_progress" },
  ];
  save.todos.completed = [{ content: "Done", status: "completed" }];
  const git = save.git_context;
  git.is_clean = git.status.clean = false;
  git.status.staged = ["a b.ts"];
  git.status.modified_files = ["a b.ts", "c.ts"];
  git.status.untracked_files = ["ü.txt"];
  const { save: read, warnings, repairs } = parsed(saveMarkdown(save));
  assertEquals([...warnings, ...repairs], []);
  assertEquals(read.conversation, save.conversation);
  assertEquals(read.open_questions, save.open_questions);
  assertEquals(read.important_reminders, save.important_reminders);
  assertEquals(read.todos, save.todos);
  assertEquals(read.name, "payments");
  assertEquals(read.git_context.branch, "feature/x");
  assertEquals(read.git_context.commit, "a".repeat(40));
  assertEquals(read.git_context.status.staged, ["a b.ts"]);
  assertEquals(read.git_context.status.modified_files, ["a b.ts", "c.ts"]);
  assertEquals(read.git_context.status.untracked, ["ü.txt"]);
});

Deno.test("parseMarkdownSave() reads documents that models wrote by hand", () => {
  const { save } = parsed(`# Session Pause: payments

**Session ID:** session-20251020-143022
**Paused:** 2025-10-20 14:30:22 UTC
- **Project**: /home/dev/app

**Summary**: Payments work

Second paragraph

### ✅ Accomplishments
* Stripe
* Webhooks

## To Resume
- [ ] Add refunds
1. **Subscriptions** (Priority: high)
   - Est. time: 2h

## Something else
- not a step
`);
  assertEquals(save.paused_at, "2025-10-20T14:30:22.000Z");
  assertEquals(save.project_path, "/home/dev/app");
  assertEquals(save.conversation.summary, "Payments work\n\nSecond paragraph");
  assertEquals(save.conversation.accomplishments, ["Stripe", "Webhooks"]);
  assertEquals(save.conversation.next_steps, [
    "Add refunds",
    "Subscriptions (Priority: high)\n- Est. time: 2h",
  ]);
});

Deno.test("parseMarkdownSave() ends a summary that holds half a code block", () => {
  const save = ownSave(ID, { summary: "Look:\n```sh\n# comment" });
  const { save: read, warnings } = parsed(saveMarkdown(save));
  assertEquals(read.conversation.summary, save.conversation.summary);
  assertEquals(read.git_context.branch, "main");
  assertEquals(warnings, []);
});

Deno.test("parseMarkdownSave() takes linear time for hostile lines", () => {
  const blanks = " ".repeat(200_000);
  parsed(`# ${blanks}x\n**a**: ${blanks}x\n- ${blanks}x\n`);
});

for (const heading of ["Next Steps", "Remaining Work", "To Verify"]) {
  Deno.test(`parseMarkdownSave() reads "${heading}" as next steps`, () => {
    const { save } = parsed(`## ${heading}\n\n- one\n`);
    assertEquals(save.conversation.next_steps, ["one"]);
  });
}

Deno.test("parseMarkdownSave() reads the remains of a damaged file", () => {
  const { version, id } = SAMPLES[4];
  const text = formatText(
    `claude-mpm/${version}/.claude-mpm/sessions/${id}.md`,
  );
  for (let end = 1; end <= text.length; end += 7) {
    parsed(text.slice(0, end), id);
  }
  const torn = parsed(text.slice(0, text.indexOf("git status &&")), id);
  assertStringIncludes(torn.warnings.join(), "code block that begins here");
  assertEquals(torn.save.conversation.summary, "Working on auth refactor");
});

Deno.test("parseMarkdownSave() keeps a text without headings as the summary", () => {
  const { save, warnings } = parsed("just a note\nof two lines\n");
  assertEquals(save.conversation.summary, "just a note\nof two lines");
  assertEquals(warnings, ["line 1: no save heading or label found"]);
});

Deno.test("parseMarkdownSave() throws UNREADABLE for an empty file", () => {
  const error = assertThrows(() => parseMarkdownSave("\n", "x.md"), MpmError);
  assertEquals(error.code, "UNREADABLE");
});

Deno.test("parseMarkdownSave() reads any text", () => {
  const line = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom("## Git Context", "**Summary**:", "```", "- `a`", "  x"),
    fc.constantFrom("**Recent commits**:", "- `a1b2` - x (y)", "## Todos"),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const text = lines.join("\n");
      if (text.trim() !== "") parsed(text);
    }),
    { numRuns: 300 },
  );
});
