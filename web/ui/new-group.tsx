import { type ReactNode, type SubmitEvent, useState } from 'react';
import { newId } from '../api/new-id.ts';
import type { Person } from '../chat/state.ts';
import { CreateGroupDocument } from '../generated/graphql.ts';
import { Dialog, DialogEnd } from './dialog.tsx';
import { PeopleSearch } from './people-search.tsx';
import { useChat } from './use-chat.ts';
import { addressOf } from './use-page.ts';

/** A dialog that creates a group. */
export function NewGroup({ onClose }: { readonly onClose: () => void }): ReactNode {
  const chat = useChat();
  // One id per dialog, so that a second click, or a retry after a lost answer, does not create a second group.
  const [clientGroupId] = useState(newId);
  const [members, setMembers] = useState<readonly Person[]>([]);
  const [fault, setFault] = useState('');

  function without({ id }: Person): readonly Person[] {
    return members.filter((member) => member.id !== id);
  }

  async function create(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const forAll = form.has('listed') ? ({ joinPolicy: 'OPEN', listed: true } as const) : {};
    try {
      const input = { clientGroupId, name: String(form.get('name') ?? ''), memberIds: members.map(({ id }) => id), ...forAll };
      const { createGroup: done } = await chat.ask(CreateGroupDocument, { input });
      setFault(done.errors[0]?.message ?? '');
      if (done.conversationEdge === null) return;
      chat.add(done.conversationEdge.node);
      location.hash = addressOf(done.conversationEdge.node.id);
      onClose();
    } catch {
      setFault('Something went wrong. Try again in a moment.');
    }
  }

  return (
    <Dialog title="New group" onClose={onClose}>
      <form onSubmit={(event) => void create(event)}>
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
        <label className="choice">
          <input type="checkbox" name="listed" /> Everybody may find it and come in
        </label>
        <DialogEnd does="Create" fault={fault} onClose={onClose} />
      </form>
    </Dialog>
  );
}
