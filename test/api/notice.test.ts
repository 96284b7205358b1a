import { beforeAll, describe, expect, it } from 'vitest';
import { adminUrl, appoint, askAdmin } from '../support/admin-caller.ts';
import { NodesByIdDocument, NoticesDocument } from '../support/generated/graphql.ts';
import { given, type Person, world } from '../support/world.ts';

const place = world();
let admin: Person;

beforeAll(async () => {
  const [ann] = await place.people('admin');
  admin = await appoint(place, ann);
});

interface Posted {
  readonly id: string;
  readonly state: string;
  readonly reach: { readonly recipients: number; readonly handedOn: number } | null;
}

interface Payload {
  readonly notice: Posted | null;
  readonly errors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

async function run(name: 'postNotice' | 'revokeNotice', input: object): Promise<Payload> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { notice { id state reach { recipients handedOn } } errors { code field } } }`;
  const { data, errors } = await askAdmin(adminUrl(place), document, { input }, admin);
  expect(errors).toBeUndefined();
  return data?.[name] as Payload;
}

/** Posts a notice, which must succeed. Returns its id. */
async function post(input: object): Promise<string> {
  const { notice, errors } = await run('postNotice', { title: 'Maintenance', body: 'Tonight.', ...input });
  return given(notice, errors as never).id;
}

async function revoke(id: string): Promise<void> {
  const { notice, errors } = await run('revokeNotice', { id });
  expect(given(notice, errors as never).state).toBe('REVOKED');
}

async function titles(person: Person): Promise<readonly string[]> {
  const { viewer } = await place.ask(NoticesDocument, {}, person);
  return given(viewer, []).notices.edges.map(({ node }) => node.title);
}

async function node(person: Person, id: string): Promise<unknown> {
  return (await place.ask(NodesByIdDocument, { ids: [id] }, person)).nodes[0];
}

describe('a notice to all users', () => {
  it('is sent to every subscriber with its text, and can be read in the list and by its id', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const listening = [ann, ann, ben].map((person) => place.listen(person));
    for (const events of listening) await events.ready();
    const id = await post({ toAll: true, title: 'Tonight', body: 'From ten\nto eleven.' });
    const heard = await Promise.all(listening.map((events) => events.nextOf('NoticePosted')));
    for (const event of heard) {
      expect(event).toMatchObject({
        noticeId: id,
        notice: { id, title: 'Tonight', body: 'From ten\nto eleven.', postedAt: expect.any(String) },
      });
      expect(event).toEqual(heard[0]);
    }
    expect(await titles(ben)).toContain('Tonight');
    expect(await node(ben, id)).toMatchObject({ __typename: 'Notice', id });
  });

  it('is sent once to a user who was away', async () => {
    const [ann] = await place.people('ann');
    const held = await place.positions(ann);
    const id = await post({ toAll: true });
    const back = place.listen(ann, held);
    const events = await back.ready();
    expect(events.map(({ __typename }) => __typename)).toEqual(['NoticePosted', 'StreamReady']);
    expect(events[0]).toMatchObject({ noticeId: id, notice: { id } });
    const ready = events.at(-1);
    back.stop();
    const later = place.listen(ann, ready?.__typename === 'StreamReady' ? ready.positions : []);
    expect((await later.ready()).map(({ __typename }) => __typename)).toEqual(['StreamReady']);
  });

  it('that is revoked is hidden from users who come back, and subscribers get an event', async () => {
    const [ann, ben] = await place.people('ann', 'ben');
    const held = await place.positions(ben);
    const atAnns = place.listen(ann);
    await atAnns.ready();
    const id = await post({ toAll: true, title: 'By mistake' });
    expect((await atAnns.nextOf('NoticePosted')).notice).toMatchObject({ title: 'By mistake' });
    await revoke(id);
    expect(await atAnns.nextOf('NoticeRevoked')).toMatchObject({ noticeId: id });
    const back = await place.listen(ben, held).ready();
    expect(back.map(({ __typename }) => __typename)).toEqual(['NoticePosted', 'NoticeRevoked', 'StreamReady']);
    expect(back[0]).toMatchObject({ noticeId: id, notice: null });
    expect(JSON.stringify(back)).not.toContain('By mistake');
    expect([await titles(ann), await node(ann, id)]).toEqual([[], null]);
  });

  it('that is scheduled is sent at its time, and never if it is revoked before', async () => {
    const [ann] = await place.people('ann');
    const events = place.listen(ann);
    await events.ready();
    const soon = () => new Date(Date.now() + 1_000).toISOString();
    const never = await post({ toAll: true, title: 'Never', at: soon() });
    await revoke(never);
    const id = await post({ toAll: true, title: 'Soon', at: soon() });
    expect(await titles(ann)).toEqual([]);
    expect(await node(ann, id)).toBeNull();
    const heard = await events.until(({ __typename }) => __typename === 'NoticePosted');
    expect(heard.at(-1)).toMatchObject({ noticeId: id, notice: { title: 'Soon' } });
    expect(JSON.stringify(heard)).not.toContain('Never');
    expect(await titles(ann)).toEqual(['Soon']);
  });
});

describe('a notice to some users', () => {
  it('is shown to its recipients only', async () => {
    const [ann, ben, cat] = await place.people('ann', 'ben', 'cat');
    const [atAnns, atCats] = [place.listen(ann), place.listen(cat)];
    await Promise.all([atAnns.ready(), atCats.ready()]);
    const held = await place.positions(ben);
    const id = await post({ to: [ann.id, ben.id], title: 'For two' });
    const event = await atAnns.nextOf('NoticePosted');
    expect(event).toMatchObject({ streamId: ann.id, notice: { id, title: 'For two' } });
    await expect.poll(() => titles(ben)).toEqual(['For two']);
    expect((await place.listen(ben, held).ready()).map(({ __typename }) => __typename)).toEqual(['NoticePosted', 'StreamReady']);
    // An event for Cat would come before this one.
    const last = await post({ toAll: true, title: 'For all' });
    expect(await atCats.next()).toMatchObject({ __typename: 'NoticePosted', noticeId: last });
    expect([await titles(cat), await node(cat, id)]).toEqual([['For all'], null]);
    expect(await titles(ann)).toEqual(['For all', 'For two']);
  });

  it('shows operators how many recipients it has reached', async () => {
    const [ann] = await place.people('ann');
    const id = await post({ toHandles: [ann.handle.toUpperCase()] });
    const reach = async () => {
      const { data } = await askAdmin(
        adminUrl(place),
        '{ notices(first: 1) { edges { node { id audience reach { recipients handedOn } } } } }',
        {},
        admin,
      );
      return (data as { readonly notices: { readonly edges: readonly { readonly node: object }[] } }).notices.edges[0]?.node;
    };
    await expect.poll(reach).toEqual({ id, audience: 'SOME', reach: { recipients: 1, handedOn: 1 } });
  });

  it('that is revoked is an event for its recipients', async () => {
    const [ann] = await place.people('ann');
    const events = place.listen(ann);
    await events.ready();
    const id = await post({ to: [ann.id] });
    await events.nextOf('NoticePosted');
    await revoke(id);
    expect(await events.nextOf('NoticeRevoked')).toMatchObject({ noticeId: id, streamId: ann.id });
    expect(await titles(ann)).toEqual([]);
  });
});

it('posting again with the same clientNoticeId returns the same notice', async () => {
  const input = { toAll: true, clientNoticeId: 'once' };
  expect(await post(input)).toBe(await post(input));
});
