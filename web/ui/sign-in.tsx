import { type ReactNode, type SubmitEvent, useState } from 'react';
import type { Session } from '../api/session.ts';

/** The form to sign in or sign up. */
export function SignIn({ session }: { readonly session: Session }): ReactNode {
  const [isNew, setNew] = useState(false);
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);

  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [handle, password, displayName] = [textIn(form, 'handle').trim(), textIn(form, 'password'), textIn(form, 'displayName').trim()];
    setBusy(true);
    try {
      const refusal = isNew
        ? await session.signUp({ handle, password, displayName: displayName || handle })
        : await session.signIn(handle, password);
      setFault(refusal?.message ?? '');
    } catch {
      setFault('The server cannot be reached. Try again in a moment.');
    }
    setBusy(false);
  }

  return (
    <main className="sign-in">
      <form className="card" onSubmit={(event) => void submit(event)}>
        <h1>MPIM</h1>
        <p className="quiet">{isNew ? 'Choose a handle by which others find you.' : 'A small chat, to see the API at work.'}</p>
        <label>
          Handle
          <input name="handle" autoComplete="username" autoCapitalize="none" spellCheck={false} required />
        </label>
        {isNew && (
          <label>
            Name
            <input name="displayName" autoComplete="name" placeholder="as others see it" />
          </label>
        )}
        <label>
          Password
          <input name="password" type="password" autoComplete={isNew ? 'new-password' : 'current-password'} required />
        </label>
        <p className="fault" role="alert">
          {fault}
        </p>
        <button type="submit" className="primary" disabled={busy}>
          {isNew ? 'Sign up' : 'Sign in'}
        </button>
        <button type="button" className="plain" onClick={() => setNew(!isNew)}>
          {isNew ? 'I have an account' : 'I am new here'}
        </button>
        {!isNew && (
          <p className="hint">
            A server that was started by <code>npm start -- --demo</code> knows alice, bob and carol, and has printed their password.
          </p>
        )}
      </form>
    </main>
  );
}

function textIn(form: FormData, name: string): string {
  return String(form.get(name) ?? '');
}
