import type { Attachment as AttachmentShape } from '../../src/message/index.ts';
import { builder } from './builder.ts';

/** A file that is kept elsewhere. */
export const Attachment = builder.objectRef<AttachmentShape>('Attachment').implement({
  description: 'A file that is kept elsewhere, as whoever attached it describes it. Look at where an address leads before you open it.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'Where it is.' }),
    mediaType: t.exposeString('mediaType', { description: 'What kind of file it is said to be.' }),
    name: t.exposeString('name', { nullable: true, description: 'What it is called.' }),
    alt: t.exposeString('alt', { nullable: true, description: 'What is said to be seen or heard in it.' }),
  }),
});
