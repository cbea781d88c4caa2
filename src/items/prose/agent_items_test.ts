import { assertEquals } from "@std/assert";
import { agentItems, statementsOf } from "./agent_items.ts";

for (
  const [cue, text] of [
    ["rejected", "I tried a trigger, but it fires twice on updates."],
    ["rejected", "Optimistic locking does not work because of the proxy."],
    ["rejected", "I reverted the change to the cache."],
    ["rejected", "Polling turned out too slow, so I switched to webhooks."],
    ["rejected", "Mocking the clock breaks the retries; I inject it instead."],
    ["rejected", "A global lock would deadlock, so I use one for each shard."],
    ["rejected", "I considered a view, but it cannot be refreshed there."],
    ["rejected", "Raising the timeout did not help."],
    ["rejected", "Caching in memory made it worse: 900 ms instead of 300."],
    ["rejected", "Upgrading to v5 is not possible because the plugin pins v4."],
    ["rejected", "We can't use threads here because the handle is not shared."],
    ["rejected", "The old driver cannot stream, so I went back to paging."],
    ["decision", "I am going with a trie for the index."],
    [
      "decision",
      "I put the retries into the client so that the server is plain.",
    ],
    ["decision", "I decided to keep the old endpoint for one release."],
    ["decision", "We use Decimal instead of float."],
    ["decision", "I went with a queue because retries are needed."],
  ] as const
) {
  Deno.test(`the agent's "${text}" is ${cue}`, () => {
    assertEquals(agentItems(text), [{ cue, text }]);
  });
}

Deno.test("the next sentence shows that an approach was dropped", () => {
  const left = "The bitmaps did not work: the suite takes nine minutes.";
  const way = "I am going with a trie instead.";
  assertEquals(agentItems(`${left} ${way}`), [
    { cue: "rejected", text: left },
    { cue: "decision", text: way },
  ]);
  assertEquals(agentItems(`${left} It runs every night.`), []);
  const esm = "Importing it directly fails with ERR_REQUIRE_ESM.";
  const next = "I'll use a dynamic import instead.";
  assertEquals(agentItems(`${esm} ${next}`), [{ cue: "rejected", text: esm }]);
  assertEquals(agentItems(`${esm} Shall I use another one instead?`), []);
});

for (
  const text of [
    ...["The login does not work yet.", "It cannot be null here."],
    ...["The test failed, so I fixed the import.", "Let me check if it works."],
    ...["That didn't work. Let me try a different approach."],
    ...["That didn't work. I'll read the configuration instead."],
    ...["If that does not work, I will use Redis instead."],
    ...["The old code did not handle nulls. I added a check."],
    ...["parse() now fails with a clear error instead of returning null."],
    ...["I changed it to throw when the lookup fails instead of null."],
    ...["Two tests failed because a fixture was missing; both pass now."],
    ...["Running the tests again did not show the error."],
    ...["The function is too slow for large files."],
    ...["Users cannot delete their own account."],
    ...["React decided to deprecate this API.", "The code uses a Map instead."],
    ...["The team settled on MIT years ago.", "It uses a Map rather than X."],
    ...["The server crashed when the queue was full; it drops entries now."],
    ...["I could not find the file, so I searched the whole repository."],
    ...["Do you want me to use Redis instead?", "I'm going to read the tests."],
    ...["I used grep to find the callers.", "I switched to the new branch."],
    ...["This breaks when the list is empty, so I added a guard."],
    ...["The docs say that retries are not supported."],
    ...["I moved back to the top of the file and added the import."],
    ...["Reverted to npm.", "I rolled back to version 2."],
    ...["I made a typo, so the import failed.", "I left the door open."],
  ]
) {
  Deno.test(`the agent's "${text}" closes nothing`, () => {
    assertEquals(agentItems(text), []);
  });
}

for (
  const [cue, text] of [
    ["rejected", "Regex parsing is off the table: nested quotes break it."],
    ["rejected", "Scrapped the worker pool; the handle cannot be cloned."],
    ["rejected", "Ditched memcached because it evicts silently."],
    ["rejected", "A plain list seemed simpler, but it doubles the start time."],
    ["rejected", "The first attempt with a cache leaked; rolled it back."],
    ["rejected", "Cursors proved unworkable with the old sort order."],
    ["rejected", "Avoiding protobuf here, since the client is JavaScript."],
    ["rejected", "Threads are a no-go: the library is not thread-safe."],
    ["rejected", "Steer clear of sendfile, it truncates on NFS."],
    ["rejected", "Batching is out for now because the queue has no order."],
    ["rejected", "I took the debounce out again; it swallowed the last key."],
    ["decision", "Approach: one table per tenant."],
    ["decision", "Verdict: the client retries, not the server."],
    ["decision", "Going for a ring buffer, since the size is known."],
    ["decision", "A plain file is the simplest option here, so it is CSV."],
    ["decision", "SQLite it is."],
    ["decision", "We'll keep the old route as an alias so that links survive."],
    ["decision", "I think a semaphore fits best for upload(): it caps at 4."],
    ["decision", "parse() is now done as a loop because the grammar is small."],
    ["decision", "To avoid a second query, listUsers joins the roles."],
    ["decision", "I ended up with two indexes for search()."],
    ["decision", "Chose UTC everywhere."],
  ] as const
) {
  Deno.test(`the agent's verdict "${text}" is ${cue}`, () => {
    assertEquals(agentItems(text), [{ cue, text }]);
  });
}

for (
  const text of [
    ...["To run the tests, use npm test.", "To fix this I need the logs."],
    ...["Removed the unused import; tests pass.", "Version 3 is out."],
    ...["The server is out of memory.", "That is the best option?"],
    ...["I dropped the table in the test database and ran the migration."],
    ...["I picked up where we left off.", "I took a look at the code."],
    ...["What a mess it is.", "I'll go through the files one by one."],
    ...["The user chose Postgres earlier.", "Good, the build is green."],
    ...["Let me look at the parser.", "It is what it is."],
  ]
) {
  Deno.test(`the agent's "${text}" says nothing to hand on`, () => {
    assertEquals(statementsOf(text), []);
  });
}

for (
  const text of [
    "The alarm fires twice because cron and systemd both start the job.",
    "There is no clean way to hook into the parser, so it is wrapped.",
    "fetchRates caches forever: nothing ever evicts an entry.",
    "The retry hides timeouts of the gateway, which is why the log is empty.",
    "Node 18 does not support this flag, only 20 does.",
    "The 500 comes from verify(), which throws on an empty body.",
    "Note that the limit is per IP, not per user.",
    "The staging database has no index on user_id, so the query takes 9 s.",
  ]
) {
  Deno.test(`the agent's "${text}" explains something`, () => {
    const found = statementsOf(text).map(({ cue, text }) => ({ cue, text }));
    assertEquals(found, [{ cue: undefined, text }]);
  });
}

Deno.test("what the agent does next shows that an approach was dropped", () => {
  const left = "The catch with polling: the API allows 10 calls a minute.";
  assertEquals(agentItems(`${left} Moving to webhooks.`), [
    { cue: "rejected", text: left },
  ]);
  assertEquals(agentItems(`${left} Moving on.`), []);
});
