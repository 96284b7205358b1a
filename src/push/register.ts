import { type Db, isDuplicate } from '../db/index.ts';
import { ChatError } from '../errors.ts';
import type { Log, Verdict } from '../log/index.ts';
import { accountGone, type Viewer } from '../user/index.ts';
import { isUuid } from '../uuid.ts';
import type { PushDevice } from './push.ts';
import { type DeviceRow, putDevice, registration, removeDevices, shownDevice } from './store.ts';

/** The parts needed to register devices, and to set when they are silent. */
export interface RegisterParts {
  readonly db: Db;
  readonly log: Log;
}

/** The address at which a session gets pushes. */
export type NewDevice = Pick<DeviceRow, 'kind' | 'address' | 'p256dh' | 'auth' | 'vapidKey'>;

/**
 * Registers an address for the viewer's session. A registration that changes nothing appends no entry. Throws NOT_FOUND if the session has
 * ended meanwhile, UNAVAILABLE.
 */
export async function register(parts: RegisterParts, viewer: Viewer, device: NewDevice): Promise<PushDevice> {
  try {
    return await registerOnce(parts, viewer, device);
  } catch (error) {
    // Two users have registered the same address at the same moment, each under the lock of their own account. The second try replaces the
    // other's registration.
    if (isDuplicate(error)) return registerOnce(parts, viewer, device);
    throw error;
  }
}

function registerOnce({ log }: RegisterParts, { userId, sessionId }: Viewer, device: NewDevice): Promise<PushDevice> {
  return log.append<PushDevice>({
    lock: [userId],
    async decide(inside): Promise<Verdict<PushDevice>> {
      const session = await inside.read(registration, sessionId);
      if (session?.userId !== userId) throw accountGone();
      const before = session.device;
      if (before !== null && isAlike(before, device)) return { result: () => shownDevice(before) };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'SessionChanged', data: { sessionId } } }],
        write: (tx, { at }) => putDevice(tx, { ...device, sessionId, userId, createdAt: at }),
        result: ({ at }) => ({ sessionId, userId, kind: device.kind, createdAt: at }),
      };
    },
  });
}

function isAlike(one: NewDevice, other: NewDevice): boolean {
  return (['kind', 'address', 'p256dh', 'auth', 'vapidKey'] as const).every((field) => one[field] === other[field]);
}

/**
 * Ends the registration of one of the viewer's sessions, and returns its id. A session without a registration, or that has ended, needs no
 * change. Throws NOT_FOUND (sessionId).
 */
export async function unregister(
  { log }: RegisterParts,
  viewer: Viewer,
  { sessionId: given }: { readonly sessionId?: string | undefined },
): Promise<string> {
  const { userId } = viewer;
  const sessionId = given ?? viewer.sessionId;
  if (!isUuid(sessionId)) throw noSession();
  return log.append<string>({
    lock: [userId],
    async decide(inside): Promise<Verdict<string>> {
      const session = await inside.read(registration, sessionId);
      if (session?.userId !== userId) throw noSession();
      if (session.device === null) return { result: () => sessionId };
      return {
        entries: () => [{ stream: userId, actorId: userId, entry: { type: 'SessionChanged', data: { sessionId } } }],
        write: (tx) => removeDevices(tx, [sessionId]),
        result: () => sessionId,
      };
    },
  });
}

function noSession(): ChatError {
  return new ChatError('NOT_FOUND', 'Session not found.', { field: ['sessionId'] });
}
