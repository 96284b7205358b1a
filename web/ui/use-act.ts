import { useCallback, useState } from 'react';
import { ResponseError } from '../api/post.ts';

/** Something that is done on the server, and why it was not. */
export interface Act {
  /** Empty where nothing is wrong. */
  readonly fault: string;
  /** Does it, which answers why not; whether it was done. */
  readonly act: (does: () => Promise<string | null>) => Promise<boolean>;
}

/** What was wrong with what was tried last. */
export function useAct(): Act {
  const [fault, setFault] = useState('');
  const act = useCallback<Act['act']>(async (does) => {
    try {
      const whyNot = await does();
      setFault(whyNot ?? '');
      return whyNot === null;
    } catch (error) {
      // What went wrong on the way is in words for programs.
      setFault(error instanceof ResponseError ? error.message : 'Something went wrong. Try again in a moment.');
      return false;
    }
  }, []);
  return { fault, act };
}
