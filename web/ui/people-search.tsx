import { type ReactNode, useEffect, useState } from 'react';
import type { Person } from '../chat/state.ts';
import { PeopleDocument } from '../generated/graphql.ts';
import { Avatar } from './avatar.tsx';
import { SearchBox } from './search-box.tsx';
import { useChat } from './use-chat.ts';
import { usePaused } from './use-paused.ts';

/** Searches people by the beginning of their handle or name. */
export function PeopleSearch({ label, onPick }: { readonly label: string; readonly onPick: (person: Person) => void }): ReactNode {
  const chat = useChat();
  const [text, setText] = useState('');
  const search = usePaused(text);
  const [found, setFound] = useState<readonly Person[] | null>(null);

  useEffect(() => {
    if (search.trim() === '') return setFound(null);
    let left = false;
    chat.ask(PeopleDocument, { search }).then(
      ({ users }) => left || setFound(users.edges.map(({ node }) => node).filter(({ id }) => id !== chat.state.get().me.id)),
      () => left || setFound([]),
    );
    return () => {
      left = true;
    };
  }, [chat, search]);

  function pick(person: Person): void {
    setText('');
    setFound(null);
    onPick(person);
  }

  return (
    <SearchBox label={label} value={text} onChange={setText}>
      {found !== null && (
        <ul aria-label="Found">
          {found.map((person) => (
            <li key={person.id}>
              <button type="button" className="plain" onClick={() => pick(person)}>
                <Avatar name={person.displayName} id={person.id} userId={person.id} />
                <span className="title">{person.displayName}</span>
                <span className="quiet">
                  @{person.handle}
                  {person.isBot && ', a bot'}
                </span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li className="quiet">No people found</li>}
        </ul>
      )}
    </SearchBox>
  );
}
