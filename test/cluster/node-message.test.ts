import { expect, test } from 'vitest';
import { type NodeMessage, readMessage, writeMessage } from '../../src/cluster/node-message.ts';

test.each<NodeMessage>([
  { kind: 'drain' },
  { kind: 'lost' },
  { kind: 'close', connections: ['c1', 'ä"🎉'], why: 'TOO_MANY' },
])('a message to a node arrives as it was sent: %j', (message) => expect(readMessage(writeMessage(message))).toEqual(message));

test('an unknown field of a message, from a later release, is left out', () => {
  expect(readMessage('{"v":1,"kind":"drain","within":5}')).toEqual({ kind: 'drain' });
});

test.each([
  ['a kind that a later release has', '{"v":1,"kind":"dance"}'],
  ['a version that a later release has', '{"v":2,"kind":"drain"}'],
  ['no version', '{"kind":"drain"}'],
  ['a reason that nobody knows', '{"v":1,"kind":"close","connections":[],"why":"BORED"}'],
  ['connections that are none', '{"v":1,"kind":"close","connections":[1],"why":"REPLACED"}'],
  ['null', 'null'],
  ['no JSON', '{'],
  ['nothing', ''],
])('a message with %s is read as null', (_what, text) => expect(readMessage(text)).toBeNull());
