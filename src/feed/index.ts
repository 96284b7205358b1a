export type * from './feed.ts';
export type * from './event.ts';
export { resyncReasons } from './event.ts';
