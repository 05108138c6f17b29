//! What a query asks of the database: lexemes for the index, and regular expressions for what the index cannot say.

use std::collections::BTreeSet;

use chassis::{Error, postgres::Pool};
use jiff::Timestamp;
use shared_schema::{ChatId, UserId};

use super::syntax::{ChatName, SearchQuery, Sender};
use crate::db::{
    self,
    message_scope::Scope,
    message_search::{ChatFilter, Filter},
    words::{self, Run},
};

/// Where a word may begin: after anything that is not part of a word, and beside the scripts that do not separate words.
const BOUNDARY: &str = r"(^|[^[:alnum:]\u0300-\u036F]|[\u0E01-\u0EFF\u1000-\u109F\u1780-\u17D3\u2E80-\uFAFF\U00020000-\U0003FFFF])";

/// What stands between the words of a phrase.
const GAP: &str = "[^[:alnum:]]*";

/// A text to find: words that follow each other, folded, the last of which may be longer in the message. A text without
/// words is found as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Term {
    Runs(Vec<Run>),
    Literal(String),
}

/// What to search for.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The texts to show in what was found.
    pub(crate) terms: Vec<Term>,
    /// What is asked of each message.
    pub(crate) filter: Filter,
    /// What is asked of their chats.
    pub(crate) chats: ChatFilter,
    /// Only messages that were sent before this time.
    pub(crate) before: Option<Timestamp>,
    /// How many entries of the index a block is asked for.
    pub(crate) lexemes: usize,
}

impl Plan {
    /// All messages that the caller has written since then.
    #[must_use]
    pub(crate) fn of_own_messages(since: Timestamp) -> Self {
        Self {
            terms: Vec::new(),
            filter: Filter {
                scope: Scope::Own,
                template: None,
                patterns: Vec::new(),
                excluded: Vec::new(),
                senders: None,
                since,
                mentions_user: false,
            },
            chats: ChatFilter::default(),
            before: None,
            lexemes: 0,
        }
    }

    /// What this query means for `caller`. None if no message can be like that.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn of(
        pool: &Pool,
        caller: UserId,
        chat: Option<ChatId>,
        query: &SearchQuery,
    ) -> Result<Option<Self>, Error> {
        let senders = senders(pool, caller, query).await?;
        let is_impossible = query.has_file
            || senders.as_ref().is_some_and(Vec::is_empty)
            || matches!((query.since, query.before), (Some(since), Some(before)) if since >= before);
        if is_impossible {
            return Ok(None);
        }
        let terms = terms(pool, &query.required).await?;
        let excluded = self::terms(pool, &query.excluded).await?;
        // Texts that nobody sees are no texts.
        let only_texts = SearchQuery {
            required: query.required.clone(),
            ..SearchQuery::default()
        };
        if terms.is_empty() && *query == only_texts {
            return Ok(None);
        }
        let mut lexemes: BTreeSet<String> = terms.iter().flat_map(lexemes).collect();
        let mut patterns: Vec<String> = terms.iter().map(pattern).collect();
        if query.has_link {
            let link = format!("{BOUNDARY}https?://[^[:space:]]");
            lexemes.insert("'%http':*".to_owned());
            patterns.push(link);
        }
        let template: Vec<&str> = lexemes.iter().map(String::as_str).collect();
        let filter = Filter {
            scope: Scope::Readable,
            template: (!template.is_empty()).then(|| format!("({})", template.join("&"))),
            patterns,
            excluded: excluded.iter().map(pattern).collect(),
            senders,
            since: query.since.unwrap_or(Timestamp::UNIX_EPOCH),
            mentions_user: query.mentions_caller,
        };
        Ok(Some(Self {
            terms,
            filter,
            chats: chat_filter(pool, chat, query).await?,
            before: query.before,
            lexemes: lexemes.len(),
        }))
    }
}

async fn senders(
    pool: &Pool,
    caller: UserId,
    query: &SearchQuery,
) -> Result<Option<Vec<UserId>>, Error> {
    if query.senders.is_empty() {
        return Ok(None);
    }
    let names: Vec<&str> = query
        .senders
        .iter()
        .filter_map(|sender| match sender {
            Sender::Named(name) => Some(name.as_str()),
            Sender::Caller => None,
        })
        .collect();
    let mut senders = db::message_search::users_named(pool, &names).await?;
    if query.senders.contains(&Sender::Caller) {
        senders.push(caller);
    }
    Ok(Some(senders))
}

async fn chat_filter(
    pool: &Pool,
    chat: Option<ChatId>,
    query: &SearchQuery,
) -> Result<ChatFilter, Error> {
    let mut filter = ChatFilter {
        chat,
        is_named: !query.chats.is_empty(),
        ..ChatFilter::default()
    };
    let mut users = Vec::new();
    for name in &query.chats {
        match name {
            // People write a space as a hyphen where a name is one word.
            ChatName::Named(name) => {
                let folded = text::folded(name).replace(['-', '_'], " ");
                filter.names.push(folded);
            }
            ChatName::DirectWith(user) => users.push(user.as_str()),
        }
    }
    if !users.is_empty() {
        filter.direct_with = db::message_search::users_named(pool, &users).await?;
    }
    Ok(filter)
}

async fn terms(pool: &Pool, texts: &[String]) -> Result<Vec<Term>, Error> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let folded = words::folded(pool, &texts).await?;
    let terms = folded.into_iter().filter_map(|folded| {
        match (folded.runs.is_empty(), folded.text.is_empty()) {
            (false, _) => Some(Term::Runs(folded.runs)),
            (true, false) => Some(Term::Literal(folded.text)),
            (true, true) => None,
        }
    });
    Ok(terms.collect())
}

/// What a message with this term has in the index, written as operands of a `tsquery`.
fn lexemes(term: &Term) -> Vec<String> {
    let Term::Runs(runs) = term else {
        return Vec::new();
    };
    let mut operands = Vec::new();
    for (place, run) in runs.iter().enumerate() {
        let prefix = match place + 1 == runs.len() {
            true => ":*",
            false => "",
        };
        match run.lexemes.as_slice() {
            // A word, or a single character, which is the first of a pair or the last of its run.
            [one] => operands.push(format!("'%{one}'{prefix}")),
            // In a message, more may follow the last character.
            [pairs @ .., _] => operands.extend(pairs.iter().map(|pair| format!("'%{pair}'"))),
            [] => {}
        }
    }
    operands
}

/// A regular expression of Postgres that folded texts with the term match. Words need no escaping: they are letters, digits
/// and marks.
fn pattern(term: &Term) -> String {
    match term {
        Term::Runs(runs) => {
            let start = match runs.first() {
                Some(run) if run.begins_at_boundary() => BOUNDARY,
                _ => "",
            };
            let words: Vec<&str> = runs.iter().map(|run| run.text.as_str()).collect();
            format!("{start}{}", words.join(GAP))
        }
        Term::Literal(text) => {
            let mut escaped = String::new();
            for c in text.chars() {
                if c.is_ascii_punctuation() {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
            escaped
        }
    }
}
