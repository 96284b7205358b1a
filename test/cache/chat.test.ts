import { describe } from 'vitest';
import { embeddedChat } from '../support/chat.ts';
import { promisesOfWhatIsKept } from './chat.contract.ts';

describe('what is kept, on SQLite', () => promisesOfWhatIsKept(embeddedChat));
