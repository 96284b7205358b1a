import type { ReasonOfUsers } from '../src/moderation/index.ts';

/** What each reason of a report says. */
export const reportMeanings = {
  SPAM: 'Advertising, fraud, or the same again and again.',
  HARASSMENT: 'It is meant to hurt or to frighten somebody.',
  HATE: 'It is against people for what they are.',
  VIOLENCE: 'It threatens with violence or glorifies it.',
  SEXUAL: 'It is sexual, and unwanted or of children.',
  SELF_HARM: 'Somebody may hurt themselves.',
  ILLEGAL: 'It is, or offers, what the law forbids.',
  IMPERSONATION: 'Somebody passes for somebody else.',
  OTHER: 'The note says what.',
} as const satisfies Record<ReasonOfUsers, string>;
