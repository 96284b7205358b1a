import type { ReactNode } from 'react';
import { useChatState } from './use-chat.ts';

// The number of colours in avatar.css.
const hues = 8;

/** A round avatar for a person or group, with a dot if the person is online. */
export function Avatar({
  name,
  id,
  userId,
}: {
  readonly name: string;
  readonly id: string;
  readonly userId?: string | undefined;
}): ReactNode {
  const presence = useChatState((state) => (userId === undefined ? undefined : state.presence.get(userId)));
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('');
  return (
    <span className={`avatar hue-${hueOf(id)}`}>
      <span aria-hidden="true">{initials.toUpperCase()}</span>
      {presence !== undefined && presence !== 'OFFLINE' && (
        <span className={`dot ${presence.toLowerCase()}`} role="img" aria-label={presence.toLowerCase()} />
      )}
    </span>
  );
}

/** The same id has the same colour on every page. */
function hueOf(id: string): number {
  return [...id].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) % hues;
}
