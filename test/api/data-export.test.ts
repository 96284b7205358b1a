import { describe, expect, it } from 'vitest';
import { DataExportsDocument, DeleteAccountDocument, NodeByIdDocument, RequestDataExportDocument } from '../support/generated/graphql.ts';
import { refusals } from '../support/refusal.ts';
import { given, type Person, password, world } from '../support/world.ts';

const chat = world({ EXPORTS_PER_DAY: '2' });

async function request(person: Person, messages?: boolean) {
  return (await chat.ask(RequestDataExportDocument, { input: { messages: messages ?? null } }, person)).requestDataExport;
}

async function filesOf(person: Person) {
  return given((await chat.ask(DataExportsDocument, {}, person)).viewer, []).dataExports;
}

/** Makes a file, and returns it with its link. */
async function made(person: Person) {
  expect((await request(person)).errors).toEqual([]);
  await chat.node.chat.jobs.doDue();
  const file = given((await filesOf(person))[0], []);
  return { ...file, url: given(file.url, []) };
}

describe('a data export', () => {
  it('is announced to every device when it is requested and when it is ready, and its link alone downloads it', async () => {
    const [phone] = await chat.people('ann');
    const desk = await chat.anotherDevice(phone);
    const group = await chat.group(phone);
    await chat.say(phone, group, 'something ❤️');
    const events = chat.listen(desk);
    await events.ready();
    const asked = await request(phone);
    expect(asked).toMatchObject({ dataExport: { state: 'PENDING', readyAt: null, bytes: null, url: null }, errors: [] });
    expect((await events.nextOf('DataExportChanged')).dataExport?.id).toBe(asked.dataExport?.id);
    await chat.node.chat.jobs.doDue();
    const { dataExport } = await events.nextOf('DataExportChanged');
    expect(dataExport).toMatchObject({ id: asked.dataExport?.id, state: 'READY' });
    const response = await fetch(`${chat.url}${dataExport?.url}`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': expect.stringMatching(/^attachment; filename="mpim-export-\d{4}-\d\d-\d\d\.json"$/),
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    });
    const text = await response.text();
    const [file] = await filesOf(phone);
    expect(Buffer.byteLength(text)).toBe(file?.bytes);
    expect(JSON.parse(text)).toMatchObject({ profile: { handle: phone.handle }, messages: [{ text: 'something ❤️' }] });
    const head = await fetch(`${chat.url}${dataExport?.url}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(file?.bytes)]);
  });

  it('is visible to its owner only, and cannot be downloaded with any other URL', async () => {
    const [ann, ben] = await chat.people('ann', 'ben');
    const { id, url } = await made(ann);
    expect((await chat.ask(NodeByIdDocument, { id }, ann)).node).not.toBeNull();
    expect((await chat.ask(NodeByIdDocument, { id }, ben)).node).toBeNull();
    const other = await made(ben);
    const path = (text: string) => text.replace(/\?.*/, '');
    const query = (text: string) => text.replace(/^[^?]*/, '');
    for (const wrong of [
      path(url),
      `${path(url)}${query(other.url)}`,
      `${path(other.url)}${query(url)}`,
      url.replace(/until=\d+/, 'until=9999999999'),
      url.replace('signature=', 'signature=x'),
      url.slice(0, -1),
      `${path(url)}/${query(url)}`,
      '/exports/',
      '/exports/%00',
    ]) {
      expect((await fetch(`${chat.url}${wrong}`, { headers: { authorization: `Bearer ${ann.token}` } })).status, wrong).toBe(404);
    }
    expect((await fetch(`${chat.url}${url}`, { method: 'POST' })).status).toBe(404);
  });

  it('can be requested a limited number of times a day, and the refusal says when to retry', async () => {
    const [ann] = await chat.people('ann');
    for (let times = 0; times < 2; times += 1) await made(ann);
    const { dataExport, errors } = await request(ann);
    expect(dataExport).toBeNull();
    expect(errors).toMatchObject([{ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) }]);
    expect(await filesOf(ann)).toHaveLength(2);
  });

  it('is deleted with the account', async () => {
    const [ann] = await chat.people('ann');
    const { url } = await made(ann);
    const { deleteAccount } = await chat.ask(DeleteAccountDocument, { input: { password, messages: 'KEEP' } }, ann);
    expect(refusals(deleteAccount.errors)).toEqual([]);
    await chat.node.chat.jobs.doDue();
    expect((await fetch(`${chat.url}${url}`)).status).toBe(404);
  });
});
