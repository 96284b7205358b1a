import { type ReactNode, type SubmitEvent, useEffect, useRef, useState } from 'react';
import { newId } from '../api/new-id.ts';
import type { Person } from '../chat/state.ts';
import { CreateGroupDocument } from '../generated/graphql.ts';
import { PeopleSearch } from './people-search.tsx';
import { useChat } from './use-chat.ts';
import { addressOf } from './use-page.ts';

/** Makes a group, in a dialog. */
export function NewGroup({ onClose }: { readonly onClose: () => void }): ReactNode {
  const chat = useChat();
  const dialog = useRef<HTMLDialogElement>(null);
  // One for this dialog: pressed twice, or again after an answer that was lost, it is one group.
  const [clientGroupId] = useState(newId);
  const [members, setMembers] = useState<readonly Person[]>([]);
  const [fault, setFault] = useState('');

  useEffect(() => dialog.current?.showModal(), []);

  function without({ id }: Person): readonly Person[] {
    return members.filter((member) => member.id !== id);
  }

  async function create(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name') ?? '');
    try {
      const input = { clientGroupId, name, memberIds: members.map(({ id }) => id) };
      const { createGroup: done } = await chat.ask(CreateGroupDocument, { input });
      setFault(done.errors[0]?.message ?? '');
      if (done.conversationEdge === null) return;
      chat.add(done.conversationEdge.node);
      location.hash = addressOf(done.conversationEdge.node.id);
      onClose();
    } catch {
      setFault('That did not work. Try again in a moment.');
    }
  }

  return (
    <dialog ref={dialog} aria-labelledby="new-group" onClose={onClose}>
      <form onSubmit={(event) => void create(event)}>
        <h2 id="new-group">New group</h2>
        <label>
          Name
          <input name="name" required autoComplete="off" />
        </label>
        <PeopleSearch label="Add people" onPick={(person) => setMembers([...without(person), person])} />
        <ul className="chips" aria-label="Members">
          {members.map((person) => (
            <li key={person.id}>
              {person.displayName}
              <button
                type="button"
                className="plain"
                aria-label={`Leave out ${person.displayName}`}
                onClick={() => setMembers(without(person))}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
        <p className="fault" role="alert">
          {fault}
        </p>
        <footer>
          <button type="button" className="plain" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="primary">
            Create
          </button>
        </footer>
      </form>
    </dialog>
  );
}
