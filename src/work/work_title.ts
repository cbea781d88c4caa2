/** What a session is called by. */
export interface Titled {
  readonly id: string;
  readonly name: string | null;
  readonly task: string;
}

/** `login: Fix the login`; the id where there is neither. Not escaped. */
export function fullTitle({ id, name, task }: Titled): string {
  const parts = new Set([name ?? "", task].filter((part) => part !== ""));
  return [...parts].join(": ") || id;
}

/** The name, else the task, else the id. Not escaped. */
export function shortTitle({ id, name, task }: Titled): string {
  return name ?? (task === "" ? id : task);
}
