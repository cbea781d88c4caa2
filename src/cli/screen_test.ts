import { assertEquals, assertRejects } from "@std/assert";
import type { System } from "../system/system.ts";
import { type Screen, showScreen } from "./screen.ts";

/** A terminal with these keys, and a record of what happened to it. */
function screenWith(
  keys: readonly (string | "resized" | "stopped" | undefined)[],
) {
  const happened: string[] = [];
  const left = [...keys];
  const system = {
    env: () => undefined,
    now: () => new Date(0),
    terminal: {
      columns: () => 20,
      rows: () => 3,
      err: (text: string) => happened.push(text) > 0,
      takeOver: () => ({
        next: () => {
          const key = left.shift();
          const isEvent = key === "resized" || key === "stopped" ||
            key === undefined;
          return Promise.resolve(isEvent ? key : new TextEncoder().encode(key));
        },
        suspend: () => Promise.resolve(void happened.push("suspended")),
        [Symbol.dispose]: () => void happened.push("given back"),
      }),
    },
  } as unknown as System;
  return { system, happened };
}

const ENTERED = "\x1b[?1049h\x1b[?25l\x1b[?2004h";
const LEFT = "\x1b[?2004l\x1b[?25h\x1b[?1049l";

Deno.test("a screen that fails restores the terminal", async () => {
  for (const part of ["onKey", "render", "work"] as const) {
    const { system, happened } = screenWith(["x", undefined]);
    const fail = () => {
      throw new Error("broken");
    };
    const screen: Screen<"ended"> = {
      onKey: () => undefined,
      render: () => ["text"],
      [part]: fail,
    };
    await assertRejects(() => showScreen(system, screen), Error, "broken");
    assertEquals(happened[0], ENTERED);
    assertEquals(happened.slice(-2), [LEFT, "given back"], part);
  }
});

Deno.test("a screen is closed while mpm is stopped, and drawn again later", async () => {
  for (const key of ["\x1a", "stopped"]) {
    const { system, happened } = screenWith([key, "q"]);
    const outcome = await showScreen<"ended">(system, {
      onKey: ({ name }) => name === "text" ? "ended" : undefined,
      render: () => ["text"],
    });
    assertEquals(outcome, "ended");
    const at = happened.indexOf("suspended");
    assertEquals([happened[at - 1], happened[at + 1]], [LEFT, ENTERED]);
    assertEquals(happened.slice(-2), [LEFT, "given back"]);
  }
});

Deno.test("a line as wide as the terminal keeps its last character", async () => {
  const { system, happened } = screenWith([undefined]);
  const full = "x".repeat(20);
  const shown = await showScreen(system, {
    onKey: () => undefined,
    render: () => [full, "y"],
  });
  assertEquals(shown, "cancelled");
  assertEquals(happened[1], `\x1b[H${full}\r\ny\x1b[K\x1b[J`);
});
