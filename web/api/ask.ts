import type { TypedDocumentString } from '../generated/graphql.ts';
import { post, ResponseError } from './post.ts';
import type { Session } from './session.ts';

/** Runs an operation as the signed-in user. */
export type Ask = <D, V>(document: TypedDocumentString<D, V>, variables: V) => Promise<D>;

/** Makes it. A token that is not taken (the session's clock may differ from ours) is refreshed, and what was asked is asked once more: it was not done. */
export function createAsk(session: Pick<Session, 'token' | 'refresh'>): Ask {
  return async (document, variables) => {
    try {
      return await post(document, variables, await session.token());
    } catch (error) {
      const refused = error instanceof ResponseError && error.isUnauthenticated;
      if (!refused || !(await session.refresh())) throw error;
      return await post(document, variables, await session.token());
    }
  };
}
