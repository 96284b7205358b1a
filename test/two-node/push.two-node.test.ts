import { afterAll, describe, expect, it } from 'vitest';
import { type Browser, startPushService } from '../push/receiving-end.ts';
import { RegisterWebPushDocument } from '../support/generated/graphql.ts';
import { startNodeProcess } from '../support/node-process.ts';
import { given, type Person, peopleOf } from '../support/world.ts';
import { deployment } from './deployment.ts';

const service = await startPushService();
afterAll(() => service[Symbol.asyncDispose]());

const place = deployment({
  ...{ PUSH_ALLOW_HOSTS: service.host, NODE_EXTRA_CA_CERTS: service.ca, PUSH_DELAY_MS: '200' },
  ...{ JOB_POLL_MS: '50', WORKER_POLL_MS: '50', PRESENCE_GRACE_MS: '200', NODE_LEASE_MS: '1000' },
});
const { here, listen } = place;

async function register(person: Person): Promise<Browser> {
  const browser = service.subscribe();
  const { endpoint, p256dh, auth } = browser;
  const { registerWebPush } = await here.ask(RegisterWebPushDocument, { input: { endpoint, p256dh, auth } }, person);
  given(registerWebPush.pushDevice, registerWebPush.errors);
  return browser;
}

function bodies({ received }: Browser): readonly string[] {
  return received.map(({ payload: { body } }) => body);
}

describe('with several nodes', () => {
  it('a user with a subscription on another node gets no push until it ends', async () => {
    const [ann, ben, cat] = await here.people('ann', 'ben', 'cat');
    const [atBens, atCats] = [await register(ben), await register(cat)];
    const group = await here.group(ann, ben, cat);
    const ear = await listen(place.trusting, ben);
    await here.say(ann, group, 'heard');
    await ear.hear((event) => event.__typename === 'MessageSent');
    await expect.poll(() => bodies(atCats)).toEqual(['heard']);
    expect(bodies(atBens)).toEqual([]);
    ear.stop();
    await expect
      .poll(async () => {
        await here.say(ann, group, 'not heard');
        return bodies(atBens).length;
      })
      .toBeGreaterThan(0);
    expect(new Set(bodies(atBens))).toEqual(new Set(['not heard']));
  });

  it('each message is pushed once', async () => {
    const [ann, ben] = await here.people('ann', 'ben');
    const atBens = await register(ben);
    const groups = await Promise.all(Array.from({ length: 10 }, () => here.group(ann, ben)));
    await Promise.all(groups.map((group, n) => here.say(ann, group, `${n}`)));
    await expect.poll(() => bodies(atBens).length).toBeGreaterThanOrEqual(10);
    // One more, which is pushed after them.
    await here.say(ann, groups[0] ?? expect.fail(), 'last');
    await expect.poll(() => bodies(atBens)).toContain('last');
    expect(bodies(atBens).toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'last']);
  });

  it('a message that a node stored before it was killed is pushed by another', async () => {
    const [ann, ben] = await here.people('ann', 'ben');
    const atBens = await register(ben);
    const group = await here.group(ann, ben);
    await using doomed = await startNodeProcess(place.env);
    await peopleOf(() => doomed.url).say(ann, group, 'its last words');
    await doomed.end('SIGKILL');
    await expect.poll(() => bodies(atBens)).toContain('its last words');
  });
});
