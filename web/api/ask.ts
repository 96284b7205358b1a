import type { TypedDocumentString } from '../generated/graphql.ts';
import { post, ResponseError } from './post.ts';
import type { Session } from './session.ts';

/** Runs an operation as the signed-in user. */
export type Ask = <D, V>(document: TypedDocumentString<D, V>, variables: V) => Promise<D>;

/**
 * Makes it. A token that is not taken (the session's clock may differ from ours) is refreshed, and what was asked is asked once more: it was
 * not done. `signal` aborts when the user has left. From then on the session may be the next user's, so nothing is asked any more.
 */
export function createAsk(session: Pick<Session, 'token' | 'refresh'>, signal: AbortSignal): Ask {
  async function token(): Promise<string | null> {
    const own = await session.token();
    signal.throwIfAborted();
    return own;
  }

  return async (document, variables) => {
    try {
      return await post(document, variables, await token());
    } catch (error) {
      const refused = error instanceof ResponseError && error.isUnauthenticated;
      if (!refused || signal.aborted || !(await session.refresh())) throw error;
      return await post(document, variables, await token());
    }
  };
}
