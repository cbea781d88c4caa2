import type { Ref } from "./change_set.ts";
import { oldName } from "../old_names.ts";
import { families, type Inventory, isDamaged, refKey } from "./old_store.ts";
import { sha256 } from "../../../base/digest.ts";
import type { Render, Transfer } from "./transfer.ts";

/**
 * The transfers, and for each save that comes into the new folder a copy of its
 * JSON in `kept/`: it may be committed there, and then leaves the folder with
 * its branch, as mpm's own do. A damaged one is no copy worth keeping.
 */
export function withKeptCopies(
  transfers: readonly Transfer[],
  { old, there }: Inventory,
): Transfer[] {
  const leaving = new Set(
    transfers.filter(({ copy }) => !copy).map(({ file }) => refKey(file.at)),
  );
  const occupied = new Set(
    there.map(({ at }) => refKey(at)).filter((key) => !leaving.has(key)),
  );
  const damaged = new Set(
    families(old).filter(isDamaged)
      .map(({ parts }) => refKey(parts.get(".json")!.at)),
  );
  return transfers.flatMap((transfer) => {
    const { file, to } = transfer;
    const comes = to?.place === "sessions" && file.at.place !== "sessions" &&
      isJson(file.at.name) && isJson(to.name);
    if (!comes || damaged.has(refKey(file.at))) return [transfer];
    const copy: Ref = { place: "kept", name: to.name };
    return occupied.has(refKey(copy))
      ? [transfer]
      : [transfer, ...copiesOf(transfer, copy)];
  });
}

function isJson(name: string): boolean {
  const known = oldName(name);
  return known?.kind === "part" && known.part === ".json";
}

function copiesOf({ file, render }: Transfer, to: Ref): Transfer[] {
  const content: Render = render ?? ((read) => read(file));
  const digest: Render = (read) =>
    new TextEncoder().encode(sha256(content(read)));
  return [
    { file, to, render: content, copy: true },
    {
      file,
      to: { ...to, name: `${to.name}.sha256` },
      render: digest,
      copy: true,
    },
  ];
}
