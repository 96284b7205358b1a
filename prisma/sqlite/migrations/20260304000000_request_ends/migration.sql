-- Requests to become contacts that were made before there were jobs end by themselves too. Each is looked at once on the first start: it is over, or is left until the day on which it will be.
INSERT OR IGNORE INTO "Job" ("id", "kind", "key", "data", "dueAt", "createdAt")
SELECT randomblob(16), 'ContactRequestExpired', "fromId" || ':' || "toId",
  '{"fromId":"' || "fromId" || '","toId":"' || "toId" || '"}', "createdAt", "createdAt"
FROM "ContactRequest" WHERE "fromState" = 'PENDING';
