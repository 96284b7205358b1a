import { AccountEvent } from './account-event.ts';
import { Event, LogEvent, loggedTypes } from './event.ts';
import { User } from './user.ts';

loggedTypes.BlockChanged.implement({
  description: 'The viewer has blocked somebody, or does so no more, on whichever device.',
  interfaces: [AccountEvent, LogEvent, Event],
  fields: (t) => ({
    user: t.field({
      type: User,
      nullable: true,
      description: 'Whom; null once their account is erased.',
      resolve: ({ entry: { data } }, _args, { scope }) => scope.loaders.users.load(data.otherId),
    }),
    blocked: t.boolean({ description: 'Whether they are blocked from here on.', resolve: ({ entry: { data } }) => data.blocked }),
  }),
});
