import type { Attachment as AttachmentShape } from '../../src/message/index.ts';
import { builder } from './builder.ts';

/** A file that is stored elsewhere. */
export const Attachment = builder.objectRef<AttachmentShape>('Attachment').implement({
  description:
    'A file that is attached to a message. The file is stored elsewhere, and all fields are as its sender gave them. Check where `url` leads before you open it.',
  fields: (t) => ({
    url: t.exposeString('url', { description: 'The URL of the file.' }),
    mediaType: t.exposeString('mediaType', { description: 'The media type of the file, as its sender gave it.' }),
    name: t.exposeString('name', { nullable: true, description: 'The name of the file, or null if none was given.' }),
    alt: t.exposeString('alt', { nullable: true, description: 'A text that describes the file, or null if none was given.' }),
  }),
});
