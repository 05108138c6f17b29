-- Search in messages: which words a text has, an index of them, and what a search asks of it.
--
-- Words are compared as `fold_nearly` folds them, which names its collation: the collation of the database does not matter.
-- There is no stemming, and there are no stop words. In scripts that do not separate words, any two characters that follow
-- each other count as a word: Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese.

-- The words as they stand in a text, folded: runs of letters, digits and the marks on them. Runs of characters of the
-- scripts without spaces stand apart. `receiver` takes the words of a query from here, too.
CREATE FUNCTION search_runs(content text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    folded text := public.fold_nearly(content);
BEGIN
    IF folded COLLATE "C" ~ '[\u0E01-\u0E3A\u0E40-\u0E4E\u0E81-\u0EBD\u0EC0-\u0ECE\u1000-\u103F\u1050-\u109F\u1100-\u11FF\u1780-\u17D3\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3038-\u303B\u3041-\u309F\u30A1-\u30FA\u30FC-\u30FF\u3105-\u318E\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uA960-\uA97C\uAC00-\uD7FB\uF900-\uFAFF\U00020000-\U0003FFFF]' THEN
        folded := regexp_replace(folded COLLATE "C", '([\u0E01-\u0E3A\u0E40-\u0E4E\u0E81-\u0EBD\u0EC0-\u0ECE\u1000-\u103F\u1050-\u109F\u1100-\u11FF\u1780-\u17D3\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3038-\u303B\u3041-\u309F\u30A1-\u30FA\u30FC-\u30FF\u3105-\u318E\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uA960-\uA97C\uAC00-\uD7FB\uF900-\uFAFF\U00020000-\U0003FFFF]+)', ' \1 ', 'g');
    END IF;
    RETURN (
        SELECT coalesce(array_agg(run[1]), '{}')
        FROM regexp_matches(folded COLLATE "und-x-icu", '[[:alnum:]\u0300-\u036F\u0483-\u0487\u0591-\u05C7\u0610-\u061A\u064B-\u065F\u0670\u06D6-\u06ED\u0900-\u0963\u0966-\u0DFF\u0E01-\u0E3A\u0E40-\u0E4E\u0E80-\u0EFF\u0F71-\u0F84\u1000-\u109F\u1780-\u17D3]+', 'g') AS run
    );
END
$$;

-- What a run is found by: the run itself, as far as a query can be long, or each pair of its characters and the last one alone.
CREATE FUNCTION search_lexemes(run text) RETURNS SETOF text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF run COLLATE "C" ~ '^[\u0E01-\u0E3A\u0E40-\u0E4E\u0E81-\u0EBD\u0EC0-\u0ECE\u1000-\u103F\u1050-\u109F\u1100-\u11FF\u1780-\u17D3\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3038-\u303B\u3041-\u309F\u30A1-\u30FA\u30FC-\u30FF\u3105-\u318E\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uA960-\uA97C\uAC00-\uD7FB\uF900-\uFAFF\U00020000-\U0003FFFF]' THEN
        RETURN QUERY SELECT substr(run, start, 2) FROM generate_series(1, char_length(run)) AS start;
    ELSE
        RETURN NEXT left(run, 200);
    END IF;
END
$$;

-- Blocks of 4,096 messages of a chat. Each lexeme of the index begins with the block's name, so a search reads the entries
-- of some blocks and no others, however many messages have the word. Few blocks have the same name; then a search finds
-- entries of another chat too, and drops them.
CREATE FUNCTION search_block(chat uuid, number bigint) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lpad(to_hex(uuid_hash_extended(chat, number / 4096) & 16777215), 6, '0')
$$;

-- The lexemes of a text, each with the name of its block. It runs for each message that is sent, so plain ASCII is done in
-- one expression, in which a word may be longer than a query. The cost keeps the planner from testing rows that the index
-- can find.
CREATE FUNCTION search_tokens(block text, content text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS $$
BEGIN
    IF octet_length(content) <= 2000 AND octet_length(content) = char_length(content) THEN
        RETURN array_to_tsvector(string_to_array(
            block || regexp_replace(lower(content COLLATE "C"), '[^a-z0-9]+', ' ' || block, 'g'), ' '));
    END IF;
    RETURN (
        SELECT coalesce(array_to_tsvector(array_agg(block || lexeme)), '')
        FROM unnest(public.search_runs(content)) AS run, public.search_lexemes(run) AS lexeme
    );
END
$$;

-- What finds messages with these numbers by `search_tokens`. In the template, `%` stands for the name of a block.
CREATE FUNCTION search_query(template text, chat uuid, first bigint, last bigint) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT string_agg(replace(template, '%', public.search_block(chat, block * 4096)), '|')
        FROM generate_series(first / 4096, last / 4096) AS block
    )::tsquery;
END
$$;

-- The number of the newest message of a chat that was sent before this time; 0 without one. Numbers and times of a chat
-- ascend together.
CREATE FUNCTION message_number_before(chat uuid, before timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
    earlier bigint := 0;
    later   bigint;
    middle  bigint;
    sent    timestamptz;
BEGIN
    SELECT f.message_count + 1 INTO later FROM public.feeds f WHERE f.id = chat;
    WHILE later - earlier > 1 LOOP
        middle := (earlier + later) / 2;
        SELECT m.created_at INTO sent FROM public.messages m WHERE m.chat_id = chat AND m.number = middle;
        IF sent < before THEN
            earlier := middle;
        ELSE
            later := middle;
        END IF;
    END LOOP;
    RETURN earlier;
END
$$;

-- A removed message leaves the index in the transaction that removes it. What is written waits in a short list until it is
-- merged: each search reads the whole list, and a longer one would save little.
CREATE INDEX messages_found ON messages USING gin (search_tokens(search_block(chat_id, number), content))
    WITH (fastupdate = on, gin_pending_list_limit = 256)
    WHERE content IS NOT NULL;

-- A search asks each partition for the blocks of its own chats only.
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('GRANT SELECT ON messages_%s TO antiphon_receiver', part);
    END LOOP;
END
$$;

-- The partition of `messages` that a chat is in.
CREATE FUNCTION messages_partition(chat uuid) RETURNS integer
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
BEGIN
    FOR part IN 0..15 LOOP
        IF satisfies_hash_partition('public.messages'::regclass, 16, part, chat) THEN
            RETURN part;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- Readiness: whether this database finds names and messages that we know by their letters.
CREATE OR REPLACE FUNCTION probe_text() RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT getdatabaseencoding() = 'UTF8'
       AND public.fold_nearly(E'ZOE\u0308 \u674E\u660E') = E'zo\u00EB \u674E\u660E' COLLATE "C"
       AND public.search_grams(E'zo\u00EB \u674E\u660E' COLLATE "C") @> public.term_grams(E'zo\u00EB' COLLATE "C")
       AND public.search_grams(E'zo\u00EB \u674E\u660E' COLLATE "C") @> public.term_grams(E'\u660E' COLLATE "C")
       AND NOT public.search_grams(E'zo\u00EB' COLLATE "C") @> public.term_grams(E'zo\u00E9' COLLATE "C")
       AND public.search_tokens('', E'ZOE\u0308 \u6211\u5BB6\u5728\u4E0A\u6D77') = E'''zo\u00EB'' ''\u6211\u5BB6'' ''\u5BB6\u5728'' ''\u5728\u4E0A'' ''\u4E0A\u6D77'' ''\u6D77'''::tsvector
$$;
