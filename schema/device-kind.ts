import type { DeviceKind as DeviceKindShape } from '../src/user/index.ts';
import { builder } from './builder.ts';

/** What each kind is, in the words of both schemas. */
export const deviceKindMeanings: Record<DeviceKindShape, { readonly description: string }> = {
  WEB: { description: 'A web browser.' },
  MOBILE: { description: 'A phone.' },
  TABLET: { description: 'A tablet.' },
  DESKTOP: { description: 'A desktop application.' },
  OTHER: { description: 'Any other kind, or unknown.' },
};

/** What a device is. */
export const DeviceKind = builder.enumType('DeviceKind', {
  description: 'The kind of a device. If DEVICE_POLICY is `newest`, a user is connected with one device of each kind at a time.',
  values: deviceKindMeanings,
});
