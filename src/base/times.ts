const FULL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Whether `text` is an ISO 8601 time of day with its zone. */
export function isFullTime(text: string): boolean {
  return FULL.test(text) && !Number.isNaN(Date.parse(text));
}

/**
 * The time in one of the forms that writers of saves have used, milliseconds
 * since the epoch: ISO 8601, with a blank for the `T`, with `UTC` or no zone
 * at all (an early version; taken as UTC), with blanks around it.
 */
export function parseTime(text: string): number | undefined {
  const parts =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i
      .exec(text.trim());
  if (!parts) return undefined;
  const [, day, clock, fraction = "", zone = "Z"] = parts;
  const offset = /^[+-]/.test(zone)
    ? zone.replace(/(\d\d):?(\d\d)/, "$1:$2")
    : "Z";
  const time = Date.parse(`${day}T${clock}${fraction}${offset}`);
  return Number.isNaN(time) ? undefined : time;
}
