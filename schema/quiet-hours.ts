import { type QuietHours as QuietHoursShape, type Weekday as WeekdayWord, weekdays } from '../src/push/index.ts';
import { builder } from './builder.ts';
import { mutation } from './mutation.ts';
import { currentViewer, Viewer } from './viewer.ts';

const Weekday = builder.enumType('Weekday', {
  description: 'A day of the week.',
  values: Object.fromEntries(weekdays.map((day) => [day, { description: `${day.charAt(0)}${day.slice(1).toLowerCase()}.` }])) as Record<
    WeekdayWord,
    { readonly description: string }
  >,
});

const QuietHours = builder.objectRef<QuietHoursShape>('QuietHours').implement({
  description:
    'The hours in which the viewer receives no push notifications. What arrives then is not pushed later, but the badge of the next push notification includes it.',
  fields: (t) => ({
    start: t.exposeString('start', { description: 'The time of day when quiet hours start, such as `22:30`.' }),
    end: t.exposeString('end', { description: 'The time of day when quiet hours end. If it is not after `start`, it is on the next day.' }),
    timeZone: t.exposeString('timeZone', { description: 'The IANA time zone of the times, such as `Europe/Berlin`.' }),
    days: t.expose('days', { type: [Weekday], description: 'The days on which quiet hours start.' }),
  }),
});

builder.objectField(Viewer, 'quietHours', (t) =>
  t.field({
    type: QuietHours,
    nullable: true,
    description: 'The hours in which the viewer receives no push notifications, or null if there are none.',
    resolve: ({ userId }, _args, { chat, scope }) =>
      scope.loaders.ownPage('quietHours', async () => (await chat.push.quietHours([userId]))[0] ?? null),
  }),
);

const QuietHoursInput = builder.inputType('QuietHoursInput', {
  description: 'Quiet hours, from one time of day to another in a time zone.',
  fields: (t) => ({
    start: t.string({ required: true, description: 'The time of day when quiet hours start, in hours and minutes, such as `22:30`.' }),
    end: t.string({
      required: true,
      description: 'The time of day when quiet hours end, in hours and minutes. If it is not after `start`, it is on the next day.',
    }),
    timeZone: t.string({ required: true, description: 'The IANA time zone of the times, such as `Europe/Berlin`.' }),
    days: t.field({ type: [Weekday], description: 'The days on which quiet hours start, at least one. Defaults to every day.' }),
  }),
});

mutation('setQuietHours', {
  description:
    'Sets the hours in which the viewer receives no push notifications, on any device. All of the viewer’s devices receive `ViewerChanged`.',
  input: (t) => ({ quietHours: t.field({ type: QuietHoursInput, description: 'The quiet hours. Null, or omitting it, removes them.' }) }),
  async act(viewer, { quietHours }, { chat }) {
    await chat.push.setQuietHours(viewer, quietHours ? { ...quietHours, days: quietHours.days ?? weekdays } : null);
    return { viewer };
  },
  payload: (t) => ({
    viewer: t.expose('viewer', currentViewer),
  }),
});
