import { ChatError } from '../errors.ts';
import { codePoints, isBlank, isClientKey, isStorable } from '../text.ts';

function invalid(field: string, message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: [field] });
}

/** The limits of a message's text. `emptyToo`: it may be '', because the message has attachments or data. */
interface TextRule {
  readonly maxLength: number;
  readonly emptyToo: boolean;
}

/** Throws INVALID_INPUT (text) if a text is blank. */
export function requireSaid(text: string, { emptyToo }: Pick<TextRule, 'emptyToo'>): void {
  if (isBlank(text) && !(text === '' && emptyToo)) throw invalid('text', 'A message must have visible text.');
}

/** Throws INVALID_INPUT (text) if a text is blank, longer than `maxLength` code points, or cannot be stored unchanged. */
export function requireText(text: string, { maxLength, emptyToo }: TextRule): void {
  requireSaid(text, { emptyToo });
  if (!isStorable(text)) throw invalid('text', 'A message must be well-formed Unicode without NUL.');
  if (codePoints(text) > maxLength)
    throw invalid('text', `A message can have at most ${maxLength} characters. Send the rest in another message.`);
}

/** Whether a text is valid for a message. */
export function isText(text: string, { maxLength, emptyToo }: TextRule): boolean {
  if (text === '') return emptyToo;
  return !isBlank(text) && isStorable(text) && codePoints(text) <= maxLength;
}

/** Throws INVALID_INPUT (clientMessageId) if the id is malformed. */
export function requireClientMessageId(clientMessageId: string): void {
  if (!isClientKey(clientMessageId)) {
    throw invalid('clientMessageId', 'clientMessageId must be 1 to 64 printable ASCII characters and must not end in a space.');
  }
}

/** Throws INVALID_INPUT (`field`) if a number cannot be a seq, or is below `least`. */
export function requireSeq(seq: number, field = 'seq', least = 0): void {
  if (!Number.isSafeInteger(seq) || seq < least) throw invalid(field, `This must be an integer of at least ${least}.`);
}
