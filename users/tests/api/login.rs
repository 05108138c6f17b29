use crate::app::{PASSWORD, app};

#[tokio::test]
async fn one_can_sign_in_by_name_or_by_address_in_any_case() {
    let (_ground, app) = app().await;
    let ada = app.sign_up("ada").await;
    for login in ["ada", "ADA", " ada ", "ada@example.org", "Ada@Example.Org"] {
        let answer = app.anonymous().login(login, PASSWORD).await;
        assert_eq!(answer.ok()["account"]["user"]["id"], ada.user_id, "{login}");
    }
}
