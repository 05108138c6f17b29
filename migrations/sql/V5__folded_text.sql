-- Text of the whole world: identifiers and names are folded once, by the crate `text`, and stored folded. Everything here
-- that compares text does it byte by byte (COLLATE "C") or under a named collation, so it does not matter with which
-- collation the database was made.
--
-- `migrate` folds what is there after this script. A release that knows nothing of these columns may still run: what it
-- writes is folded by triggers, nearly as `text` does it, and marked for the next `migrate`.

DO $$
BEGIN
    IF getdatabaseencoding() <> 'UTF8' THEN
        RAISE EXCEPTION 'the database is encoded in %, and must be in UTF8: create it anew with ENCODING ''UTF8''',
            getdatabaseencoding();
    END IF;
    IF NOT EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') THEN
        RAISE EXCEPTION 'this PostgreSQL was built without ICU, which is needed to compare text';
    END IF;
END
$$;

ALTER TABLE users
    ADD COLUMN email_folded  text COLLATE "C", -- NULL: found by the address as it was typed, and by no other spelling
    ADD COLUMN name_folded   text COLLATE "C", -- the display name
    ADD COLUMN needs_folding boolean NOT NULL DEFAULT true;
CREATE UNIQUE INDEX users_email_folded ON users (email_folded);
CREATE INDEX users_email_as_typed ON users (email COLLATE "C") WHERE email_folded IS NULL;
CREATE INDEX users_need_folding ON users (id) WHERE needs_folding;

ALTER TABLE chats
    ADD COLUMN name_folded   text COLLATE "C",
    ADD COLUMN needs_folding boolean NOT NULL DEFAULT true;
CREATE INDEX chats_need_folding ON chats (id) WHERE needs_folding AND name IS NOT NULL;

-- What a folded name is found by: every three characters that follow each other, with spaces around the words, and each
-- single character of the scripts in which one is a word or a syllable (above U+2E80: Chinese, Japanese, Korean and
-- others). Unlike pg_trgm this sees the letters of all scripts in every database.
CREATE FUNCTION search_grams(folded text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    WITH padded AS (
        SELECT ' ' || translate(folded, E'\n_-.', '    ') || ' ' AS words
    )
    SELECT coalesce(array_agg(DISTINCT gram COLLATE "C"), '{}')
    FROM (
        SELECT substr(words, start, 3) FROM padded, generate_series(1, char_length(words) - 2) AS start
        UNION ALL
        SELECT letter FROM string_to_table(folded, NULL) AS letter WHERE ascii(letter) >= 11904
    ) AS grams (gram)
$$;

-- What must stand in `search_grams` of everything that contains the term. Two letters of an alphabet stand for the
-- beginning of a word, since they are somewhere in every other name. Empty for one letter of an alphabet.
CREATE FUNCTION term_grams(term text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    WITH spaced AS (
        SELECT translate(term, '_-.', '   ') AS words
    ), letters AS (
        SELECT letter FROM string_to_table(term, NULL) AS letter WHERE ascii(letter) >= 11904
    )
    SELECT coalesce(array_agg(DISTINCT gram COLLATE "C"), '{}')
    FROM (
        SELECT substr(words, start, 3) FROM spaced, generate_series(1, char_length(words) - 2) AS start
        UNION ALL
        SELECT letter FROM letters
        UNION ALL
        SELECT ' ' || words FROM spaced WHERE char_length(words) = 2 AND NOT EXISTS (SELECT FROM letters)
    ) AS grams (gram)
$$;

CREATE INDEX users_found ON users
    USING gin (search_grams(username COLLATE "C" || E'\n' || coalesce(name_folded, ''))) WITH (fastupdate = off)
    WHERE deactivated_at IS NULL;
CREATE INDEX chats_public_found ON chats USING gin (search_grams(name_folded))
    WHERE kind = 'PUBLIC' AND removed_at IS NULL;

-- For releases that do not fold: nearly what `text` does, in SQL. The final sigma is what ICU lower-cases by its place.
CREATE FUNCTION fold_nearly(word text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT btrim(replace(
        normalize(lower(upper(normalize(word, NFKC) COLLATE "und-x-icu") COLLATE "und-x-icu"), NFKC),
        'ς', 'σ'))
$$;

CREATE FUNCTION fold_user() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.needs_folding AND NEW.email_folded IS NULL THEN
            NEW.email_folded := public.fold_nearly(NEW.email);
            NEW.name_folded := public.fold_nearly(NEW.display_name);
        END IF;
    ELSIF NEW.name_folded IS NOT DISTINCT FROM OLD.name_folded
        AND public.fold_nearly(NEW.display_name) <> public.fold_nearly(OLD.display_name) THEN
        NEW.name_folded := public.fold_nearly(NEW.display_name);
        NEW.needs_folding := true;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER fold_user BEFORE INSERT OR UPDATE OF display_name ON users FOR EACH ROW EXECUTE FUNCTION fold_user();

CREATE FUNCTION fold_chat() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.needs_folding AND NEW.name_folded IS NULL THEN
            NEW.name_folded := public.fold_nearly(NEW.name);
        END IF;
    ELSIF NEW.name_folded IS NOT DISTINCT FROM OLD.name_folded
        AND public.fold_nearly(NEW.name) <> public.fold_nearly(OLD.name) THEN
        NEW.name_folded := public.fold_nearly(NEW.name);
        NEW.needs_folding := true;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER fold_chat BEFORE INSERT OR UPDATE OF name ON chats FOR EACH ROW
    WHEN (NEW.name IS NOT NULL) EXECUTE FUNCTION fold_chat();

-- Readiness. The probe of writes is written in the language that `append_events` is written in: a server whose package
-- was upgraded under it cannot load that language into new connections, and answers everything else as before.
CREATE FUNCTION probe_writes() RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN true;
END
$$;

-- Whether this database finds a name that we know by its letters: accents, capitals, two letters, one ideograph.
CREATE FUNCTION probe_text() RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT getdatabaseencoding() = 'UTF8'
       AND public.fold_nearly(E'ZOE\u0308 \u674E\u660E') = E'zo\u00EB \u674E\u660E' COLLATE "C"
       AND public.search_grams(E'zo\u00EB \u674E\u660E' COLLATE "C") @> public.term_grams(E'zo\u00EB' COLLATE "C")
       AND public.search_grams(E'zo\u00EB \u674E\u660E' COLLATE "C") @> public.term_grams(E'\u660E' COLLATE "C")
       AND NOT public.search_grams(E'zo\u00EB' COLLATE "C") @> public.term_grams(E'zo\u00E9' COLLATE "C")
$$;
