import { codePoints } from '../text.ts';

/** How much a push says (config PUSH_CONTENT): all; who and where, but no text; or that there is something. */
export const pushContents = ['full', 'sender', 'none'] as const;
export type PushContent = (typeof pushContents)[number];

/** What a device is told, in terms of JSON: the payload of a Web Push, and `data` of what the provider is told. */
export interface Payload {
  readonly type: 'MESSAGE' | 'CONTACT_REQUEST' | 'NOTICE';
  /** The group's name, or who it is from, or what a notice is about; '': not to be said. */
  readonly title: string;
  /** The beginning of the text, or where there is none, what the first attachment shows or is called; '': not to be said, or there is none. */
  readonly body: string;
  /** How many attachments the message has, and of which type the first is, in the words of MIME; 0 and '': none, or not to be said. */
  readonly attachments: number;
  readonly mediaType: string;
  /** What who it is from is called; '': nobody, or not to be said. */
  readonly sender: string;
  /** Ids of the public API, as far as they belong to it. */
  readonly conversationId?: string;
  readonly messageId?: string;
  readonly contactRequestId?: string;
  readonly noticeId?: string;
  /** How many messages this push stands for, of which it shows the newest. */
  readonly count: number;
  /** Whether one of them mentions the user, or everyone. */
  readonly mentioned: boolean;
  /** What waits for the user, as UnreadTotals.badge counts it. */
  readonly badge: number;
  /** When it was said, in ISO 8601. */
  readonly at: string;
}

// What devices show of a text; with it a payload stays below the 3,993 bytes that a Web Push has room for, whatever is in it (test/push/payload.test.ts).
const maxBody = 240;
const maxTitle = 120;

/** A payload that says no more than it is to, and fits. */
export function fitted(payload: Payload, content: PushContent): Payload {
  const names = content === 'none' ? { title: '', sender: '' } : { title: shorten(payload.title, maxTitle), sender: payload.sender };
  const said = content === 'full' ? { body: shorten(payload.body, maxBody) } : { body: '', attachments: 0, mediaType: '' };
  return { ...payload, ...names, ...said };
}

function shorten(text: string, most: number): string {
  return codePoints(text) <= most ? text : `${[...text].slice(0, most - 1).join('')}…`;
}
