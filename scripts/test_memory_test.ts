import { assertEquals } from "@std/assert";
import { hasRoom } from "./test_memory.ts";

Deno.test("hasRoom() requires free memory within the limit", () => {
  const free = (kilobytes: number) =>
    `MemTotal:       24684084 kB\nMemFree:               1 kB\n` +
    `MemAvailable:   ${kilobytes} kB\nBuffers:              1 kB\n`;
  const cases: [meminfo: string, limit: string, has: boolean][] = [
    [free(21_393_936), "", true],
    [free(21_393_936), "max\n", true],
    [free(21_393_936), "17179869184\n", true],
    [free(21_393_936), "4294967296\n", false],
    [free(4_000_000), "max\n", false],
    ["", "", false],
  ];
  for (const [meminfo, limit, has] of cases) {
    assertEquals(hasRoom(meminfo, limit), has, `${meminfo}${limit}`);
  }
});
