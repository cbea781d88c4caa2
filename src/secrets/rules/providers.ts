/**
 * Tokens by provider: label, prefix, and the text after it, as documented.
 * `word`: only at the start of a word. `keep`: the prefix is an address and
 * stays readable. The longer of two prefixes with the same start comes first.
 * Prefixes have at least three characters.
 */
export const PROVIDERS = String.raw`
# Models
anthropic-key          sk-ant-              [\w-]{12,}
openrouter-key         sk-or-               [\w-]{20,}
langfuse-key           sk-lf-               [\w-]{20,}
openai-key             sk-proj-,sk-svcacct-,sk-admin-,sk-None- [\w-]{16,}
api-key                sk-                  (?=[A-Za-z]{0,60}\d)(?=\d{0,60}[A-Za-z])[A-Za-z0-9]{20,} word
groq-key               gsk_                 [A-Za-z0-9]{32,}
xai-key                xai-                 [A-Za-z0-9]{40,} word
perplexity-key         pplx-                [A-Za-z0-9]{32,}
huggingface-token      hf_                  [A-Za-z0-9]{30,} word
huggingface-token      api_org_             [A-Za-z0-9]{30,}
replicate-token        r8_                  [A-Za-z0-9]{30,} word
cerebras-key           csk-                 [A-Za-z0-9]{30,} word
fireworks-key          fw_                  (?=[A-Za-z]{0,60}\d)(?=\d{0,60}[A-Za-z])[A-Za-z0-9]{20,} word
together-key           tgp_v1_              [\w-]{30,}
nvidia-key             nvapi-               [\w-]{30,}
tavily-key             tvly-                [\w-]{20,}
pinecone-key           pcsk_                [\w-]{30,}
langsmith-key          lsv2_pt_,lsv2_sk_    [\w-]{20,}
llamacloud-key         llx-                 [A-Za-z0-9]{30,}
jina-key               jina_                [\w-]{30,}
firecrawl-key          fc-                  [a-fA-F0-9]{32,} word
elevenlabs-key         sk_                  [a-fA-F0-9]{40,} word

# Code and its deployment
github-token           ghp_,gho_,ghu_,ghs_,ghr_ \w[\w.-]{19,}
github-token           github_pat_          \w{20,}
gitlab-token           glpat-,gloas-,gldt-,glrt-,glrtr-,glcbt-,glptt- [\w.-]{16,}
gitlab-token           glft-,glimt-,glagent-,glwt-,glsoat-,glffct- [\w.-]{16,}
gitlab-token           GR1348941            [\w-]{20,}
bitbucket-token        ATBB                 [A-Za-z0-9]{28,} word
atlassian-token        ATATT3x,ATCTT3x      [\w-]{40,}(?:=[A-F0-9]{8})?
npm-token              npm_                 [A-Za-z0-9]{30,} word
pypi-token             pypi-                [\w-]{40,}
rubygems-key           rubygems_            [a-fA-F0-9]{40,}
crates-token           cio                  [A-Za-z0-9]{32,} word
nuget-key              oy2                  [a-z0-9]{43}(?![A-Za-z0-9]) word
clojars-token          CLOJARS_             [A-Za-z0-9]{50,}
docker-token           dckr_pat_,dckr_oat_  [\w-]{20,}
artifactory-key        AKCp                 [A-Za-z0-9]{60,} word
artifactory-token      cmVmdGtuOj           [A-Za-z0-9]{40,} word
circleci-token         CCIPAT_,CCIPRJ_      [\w-]{20,}
buildkite-token        bkua_                [a-fA-F0-9]{40,}
sonar-token            sqp_,squ_,sqa_       [a-fA-F0-9]{40,} word
terraform-token        .atlasv1.            [\w-]{50,} keep
pulumi-token           pul-                 [a-fA-F0-9]{40,} word
vercel-token           vercel_blob_rw_,vcp_,vci_,vca_,vcr_,vck_ [\w-]{20,} word
netlify-token          nfp_                 [A-Za-z0-9]{30,} word
render-key             rnd_                 [A-Za-z0-9]{24,} word
fly-token              fo1_,fm1_,fm1r_,fm1a_,fm2_ [\w+/-]{30,}={0,2} word
heroku-key             HRKU-                [\w-]{30,}
postman-key            PMAK-                [\w-]{30,}
figma-token            figd_,figu_          [\w-]{30,} word
notion-token           ntn_                 [A-Za-z0-9]{40,} word
notion-token           secret_              [A-Za-z0-9]{43}(?![A-Za-z0-9]) word
linear-key             lin_api_,lin_oauth_  [A-Za-z0-9]{30,}
airtable-token         pat                  [A-Za-z0-9]{14}\.[a-f0-9]{64} word
contentful-token       CFPAT-               [\w-]{40,}
readme-key             rdme_                [A-Za-z0-9]{60,}
prefect-key            pnu_,pnb_            [A-Za-z0-9]{30,} word
typeform-token         tfp_                 [\w.-]{40,} word
wakatime-key           waka_                [a-f0-9-]{36}
openshift-token        sha256~              [\w-]{40,} word
sourcegraph-token      sgp_                 [\w-]{40,} word
gitlab-session         _gitlab_session=     [0-9a-z]{32} keep
harness-key            pat.,sat.            [\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}(?![A-Za-z0-9]) word
infracost-key          ico-                 [A-Za-z0-9]{32}(?![A-Za-z0-9]) word
octopus-key            API-                 [A-Z0-9]{26}(?![A-Za-z0-9]) word
settlemint-token       sm_aat_,sm_pat_,sm_sat_ [A-Za-z0-9]{16,} word
intra42-secret         s-s4t2ud-,s-s4t2af-  [a-fA-F0-9]{64,} word
adobe-secret           p8e-                 [A-Za-z0-9]{32}(?![A-Za-z0-9]) word
frameio-token          fio-u-               [\w=-]{64}

# Clouds
aws-access-key         AKIA,ASIA,ABIA,ACCA  [A-Z0-9]{16}(?![A-Za-z0-9]) word
aws-bedrock-key        ABSK                 [A-Za-z0-9+/]{100,}={0,2} word
aws-bedrock-key        bedrock-api-key-     [A-Za-z0-9+/]{28,}={0,2}
aws-session-token      IQoJb3JpZ2lu,FwoGZXIvYXdz [A-Za-z0-9+/%]{60,}={0,2}
google-key             AIza                 [\w-]{35}(?![A-Za-z0-9]) word
google-token           ya29.                [\w.-]{20,} word
google-secret          GOCSPX-              [\w-]{20,}
google-token           1//0                 [\w-]{30,} word
digitalocean-token     dop_v1_,doo_v1_,dor_v1_ [a-fA-F0-9]{40,}
cloudflare-key         v1.0-                [a-f0-9]{24}-[a-f0-9]{100,} word
alibaba-key            LTAI                 [A-Za-z0-9]{12,26}(?![A-Za-z0-9]) word
tencent-key            AKID                 [A-Za-z0-9]{32,} word
databricks-token       dapi                 [a-f0-9]{32}(?:-\d)?(?![a-z0-9]) word
planetscale-token      pscale_tkn_,pscale_pw_,pscale_oauth_ [\w.-]{30,}
neon-key               napi_                [A-Za-z0-9]{40,} word
supabase-key           sbp_,sb_secret_      [\w-]{20,} word
tailscale-key          tskey-               [\w-]{16,}
vault-token            hvs.,hvb.,hvr.       [\w-]{20,} word
doppler-token          dp.pt.,dp.ct.,dp.sa.,dp.scim.,dp.audit. [A-Za-z0-9]{30,} word
doppler-token          dp.st.               (?:[\w-]{2,35}\.)?[A-Za-z0-9]{30,} word
1password-token        ops_eyJ              [\w-]{50,}={0,2} word
1password-key          A3-                  [A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}(?![A-Za-z0-9]) word
authress-key           sc_,ext_,scauth_,authress_ [A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[\w+/-]{30,120}={0,2} word
age-key                AGE-SECRET-KEY-1     [A-Z0-9]{40,}

# Messages, payments, and watching over things
slack-token            xoxb-,xoxp-,xoxa-,xoxr-,xoxs-,xoxo-,xoxc-,xoxd- [\w%-]{10,}
slack-token            xoxe.,xoxe-,xapp-,xwfp- [\w.-]{10,}
slack-webhook          hooks.slack.com/     (?:services|workflows|triggers)/[\w/]{20,} keep
discord-webhook        discord.com/api/webhooks/,discordapp.com/api/webhooks/ \d{10,25}/[\w-]{40,} keep
teams-webhook          webhook.office.com/webhookb2/ [\w@/.-]{60,} keep
zapier-webhook         hooks.zapier.com/hooks/catch/ \w{3,12}/\w{5,} keep
telegram-token         :AA                  [\w-]{32,34}(?![\w-]) keep
twilio-key             SK0,SK1,SK2,SK3,SK4,SK5,SK6,SK7,SK8,SK9 [a-f0-9]{31}(?![A-Za-z0-9]) word
twilio-key             SKa,SKb,SKc,SKd,SKe,SKf [a-f0-9]{31}(?![A-Za-z0-9]) word
sendgrid-key           SG.                  [\w-]{16,32}\.[\w-]{16,64} word
mailgun-key            key-                 [a-f0-9]{32}(?![A-Za-z0-9]) word
brevo-key              xkeysib-,xsmtpsib-   [\w-]{40,}
resend-key             re_                  [A-Za-z0-9]{8}_[A-Za-z0-9]{20,} word
stripe-key             sk_live_,sk_test_,rk_live_,rk_test_ [A-Za-z0-9]{10,} word
stripe-webhook-secret  whsec_               [A-Za-z0-9+/]{20,}={0,2} word
square-token           sq0atp-,sq0csp-,sq0idb- [\w-]{20,}
square-token           EAAA                 [\w-]{56,} word
facebook-token         EAA                  [A-Za-z0-9]{90,} word
shopify-token          shpat_,shpca_,shppa_,shpss_ [a-fA-F0-9]{32,}
shippo-token           shippo_live_,shippo_test_ [a-fA-F0-9]{30,}
duffel-token           duffel_live_,duffel_test_ [\w-]{30,}
flutterwave-key        FLWSECK_TEST-,FLWSECK- [A-Za-z0-9]{12,}
flutterwave-key        FLWPUBK_TEST-,FLWPUBK- [A-Za-z0-9]{32,}
easypost-key           EZAK,EZTK            [A-Za-z0-9]{50,} word
dropbox-token          sl.u.,sl.            [\w-]{100,} word
mapbox-token           sk.eyJ               [\w-]{20,400}\.[\w-]{16,} word
newrelic-key           NRAK-,NRJS-,NRII-    [\w-]{19,}
grafana-token          glsa_                [A-Za-z0-9]{30,}
grafana-token          glc_                 [A-Za-z0-9+/]{30,}={0,2}
sentry-token           sntrys_,sntryu_      [\w+/-]{40,}={0,2}
honeycomb-key          hcaik_,hcxik_,hcamk_ [A-Za-z0-9]{30,}
axiom-token            xaat-,xapt-          [a-f0-9-]{36}
posthog-key            phx_,phs_            [A-Za-z0-9]{30,} word
dynatrace-token        dt0c01.,dt0s01.,dt0s16. [A-Za-z0-9]{8,24}\.[A-Za-z0-9]{40,}
`;
