import type { DeviceKind as DeviceKindShape } from '../src/user/index.ts';
import { builder } from './builder.ts';

/** What each kind is, in the words of both schemas. */
export const deviceKindMeanings: Record<DeviceKindShape, { readonly description: string }> = {
  WEB: { description: 'A browser.' },
  MOBILE: { description: 'A phone.' },
  TABLET: { description: 'A tablet.' },
  DESKTOP: { description: 'A program on a computer.' },
  OTHER: { description: 'Anything else, or not told.' },
};

/** What a device is. */
export const DeviceKind = builder.enumType('DeviceKind', {
  description: 'What a device is. Where DEVICE_POLICY is `newest`, a user is connected with one device of each kind at a time.',
  values: deviceKindMeanings,
});
