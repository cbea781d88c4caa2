import { counted } from "../base/words.ts";
import { clientNamed } from "../clients/mod.ts";
import { clientsHere, statusOfClients } from "../hooks/mod.ts";
import { type Checked, failure, type Ground, warning } from "./check.ts";

/** States in which hooks do not run at all. */
const BROKEN = ["binary-missing", "untrusted"];

/** Are the hooks in each other client of this machine as they should be? */
export async function checkClients(
  { system, workspace }: Ground,
): Promise<(Checked & { readonly name: string })[]> {
  const { clients, findings } = await statusOfClients(system, workspace);
  const names = new Set([
    ...clientsHere(system).map(({ name }) => name),
    ...clients.map(({ client }) => client),
  ]);
  return [...names].filter((name) => name !== "claude").map((name) => {
    const { title } = clientNamed(name)!;
    const own = clients.filter(({ client }) => client === name);
    if (own.length === 0) {
      const add = `mpm hooks install --client ${name}`;
      const summary = `found, without mpm's hooks; ${add} adds them`;
      return { name: title, summary, found: [] };
    }
    const paths = own.map(({ path }) => path);
    const events = own.flatMap(({ events }) => events).length;
    const found = findings.filter(({ client }) => client === name).map(
      ({ problem, detail, mend: advice }) =>
        BROKEN.includes(problem)
          ? failure("CONFLICT", detail, { advice })
          : warning(detail, { advice }),
    );
    const what = events === 0 ? "hooks" : counted(events, "event");
    return { name: title, summary: `${what} in ${paths.join(", ")}`, found };
  });
}
