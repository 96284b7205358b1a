/** The median of some numbers, or the lower of the two in the middle. NaN without numbers. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor((numbers.length - 1) / 2)] ?? Number.NaN;
}

/** Lines as a Markdown table, with the first line's keys as its head. Empty without lines. */
export function markdownTable(lines: readonly Readonly<Record<string, string | number>>[]): string {
  const columns = Object.keys(lines[0] ?? {});
  if (columns.length === 0) return '';
  const rows = [columns, columns.map(() => '---'), ...lines.map((line) => columns.map((column) => line[column] ?? ''))];
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
