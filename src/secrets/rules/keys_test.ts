import { assertEquals } from "@std/assert";
import { keyKind } from "./keys.ts";

const TOLD = {
  password:
    "password DB_PASSWORD dbPasswd passphrase passcode Passwort userPwd pg-pass PASSWORDS pass",
  token:
    "token GITHUB_TOKEN jwt authorization proxy-bearer npm._auth my_pat x-amz-signature",
  key:
    "apiKey api_key APIKEY access.key SharedAccessKey signing-key secretKeyBase licence_key auth_ke-y",
  secret:
    "secret clientSecrets credential credentials connection-string connstr SENTRY_DSN webhookUrl",
  cookie: "cookie Set-Cookie",
} as const;

Deno.test("a name shows its kind, whatever number or sign it ends with", () => {
  for (const [kind, names] of Object.entries(TOLD)) {
    for (const name of names.split(" ")) {
      for (const end of ["", "1", "_2", "-03", ".444", "_"]) {
        assertEquals([name + end, keyKind(name + end)], [name + end, kind]);
      }
    }
  }
});

Deno.test("names that only contain such a word are ignored", () => {
  const names = "path project_path tokens_used author keyboard secretary " +
    "passenger cookies_seen next_token bypass OLDPWD monkey string url base";
  for (const name of names.split(" ")) {
    assertEquals([name, keyKind(name)], [name, undefined]);
  }
});
