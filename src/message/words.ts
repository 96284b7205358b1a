import { isDeepStrictEqual } from 'node:util';
import { isSameData, replaceTexts } from '../data.ts';
import type { NewPoll } from '../log/index.ts';
import { type Admitted, admit, type Looked, type Screen } from '../words/index.ts';
import type { Attachment } from './attachment.ts';
import type { Message } from './message.ts';

/** The content of a message besides its text. */
export type Enclosed = Pick<Message, 'attachments' | 'data'>;

/** The content of a message. */
export interface Words extends Enclosed {
  readonly text: string;
  /** The text is the question. A poll never changes once it is sent. */
  readonly poll?: NewPoll | null | undefined;
}

/** The content of a message that is only text. */
export const nothingEnclosed: Enclosed = { attachments: [], data: null };

/** Content that blocked words allow, and the result for each of its texts. */
export interface AdmittedWords extends Words {
  readonly poll: NewPoll | null;
  readonly said: readonly Admitted[];
}

/** Content with blocked words masked, and the findings for each of its texts. */
export interface LookedWords extends Words {
  readonly poll: NewPoll | null;
  readonly looked: readonly Looked[];
}

/**
 * Matches all texts of a message against the blocked words: its text, the names and descriptions of attachments, the strings in its data,
 * and the options of its poll. URLs and the names of fields in data are left out. `field` is the input that a refusal names; absent: that
 * of the text concerned.
 */
export function lookAt(screen: Screen, { text, attachments, data, poll = null }: Words, field?: string): LookedWords {
  const looked: Looked[] = [];
  function standing(said: string, ...own: readonly string[]): string {
    const found = screen.said(said, ...(field === undefined ? own : [field]));
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
export function admitWords({ looked, ...words }: LookedWords): AdmittedWords {
  return { ...words, said: looked.map(admit) };
}

/** Whether two messages have the same text, attachments and data. */
export function saysSame(one: Words, other: Words): boolean {
  return one.text === other.text && enclosesSame(one, other);
}

/** Whether two messages have the same attachments and data. */
export function enclosesSame(one: Enclosed, other: Enclosed): boolean {
  return attachesSame(one, other) && isSameData(one.data, other.data);
}

/** Whether two messages have the same attachments. */
export function attachesSame(one: Pick<Words, 'attachments'>, other: Pick<Words, 'attachments'>): boolean {
  return isDeepStrictEqual(one.attachments, other.attachments);
}

/** Whether a message has something that allows an empty text. A poll does not: it needs its question. */
export function isMore({ attachments, data, poll = null }: Enclosed & Pick<Words, 'poll'>): boolean {
  return poll === null && (attachments.length > 0 || data !== null);
}

/**
 * Returns the content as plain text, with a line for each attachment, for the data and for each option of the poll. Moderators read it once
 * the message is gone.
 */
export function inWords({ text, attachments, data, poll }: Words): string {
  const said = text === '' && isMore({ attachments, data }) ? [] : [text];
  const options = (poll?.options ?? []).map((option) => `○ ${option}`);
  return [...said, ...attachments.map(lineOf), ...(data === null ? [] : [data]), ...options].join('\n');
}

function lineOf({ mediaType, url, name, alt }: Attachment): string {
  const said = [name, alt?.replaceAll(/\s+/g, ' ')].filter((part) => part !== null && part !== undefined);
  return [mediaType, url, ...said.map((part) => `“${part}”`)].join(' ');
}
