import { type Fitting, list, object, TEXT, text } from "../../base/shape.ts";

/** `[JOBS/][USER@]HOST[:PORT]`; an IPv6 address is in brackets. */
export const HOST =
  /^(?:([1-9]\d{0,2})\/)?(?:([A-Za-z0-9_][\w.-]{0,63})@)?([A-Za-z0-9_][\w.-]{0,252}|\[[0-9A-Fa-f:]{2,39}\])(?::([1-9]\d{0,4}))?$/;

/** The hosts that run the items of a run, and the commit sent to them. */
export const ENGINE = object({
  /** In the format of {@link HOST}. */
  hosts: list(text({ pattern: HOST })),
  commit: text({ pattern: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/ }),
  /** The name of the project on the hosts. */
  project: text({ pattern: /^[0-9a-f]{16}$/ }),
  /** Marks the end of the output of a job. */
  nonce: TEXT,
});

export type Engine = Fitting<typeof ENGINE>;

/** A host, in the form for ssh and GNU parallel. */
export interface Host {
  /** The host as the user wrote it, without the number of jobs. */
  readonly name: string;
  /** The name of the host for GNU parallel. */
  readonly alias: string;
  /** Number of jobs to run at the same time. */
  readonly jobs: number;
  /** The ssh arguments that name the host. */
  readonly args: readonly string[];
  /** The address of the host, without a path. */
  readonly url: string;
}

export function hostsOf({ hosts }: Engine): Host[] {
  return hosts.map((line, index) => {
    const [, jobs, user, host, port] = HOST.exec(line)!;
    const name = line.replace(/^\d+\//, "");
    return {
      ...{ name, alias: `h${index}`, jobs: Number(jobs ?? 1) },
      args: [
        ...port === undefined ? [] : ["-p", port],
        ...user === undefined ? [] : ["-l", user],
        ...["--", host!.replaceAll(/[[\]]/g, "")],
      ],
      url: `ssh://${name}`,
    };
  });
}
