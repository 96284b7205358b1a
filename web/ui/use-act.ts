import { useCallback, useState } from 'react';
import { ResponseError } from '../api/post.ts';

/** Runs a mutation and keeps the reason if it failed. */
export interface Act {
  /** Why the last call failed, or empty. */
  readonly fault: string;
  /** Runs `attempt`, which returns the refusal or null. Returns whether it succeeded. */
  readonly act: (does: () => Promise<string | null>) => Promise<boolean>;
}

/** Keeps the fault of the last attempt. */
export function useAct(): Act {
  const [fault, setFault] = useState('');
  const act = useCallback<Act['act']>(async (does) => {
    try {
      const whyNot = await does();
      setFault(whyNot ?? '');
      return whyNot === null;
    } catch (error) {
      // Network errors have messages for programmers.
      setFault(error instanceof ResponseError ? error.message : 'Something went wrong. Try again in a moment.');
      return false;
    }
  }, []);
  return { fault, act };
}
