-- A vote knows the entry by which it was given, as a reaction does: so a voter's own file can say when. Null: of an anonymous poll, or from before.

ALTER TABLE `PollVote` ADD COLUMN `seq` INTEGER NULL;
