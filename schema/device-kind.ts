import type { DeviceKind as DeviceKindShape } from '../src/user/index.ts';
import { builder } from './builder.ts';

/** The descriptions of the kinds, for both schemas. */
export const deviceKindMeanings: Record<DeviceKindShape, { readonly description: string }> = {
  WEB: { description: 'A web browser.' },
  MOBILE: { description: 'A phone.' },
  TABLET: { description: 'A tablet.' },
  DESKTOP: { description: 'A desktop application.' },
  OTHER: { description: 'Any other kind, or unknown.' },
};

/** The kind of a device. */
export const DeviceKind = builder.enumType('DeviceKind', {
  description: 'The kind of a device. If DEVICE_POLICY is `newest`, a user is connected with one device of each kind at a time.',
  values: deviceKindMeanings,
});
