-- Search in names and descriptions, for words of any length: trigrams find nothing shorter than three letters, and the commonest
-- Korean words have two. So each text is kept as the set of its letters and pairs of letters; a pair is one number.
-- A function of plain SQL, so that no extension is needed; ASCII letters alone have two cases here.
CREATE FUNCTION items.grams(words text) RETURNS integer[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT (gram - 2147483648)::integer), '{}')
    FROM (SELECT least(ascii(letter), 65535)::bigint AS code,
                 lead(least(ascii(letter), 65535), 1, 32) OVER (ORDER BY place) AS follows
            FROM unnest(string_to_array(lower(words COLLATE "C"), NULL)) WITH ORDINALITY AS letters(letter, place)) AS pairs
    CROSS JOIN LATERAL (VALUES (code * 65536), (code * 65536 + follows)) AS grams(gram)
   -- Nothing reaches over a space, and nobody looks for one.
   WHERE code > 32 AND (follows > 32 OR gram = code * 65536)
$$;

-- Rewrites the table: items are few where this is applied to a shop that runs.
ALTER TABLE items.item ADD COLUMN grams integer[] NOT NULL GENERATED ALWAYS AS (items.grams(name || E'\n' || description)) STORED;

-- What waits to be put into the index is read through by each search: little of it, then.
CREATE INDEX item_grams ON items.item USING gin (grams) WITH (gin_pending_list_limit = 256) WHERE deleted_at IS NULL;
-- Lists of one seller, and of one kind of item.
CREATE INDEX item_by_seller ON items.item (seller_id, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX item_by_kind ON items.item (is_limited, id DESC) WHERE deleted_at IS NULL;
