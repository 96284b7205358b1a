import { useState } from 'react';

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
  return {
    fault,
    async act(does) {
      try {
        const whyNot = await does();
        setFault(whyNot ?? '');
        return whyNot === null;
      } catch {
        setFault('That did not work. Try again in a moment.');
        return false;
      }
    },
  };
}
