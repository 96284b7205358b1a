import { codePoints } from '../text.ts';

/**
 * How much a push says (config PUSH_CONTENT). full: everything. sender: who and where, without the text. none: only that there is
 * something.
 */
export const pushContents = ['full', 'sender', 'none'] as const;
export type PushContent = (typeof pushContents)[number];

/** The payload of a push, in terms of JSON: that of a Web Push, and `data` of the provider's request. */
export interface Payload {
  readonly type: 'MESSAGE' | 'CONTACT_REQUEST' | 'NOTICE';
  /** The group's name, the sender's name, or the title of a notice. Empty if it is not to be said. */
  readonly title: string;
  /**
   * The start of the text. Without a text, the description or name of the first attachment. Empty if there is none, or if it is not to be
   * said.
   */
  readonly body: string;
  /** The number of attachments, and the MIME type of the first. 0 and empty if there are none, or if it is not to be said. */
  readonly attachments: number;
  readonly mediaType: string;
  /** The sender's name. Empty if there is none, or if it is not to be said. */
  readonly sender: string;
  /** Global ids of the public API, those that the type has. */
  readonly conversationId?: string;
  readonly messageId?: string;
  readonly contactRequestId?: string;
  readonly noticeId?: string;
  /** The number of messages that this push stands for. It shows the newest. */
  readonly count: number;
  /** Whether one of them mentions the user, or everyone. */
  readonly mentioned: boolean;
  /** The user's badge, as in UnreadTotals.badge. */
  readonly badge: number;
  /** When the message was sent, in ISO 8601. */
  readonly at: string;
}

// What devices show of a text. It keeps every payload below the 3,993 bytes that a Web Push has room for (test/push/payload.test.ts).
const maxBody = 240;
const maxTitle = 120;

/** Reduces a payload to what it may say, and to the size limits. */
export function fitted(payload: Payload, content: PushContent): Payload {
  const names = content === 'none' ? { title: '', sender: '' } : { title: shorten(payload.title, maxTitle), sender: payload.sender };
  const said = content === 'full' ? { body: shorten(payload.body, maxBody) } : { body: '', attachments: 0, mediaType: '' };
  return { ...payload, ...names, ...said };
}

function shorten(text: string, most: number): string {
  return codePoints(text) <= most ? text : `${[...text].slice(0, most - 1).join('')}…`;
}
