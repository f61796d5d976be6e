-- Positions: never given twice, also when the highest event was purged. Belongs to the column, so that dropping the
-- table drops it and a dump of the table carries it.
CREATE SEQUENCE outbox_position AS bigint OWNED BY outbox_outboxevent.position;
