export function formatsPage(
  page: string,
  _schemas: readonly [string, string][],
): string {
  return page;
}
