import './scalars.ts';
import './errors.ts';
import './connection.ts';
import { builder } from './builder.ts';
