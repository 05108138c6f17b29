//! Whom an edited text mentions. Whoever was mentioned before and still is, stays mentioned, in silence.

use std::collections::HashMap;

use chassis::Error;
use deadpool_postgres::Transaction;
use shared_schema::{Mention, Message, UserId};

use super::{
    people::{self, Mentions},
    rules::may_mention_all,
    tokens::MentionTokens,
};
use crate::{
    db::{chats, message_mentions, participants},
    participants::access::Participation,
};

/// Resolves the places of a message's new text. A name that the old text had means the same person as there, whatever their
/// username is by now; any other name means a current participant.
///
/// # Errors
/// Those of a new message that mentions so many people, or all if the old text did not.
pub async fn mentions_of_edit(
    tx: &Transaction<'_>,
    participation: &Participation,
    before: &Message,
    tokens: &MentionTokens,
) -> Result<Mentions, Error> {
    if tokens.is_empty() {
        return Ok(Mentions::default());
    }
    let known = known_names(tx, before).await?;
    let chat = participation.chat_id();
    let names: Vec<(_, &str)> = people::names(tokens).map(|name| (chat, name)).collect();
    let statement = participants::prepare_find_by_username(tx).await?;
    let found = participants::find_by_username(tx, &statement, &names).await?;
    let mentions = Mentions::resolve(tokens, |name| {
        let known = known.get(name);
        known
            .or_else(|| found.get(&(chat, name.to_owned())))
            .copied()
    })?;
    if mentions.all && !before.mentions_all {
        let statement = chats::prepare_find_all_mentioned(tx).await?;
        let waits = chats::find_all_mentioned(tx, &statement, &[chat.0]).await?;
        let wait = waits.get(&chat).copied();
        may_mention_all(
            participation.own.role,
            participation.chat.participant_count,
            wait,
        )?;
        let statement = chats::prepare_set_all_mentioned(tx).await?;
        chats::set_all_mentioned(tx, &statement, &[chat.0]).await?;
    }
    Ok(mentions)
}

/// The names that a stored text has, and who they meant when it was written.
async fn known_names(
    tx: &Transaction<'_>,
    message: &Message,
) -> Result<HashMap<String, UserId>, Error> {
    let Some(text) = message
        .content
        .as_deref()
        .filter(|_| message.mention_count > 0)
    else {
        return Ok(HashMap::new());
    };
    let units: Vec<u16> = text.encode_utf16().collect();
    let places = message_mentions::of_message(tx, message.chat_id, message.number).await?;
    let name = |place: &Mention| {
        let start = usize::try_from(place.start).ok()?;
        let length = usize::try_from(place.length).ok()?;
        let name = units.get(start + 1..start + length)?;
        Some(String::from_utf16(name).ok()?.to_ascii_lowercase())
    };
    Ok(Mention::in_text(places, text)
        .iter()
        .filter_map(|place| Some((name(place)?, place.user_id)))
        .collect())
}
