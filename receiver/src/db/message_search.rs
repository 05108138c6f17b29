//! `messages`, searched by their words through `message_words`, as far as workers have come, and one by one. What a user may not read is not found: each
//! statement looks at their participation as it is at that moment.

use chassis::{Error, postgres::Pool};
use jiff::Timestamp;
use shared_schema::{ChatId, MessageId, Number, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    message_parts::{COLUMNS, MEASURED_COLUMNS, MessagePart, message, part, within},
    message_position::MessagePosition,
    message_scope::{READABLE, Scope},
    rows,
};

/// The partitions of `messages`.
const PARTITIONS: usize = 16;

/// What is asked of each message.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    /// Only messages among these.
    pub(crate) scope: Scope,
    /// What is asked of the index: a text of the type `tsquery` in which `%` stands for the name of a block. If there is
    /// none, each message is looked at.
    pub(crate) template: Option<String>,
    /// Regular expressions that the folded text matches: all that is asked.
    pub(crate) patterns: Vec<String>,
    /// Regular expressions that it does not match.
    pub(crate) excluded: Vec<String>,
    /// Only messages from these users.
    pub(crate) senders: Option<Vec<UserId>>,
    /// Only messages that were sent at this time or later.
    pub(crate) since: Timestamp,
    /// Only messages that mention the user who searches, by name or by `@all`.
    pub(crate) mentions_user: bool,
}

/// The users who have these usernames now.
pub(crate) async fn users_named(pool: &Pool, names: &[&str]) -> Result<Vec<UserId>, Error> {
    let sql = "SELECT id FROM public_profiles WHERE username = ANY ($1)";
    rows(pool, sql, &[&names])
        .await?
        .iter()
        .map(|row| Ok(UserId(row.try_get("id")?)))
        .collect()
}

/// Which chats to search.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChatFilter {
    /// Only this one, which may also be a public one that the user has never taken part in.
    pub(crate) chat: Option<ChatId>,
    /// Only those with one of these names, folded.
    pub(crate) names: Vec<String>,
    /// Only direct chats with one of these users.
    pub(crate) direct_with: Vec<UserId>,
    /// Whether the names and users are to be looked at.
    pub(crate) is_named: bool,
}

/// A chat that has messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SearchableChat {
    pub(crate) id: ChatId,
    /// The number of its newest message.
    pub(crate) newest: Number,
    /// When the chat's last event happened, which is not before the newest message.
    pub(crate) last_at: Timestamp,
}

/// The chats that `user` may search, in no order.
pub(crate) async fn searchable_chats(
    pool: &Pool,
    user: UserId,
    filter: &ChatFilter,
) -> Result<Vec<SearchableChat>, Error> {
    let sql = format!(
        "SELECT f.id, f.message_count, f.last_at
         FROM (
             SELECT chat_id FROM participants WHERE user_id = $1 AND left_seq IS NULL AND $2::uuid IS NULL
             UNION ALL
             SELECT $2 WHERE $2 IS NOT NULL
         ) w
         CROSS JOIN LATERAL (
             SELECT id, message_count, greatest(last_at, last_message_at) AS last_at FROM feeds WHERE id = w.chat_id
             OFFSET 0
         ) f
         {READABLE} AND f.message_count > 0
           AND (NOT $5 OR EXISTS (
               SELECT FROM chats named
               WHERE named.id = w.chat_id AND translate(named.name_folded, '-_', '  ') = ANY ($3)
           ) OR EXISTS (
               SELECT FROM chats direct
               JOIN participants other ON other.chat_id = direct.id AND other.user_id = ANY ($4)
               WHERE direct.id = w.chat_id AND direct.kind = 'DIRECT' AND other.user_id <> $1
           ))"
    );
    let direct_with: Vec<Uuid> = filter.direct_with.iter().map(|user| user.0).collect();
    rows(
        pool,
        &sql,
        &[
            &user.0,
            &filter.chat.map(|chat| chat.0),
            &filter.names,
            &direct_with,
            &filter.is_named,
        ],
    )
    .await?
    .iter()
    .map(|row| {
        Ok(SearchableChat {
            id: ChatId(row.try_get("id")?),
            newest: row.try_get("message_count")?,
            last_at: row.try_get("last_at")?,
        })
    })
    .collect()
}

/// Messages of one block of the index, which consecutive numbers of a chat are in.
pub(crate) const BLOCK_SIZE: i64 = 4_096;

/// How messages are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SearchMethod {
    /// The index says which segments have the words. For words that few messages have.
    ByIndex,
    /// Each message is looked at until enough are found. For what most messages have, and for what the index does not know.
    ByNumber,
}

