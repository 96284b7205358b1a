import { describe } from 'vitest';
import { embeddedChat } from '../support/chat.ts';
import { promisesOfSubscriptions } from './subscription.contract.ts';

describe('embedded', () => promisesOfSubscriptions(embeddedChat));
