-- A search for members of a large group by their nicknames there, which few have.

CREATE INDEX `Membership_conversationId_state_nickname_idx` ON `Membership` (`conversationId`, `state`, `nickname`);
