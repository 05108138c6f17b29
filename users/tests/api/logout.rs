use serde_json::json;

use crate::app::app;

#[tokio::test]
async fn a_session_that_was_left_is_over_at_once() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let other = app.sign_in("ada").await;
    let answer = app
        .as_user(&ada)
        .send("mutation { logout { sessionId } }", json!({}))
        .await;
    assert_eq!(answer.ok()["sessionId"], ada.session_id);

    assert_eq!(app.as_user(&ada).me().await.code(), "UNAUTHENTICATED");
    assert_eq!(
        app.anonymous().refresh(&ada.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
    let again = app
        .as_user(&ada)
        .send("mutation { logout { sessionId } }", json!({}))
        .await;
    assert_eq!(again.code(), "UNAUTHENTICATED");
    app.as_user(&other).me().await.ok();
}
