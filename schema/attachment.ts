import type { Attachment as AttachmentShape } from '../src/message/index.ts';
import { builder } from './builder.ts';
import { Message } from './message.ts';
import { shareable } from './shareable.ts';

/** A file that is stored elsewhere. */
export const Attachment = builder.objectRef<AttachmentShape>('Attachment').implement({
  description:
    'A file that is attached to a message and stored elsewhere, as described by the user who attached it. MPIM has neither fetched nor checked the file. Clients decide which files they open automatically.',
  fields: (t) => ({
    url: t.exposeString('url', { extensions: shareable, description: 'The absolute http or https URL of the file, in ASCII.' }),
    mediaType: t.exposeString('mediaType', { extensions: shareable, description: 'The media type of the file, such as `image/png`.' }),
    name: t.exposeString('name', {
      extensions: shareable,
      nullable: true,
      description: 'The file name, without a folder, or null if it is unknown.',
    }),
    size: t.exposeFloat('size', {
      extensions: shareable,
      nullable: true,
      description: 'The size in bytes, or null if it is unknown. A whole number up to 2⁵³ − 1. It is a Float because an Int ends at 2 GiB.',
    }),
    width: t.exposeInt('width', {
      extensions: shareable,
      nullable: true,
      description: 'The width of an image or video in pixels, or null if it is unknown.',
    }),
    height: t.exposeInt('height', {
      extensions: shareable,
      nullable: true,
      description: 'The height of an image or video in pixels, or null if it is unknown.',
    }),
    durationMs: t.exposeInt('durationMs', {
      extensions: shareable,
      nullable: true,
      description: 'The duration of an audio or video file in milliseconds, or null if it is unknown.',
    }),
    alt: t.exposeString('alt', {
      extensions: shareable,
      nullable: true,
      description: 'A text alternative for people who cannot see or hear the file, or null if there is none.',
    }),
  }),
});

builder.objectField(Message, 'attachments', (t) =>
  t.field({
    extensions: shareable,
    type: [Attachment],
    description: 'The files attached to the message, in order. Empty once the message has been recalled.',
    resolve: ({ attachments }) => attachments,
  }),
);

/** A file to attach. */
export const AttachmentInput = builder.inputType('AttachmentInput', {
  description:
    'A file to attach, which is stored elsewhere. Everyone who sees the message receives its URL. A signed URL should stay valid for as long as people look at the message. Optional fields that are omitted or null are unknown.',
  fields: (t) => ({
    url: t.string({
      required: true,
      description: 'An absolute http or https URL of up to 2,048 characters, without a user name or password.',
    }),
    mediaType: t.string({
      required: true,
      description: 'The media type, such as `image/png` or `audio/webm;codecs=opus`, up to 255 characters.',
    }),
    name: t.string({ description: 'The file name: a single line of up to 255 characters, without a folder.' }),
    size: t.float({ description: 'The size in bytes: a whole number from 0 to 2⁵³ − 1.' }),
    width: t.int({ description: 'The width in pixels, from 1 to 1,000,000.' }),
    height: t.int({ description: 'The height in pixels, from 1 to 1,000,000.' }),
    durationMs: t.int({ description: 'The duration in milliseconds, 0 or more.' }),
    alt: t.string({ description: 'A text alternative for people who cannot see or hear the file, up to 1,000 characters.' }),
  }),
});
