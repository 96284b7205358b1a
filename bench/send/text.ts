/** The text of a message: 87 characters that begin with its number, so that each text is different. */
export function textOf(number: number): string {
  return `Event ${String(number).padStart(8, '0')}: ${'words '.repeat(12)}`.trimEnd();
}
