import { ChatError } from '../errors.ts';
import { codePoints, isBlank, isClientKey, isStorable } from '../text.ts';

function invalid(field: string, message: string): ChatError {
  return new ChatError('INVALID_INPUT', message, { field: [field] });
}

/**
 * The limits of a message's text. `maxLength`: in code points (config MAX_MESSAGE_LENGTH). `emptyToo`: it may be '', because the message
 * has attachments or data.
 */
interface TextRule {
  readonly maxLength: number;
  readonly emptyToo: boolean;
}

// The most that MAX_MESSAGE_LENGTH can be set to. Requests are validated up to it, whatever the current setting is.
const maxEver = 16_000;

/** Throws INVALID_INPUT (text) if a text is blank. */
export function requireSaid(text: string, { emptyToo }: Pick<TextRule, 'emptyToo'>): void {
  if (isBlank(text) && !(text === '' && emptyToo)) throw invalid('text', 'A message must have visible text.');
}

/** Throws INVALID_INPUT (text) if a text is blank, longer than any setting allows, or cannot be stored unchanged. */
export function requireText(text: string, { maxLength, emptyToo }: TextRule): void {
  requireSaid(text, { emptyToo });
  if (!isStorable(text)) throw invalid('text', 'A message must be well-formed Unicode without NUL.');
  if (!fits(text, maxEver)) throw tooLong(maxLength);
}

/**
 * Throws INVALID_INPUT (text) if a text is longer than the current setting allows. Separate from `requireText`, so that messages stored
 * under an earlier setting are still found and kept.
 */
export function requireLength(text: string, maxLength: number): void {
  if (!fits(text, maxLength)) throw tooLong(maxLength);
}

/** Whether a text has at most `maxLength` code points. */
export function fits(text: string, maxLength: number): boolean {
  // No text has more code points than UTF-16 units, so short texts need not be counted.
  return text.length <= maxLength || codePoints(text) <= maxLength;
}

function tooLong(maxLength: number): ChatError {
  return invalid('text', `A message can have at most ${maxLength} characters. Send the rest in another message.`);
}

/** Whether a text is valid for a message. */
export function isText(text: string, { maxLength, emptyToo }: TextRule): boolean {
  if (text === '') return emptyToo;
  return !isBlank(text) && isStorable(text) && fits(text, maxLength);
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

/** The refusal of a seq above the conversation's lastSeq. */
export function past(lastSeq: number, field = 'seq'): ChatError {
  return invalid(field, `The last seq of the conversation is ${lastSeq}.`);
}
