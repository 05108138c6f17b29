//! The lobby: in a new installation, once.
#![allow(clippy::unwrap_used)]

use lab_stack::servers;
use migrations::{LOBBY, create_lobby_on};

#[tokio::test]
async fn a_new_installation_gets_a_lobby_and_an_old_one_keeps_what_it_has() {
    let database = servers::shared().database().await;
    let owner = database.connect_as_owner().await;
    let url = database.owner_url().parse().unwrap();
    let refused = create_lobby_on(&url, &"x".repeat(101)).await;
    assert!(refused.is_err());
    // Two processes at once.
    let (one, other) = tokio::join!(
        create_lobby_on(&url, "Foyer"),
        create_lobby_on(&url, "Foyer")
    );
    assert!(one.unwrap() ^ other.unwrap());
    let row = owner
        .query_one(
            "SELECT c.id, c.kind, c.name, c.name_folded, c.needs_folding, f.last_seq
             FROM chats c JOIN feeds f ON f.id = c.id",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<_, uuid::Uuid>("id"), LOBBY);
    assert_eq!((row.get("kind"), row.get("name")), ("PUBLIC", "Foyer"));
    assert_eq!(
        (row.get("name_folded"), row.get("needs_folding")),
        ("foyer", false)
    );
    assert_eq!(row.get::<_, i64>("last_seq"), 1);
    // Removed, it does not come back.
    let remove = "UPDATE chats SET removed_at = clock_timestamp()";
    owner.execute(remove, &[]).await.unwrap();
    assert!(!create_lobby_on(&url, "Foyer").await.unwrap());
}
