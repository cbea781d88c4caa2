import type { Random } from "./bench_handoff_random.ts";

/** The subject of a story. */
export interface Domain {
  readonly feature: string;
  readonly folder: string;
  readonly files: readonly string[];
  readonly symbols: readonly string[];
  readonly test: string;
  readonly lint: string;
  readonly build: string;
  /** Possible solutions, from which people choose. */
  readonly ways: readonly string[];
  /** Another team's folder. */
  readonly theirs: string;
}

export const DOMAINS: readonly Domain[] = [
  {
    feature: "refunds",
    folder: "src/payments",
    files: ["refund.ts", "ledger.ts", "webhook.ts", "amount.ts", "retry.ts"],
    symbols: ["applyRefund", "LedgerEntry", "roundCents", "sendWebhook"],
    test: "npm run test:payments",
    lint: "npx eslint src/payments",
    build: "npm run build",
    ways: ["bigint cents", "decimal strings", "a money class", "integer mills"],
    theirs: "src/legacy-billing",
  },
  {
    feature: "the export of reports",
    folder: "reports/export",
    files: ["writer.py", "columns.py", "queue.py", "formats.py", "zip.py"],
    symbols: ["write_sheet", "ColumnSet", "flush_rows", "open_archive"],
    test: "pytest tests/reports",
    lint: "ruff check reports",
    build: "python -m build",
    ways: ["a streaming writer", "a temp table", "chunked CSV", "parquet"],
    theirs: "reports/finance",
  },
  {
    feature: "session tokens",
    folder: "internal/auth",
    files: ["token.go", "store.go", "rotate.go", "middleware.go", "clock.go"],
    symbols: ["RotateToken", "TokenStore", "verifySession", "clockSkew"],
    test: "go test ./internal/auth/...",
    lint: "golangci-lint run",
    build: "go build ./cmd/gateway",
    ways: ["opaque tokens", "signed cookies", "short-lived JWTs", "mTLS only"],
    theirs: "internal/oauth",
  },
  {
    feature: "the search index",
    folder: "crates/index/src",
    files: ["segment.rs", "merge.rs", "query.rs", "cache.rs", "score.rs"],
    symbols: ["SegmentReader", "merge_postings", "QueryPlan", "evict_oldest"],
    test: "cargo test -p index",
    lint: "cargo clippy -p index",
    build: "cargo build --release",
    ways: [
      "mmap segments",
      "an in-memory trie",
      "roaring bitmaps",
      "sqlite fts",
    ],
    theirs: "crates/storage",
  },
  {
    feature: "the booking calendar",
    folder: "app/calendar",
    files: ["slots.rb", "zones.rb", "conflict.rb", "mailer.rb", "ical.rb"],
    symbols: ["SlotFinder", "overlaps_with", "TimezoneGuess", "send_invite"],
    test: "bundle exec rspec spec/calendar",
    lint: "bundle exec rubocop app/calendar",
    build: "bin/rails assets:precompile",
    ways: ["UTC columns", "zone per event", "interval trees", "a lock table"],
    theirs: "app/legacy_events",
  },
];

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
const PEOPLE = ["Maria", "Tobias", "Ngozi", "Yuki", "Hannah", "Rafael"];
const FIRMS = ["Contoso", "Northwind", "Fabrikam", "Initech", "Globex"];

export const time = (random: Random) =>
  `${random.number(8, 18)}:${random.pick(["00", "15", "30", "45"])}`;
export const day = (random: Random) => random.pick(DAYS);
export const person = (random: Random) => random.pick(PEOPLE);
export const firm = (random: Random) => random.pick(FIRMS);

/** Filler for long outputs. */
const SYLLABLES =
  "lor em ip sum dol or sit am et con sec te tur ad ip is cing el it sed do ei us mod tem por"
    .split(" ");

function word(random: Random): string {
  return random.some(SYLLABLES, random.number(1, 3)).join("");
}

/** This many characters of meaningless text, in lines. */
export function filler(random: Random, length: number): string {
  let text = "";
  while (text.length < length) {
    const count = random.number(6, 14);
    text += `${Array.from({ length: count }, () => word(random)).join(" ")}\n`;
  }
  return text.slice(0, length);
}

/** The source of a file of a domain, with one of its symbols. */
export function source(random: Random, symbol: string, length = 900): string {
  const body = filler(random, length).split("\n")
    .map((line) => `  // ${line}`).join("\n");
  return `export function ${symbol}() {\n${body}\n}\n`;
}
