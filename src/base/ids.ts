/** A session id: UTC seconds, since readers of the family accept no suffix. */
export const SESSION_ID = /^session-\d{8}-\d{6}$/;

/** The id of a session: the UTC second it began, or the next free one. */
export const WORK_ID = /^work-\d{8}-\d{6}$/;

/** The full session id that was typed in any case. */
export function asSessionId(typed: string): string | undefined {
  const id = typed.trim().toLowerCase();
  return SESSION_ID.test(id) ? id : undefined;
}

/** Any id that is read: that of a save, or of a log, which is freer. */
export const READ_ID = /^session-[\w-]{1,120}$/;

/** A second in UTC as `YYYY-MM-DD HH:MM:SS`. */
export function utcSeconds(time: Date): string {
  return time.toISOString().slice(0, 19).replace("T", " ");
}

/** The session id of a moment: its UTC second. */
export function sessionId(time: Date): string {
  return `session-${secondOf(time)}`;
}

/** The id of a session that begins at that moment. */
export function workId(time: Date): string {
  return `work-${secondOf(time)}`;
}

/** The UTC second of a moment as ids have it: `20261120-143022`. */
export function secondOf(time: Date): string {
  const digits = time.toISOString().replaceAll(/[-:]/g, "");
  return `${digits.slice(0, 8)}-${digits.slice(9, 15)}`;
}

/** An id as Claude Code makes them: it becomes part of a path. */
const AGENT_SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/**
 * Returns whether `id` can be the id of a session or task list of Claude Code.
 */
export function isAgentId(id: string | undefined): id is string {
  return id !== undefined && AGENT_SESSION_ID.test(id);
}
