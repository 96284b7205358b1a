import { type QuietHours as QuietHoursShape, type Weekday as WeekdayWord, weekdays } from '../src/push/index.ts';
import type { Viewer as ViewerShape } from '../src/user/index.ts';
import { builder } from './builder.ts';
import { requireViewer } from './context.ts';
import { inputDescription, type Refusable, settle, withErrors } from './errors.ts';
import { Viewer } from './viewer.ts';

const Weekday = builder.enumType('Weekday', {
  description: 'A day of the week.',
  values: Object.fromEntries(weekdays.map((day) => [day, { description: `${day.charAt(0)}${day.slice(1).toLowerCase()}.` }])) as Record<
    WeekdayWord,
    { readonly description: string }
  >,
});

const QuietHours = builder.objectRef<QuietHoursShape>('QuietHours').implement({
  description: 'When the viewer is told of nothing by push: what comes then is not made up for, but for the badge of the next push.',
  fields: (t) => ({
    start: t.exposeString('start', { description: 'From which time of the day on, such as `22:30`.' }),
    end: t.exposeString('end', { description: 'Until which time: before `start`, or the same, it is on the next day.' }),
    timeZone: t.exposeString('timeZone', { description: 'By whose clocks, as IANA names it, such as `Europe/Berlin`.' }),
    days: t.expose('days', { type: [Weekday], description: 'The days on which they begin.' }),
  }),
});

builder.objectField(Viewer, 'quietHours', (t) =>
  t.field({
    type: QuietHours,
    nullable: true,
    description: 'When the viewer is told of nothing by push; null: at no time.',
    resolve: ({ userId }, _args, { chat, scope }) =>
      scope.loaders.ownPage('quietHours', async () => (await chat.push.quietHours([userId]))[0] ?? null),
  }),
);

const QuietHoursInput = builder.inputType('QuietHoursInput', {
  description: 'From one time of the day to another, by the clocks of a zone.',
  fields: (t) => ({
    start: t.string({ required: true, description: 'Hours and minutes, such as `22:30`.' }),
    end: t.string({ required: true, description: 'The same; before `start`, or the same, it is on the next day.' }),
    timeZone: t.string({ required: true, description: 'As IANA names it, such as `Europe/Berlin`.' }),
    days: t.field({ type: [Weekday], description: 'The days on which they begin, at least one; absent: every day.' }),
  }),
});

const SetQuietHoursInput = builder.inputType('SetQuietHoursInput', {
  description: 'When to be told of nothing.',
  fields: (t) => ({ quietHours: t.field({ type: QuietHoursInput, description: 'Null or absent: at no time.' }) }),
});

interface SetQuietHoursShape extends Refusable {
  readonly viewer?: ViewerShape;
}

const SetQuietHoursPayload = withErrors(
  builder.objectRef<SetQuietHoursShape>('SetQuietHoursPayload').implement({
    description: 'What came of setQuietHours.',
    fields: (t) => ({
      viewer: t.expose('viewer', { type: Viewer, nullable: true, description: 'The viewer as they stand; null if it was refused.' }),
    }),
  }),
);

builder.mutationField('setQuietHours', (t) =>
  t.field({
    type: SetQuietHoursPayload,
    description: 'Settles when the viewer is told of nothing by push, on any device. All own devices get ViewerChanged.',
    args: { input: t.arg({ type: SetQuietHoursInput, required: true, description: inputDescription }) },
    resolve: (_root, { input: { quietHours } }, context, info) =>
      settle(context, info, async () => {
        const viewer = requireViewer(context);
        await context.chat.push.setQuietHours(viewer, quietHours ? { ...quietHours, days: quietHours.days ?? weekdays } : null);
        return { viewer };
      }),
  }),
);
