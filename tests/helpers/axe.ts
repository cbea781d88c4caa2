import type { Page } from "playwright-core";
import source from "axe-core/source" with { type: "text" };

/** A rule that a page breaks. */
export interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly string[] }[];
}

/** Runs axe in an isolated context, where the page's policy does not apply. */
export async function axe(page: Page): Promise<readonly Violation[]> {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send(
    "Page.createIsolatedWorld",
    { frameId: frameTree.frame.id, worldName: "axe" },
  );
  const run = async (expression: string) => {
    const { result, exceptionDetails } = await session.send(
      "Runtime.evaluate",
      {
        expression,
        contextId: executionContextId,
        awaitPromise: true,
        returnByValue: true,
      },
    );
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value;
  };
  await run(`${source};0`);
  return await run("axe.run().then(({ violations }) => violations)");
}
