import type { Attachment as AttachmentShape } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { Message } from './message.ts';
import { shareable } from './shareable.ts';

/** A file that is kept elsewhere. */
export const Attachment = builder.objectRef<AttachmentShape>('Attachment').implement({
  description:
    'A file that is kept elsewhere, as whoever attached it describes it. MPIM has neither fetched nor checked it: clients decide what of it they open by themselves.',
  fields: (t) => ({
    url: t.exposeString('url', { extensions: shareable, description: 'Where it is: an absolute http or https address, as ASCII.' }),
    mediaType: t.exposeString('mediaType', { extensions: shareable, description: 'What kind of file it is, such as `image/png`.' }),
    name: t.exposeString('name', { extensions: shareable, nullable: true, description: 'What it is called, without a folder.' }),
    size: t.exposeFloat('size', {
      extensions: shareable,
      nullable: true,
      description: 'Its size in bytes: a whole number up to 2⁵³ − 1. It is a Float because an Int ends at 2 GiB.',
    }),
    width: t.exposeInt('width', { extensions: shareable, nullable: true, description: 'Of pictures and films, in pixels.' }),
    height: t.exposeInt('height', { extensions: shareable, nullable: true, description: 'Of pictures and films, in pixels.' }),
    durationMs: t.exposeInt('durationMs', { extensions: shareable, nullable: true, description: 'Of sounds and films, in ms.' }),
    alt: t.exposeString('alt', {
      extensions: shareable,
      nullable: true,
      description: 'What is to be seen or heard in it, for those who cannot see or hear it.',
    }),
  }),
});

builder.objectField(Message, 'attachments', (t) =>
  t.field({
    extensions: shareable,
    type: [Attachment],
    description: 'What is attached to it, in order; none once it is recalled.',
    resolve: ({ attachments }) => attachments,
  }),
);

/** A file to attach. */
export const AttachmentInput = builder.inputType('AttachmentInput', {
  description:
    'A file to attach, which is kept elsewhere. Whoever sees the message is told its address: one that is signed should last as long as the message is to be looked at.',
  fields: (t) => ({
    url: t.string({
      required: true,
      description: 'Where it is: an absolute http or https address of up to 2,048 characters, without a name and password in it.',
    }),
    mediaType: t.string({
      required: true,
      description: 'What kind of file it is, such as `image/png` or `audio/webm;codecs=opus`, up to 255 characters.',
    }),
    name: t.string({ description: 'What it is called: one line of up to 255 characters, without a folder.' }),
    size: t.float({ description: 'Its size in bytes: a whole number from 0 to 2⁵³ − 1.' }),
    width: t.int({ description: 'In pixels, from 1 to 1,000,000.' }),
    height: t.int({ description: 'In pixels, from 1 to 1,000,000.' }),
    durationMs: t.int({ description: 'In ms.' }),
    alt: t.string({ description: 'What is to be seen or heard in it, up to 1,000 characters.' }),
  }),
});
