import { type ReactNode, type SubmitEvent, useEffect, useRef, useState } from 'react';
import type { Said } from '../chat/state.ts';
import { useAct } from './use-act.ts';
import { useChat } from './use-chat.ts';
import { focusAtEnd, WritingField } from './writing-field.tsx';

/** The field for editing a message. */
export function MessageEditor({ message, onDone }: { readonly message: Said; readonly onDone: () => void }): ReactNode {
  const { acts } = useChat();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(message.text);
  const { fault, act } = useAct();

  useEffect(() => focusAtEnd(field.current), []);

  async function save(): Promise<void> {
    if (text === message.text || (await act(() => acts.edit(message, text)))) onDone();
  }

  function onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    void save();
  }

  return (
    <form className="editor" onSubmit={onSubmit}>
      <WritingField field={field} label="Edited message" text={text} onText={setText} onEnter={() => void save()} onEscape={onDone} />
      <span className="fault" role="alert">
        {fault}
      </span>
      <button type="submit" className="primary" disabled={text.trim() === ''}>
        Save
      </button>
      <button type="button" onClick={onDone}>
        Cancel
      </button>
    </form>
  );
}
