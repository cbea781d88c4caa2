/**
 * Text that only looks like a secret, made here so that scanners of
 * repositories do not report the tests.
 */
const LETTERS = "aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zAcCeFfG";

/** `length` letters and digits that look random, different for each `seed`. */
export function alnum(length: number, seed = 0): string {
  return pick(LETTERS, length, seed);
}

/** The same of hex digits. */
export function hex(length: number, seed = 0): string {
  return pick("3f9a1c7e5b2d8046", length, seed);
}

/** The same of capitals and digits. */
export function capitals(length: number, seed = 0): string {
  return pick("Q7WE4RT2YU9IO5PA3SD6", length, seed);
}

export function digits(length: number, seed = 0): string {
  return pick("7391850246", length, seed);
}

function pick(from: string, length: number, seed: number): string {
  let text = "";
  let state = seed * 7919 + 17;
  for (let at = 0; at < length; at++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    text += from[(state >> 8) % from.length];
  }
  return text;
}

/** The last three groups of a key in groups of five characters. */
function fives(): string {
  return [0, 1, 2].map((seed) => `-${capitals(5, seed)}`).join("");
}

/** One token of every provider whose shape is known: label and token. */
export const TOKENS: readonly (readonly [label: string, token: string])[] = [
  ["anthropic-key", `sk-ant-api03-${alnum(93)}AA`],
  ["anthropic-key", `sk-ant-admin01-${alnum(80)}`],
  ["openai-key", `sk-proj-${alnum(60)}_${alnum(20, 1)}`],
  ["openai-key", `sk-svcacct-${alnum(60)}`],
  ["api-key", `sk-${alnum(48)}`],
  ["openrouter-key", `sk-or-v1-${hex(64)}`],
  ["groq-key", `gsk_${alnum(52)}`],
  ["xai-key", `xai-${alnum(80)}`],
  ["perplexity-key", `pplx-${alnum(48)}`],
  ["huggingface-token", `hf_${alnum(34)}`],
  ["replicate-token", `r8_${alnum(37)}`],
  ["nvidia-key", `nvapi-${alnum(64)}`],
  ["tavily-key", `tvly-${alnum(32)}`],
  ["pinecone-key", `pcsk_${alnum(60)}`],
  ["langsmith-key", `lsv2_pt_${hex(32)}_${hex(10)}`],
  ["firecrawl-key", `fc-${hex(32)}`],
  ["elevenlabs-key", `sk_${hex(48)}`],
  ...["ghp", "gho", "ghu", "ghs", "ghr"].map((kind) =>
    ["github-token", `${kind}_${alnum(36)}`] as const
  ),
  ["github-token", `github_pat_${alnum(22)}_${alnum(59, 1)}`],
  ["gitlab-token", `glpat-${alnum(20)}`],
  ["gitlab-token", `glpat-${alnum(27)}.01.${alnum(9)}`],
  ["gitlab-token", `gldt-${alnum(20)}`],
  ["gitlab-token", `glrt-${alnum(20)}`],
  ["gitlab-token", `glcbt-64_${alnum(20)}`],
  ["bitbucket-token", `ATBB${alnum(32)}`],
  [
    "atlassian-token",
    `ATATT3xFf${alnum(180)}=${capitals(8).replaceAll(/[G-Z]/g, "A")}`,
  ],
  ["npm-token", `npm_${alnum(36)}`],
  ["pypi-token", `pypi-AgEIcHlwaS5vcmc${alnum(140)}`],
  ["rubygems-key", `rubygems_${hex(48)}`],
  ["crates-token", `cio${alnum(32)}`],
  ["docker-token", `dckr_pat_${alnum(27)}`],
  ["artifactory-key", `AKCp${alnum(69)}`],
  ["circleci-token", `CCIPAT_${alnum(22)}_${hex(40)}`],
  ["sonar-token", `squ_${hex(40)}`],
  ["terraform-token", `.atlasv1.${alnum(67)}`],
  ["pulumi-token", `pul-${hex(40)}`],
  ["vercel-token", `vercel_blob_rw_${alnum(40)}`],
  ["netlify-token", `nfp_${alnum(36)}`],
  ["fly-token", `fm2_${alnum(80)}`],
  ["heroku-key", `HRKU-${alnum(60)}`],
  ["postman-key", `PMAK-${hex(24)}-${hex(34)}`],
  ["figma-token", `figd_${alnum(40)}`],
  ["notion-token", `ntn_${alnum(46)}`],
  ["linear-key", `lin_api_${alnum(40)}`],
  ["airtable-token", `pat${alnum(14)}.${hex(64)}`],
  ["aws-access-key", `AKIA${capitals(16)}`],
  ["aws-access-key", `ASIA${capitals(16)}`],
  ["google-key", `AIza${alnum(35)}`],
  ["google-token", `ya29.${alnum(80)}`],
  ["google-secret", `GOCSPX-${alnum(28)}`],
  ["google-token", `1//0${alnum(60)}`],
  ["digitalocean-token", `dop_v1_${hex(64)}`],
  ["alibaba-key", `LTAI${alnum(20)}`],
  ["databricks-token", `dapi${hex(32)}`],
  ["planetscale-token", `pscale_tkn_${alnum(43)}`],
  ["supabase-key", `sbp_${hex(40)}`],
  ["supabase-key", `sb_secret_${alnum(31)}`],
  ["tailscale-key", `tskey-auth-${alnum(12)}-${alnum(32)}`],
  ["vault-token", `hvs.${alnum(90)}`],
  ["doppler-token", `dp.pt.${alnum(43)}`],
  ["doppler-token", `dp.st.dev.${alnum(43)}`],
  ["1password-token", `ops_eyJ${alnum(200)}`],
  ["age-key", `AGE-SECRET-KEY-1${capitals(58)}`],
  ["slack-token", `xoxb-${digits(12)}-${digits(12)}-${alnum(24)}`],
  ["slack-token", `xoxp-${digits(12)}-${digits(12)}-${hex(32)}`],
  ["slack-token", `xapp-1-A${capitals(10)}-${digits(13)}-${hex(64)}`],
  ["sendgrid-key", `SG.${alnum(22)}.${alnum(43)}`],
  ["twilio-key", `SK${hex(32)}`],
  ["mailgun-key", `key-${hex(32)}`],
  ["mailchimp-key", `${hex(32)}-us19`],
  ["brevo-key", `xkeysib-${hex(64)}-${alnum(16)}`],
  ["resend-key", `re_${alnum(8)}_${alnum(24)}`],
  ["stripe-key", `sk_live_${alnum(24)}`],
  ["stripe-key", `rk_test_${alnum(24)}`],
  ["stripe-webhook-secret", `whsec_${alnum(32)}`],
  ["square-token", `sq0atp-${alnum(22)}`],
  ["shopify-token", `shpat_${hex(32)}`],
  ["newrelic-key", `NRAK-${capitals(27)}`],
  ["grafana-token", `glsa_${alnum(32)}_${hex(8)}`],
  ["sentry-token", `sntrys_eyJ${alnum(100)}`],
  ["posthog-key", `phx_${alnum(43)}`],
  ["dynatrace-token", `dt0c01.${capitals(24)}.${capitals(64)}`],
  ["dynatrace-token", `dt0c01.${alnum(24)}.${alnum(64, 1)}`],
  ["1password-key", `A3-${capitals(6)}-${capitals(11)}${fives()}`],
  [
    "1password-key",
    `A3-${capitals(6)}-${capitals(6)}-${capitals(5)}${fives()}`,
  ],
  ["adobe-secret", `p8e-${alnum(32)}`],
  ["authress-key", `sc_${alnum(10)}.${alnum(4)}.acc_${hex(16)}.${alnum(44)}`],
  ["aws-bedrock-key", `bedrock-api-key-${alnum(28)}`],
  ["flutterwave-key", `FLWPUBK_TEST-${hex(32)}-X`],
  ["frameio-token", `fio-u-${alnum(64)}`],
  ["gitlab-session", `_gitlab_session=${hex(32)}`],
  ["harness-key", `pat.${alnum(22)}.${alnum(24, 1)}.${alnum(20, 2)}`],
  ["infracost-key", `ico-${alnum(32)}`],
  ["intra42-secret", `s-s4t2ud-${hex(64)}`],
  ["maxmind-key", `${alnum(6)}_${alnum(29)}_mmk`],
  ["octopus-key", `API-${capitals(26)}`],
  ["settlemint-token", `sm_aat_${alnum(16)}`],
  ["settlemint-token", `sm_pat_${alnum(16)}`],
  ["settlemint-token", `sm_sat_${alnum(16)}`],
  ["azure-secret", `abc8Q~${alnum(34)}`],
  ["azure-devops-token", `${alnum(76)}AZDO${alnum(4)}`],
  ["discord-token", `M${alnum(25)}.${alnum(6)}.${alnum(38)}`],
  ["jwt", `eyJ${alnum(20)}.eyJ${alnum(40)}.${alnum(43)}`],
  ["jwt", `eyJ${alnum(20)}..${alnum(16)}.${alnum(40)}.${alnum(22)}`],
];

/**
 * The lines of a private key, whose markers are split so that no source line
 * contains one.
 */
export function privateKey(kind = "RSA "): string {
  const dashes = "-".repeat(5);
  const lines = [0, 1, 2].map((seed) => alnum(64, seed));
  return [
    `${dashes}BEGIN ${kind}PRIVATE KEY${dashes}`,
    ...lines,
    `${alnum(20)}==`,
    `${dashes}END ${kind}PRIVATE KEY${dashes}`,
  ].join("\n");
}
