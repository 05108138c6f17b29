//! Two instances behind one load balancer are one service.

use futures_util::future::join;

use crate::app::{SignedIn, TestEnvironment};

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_start_together_for_the_first_time_share_a_key() {
    let environment = TestEnvironment::new().await;
    let (one, two) = join(
        environment.start(environment.config()),
        environment.start(environment.config()),
    )
    .await;
    let ada = one.sign_up("ada").await;
    two.as_user(&ada).me().await.ok();
}

#[tokio::test]
async fn whatever_one_instance_begins_the_other_continues() {
    let environment = TestEnvironment::new().await;
    let (one, two) = (
        environment.start(environment.config()).await,
        environment.start(environment.config()).await,
    );
    let ada = one.sign_up("ada").await;
    let renewed = SignedIn::from(&two.anonymous().refresh(&ada.refresh_token).await.ok());
    one.as_user(&renewed)
        .send("mutation { logout { sessionId } }", serde_json::json!({}))
        .await
        .ok();
    assert_eq!(two.as_user(&renewed).me().await.code(), "UNAUTHENTICATED");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_registrations_of_one_name_at_two_instances_one_succeeds() {
    let environment = TestEnvironment::new().await;
    let (one, two) = (
        environment.start(environment.config()).await,
        environment.start(environment.config()).await,
    );
    let (first, second) = join(
        one.anonymous().register("ada"),
        two.anonymous().register("ada"),
    )
    .await;
    let won = [&first, &second]
        .iter()
        .filter(|answer| !answer.is_refused())
        .count();
    assert_eq!(won, 1, "{} {}", first.body(), second.body());
}
