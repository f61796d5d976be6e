DROP SEQUENCE outbox_position;
