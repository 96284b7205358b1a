import { ChatError } from '../../src/errors.ts';

/** The code and field with which an act is refused. Empty: it succeeded. */
export async function fault(act: Promise<unknown>): Promise<readonly string[]> {
  try {
    await act;
    return [];
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return [error.code, ...(error.field ?? [])];
  }
}
