import type { ServerResponse } from 'node:http';

/** The responses of a port that have not ended. */
export interface UnderWay {
  /** Counts a response until it ends. */
  add(response: ServerResponse): void;
  /** Resolves when the responses that are under way at the time of the call have ended. It has no bound of its own. */
  ended(): Promise<void>;
}

/** Creates the set of the responses that a port is sending. */
export function createUnderWay(): UnderWay {
  const open = new Set<Promise<void>>();
  return {
    add(response) {
      const ended = new Promise<void>((resolve) => void response.once('close', resolve)).finally(() => open.delete(ended));
      open.add(ended);
    },
    async ended() {
      await Promise.all(open);
    },
  };
}
