import { describe } from 'vitest';
import { realChat } from '../support/chat.ts';
import { promisesOfSubscriptions } from './subscription.contract.ts';

describe('on MariaDB and Redis', () => promisesOfSubscriptions(realChat));