/// Messages of a chat to search, the newest of which is the message `last`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) chat: ChatId,
    /// The number of the newest message to search. If it is not known: the newest one before the time.
    pub(crate) last: Option<Number>,
    pub(crate) before: Timestamp,
    /// How many numbers. By index, this is rounded up to whole blocks.
    pub(crate) size: i64,
}

/// What was found in a window.
#[derive(Clone, Debug)]
pub(crate) struct WindowHits {
    /// Which of the windows.
    pub(crate) window: usize,
    /// The lowest and the highest number that were searched.
    pub(crate) first: Number,
    pub(crate) last: Number,
    /// When the message before it was sent. None if it is the chat's first.
    pub(crate) older_at: Option<Timestamp>,
    /// The newest hits, newest first, as many as were asked for.
    pub(crate) hits: Vec<Hit>,
}

/// A message that a search has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    pub(crate) position: MessagePosition,
    pub(crate) id: MessageId,
}

/// Searches these windows, each for its newest `limit` hits. Windows of chats that are none of the user's are absent.
pub(crate) async fn search(
    pool: &Pool,
    user: UserId,
    windows: &[Window],
    (method, filter): (SearchMethod, &Filter),
    limit: i64,
) -> Result<Vec<WindowHits>, Error> {
    let sql = match method {
        SearchMethod::ByIndex => by_index(filter.scope),
        SearchMethod::ByNumber => by_number(filter.scope),
    };
    let chats: Vec<Uuid> = windows.iter().map(|window| window.chat.0).collect();
    let lasts: Vec<Option<Number>> = windows.iter().map(|window| window.last).collect();
    let befores: Vec<Timestamp> = windows.iter().map(|window| window.before).collect();
    let sizes: Vec<i64> = windows.iter().map(|window| window.size).collect();
    let senders: Option<Vec<Uuid>> = filter
        .senders
        .as_ref()
        .map(|senders| senders.iter().map(|user| user.0).collect());
    let found = rows(
        pool,
        &sql,
        &[
            &user.0,
            &chats,
            &lasts,
            &befores,
            &sizes,
            &senders,
            &filter.since,
            &filter.patterns,
            &filter.excluded,
            &limit,
            &filter.template.as_deref().unwrap_or_default(),
            &filter.mentions_user,
        ],
    )
    .await?;
    let mut searched: Vec<WindowHits> = Vec::new();
    for row in &found {
        let place: i64 = row.try_get("place")?;
        let window = usize::try_from(place - 1).unwrap_or_default();
        if searched.last().is_none_or(|last| last.window != window) {
            searched.push(WindowHits {
                window,
                first: row.try_get("first")?,
                last: row.try_get("last")?,
                older_at: row.try_get("older_at")?,
                hits: Vec::new(),
            });
        }
        if let (Some(last), Some(hit)) = (searched.last_mut(), hit(row)?) {
            last.hits.push(hit);
        }
    }
    Ok(searched)
}

fn hit(row: &Row) -> Result<Option<Hit>, Error> {
    let Some(id) = row.try_get::<_, Option<Uuid>>("id")? else {
        return Ok(None);
    };
    Ok(Some(Hit {
        position: MessagePosition {
            at: row.try_get("created_at")?,
            chat: ChatId(row.try_get("chat_id")?),
            number: row.try_get("number")?,
        },
        id: MessageId(id),
    }))
}

/// The windows of chats of this scope, with their numbers. `first` is an expression for the first of them.
fn windows(scope: Scope, first: &str) -> String {
    let condition = scope.of_chats();
    format!(
        "WITH windows AS MATERIALIZED (
             SELECT w.place, w.chat_id, greatest(1, {first}) AS first, bounds.last
             FROM unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::bigint[]) WITH ORDINALITY
                 AS w (chat_id, last, before, size, place)
             CROSS JOIN LATERAL (
                 SELECT coalesce(w.last, message_number_before(w.chat_id, w.before)) AS last
                 OFFSET 0
             ) bounds
             {condition}
         )"
    )
}

/// The conditions on the message `m`. The index knows which segments may have such messages, and not which of their messages
/// have the words.
const CONDITIONS: &str = r#"
    m.content IS NOT NULL AND ($6::uuid[] IS NULL OR m.sender_id = ANY ($6)) AND m.created_at >= $7
    AND (NOT $12 OR m.mentions_all OR EXISTS (
        SELECT FROM message_mentions n WHERE n.chat_id = m.chat_id AND n.number = m.number AND n.user_id = $1))
    AND (cardinality($8::text[]) = 0 OR fold_nearly(m.content) COLLATE "und-x-icu" ~ ALL ($8))
    AND (cardinality($9::text[]) = 0 OR fold_nearly(m.content) COLLATE "und-x-icu" !~ ALL ($9))"#;

