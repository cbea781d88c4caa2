import {
  each,
  flag,
  list,
  number,
  object,
  oneOf,
  table,
  text,
  texts,
} from "./kinds.ts";

const mode = oneOf("deny", "mask");

const Credentials = object(
  each("allowPlaintextInject", flag),
  each("files", list(object({ path: text, mode }))),
  each("envVars", list(object({ name: text, mode }))),
  each(
    "awsPairs",
    list(object({ accessKeyIdVar: text, secretAccessKeyVar: text })),
  ),
  each(
    "sigv4",
    object(each("streaming presigned sigv4a", oneOf("deny", "passthrough"))),
  ),
);

/** The `sandbox` of the settings. */
export const Sandbox = object(
  each(
    `enabled failIfUnavailable autoAllowBashIfSandboxed allowUnsandboxedCommands
    enableWeakerNestedSandbox allowNestedUserNamespaces allowAppleEvents
    enableWeakerNetworkIsolation`,
    flag,
  ),
  each("excludedCommands", texts),
  each("credentials", Credentials),
  each("ignoreViolations", table(texts)),
  each("ripgrep", object({ command: text }, each("args", texts))),
  each(
    "network",
    object(
      each(
        "allowedDomains deniedDomains allowUnixSockets allowMachLookup",
        texts,
      ),
      each(
        `strictAllowlist allowManagedDomainsOnly allowAllUnixSockets
        allowLocalBinding`,
        flag,
      ),
      each("httpProxyPort socksProxyPort", number),
      each("tlsTerminate", object(each("caCertPath caKeyPath", text))),
    ),
  ),
  each(
    "filesystem",
    object(
      each("allowWrite denyWrite denyRead allowRead", texts),
      each("allowManagedReadPathsOnly disabled", flag),
    ),
  ),
);
