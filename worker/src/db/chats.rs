//! The tables `chats` and `messages`, of which this service can read no text.

use chassis::Error;
use deadpool_postgres::GenericClient;
use uuid::Uuid;

const ERASE_MESSAGES: &str = "SELECT erase_messages($1, $2, $3)";

/// Erases the texts of the messages with these numbers, the last one included, of a chat that is removed.
pub(crate) async fn erase_messages(
    db: &impl GenericClient,
    chat: Uuid,
    first: i64,
    last: i64,
) -> Result<(), Error> {
    let statement = db.prepare_cached(ERASE_MESSAGES).await?;
    db.query_one(&statement, &[&chat, &first, &last]).await?;
    Ok(())
}

const ERASE: &str = "SELECT erase_chat($1)";

/// Erases the name and the description of a chat that is removed, and says that all of it is erased.
pub(crate) async fn erase(db: &impl GenericClient, chat: Uuid) -> Result<(), Error> {
    let statement = db.prepare_cached(ERASE).await?;
    db.query_one(&statement, &[&chat]).await?;
    Ok(())
}