/// The end of the statement: each window with its hits.
const HITS: &str = "
    SELECT w.place, w.first, w.last, w.chat_id, found.number, found.id, found.created_at, (
        SELECT older.created_at FROM messages older WHERE older.chat_id = w.chat_id AND older.number = w.first - 1
    ) AS older_at";

/// Each partition is asked for the segments that have the words, in the blocks of its chats. Their messages are looked at, and
/// those that no worker has come to yet.
fn by_index(scope: Scope) -> String {
    let own = scope.of_messages();
    let mut segments = Vec::new();
    for partition in 0..PARTITIONS {
        segments.push(format!(
            "SELECT s.chat_id, s.segment * 32 AS first, s.segment * 32 + 31 AS last FROM message_words_{partition} s
             WHERE s.words @@ (SELECT query FROM questions WHERE partition = {partition})"
        ));
    }
    format!(
        "{}, questions AS MATERIALIZED (
             SELECT messages_partition(chat_id) AS partition,
                    string_agg(search_query($11, chat_id, first, last)::text, '|')::tsquery AS query
             FROM windows
             WHERE last >= first
             GROUP BY 1
         ), indexed AS MATERIALIZED (
             SELECT w.place, w.chat_id, w.first, w.last, least(w.last, coalesce(p.number, 0)) AS indexed
             FROM windows w
             LEFT JOIN LATERAL (SELECT number FROM word_positions WHERE chat_id = w.chat_id OFFSET 0) p ON true
         ), segments AS MATERIALIZED ({}), ranges AS MATERIALIZED (
             SELECT w.place, w.chat_id, greatest(w.first, s.first) AS first, least(w.indexed, s.last) AS last
             FROM indexed w
             JOIN segments s ON s.chat_id = w.chat_id AND s.last >= w.first AND s.first <= w.indexed
             UNION ALL
             SELECT w.place, w.chat_id, greatest(w.first, w.indexed + 1), w.last FROM indexed w WHERE w.last > w.indexed
         ), found AS (
             SELECT r.place, m.number, m.id, m.created_at,
                    row_number() OVER (PARTITION BY r.place ORDER BY m.number DESC) AS nth
             FROM ranges r
             CROSS JOIN LATERAL (
                 SELECT m.number, m.id, m.created_at FROM messages m
                 WHERE m.chat_id = r.chat_id AND m.number BETWEEN r.first AND r.last AND {own} AND {CONDITIONS}
                 OFFSET 0
             ) m
         )
         {HITS}
         FROM windows w
         LEFT JOIN found ON found.place = w.place AND found.nth <= $10
         ORDER BY w.place, found.number DESC",
        windows(
            scope,
            "(bounds.last / 4096 - (w.size + 4095) / 4096 + 1) * 4096"
        ),
        segments.join(" UNION ALL "),
    )
}

/// All messages of a window are looked at, until there are enough.
fn by_number(scope: Scope) -> String {
    let own = scope.of_messages();
    format!(
        "{}
         {HITS}
         FROM windows w
         LEFT JOIN LATERAL (
             SELECT m.number, m.id, m.created_at FROM messages m
             WHERE m.chat_id = w.chat_id AND m.number BETWEEN w.first AND w.last AND $11 = $11 AND {own} AND {CONDITIONS}
             ORDER BY m.number DESC
             LIMIT $10
         ) found ON true
         ORDER BY w.place, found.number DESC",
        windows(scope, "bounds.last - w.size + 1"),
    )
}

/// Those of these messages that `user` may read and that have a text, newest first, up to so many bytes of text, those of
/// the messages that they answer included.
pub(crate) async fn page(
    pool: &Pool,
    user: UserId,
    hits: &[Hit],
    text: i64,
) -> Result<MessagePart, Error> {
    let chats: Vec<Uuid> = hits.iter().map(|hit| hit.position.chat.0).collect();
    let ids: Vec<Uuid> = hits.iter().map(|hit| hit.id.0).collect();
    let sql = format!(
        "WITH page AS MATERIALIZED (
             SELECT {COLUMNS}, m.bytes, row_number() OVER (ORDER BY w.place) AS place
             FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS w (chat_id, id, place)
             CROSS JOIN LATERAL (
                 SELECT {columns} FROM messages m
                 WHERE m.chat_id = w.chat_id AND m.id = w.id AND m.content IS NOT NULL
                 OFFSET 0
             ) m
             {READABLE}
         )
         {within}",
        columns = *MEASURED_COLUMNS,
        within = within("$4"),
    );
    let rows = rows(pool, &sql, &[&user.0, &chats, &ids, &text]).await?;
    part(&rows, message)
}
