import type { ReactNode } from 'react';
import type { Session } from '../api/session.ts';
import { SignIn } from './sign-in.tsx';
import { SignedIn } from './signed-in.tsx';
import { useStore } from './use-store.ts';

/** The whole page: the sign-in form, or the chat of the signed-in user. */
export function App({ session }: { readonly session: Session }): ReactNode {
  const tokens = useStore(session.tokens);
  return tokens === null ? <SignIn session={session} /> : <SignedIn session={session} />;
}
