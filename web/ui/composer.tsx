import { type KeyboardEvent, type ReactNode, type SubmitEvent, useEffect, useRef, useState } from 'react';
import { useChat } from './use-chat.ts';

/** Where one writes. Enter sends, with Shift it begins a line. */
export function Composer({ conversationId }: { readonly conversationId: string }): ReactNode {
  const chat = useChat();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('');

  useEffect(() => {
    // On a phone the keyboard would come up over what one wants to read.
    if (matchMedia('(hover: hover)').matches) field.current?.focus();
  }, []);

  function write(next: string): void {
    setText(next);
    chat.typed(conversationId, next.trim() !== '');
  }

  function send(): void {
    if (text.trim() === '') return;
    chat.say({ conversationId, text });
    setText('');
  }

  function onKeyDown(event: KeyboardEvent): void {
    // While an input method composes, Enter is its own.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  function onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    send();
  }

  return (
    <form className="composer" onSubmit={onSubmit}>
      <textarea
        ref={field}
        aria-label="Message"
        placeholder="Message"
        rows={1}
        value={text}
        onChange={({ target }) => write(target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="submit" className="primary" disabled={text.trim() === ''}>
        Send
      </button>
    </form>
  );
}
