DROP VIEW playback_libraryentry;

CREATE VIEW playback_libraryentry AS
SELECT
    id,
    user_id,
    title_slug,
    offer::text AS offer,
    CASE offer WHEN 'buy' THEN 0 ELSE 2 END AS rank,
    order_number,
    granted_at,
    first_played_at,
    expires_at
FROM playback_entitlement
WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
UNION ALL
SELECT
    md5(access.subscription_id::text || title.id::text)::uuid,
    access.user_id,
    title.slug,
    'plan',
    1,
    '',
    -- A film that joined the package later is new in the library then.
    greatest(access.started_at, title.created_at),
    NULL,
    access.access_until
FROM playback_subscriptionaccess AS access
JOIN titles_title AS title ON title.packages @> ARRAY[access.package]::varchar[] AND title.state = 'ready'
WHERE access.access_until > now();
