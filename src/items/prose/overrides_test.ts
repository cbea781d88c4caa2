import { assert, assertEquals } from "@std/assert";
import { onlyWithdraws, overrides, takesOther } from "./overrides.ts";

for (
  const [later, earlier, yes] of [
    ["Use Postgres instead of SQLite.", "We decided to use SQLite.", true],
    ["Use cents, not floats.", "Amounts must be floats.", true],
    ["Use cents not floats.", "Amounts must be floats.", true],
    [
      "Actually use UTF-8 after all, and commas not semicolons.",
      "Use semicolons as separators.",
      true,
    ],
    ["Forget Friday's deadline, it is Monday.", "Ship by Friday.", true],
    ["Let's postpone the queue.", "Use a queue for mails.", true],
    ["Tests not semicolons are failing.", "Use semicolons.", false],
    ["It is not semicolons that break.", "Use semicolons.", false],
    ["Do you know why not semicolons?", "Use semicolons.", false],
    ["Hopefully not semicolons.", "Use semicolons.", false],
    ["The deadline moved to Monday.", "The deadline is Friday.", true],
    ["The release is on Monday, not Friday.", "Ship by Friday 17:00.", true],
    ["Forget the deadline.", "It must ship by Friday 17:00.", true],
    ["Forget the Friday deadline.", "It must ship by Friday.", true],
    ["Correction again: it's Wednesday 12:00.", "Due on Friday.", true],
    ["No, wait, Monday.", "The deadline is Friday.", true],
    ["Make it Tuesday at noon.", "Ship by Friday 17:00.", true],
    ["Deadline: 2026-12-01.", "The deadline is Friday.", true],
    ["No, today I am busy.", "The deadline is Friday.", false],
    ["Sorry, by Friday the API must be stable.", "Docs by Monday.", false],
    ["The deadline of the docs is Monday.", "Ship by Friday.", false],
    ["There is no deadline any more.", "We need it by 2026-11-30.", true],
    ["The deadline is off.", "We need it before Monday.", true],
    ["Not Redis after all.", "Use Redis for the cache.", true],
    ["No, not the shadow table.", "Let's go with a shadow table.", true],
    ["We no longer need the queue.", "Use a queue for mails.", true],
    ["The queue is not needed any more.", "Use a queue for mails.", true],
    ["Scrap the changelog entry.", "Always add a changelog entry.", true],
    ["Use floats instead of cents.", "Use cents, not floats.", true],
    ["Use MySQL for the ledger.", "Use SQLite for the ledger.", true],
    ["Don't rename charge() then.", "Please rename charge() to pay().", true],
    ["You may touch the API now.", "Do not touch the API.", true],
    [
      "It is fine to add dependencies after all.",
      "No new dependencies, never add any dependency.",
      true,
    ],
    ["Use Postgres instead of SQLite.", "Never use SQLite.", false],
    ["Use Postgres instead of SQLite.", "Keep the API stable.", false],
    ["Do not touch the API.", "Keep the docs.", false],
    ["Do not touch the API.", "Keep the API stable.", false],
    ["Don't use Redis for sessions.", "Use Redis for the cache.", false],
    ["Use vitest for the web too.", "Use jest for the server.", false],
    ["Don't forget the deadline.", "It must ship by Friday.", false],
    ["Forget the deadline of the docs.", "It must ship by Friday.", false],
    ["You may use Redis now.", "Never log card numbers.", false],
    ["Skip the tests for now.", "All tests must pass.", false],
    ["No new dependencies.", "Use the new parser.", false],
    ['He wrote "forget the API", but no.', "Keep the API stable.", false],
    ["“Forget the deadline” was a joke.", "It must ship by Friday.", false],
    ["Add a button to cancel the order.", "Add the order form.", false],
    ["Write a test that users can't skip the login.", "Add a login.", false],
    ["If it fails, drop the cache.", "Use Redis for the cache.", false],
    ["Add the docs and drop the cache.", "Use Redis for the cache.", true],
    ["She wants to drop the queue, I don't.", "Use a queue.", false],
    [
      "Anna would skip the audit log, but we keep it.",
      "Add an audit log.",
      false,
    ],
    ["The client wants to cancel the export.", "Write the export.", false],
    ["They think we should drop the queue.", "Use a queue.", false],
    ["Bob said to drop the queue, but I disagree.", "Use a queue.", false],
    ["I don't want to drop the queue.", "Use a queue.", false],
    [
      "We should not even try to skip the audit log.",
      "Add an audit log.",
      false,
    ],
    ["Bob said to drop the queue.", "Use a queue.", true],
    ["I want to drop the queue.", "Use a queue.", true],
    ["We want to drop the queue.", "Use a queue.", true],
    ["The client no longer wants the export.", "Write the export.", true],
    ["She does not mind, so drop the queue.", "Use a queue.", true],
    ['Forget the "old API".', "Keep the old API.", true],
  ] as const
) {
  Deno.test(`"${later}" ${yes ? "overrides" : "leaves"} "${earlier}"`, () => {
    assertEquals(overrides(later, earlier), yes);
  });
}

for (
  const [text, yes] of [
    ["Forget the deadline.", true],
    ["Ok, scrap the changelog entry.", true],
    ["Not Redis after all.", true],
    ["We don't need the shadow table any more.", true],
    ["The queue is no longer needed.", true],
    ["You may touch the migrations now.", true],
    ["Don't forget the deadline.", false],
    ["Use Postgres instead of Redis.", false],
    ["Not Redis after all, use a table.", false],
    ["Forget Redis, let's use a table.", false],
    ["We no longer support Node 16.", false],
    ["No new dependencies.", false],
    ["Do not touch the API.", false],
    ["You can reach staging on port 4310.", false],
  ] as const
) {
  Deno.test(`"${text}" ${yes ? "only withdraws" : "says something"}`, () => {
    assertEquals(onlyWithdraws(text), yes);
  });
}

for (
  const [said, yes] of [
    ["actually we're on gitlab since last week, sorry", true],
    ["Sorry, GitLab!", true],
    ["We use GitLab for another project.", false],
    ["No, GitHub Actions, not GitLab.", false],
    ["Actually, is GitLab down?", false],
    ["Wait for Ana.", false],
  ] as const
) {
  Deno.test(`"${said}" ${yes ? "takes another" : "leaves the"} choice`, () => {
    const options = ["GitHub Actions", "GitLab"];
    assertEquals(takesOther(said, { answer: options[0]!, options }), yes);
  });
}

Deno.test("long sentences about times take no time", () => {
  for (const part of ["12:00 ", "12 pm ", "1", "monday ", "no, ", "is "]) {
    const long = `sorry, by ${part.repeat(600 / part.length)}x`;
    const start = performance.now();
    overrides(long, "The deadline is Friday.");
    assert(performance.now() - start < 200, part);
  }
});
