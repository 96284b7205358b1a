import { randomUUID } from 'node:crypto';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { GraphQLFormattedError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { formatId } from '../../schema/ids.ts';
import { subscribe } from '../support/client.ts';
import {
  OwnPresenceDocument,
  PresencesDocument,
  SetPresenceDocument,
  type SetPresenceInput,
  WatchDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { seenInWords, watching } from '../support/watching.ts';
import { given, world } from '../support/world.ts';

const chat = world();

const half = '\ud800';
const huge = 'x'.repeat(200_000);
const nobodys = formatId('User', 2n ** 62n);

/** Invalid values of `userIds`, in words, and what the refusal must name: the argument or the position in it. */
const malformed: readonly (readonly [what: string, userIds: unknown, named: string])[] = [
  ['nothing', null, 'userIds'],
  ['an object', { id: nobodys }, 'userIds'],
  ['a list of lists', [[nobodys]], 'userIds'],
  ['a list with nothing in it', [nobodys, null], 'userIds'],
  ['a truth', [true], 'userIds'],
  ['a fraction', [1.5], 'userIds'],
  ['a number', [1], 'userIds.0'],
  ['a negative number', [nobodys, -1], 'userIds.1'],
  ['empty text', [''], 'userIds.0'],
  ['no id', ['nonsense'], 'userIds.0'],
  ['no list, and no id', 'nonsense', 'userIds.0'],
  ['huge', [nobodys, huge], 'userIds.1'],
  ['of control characters', ['\0\u001b'], 'userIds.0'],
  ['half a character', [half], 'userIds.0'],
  ['turned around', ['\u202e'], 'userIds.0'],
  ['another spelling', [`${nobodys}=`], 'userIds.0'],
  ['beyond all ids', [Buffer.from(`User:${2n ** 63n}`).toString('base64url')], 'userIds.0'],
  ['the id of a presence', [formatId('Presence', 1n)], 'userIds.0'],
  ['the id of a conversation', [formatId('Conversation', 1n)], 'userIds.0'],
  ['the id of a session', [formatId('Session', randomUUID())], 'userIds.0'],
  ['too many', Array.from({ length: 501 }, () => nobodys), 'userIds'],
];

/** The document, with variables of any type. */
function anything<T, V>(document: TypedDocumentNode<T, V>): TypedDocumentNode<T, Record<string, unknown>> {
  return document as never;
}

/** Expects one BAD_USER_INPUT for this argument: by its name if the type does not fit, or by its position if the value does not. */
function expectRefused(errors: readonly GraphQLFormattedError[] | undefined, named: string): void {
  expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['BAD_USER_INPUT']);
  const [{ message, extensions } = { message: '' }] = errors ?? [];
  const argument = extensions?.['argument'];
  if (Array.isArray(argument)) expect(argument).toEqual(named.split('.'));
  else expect(message).toContain(named);
  // A refusal is short however long the input was: it does not repeat the input.
  expect(JSON.stringify(errors).length).toBeLessThan(1_000);
}

describe('presence', () => {
  it.each(malformed)('is not read for userIds that are %s', async (_what, userIds, named) => {
    const [ann] = await chat.people('ann');
    const { data, errors } = await chat.post(anything(PresencesDocument), { userIds }, ann);
    expect(data ?? null).toBeNull();
    expectRefused(errors, named);
  });

  it.each(malformed)('is not watched for userIds that are %s', async (_what, userIds, named) => {
    const [ann] = await chat.people('ann');
    const results = subscribe(chat.socket(ann), anything(WatchDocument), { userIds });
    const errors = await results.next().then(
      ({ value }) => value?.errors,
      (refusal: readonly GraphQLFormattedError[]) => refusal,
    );
    expectRefused(errors, named);
  });

  it('is an empty list for no userIds, and null for users who do not exist', async () => {
    const [ann] = await chat.people('ann');
    expect(await chat.ask(PresencesDocument, { userIds: [] }, ann)).toEqual({ presence: [] });
    const { presence } = await chat.ask(PresencesDocument, { userIds: [nobodys, ann.id, nobodys, ann.id] }, ann);
    expect(presence.map((one) => one?.user.id ?? null)).toEqual([null, ann.id, null, ann.id]);
  });

  it('is sent once for a user who is listed twice, and a watch of nobody continues until it is ended', async () => {
    const [ann] = await chat.people('ann');
    const [ofNobody, twice] = [subscribe(chat.socket(ann), WatchDocument, { userIds: [] }), watching(chat, ann, ann, { id: nobodys }, ann)];
    let ended: unknown;
    const over = ofNobody.next().then((result) => {
      ended = result;
    });
    expect((await twice.next()).user.id).toBe(ann.id);
    await chat.ask(SetPresenceDocument, { input: { status: 'BUSY' } }, ann);
    const told: string[] = [];
    while (told.at(-1) !== 'BUSY 1') told.push(seenInWords(await twice.next()));
    expect(told.filter((words) => words === 'BUSY 1')).toHaveLength(1);
    expect(ended).toBeUndefined();
    await ofNobody.return?.();
    await over;
    expect(ended).toMatchObject({ done: true });
  });
});

describe('the viewer’s status', () => {
  const stood = { status: 'BUSY', statusText: 'in a meeting', statusUntil: '2999-01-01T00:00:00.000Z' } as const;

  it.each<readonly [string, Partial<Record<keyof SetPresenceInput, unknown>>, string]>([
    ['an own word', { status: 'GONE' }, 'status'],
    ['a status that only others see', { status: 'OFFLINE' }, 'status'],
    ['no status', { status: null }, 'status'],
    ['a long text', { statusText: 'x'.repeat(101) }, 'statusText'],
    ['a text that others cannot see', { statusText: '\u2800' }, 'statusText'],
    ['half a character', { statusText: half }, 'statusText'],
    ['a time that is over', { statusUntil: '2020-01-01T00:00:00Z' }, 'statusUntil'],
    ['a time that is over, of no text', { statusText: null, statusUntil: '2020-01-01T00:00:00Z' }, 'statusUntil'],
    ['a time before all years that are stored', { statusUntil: '0999-12-31T23:59:59Z' }, 'statusUntil'],
    ['a time whose zone leads beyond them', { statusUntil: '9999-12-31T23:59:59-01:00' }, 'statusUntil'],
    ['a number of milliseconds', { statusUntil: 4_000_000_000_000 }, 'statusUntil'],
  ])('stays as it was if %s is set, and watchers see no change', async (_what, wrong, field) => {
    const [ann] = await chat.people('ann');
    await chat.ask(SetPresenceDocument, { input: stood }, ann);
    const watch = watching(chat, ann, ann);
    while (seenInWords(await watch.next()) !== 'BUSY 1 in a meeting');
    const refused = await chat.post(anything(SetPresenceDocument), { input: { ...stood, status: 'AWAY', ...wrong } }, ann);
    if (refused.errors) expectRefused(refused.errors, field);
    else expect(refusals(refused.data?.setPresence.errors ?? [])).toEqual([`INVALID_INPUT input.${field}`]);
    const { viewer } = await chat.ask(OwnPresenceDocument, {}, ann);
    const { statusText, statusUntil } = stood;
    expect(given(viewer, [])).toMatchObject({ presenceChoice: 'BUSY', statusText, statusUntil });
    await chat.ask(SetPresenceDocument, { input: { ...stood, statusText: 'out' } }, ann);
    expect(seenInWords(await watch.next())).toBe('BUSY 1 out');
  });

  it('can last until the last valid time, and have 100 characters of any plane', async () => {
    const [ann] = await chat.people('ann');
    const input = { status: 'BUSY', statusText: '🎉'.repeat(100), statusUntil: '9999-12-31T23:59:59.999Z' } as const;
    const { setPresence } = await chat.ask(SetPresenceDocument, { input }, ann);
    expect(setPresence).toMatchObject({ viewer: { statusText: input.statusText, statusUntil: input.statusUntil }, errors: [] });
    const { setPresence: emptied } = await chat.ask(SetPresenceDocument, { input: { status: 'ONLINE', statusText: '' } }, ann);
    expect(emptied).toMatchObject({ viewer: { statusText: null, statusUntil: null }, errors: [] });
  });
});
