import type { ReasonOfUsers } from '../src/moderation/index.ts';

/** The descriptions of the reasons for a report. */
export const reportMeanings = {
  SPAM: 'Advertising, fraud or repetition.',
  HARASSMENT: 'Meant to hurt or frighten somebody.',
  HATE: 'Attacks people for who they are.',
  VIOLENCE: 'Threatens or glorifies violence.',
  SEXUAL: 'Sexual content that is unwanted or involves children.',
  SELF_HARM: 'Somebody may hurt themselves.',
  ILLEGAL: 'Something illegal, or an offer of it.',
  IMPERSONATION: 'Somebody pretends to be somebody else.',
  OTHER: 'Another reason, given in the note.',
} as const satisfies Record<ReasonOfUsers, string>;
