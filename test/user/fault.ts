import { ChatError } from '../../src/errors.ts';

/** The code and field that something was refused with; none: it was done. */
export async function fault(act: Promise<unknown>): Promise<readonly string[]> {
  try {
    await act;
    return [];
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return [error.code, ...(error.field ?? [])];
  }
}
