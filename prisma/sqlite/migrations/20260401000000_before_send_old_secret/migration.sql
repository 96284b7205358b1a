-- The former secret of the app that is asked before a message is stored, which signs along until its time is over.

ALTER TABLE "BeforeSend" ADD COLUMN "oldSecret" TEXT;
ALTER TABLE "BeforeSend" ADD COLUMN "oldSecretUntil" DATETIME;
