import { chromium, type Page } from "playwright-core";
import { axe } from "./axe.ts";
import { pathOf } from "./programs.ts";

/** Options without which Chromium does not start as root, or looks for hosts. */
const ARGUMENTS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update"],
  "--disable-sync",
];

/** A page in a real browser. */
export interface Shown {
  readonly page: Page;
  /** The requested addresses, except that of the page. */
  readonly requests: readonly string[];
  /**
   * The browser's reports: errors of scripts, resources that the policy
   * refused.
   */
  readonly complaints: readonly string[];
}

/** Opens a file in Chromium and passes the page to `look`. */
export async function inBrowser(
  path: string,
  look: (shown: Shown) => Promise<void>,
  { width = 1000, dark = false }: { width?: number; dark?: boolean } = {},
): Promise<void> {
  const browser = await chromium.launch({
    executablePath: pathOf("chromium")!,
    args: ARGUMENTS,
  });
  try {
    const page = await browser.newPage({
      viewport: { width, height: 800 },
      colorScheme: dark ? "dark" : "light",
    });
    const requests: string[] = [];
    const complaints: string[] = [];
    const address = `file://${path}`;
    page.on("request", (request) => {
      if (request.url() !== address) requests.push(request.url());
    });
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(address);
    await look({ page, requests, complaints });
  } finally {
    await browser.close();
  }
}

/** Returns the findings of axe, one line each. */
export async function barriers(page: Page): Promise<string[]> {
  // The page's own policy refuses every other script.
  const found = await axe(page);
  return found.map(({ id, help, nodes }) =>
    `${id}: ${help}: ${nodes.map(({ target }) => target.join(" ")).join("; ")}`
  );
}
