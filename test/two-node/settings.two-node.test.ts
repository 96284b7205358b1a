import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { askAdmin } from '../support/admin-caller.ts';
import { runAdmin } from '../support/admin-command.ts';
import { SendMessageDocument } from '../support/generated/graphql.ts';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { refusals } from '../support/refusal.ts';
import { type Person, peopleOf } from '../support/world.ts';
import { deployment } from './deployment.ts';

const deployed = deployment();
const { here, ways } = deployed;

let admin: Person;
let conversationId: string;

beforeAll(async () => {
  const [ann, ben] = await here.people('ann', 'ben');
  await command('grant', ann.handle);
  admin = await here.anotherDevice(ann);
  conversationId = await here.group(ann, ben);
});

async function command(...words: readonly string[]): Promise<string> {
  const { code, output, errors } = await runAdmin(deployed.env, ...words);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return output;
}

/** Changes settings. Returns the new version, or the code of the refusal. */
async function change(
  field: 'setSettings' | 'rollBackSettings',
  input: object,
  { adminUrl } = deployed.hereNode,
): Promise<number | string> {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input!`;
  const document = `mutation ($input: ${type}) { ${field}(input: $input) { version { version } errors { code message } } }`;
  const { data, errors } = await askAdmin(adminUrl, document, { input }, admin);
  expect(errors).toBeUndefined();
  const payload = data?.[field] as { version: { version: number } | null; errors: { code: string; message: string }[] };
  return payload.errors[0]?.code ?? payload.version?.version ?? 'none';
}

function longest(value: number, expectedVersion?: number) {
  return { settings: [{ name: 'maxMessageLength', value: String(value) }], expectedVersion };
}

/** Returns the longest message that a node accepts, by trying from a length that is too long in all tests downwards. */
async function taken({ url }: NodeProcess): Promise<number> {
  const { ask } = peopleOf(() => url);
  for (let length = 9; length > 0; length -= 1) {
    const input = { conversationId, clientMessageId: randomUUID(), text: 'x'.repeat(length) };
    if (refusals((await ask(SendMessageDocument, { input }, admin)).sendMessage.errors).length === 0) return length;
  }
  return 0;
}

describe.each(Object.values(ways))('a setting, $name', (way) => {
  it('that is changed on one node takes effect on the other', async () => {
    await change('setSettings', longest(5));
    await expect.poll(() => taken(way.there())).toBe(5);
    await way.begin();
    try {
      expect(await change('setSettings', longest(4))).toEqual(expect.any(Number));
      expect(await taken(deployed.hereNode)).toBe(4);
      await expect.poll(() => taken(way.there())).toBe(4);
      await way.felt();
    } finally {
      await way.end();
    }
  });
});

describe('settings of several nodes', () => {
  it('that were changed while Redis was away take effect everywhere once it is back', async () => {
    await change('setSettings', longest(5));
    await expect.poll(() => taken(deployed.trusting)).toBe(5);
    await ways.redisGone.begin();
    try {
      await change('setSettings', longest(3));
      expect(await taken(deployed.hereNode)).toBe(3);
      expect(await taken(deployed.trusting)).toBe(5);
    } finally {
      await ways.redisGone.end();
    }
    await expect.poll(() => taken(deployed.trusting)).toBe(3);
  });

  it('that were changed on a node that could not publish take effect everywhere once it can', async () => {
    await change('setSettings', longest(5));
    await expect.poll(() => taken(deployed.trusting)).toBe(5);
    await ways.publisherCutOff.begin();
    try {
      await change('setSettings', longest(4));
      await ways.publisherCutOff.felt();
      expect(await taken(deployed.trusting)).toBe(5);
    } finally {
      await ways.publisherCutOff.end();
    }
    await expect.poll(() => taken(deployed.trusting)).toBe(4);
  });

  it('are changed and rolled back from the command line', async () => {
    const version = Number((await command('settings', 'set', 'maxMessageLength', '6')).split(' ')[0]);
    await expect.poll(() => Promise.all([taken(deployed.hereNode), taken(deployed.trusting)])).toEqual([6, 6]);
    await command('settings', 'set', 'maxMessageLength', '2');
    await expect.poll(() => Promise.all([taken(deployed.hereNode), taken(deployed.trusting)])).toEqual([2, 2]);
    await command('settings', 'rollback', String(version));
    await expect.poll(() => Promise.all([taken(deployed.hereNode), taken(deployed.trusting)])).toEqual([6, 6]);
  });

  it('are rolled back to a version on one node, and so on the other', async () => {
    const version = await change('setSettings', longest(7));
    await change('setSettings', longest(1));
    await expect.poll(() => taken(deployed.trusting)).toBe(1);
    expect(await change('rollBackSettings', { version })).toBe(Number(version) + 2);
    await expect.poll(() => taken(deployed.trusting)).toBe(7);
  });

  it('are refused with the reason on every node, and stay as they were', async () => {
    await change('setSettings', longest(7));
    for (const node of [deployed.hereNode, deployed.trusting]) {
      const document = 'mutation ($input: SetSettingsInput!) { setSettings(input: $input) { errors { code field message } } }';
      const input = { settings: [{ name: 'maxMessageLength', value: '16001' }] };
      expect((await askAdmin(node.adminUrl, document, { input }, admin)).data).toEqual({
        setSettings: {
          errors: [
            {
              code: 'INVALID_INPUT',
              field: ['input', 'settings', '0', 'value'],
              message: 'maxMessageLength must be a whole number from 1 to 16000.',
            },
          ],
        },
      });
      await expect.poll(() => taken(node)).toBe(7);
    }
  });

  it('that two admins change at once, from the same version, are changed by one of them', async () => {
    const version = Number(await change('setSettings', longest(8)));
    const outcomes = await Promise.all([
      change('setSettings', longest(7, version)),
      change('setSettings', longest(6, version), deployed.trusting),
    ]);
    expect(new Set(outcomes)).toEqual(new Set([version + 1, 'CONFLICT']));
    const value = await taken(deployed.hereNode);
    expect([6, 7]).toContain(value);
    await expect.poll(() => taken(deployed.trusting)).toBe(value);
  });

  it('take effect on a node that starts later, from its first answer on', async () => {
    await change('setSettings', longest(2));
    await using later = await startNodeProcess(deployed.env);
    expect(await taken(later)).toBe(2);
  });
});
