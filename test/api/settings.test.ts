import { describe, expect, it } from 'vitest';
import { OwnSettingsDocument, UpdateSettingsDocument, type UpdateSettingsInput } from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { type Person, world } from '../support/world.ts';

const chat = world();

async function update(as: Person, input: UpdateSettingsInput) {
  return (await chat.ask(UpdateSettingsDocument, { input }, as)).updateSettings;
}

describe('the user’s settings', () => {
  it('are open by default, and a change keeps what is absent or null', async () => {
    const [ann] = await chat.people('ann');
    const settings = async () => (await chat.ask(OwnSettingsDocument, {}, ann)).viewer;
    expect(await settings()).toEqual({ messagesFrom: 'EVERYONE', readReceipts: true, lastSeen: true });
    expect(await update(ann, { readReceipts: false })).toEqual({
      viewer: { user: { id: ann.id }, messagesFrom: 'EVERYONE', readReceipts: false, lastSeen: true },
      errors: [],
    });
    expect((await update(ann, { messagesFrom: 'CONTACTS', readReceipts: null })).viewer).toMatchObject({
      messagesFrom: 'CONTACTS',
      readReceipts: false,
    });
    expect((await update(ann, {})).viewer).toMatchObject({ messagesFrom: 'CONTACTS', readReceipts: false });
    expect((await update(ann, { lastSeen: false })).viewer).toMatchObject({ messagesFrom: 'CONTACTS', lastSeen: false });
    expect(await settings()).toEqual({ messagesFrom: 'CONTACTS', readReceipts: false, lastSeen: false });
  });

  it('send one event to all devices of the user for each change', async () => {
    const [ann] = await chat.people('ann');
    const desk = await chat.anotherDevice(ann);
    const onDesk = chat.listen(desk);
    await onDesk.ready();
    await update(ann, { readReceipts: false });
    await update(ann, { readReceipts: false });
    await update(ann, { readReceipts: true });
    const first = await onDesk.nextOf('ViewerChanged');
    const second = await onDesk.next();
    expect(second).toMatchObject({ __typename: 'ViewerChanged', seq: first.seq + 1, viewer: { user: { id: ann.id } } });
  });

  it('can be changed thirty times in a quarter of an hour', async () => {
    const [ann] = await chat.people('ann');
    for (let n = 0; n < 30; n += 1) expect((await update(ann, { readReceipts: n % 2 === 1 })).errors).toEqual([]);
    expect((await update(ann, { readReceipts: true })).errors).toEqual([]);
    const refused = await update(ann, { readReceipts: false });
    expect(refusals(refused.errors)).toEqual(['RATE_LIMITED']);
    expect(refused).toMatchObject({ viewer: null, errors: [{ retryAfterMs: expect.any(Number) }] });
    expect((await chat.ask(OwnSettingsDocument, {}, ann)).viewer).toMatchObject({ readReceipts: true });
  });
});
