//! `setTyping`.

use jiff::{Timestamp, ToSpan};
use serde_json::json;
use shared_schema::Signal;

use crate::app::TestApp;

#[tokio::test]
async fn typing_is_told_to_the_chat_for_six_seconds_and_stored_nowhere() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let mut subscriber = app.listen(&[&chat]).await;
    for (typing, shown) in [(true, 6), (false, 0)] {
        let before = Timestamp::now() - 50.milliseconds();
        let input = json!({ "chatId": chat, "typing": typing });
        let payload = app.call(&bob, "setTyping", input).await.ok();
        assert_eq!(payload["chatId"], chat.as_str());
        let until: Timestamp = payload["until"].as_str().unwrap().parse().unwrap();
        assert!(
            until >= before + shown.seconds()
                && until <= Timestamp::now() + shown.seconds() + 50.milliseconds()
        );

        let signal = loop {
            let (channel, publication) = subscriber.publication().await;
            assert_eq!(channel, format!("feed:{chat}"));
            if let Some(signal) = publication.signals.first() {
                break signal.clone();
            }
        };
        let Signal::Typing {
            user_id,
            until: heard,
            ..
        } = signal
        else {
            panic!("{signal:?}");
        };
        assert_eq!((user_id.to_string(), heard.0), (bob.id.clone(), until));
    }
    assert_eq!(app.feed(&chat).await.len(), 2);
}
