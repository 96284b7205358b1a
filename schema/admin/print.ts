import { printInto } from '../print.ts';
import { adminSchema } from './index.ts';

if (import.meta.main) await printInto('admin.graphql', adminSchema);
