-- The worker goes from the log to effects: it finds the streams that have something to do by their mark.

-- What was there before anybody could want an effect of it has none.
UPDATE `Stream` SET `jobSeq` = `lastSeq`, `jobsDue` = 0;

-- Of a node that has died its jobs are taken up at once.
ALTER TABLE `Job`
  ADD COLUMN `heldBy` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL;
-- Operators look at those of a kind.
CREATE INDEX `Job_state_kind_dueAt_id_idx` ON `Job` (`state`, `kind`, `dueAt`, `id`);

CREATE INDEX `Stream_jobsDue_id_idx` ON `Stream` (`jobsDue`, `id`);
