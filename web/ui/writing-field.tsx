import type { KeyboardEvent, ReactNode, Ref } from 'react';

interface WritingFieldProps {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onEnter: () => void;
  readonly onEscape?: () => void;
  readonly field?: Ref<HTMLTextAreaElement>;
}

/** A multi-line text field. Enter submits, Shift+Enter begins a new line. */
export function WritingField({ label, text, onText, onEnter, onEscape, field }: WritingFieldProps): ReactNode {
  function onKeyDown(event: KeyboardEvent): void {
    // While an input method composes, both keys belong to it.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') onEscape?.();
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    onEnter();
  }
  return (
    <textarea
      ref={field}
      aria-label={label}
      placeholder={label}
      rows={1}
      value={text}
      onChange={({ target }) => onText(target.value)}
      onKeyDown={onKeyDown}
    />
  );
}

/** Puts the caret after the text. Browsers put it before a text that was there from the start. */
export function focusAtEnd(field: HTMLTextAreaElement | null): void {
  field?.focus();
  field?.setSelectionRange(field.value.length, field.value.length);
}
