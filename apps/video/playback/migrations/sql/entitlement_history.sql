-- The history of entitlements is only added to. Rows go with their entitlement, when an account is erased.

CREATE FUNCTION playback_history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of entitlements is append-only' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER playback_history_append_only BEFORE UPDATE ON playback_entitlementevent
    FOR EACH ROW EXECUTE FUNCTION playback_history_is_append_only();

-- What was granted before there was a history.
INSERT INTO playback_entitlementevent (entitlement_id, kind, cause, actor, reason, at)
SELECT id, 'granted', 'paid', '', '', granted_at FROM playback_entitlement
UNION ALL
SELECT id, 'started', 'first_play', '', '', first_played_at FROM playback_entitlement WHERE first_played_at IS NOT NULL
UNION ALL
SELECT id, 'revoked', 'refunded', '', '', revoked_at FROM playback_entitlement WHERE revoked_at IS NOT NULL;
