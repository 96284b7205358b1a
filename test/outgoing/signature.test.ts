import { expect, it } from 'vitest';
import { signatureHeaders } from '../../src/outgoing/index.ts';

// The example of the libraries of Standard Webhooks.
const key = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}', at: 1_614_265_330_999 };
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

it('is that of Standard Webhooks, one per secret, with or without the prefix of the secret', () => {
  expect(signatureHeaders([`whsec_${key}`, key], signed)).toEqual({
    'webhook-id': signed.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': `${signature} ${signature}`,
  });
});
