import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Browser, startPushService } from '../push/receiving-end.ts';
import {
  OwnPushDocument,
  RegisterWebPushDocument,
  SetQuietHoursDocument,
  SetSilentUntilDocument,
  SignOutDocument,
  UnregisterPushDocument,
} from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, world } from '../support/world.ts';

const service = await startPushService();
afterAll(() => service[Symbol.asyncDispose]());
afterEach(() => service.answer(null));

// Without delays as far as possible, so that tests wait for pushes and not for time.
const chat = world({
  ...{ PUSH_ALLOW_HOSTS: service.host, PUSH_DELAY_MS: '0', VAPID_SUBJECT: 'mailto:admin@example.org' },
  ...{ JOB_POLL_MS: '20', WORKER_POLL_MS: '20', PRESENCE_GRACE_MS: '0' },
});

async function register(person: Person, browser: Browser = service.subscribe()): Promise<Browser> {
  const { endpoint, p256dh, auth } = browser;
  const { registerWebPush } = await chat.ask(RegisterWebPushDocument, { input: { endpoint, p256dh, auth } }, person);
  given(registerWebPush.pushDevice, registerWebPush.errors);
  return browser;
}

async function own(person: Person) {
  return given((await chat.ask(OwnPushDocument, {}, person)).viewer, []);
}

async function bodies(browser: Browser, count: number): Promise<readonly string[]> {
  await expect.poll(() => browser.received.length).toBeGreaterThanOrEqual(count);
  return browser.received.map(({ payload }) => payload.body);
}

describe('web push', () => {
  it('sends a message to the browser of a user who is away, signed with the key that the browser subscribed with', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const { vapidPublicKey } = await chat.ask(OwnPushDocument, {}, ben);
    const browser = await register(ben);
    const group = await chat.group(ann, ben);
    const { id } = await chat.say(ann, group, 'hello');
    expect(await bodies(browser, 1)).toEqual(['hello']);
    expect(browser.received).toMatchObject([
      {
        payload: { conversationId: group, messageId: id, sender: ann.handle },
        ...{ signedBy: vapidPublicKey, vapid: { sub: 'mailto:admin@example.org' } },
      },
    ]);
  });

  it('is not sent to users who are connected, and is sent for messages once they are not', async () => {
    const [ann, ben, cat] = await chat.people('ann', 'ben', 'cat');
    const [atBens, atCats] = [await register(ben), await register(cat)];
    const group = await chat.group(ann, ben, cat);
    const events = chat.listen(ben);
    await events.ready();
    await chat.say(ann, group, 'heard');
    await events.nextOf('MessageSent');
    // The pushes to both users are decided together.
    expect(await bodies(atCats, 1)).toEqual(['heard']);
    expect(atBens.received).toEqual([]);
    events.stop();
    await expect
      .poll(async () => {
        await chat.say(ann, group, 'not heard');
        return atBens.received.length;
      })
      .toBeGreaterThan(0);
    expect(new Set(await bodies(atBens, 1))).toEqual(new Set(['not heard']));
  });

  it('shows the viewer the registered devices, and each change is an event for all of the viewer’s devices', async () => {
    const [ben] = await chat.people('ben');
    const desk = await chat.anotherDevice(ben, 'the desk');
    const onDesk = chat.listen(desk);
    await onDesk.ready();
    await register(ben);
    await onDesk.nextOf('ViewerChanged');
    await register(desk);
    await onDesk.nextOf('ViewerChanged');
    const { pushDevices } = await own(ben);
    expect(pushDevices).toMatchObject([{ kind: 'WEB', session: { deviceName: 'the desk' } }, { kind: 'WEB' }]);
    const sessionId = given(pushDevices[1]?.session, []).id;
    const { unregisterPush } = await chat.ask(UnregisterPushDocument, { input: { sessionId } }, desk);
    expect(unregisterPush).toMatchObject({ sessionId, viewer: { pushDevices: [{ session: { deviceName: 'the desk' } }] }, errors: [] });
    await onDesk.nextOf('ViewerChanged');
  });

  it('ends with the session: a device that is signed out gets nothing', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const desk = await chat.anotherDevice(ben);
    const [atBens, atDesk] = [await register(ben), await register(desk)];
    const group = await chat.group(ann, ben);
    await chat.ask(SignOutDocument, { input: {} }, ben);
    await chat.say(ann, group, 'hello');
    expect(await bodies(atDesk, 1)).toEqual(['hello']);
    expect(atBens.received).toEqual([]);
    expect((await own(desk)).pushDevices).toHaveLength(1);
  });

  it('removes a subscription that the push service reports as gone', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    await register(ben);
    service.answer({ status: 410 });
    await chat.say(ann, await chat.group(ann, ben), 'hello');
    await expect.poll(async () => (await own(ben)).pushDevices).toEqual([]);
  });

  it('has quiet hours, which the viewer and all their devices see', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const onBens = chat.listen(ben);
    await onBens.ready();
    const quietHours = { start: '22:30', end: '07:00', timeZone: 'Europe/Berlin' };
    const set = async (input: object) => (await chat.ask(SetQuietHoursDocument, { input }, ben)).setQuietHours;
    expect((await own(ben)).quietHours).toBeNull();
    const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
    expect(await set({ quietHours })).toMatchObject({ viewer: { quietHours: { ...quietHours, days } }, errors: [] });
    await onBens.nextOf('ViewerChanged');
    expect((await own(ben)).quietHours).toEqual({ ...quietHours, days });
    const refused = await set({ quietHours: { ...quietHours, timeZone: 'Middle/Earth' } });
    expect(refusals(refused.errors)).toEqual(['INVALID_INPUT input.quietHours.timeZone']);
    expect((await set({})).viewer).toMatchObject({ quietHours: null });
    expect((await own(ann)).quietHours).toBeNull();
  });

  it('pauses pushes on all devices of the viewer, who see it', async () => {
    const [ben] = await chat.people('ben');
    const onBens = chat.listen(ben);
    await onBens.ready();
    const set = async (input: object) => (await chat.ask(SetSilentUntilDocument, { input }, ben)).setSilentUntil;
    const silentUntil = '2999-01-01T00:00:00.000Z';
    expect(await set({ silentUntil })).toMatchObject({ viewer: { silentUntil }, errors: [] });
    await onBens.nextOf('ViewerChanged');
    expect((await own(ben)).silentUntil).toBe(silentUntil);
    expect(refusals((await set({ silentUntil: '2000-01-01T00:00:00Z' })).errors)).toEqual(['INVALID_INPUT input.silentUntil']);
    expect((await set({})).viewer).toMatchObject({ silentUntil: null });
  });
});
