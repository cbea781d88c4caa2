/** The ID of a save: a UTC second, since old readers accept no suffix. */
export const SESSION_ID = /^session-\d{8}-\d{6}$/;

/** The ID of a session: the UTC second of its beginning, or the next. */
export const WORK_ID = /^work-\d{8}-\d{6}$/;

/** Returns the full save ID for an ID typed in any case. */
export function asSessionId(typed: string): string | undefined {
  const id = typed.trim().toLowerCase();
  return SESSION_ID.test(id) ? id : undefined;
}

/** Any ID that mpm reads: of a save or of a log. */
export const READ_ID = /^session-[\w-]{1,120}$/;

/** Returns a time in UTC as `YYYY-MM-DD HH:MM:SS`. */
export function utcSeconds(time: Date): string {
  return time.toISOString().slice(0, 19).replace("T", " ");
}

/** Returns the save ID for a time: its UTC second. */
export function sessionId(time: Date): string {
  return `session-${secondOf(time)}`;
}

/** Returns the ID of a session that begins at this time. */
export function workId(time: Date): string {
  return `work-${secondOf(time)}`;
}

/** Returns the UTC second of a time in the format of IDs: `20261120-143022`. */
export function secondOf(time: Date): string {
  const digits = time.toISOString().replaceAll(/[-:]/g, "");
  return `${digits.slice(0, 8)}-${digits.slice(9, 15)}`;
}

/** An ID in the format of Claude Code, which becomes part of a path. */
const AGENT_SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/** Returns whether `id` can be the ID of a Claude Code session or task list. */
export function isAgentId(id: string | undefined): id is string {
  return id !== undefined && AGENT_SESSION_ID.test(id);
}
