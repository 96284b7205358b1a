import type { ReasonOfUsers } from '../src/moderation/index.ts';

/** The descriptions of the reasons for a report. */
export const reportMeanings = {
  SPAM: { description: 'Advertising, fraud or repetition.' },
  HARASSMENT: { description: 'Meant to hurt or frighten somebody.' },
  HATE: { description: 'Attacks people for who they are.' },
  VIOLENCE: { description: 'Threatens or glorifies violence.' },
  SEXUAL: { description: 'Sexual content that is unwanted or involves children.' },
  SELF_HARM: { description: 'Somebody may hurt themselves.' },
  ILLEGAL: { description: 'Something illegal, or an offer of it.' },
  IMPERSONATION: { description: 'Somebody pretends to be somebody else.' },
  OTHER: { description: 'Another reason, given in the note.' },
} as const satisfies Record<ReasonOfUsers, unknown>;
