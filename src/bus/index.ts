export type { Bus, OnMessage, Unsubscribe } from './bus.ts';
