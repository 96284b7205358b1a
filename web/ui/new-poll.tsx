import { type ReactNode, type SubmitEvent, useState } from 'react';
import { Dialog, DialogEnd } from './dialog.tsx';
import { useChat } from './use-chat.ts';

interface NewPollProps {
  readonly conversationId: string;
  readonly threadRootId?: string | undefined;
  readonly onClose: () => void;
}

/** A dialog that creates a poll. */
export function NewPoll({ conversationId, threadRootId, onClose }: NewPollProps): ReactNode {
  const chat = useChat();
  const [fault, setFault] = useState('');

  function askIt(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const options = String(form.get('options') ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    // All other faults are reported by the server, and shown next to the message.
    if (options.length < 2) {
      setFault('Enter at least two options, one per line.');
      return;
    }
    const poll = { options, multiple: form.has('multiple'), anonymous: form.has('anonymous') };
    chat.say({ conversationId, text: String(form.get('question') ?? ''), poll, ...(threadRootId && { threadRootId }) });
    onClose();
  }

  return (
    <Dialog title="New poll" onClose={onClose}>
      <form onSubmit={askIt}>
        <label>
          Question
          <input name="question" required autoComplete="off" />
        </label>
        <label>
          Options, one per line
          <textarea name="options" required rows={4} />
        </label>
        <label className="choice">
          <input type="checkbox" name="multiple" /> Multiple choice
        </label>
        <label className="choice">
          <input type="checkbox" name="anonymous" /> Anonymous votes
        </label>
        <DialogEnd does="Create poll" fault={fault} onClose={onClose} />
      </form>
    </Dialog>
  );
}
