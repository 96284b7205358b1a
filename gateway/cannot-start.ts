/**
 * Ends the process with 1 and one line on stderr: the message of an error of a `known` kind, which is written for operators, and the stack
 * of any other.
 */
export function cannotStart(error: unknown, known: readonly (abstract new (...args: never[]) => Error)[]): never {
  const isKnown = known.some((kind) => error instanceof kind);
  process.stderr.write(`MPIM cannot start: ${isKnown ? (error as Error).message : ((error as Error).stack ?? error)}\n`);
  process.exit(1);
}
