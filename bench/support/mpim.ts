// A gateway node, started as `npm start` starts it, that can also be asked for its memory.
import { createNode } from '../../gateway/node.ts';
import { readConfig } from '../../src/config/index.ts';
import { announce } from './announce.ts';

const node = await createNode(readConfig(process.env));
announce(node.port);
