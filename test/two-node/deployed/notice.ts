import { beforeAll, describe, expect, it } from 'vitest';
import { askAdmin } from '../../support/admin-caller.ts';
import { runAdmin } from '../../support/admin-command.ts';
import { type FollowedFragment, NoticesDocument } from '../../support/generated/graphql.ts';
import { type Person, peopleOf } from '../../support/world.ts';
import type { Deployment } from '../deployment.ts';

/** Tests that notices arrive on every node. The last test kills the node `here`. */
export function noticesArrive(deployed: Deployment): void {
  const { here, ways, listen, stream } = deployed;
  let admin: Person;

  beforeAll(async () => {
    const [ann] = await here.people('admin');
    expect(await runAdmin(deployed.env, 'grant', ann.handle)).toMatchObject({ code: 0 });
    admin = await here.anotherDevice(ann);
  });

  /** Runs one mutation about a notice on the node `here`, and returns the id of the notice. */
  async function run(name: 'postNotice' | 'revokeNotice', input: object, url = deployed.hereNode.adminUrl): Promise<string> {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { notice { id } errors { code field } } }`;
    const { data, errors } = await askAdmin(url, document, { input }, admin);
    const payload = data?.[name] as { readonly notice: { readonly id: string }; readonly errors: readonly object[] };
    expect([errors, payload.errors]).toEqual([undefined, []]);
    return payload.notice.id;
  }

  function about(name: FollowedFragment['__typename'], id: string) {
    return (event: FollowedFragment): boolean => event.__typename === name && 'noticeId' in event && event.noticeId === id;
  }

  describe.each(Object.values(ways))('a notice that is posted on one node, to a client of another, $name', (way) => {
    it('arrives once, whether it is for all or for some, and so does its revocation', async () => {
      const [ann, ben] = await here.people('ann', 'ben');
      const node = way.there();
      const ears = [await listen(node, ann), await stream(node, ann), await listen(node, ben)];
      await way.begin();
      try {
        const some = await run('postNotice', { title: 'For one', body: 'Between us.', to: [ann.id] });
        for (const ear of ears.slice(0, 2)) await ear.hear(about('NoticePosted', some));
        const all = await run('postNotice', { title: 'For all', body: 'Tonight.', toAll: true });
        const first = await Promise.all(ears.map((ear) => ear.hear(about('NoticePosted', all))));
        await run('revokeNotice', { id: all });
        const second = await Promise.all(ears.map((ear) => ear.hear(about('NoticeRevoked', all))));
        for (const [n, events] of first.entries()) {
          const told = [...events, ...(second[n] ?? [])].flatMap((event) => ('noticeId' in event ? [event] : []));
          expect(told.map(({ __typename, noticeId }) => [__typename, noticeId])).toEqual([
            ['NoticePosted', all],
            ['NoticeRevoked', all],
          ]);
        }
        await way.felt();
      } finally {
        await way.end();
      }
    });
  });

  it('a notice that a node committed before it was killed arrives elsewhere, and its jobs run there', async () => {
    const [ann, ben] = await here.people('ann', 'ben');
    const way = ways.publisherCutOff;
    const [atAnns, atBens] = [await listen(way.there(), ann), await listen(way.there(), ben)];
    // From now on nothing that the node publishes arrives. It is killed before its delayed job is due.
    await way.begin();
    const some = await run('postNotice', {
      title: 'For one',
      body: 'Between us.',
      to: [ann.id],
      at: new Date(Date.now() + 2_000).toISOString(),
    });
    const all = await run('postNotice', { title: 'For all', body: 'Tonight.', toAll: true });
    await deployed.hereNode.end('SIGKILL');
    await atAnns.hear(about('NoticePosted', some));
    await atBens.hear(about('NoticePosted', all));
    const { viewer } = await peopleOf(() => way.there().url).ask(NoticesDocument, {}, ann);
    expect(viewer?.notices.edges.map(({ node: { id } }) => id)).toEqual([some, all]);
  });
}
