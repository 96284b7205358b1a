import { isDeepStrictEqual } from 'node:util';
import { isSameData, replaceTexts } from '../data.ts';
import type { NewPoll } from '../log/index.ts';
import { type AllowedText, requireAllowedText, type Screen, type ScreenResult } from '../words/index.ts';
import type { Attachment } from './attachment.ts';
import type { Message } from './message.ts';

/** The content of a message besides its text. */
export type Extras = Pick<Message, 'attachments' | 'data'>;

/** The content of a message. */
export interface MessageContent extends Extras {
  readonly text: string;
  /** The text is the question. A poll never changes once it is sent. */
  readonly poll?: NewPoll | null | undefined;
}

/** The content of a message that is only text. */
export const noExtras: Extras = { attachments: [], data: null };

/** Content that blocked words allow, and the result for each of its texts. */
export interface AllowedContent extends MessageContent {
  readonly poll: NewPoll | null;
  readonly said: readonly AllowedText[];
}

/** Content with blocked words masked, and the findings for each of its texts. */
export interface ScreenedContent extends MessageContent {
  readonly poll: NewPoll | null;
  readonly looked: readonly ScreenResult[];
}

/**
 * Matches all texts of a message against the blocked words: its text, the names and descriptions of attachments, the strings in its data,
 * and the options of its poll. URLs and the names of fields in data are left out. `field` is the input that a refusal names; absent: that
 * of the text concerned.
 */
export function screenContent(screen: Screen, { text, attachments, data, poll = null }: MessageContent, field?: string): ScreenedContent {
  const looked: ScreenResult[] = [];
  function standing(said: string, ...own: readonly string[]): string {
    const found = screen.checkText(said, ...(field === undefined ? own : [field]));
    looked.push(found);
    return found.text;
  }
  function standingOf(one: Attachment, place: number, name: 'name' | 'alt'): string | null {
    const said = one[name];
    return said === null ? null : standing(said, 'attachments', String(place), name);
  }
  return {
    text: standing(text, 'text'),
    attachments: attachments.map((one, place) => ({ ...one, name: standingOf(one, place, 'name'), alt: standingOf(one, place, 'alt') })),
    data: data === null ? null : replaceTexts(data, (said, at) => standing(said, 'data', ...at)),
    poll: poll && { ...poll, options: poll.options.map((said, place) => standing(said, 'poll', 'options', String(place))) },
    looked,
  };
}

/** Returns the content if it is allowed. Throws INVALID_INPUT if it has refused words. */
export function requireAllowedContent({ looked, ...words }: ScreenedContent): AllowedContent {
  return { ...words, said: looked.map(requireAllowedText) };
}

/** Whether two messages have the same text, attachments and data. */
export function isSameContent(one: MessageContent, other: MessageContent): boolean {
  return one.text === other.text && hasSameExtras(one, other);
}

/** Whether two messages have the same attachments and data. */
export function hasSameExtras(one: Extras, other: Extras): boolean {
  return hasSameAttachments(one, other) && isSameData(one.data, other.data);
}

/** Whether two messages have the same attachments. */
export function hasSameAttachments(one: Pick<MessageContent, 'attachments'>, other: Pick<MessageContent, 'attachments'>): boolean {
  return isDeepStrictEqual(one.attachments, other.attachments);
}

/** Whether a message has something that allows an empty text. A poll does not: it needs its question. */
export function hasExtras({ attachments, data, poll = null }: Extras & Pick<MessageContent, 'poll'>): boolean {
  return poll === null && (attachments.length > 0 || data !== null);
}

/**
 * Returns the content as plain text, with a line for each attachment, for the data and for each option of the poll. Moderators read it once
 * the message is gone.
 */
export function asPlainText({ text, attachments, data, poll }: MessageContent): string {
  const said = text === '' && hasExtras({ attachments, data }) ? [] : [text];
  const options = (poll?.options ?? []).map((option) => `○ ${option}`);
  return [...said, ...attachments.map(lineOf), ...(data === null ? [] : [data]), ...options].join('\n');
}

function lineOf({ mediaType, url, name, alt }: Attachment): string {
  const said = [name, alt?.replaceAll(/\s+/g, ' ')].filter((part) => part !== null && part !== undefined);
  return [mediaType, url, ...said.map((part) => `“${part}”`)].join(' ');
}
