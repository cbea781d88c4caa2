import { assertEquals } from "@std/assert";
import { checkBinding } from "./git_key.ts";
import { signerOf, toBase64 } from "./keys.ts";

/** Made by `git commit-tree -S` with a key of `ssh-keygen -t ed25519`. */
const BINDING = `tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
author mpm <mpm> 0 +0000
committer mpm <mpm> 0 +0000
gpgsig -----BEGIN SSH SIGNATURE-----
 U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgOObUf+Rc1sh44lI+T8moCGiyoa
 HslGv/rvE+OZStmCoAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5
 AAAAQPVM4/QesGIz7oUGOh/gYyZyXcJeCJi6syBj1VIkhKPpYZ/xAWIIGHomJoDr5uC5Sy
 2e0BruxPFls9XfdmQNagU=
 -----END SSH SIGNATURE-----

This installation of mpm writes for this key

hZ6NOKTaYlLT6pwsSjEyruWUEvSGYr2Ng0Pl34zN3j8
`;

/** As printed by `ssh-keygen -l`. */
const FINGERPRINT = "SHA256:WHop6Nuldg/vK57spcqg9+zBSmfQ9lHQqQTBekSGwl0";

const ANN = signerOf("ann");
const EVE = signerOf("eve");

function check(writer: string, ...[from, to]: string[]): string {
  const text = from === undefined ? BINDING : BINDING.replace(from, to!);
  const { is, fingerprint, reason } = checkBinding(writer, text);
  return [is, fingerprint, reason].filter((part) => part !== "").join(" ");
}

Deno.test("a binding that git signed gives the fingerprint of the key", () => {
  assertEquals(check(ANN.writer), `checked ${FINGERPRINT}`);
});

Deno.test("a copied or changed binding proves no key", () => {
  const [own, eves] = [ANN, EVE].map(({ publicKey }) => toBase64(publicKey));
  const none = check(EVE.writer);
  assertEquals(none, "wrong it is for another key");
  const renamed = check(EVE.writer, own!, eves!);
  assertEquals(renamed, "wrong the signature is wrong");
  const changes = [
    ["AAAAQPVM", "AAAAQPVN", "the signature is wrong"],
    ["zaGE1MTIA", "zaGE1MTMA", "the signature is damaged"],
    ["U1NIU0lH", "U1NIU0lI", "the signature is damaged"],
    ["ADZ2l0AA", "ADZ2l1AA", "the signature is damaged"],
    ["AgOObUf", "!gOObUf", "the signature is damaged"],
    ["committer mpm", "committer Ann", "its format is wrong"],
    ["4b825dc6", "4b825dc7", "its format is wrong"],
    ["\nauthor", "\nparent 4b825dc6\nauthor", "its format is wrong"],
  ] as const;
  for (const [from, to, reason] of changes) {
    assertEquals(check(ANN.writer, from, to), `wrong ${reason}`);
  }
});

Deno.test("a signature of another format is not checked", () => {
  assertEquals(check(ANN.writer, "SSH SIG", "PGP SIG"), "unchecked");
  // The same fields with the name of another kind of key.
  const other = check(
    ANN.writer,
    "c3NoLWVkMjU1MTkAAAAgO",
    "c3NoLWVkMjU1MTgAAAAgO",
  );
  assertEquals(other, "unchecked");
});
