-- Attachments: links to files that are kept elsewhere, on messages and in what they said before. Reports keep them beside the text.

ALTER TABLE "Message" ADD COLUMN "attachments" TEXT;
ALTER TABLE "MessageEdit" ADD COLUMN "attachments" TEXT;
