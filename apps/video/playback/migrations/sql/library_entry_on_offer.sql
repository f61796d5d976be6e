-- Every right to watch a film: bought, rented, or included in a subscription that is open now. A film may have several;
-- `rank` orders them, the best first, as `selectors.watch_right` does. A subscription opens what is on offer where the
-- subscriber lives, with all that it belongs to, as `rules.is_included` says it.
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
    expires_at,
    '' AS country
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
    access.access_until,
    access.country
FROM playback_subscriptionaccess AS access
    JOIN titles_title AS title ON title.packages @> ARRAY[access.package]::varchar[]
    LEFT JOIN titles_title AS parent ON parent.id = title.parent_id
WHERE access.access_until > now() AND NOT EXISTS (
    SELECT FROM titles_title AS part
    WHERE part.id IN (title.id, title.parent_id, parent.parent_id) AND NOT (
        part.state = 'ready'
        AND (part.available_from IS NULL OR part.available_from <= now())
        AND (part.available_until IS NULL OR part.available_until > now())
        AND (
            access.country = '' OR part.available_countries = '{}'
            OR part.available_countries @> ARRAY[access.country]::varchar[]
        )
    )
);
