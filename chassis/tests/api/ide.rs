use lab_stack::testing::HttpResponse;

use crate::app::TestApp;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn a_browser_gets_an_ide_that_loads_nothing_from_elsewhere() {
    let app = TestApp::start().await;
    let page = HttpResponse::of(app.http.get(app.url()).header("accept", BROWSER)).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(
        page.header("content-security-policy")
            .contains("script-src 'self'")
    );
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert!(
        !page.text.contains("//"),
        "an absolute address: {}",
        page.text
    );

    let files: Vec<&str> = page
        .text
        .split(['"'])
        .filter(|text| text.starts_with("graphql/ide/"))
        .collect();
    assert!(files.len() >= 6, "{files:?}");
    for file in files {
        let file = app.get(&format!("/{file}")).await;
        assert_eq!(file.status, 200);
        assert!(file.header("cache-control").contains("max-age"));
        assert!(file.text.len() > 10);
    }
}

#[tokio::test]
async fn a_browser_that_sends_a_query_gets_its_result() {
    let app = TestApp::start().await;
    let request = app
        .http
        .get(app.url())
        .header("accept", BROWSER)
        .query(&[("query", "{ greeting }")]);
    assert_eq!(
        HttpResponse::of(request).await.json()["data"]["greeting"],
        "hello"
    );
}

#[tokio::test]
async fn the_ide_can_be_turned_off() {
    let args = chassis::config::GraphqlArgs {
        ide: false,
        ..chassis::config::GraphqlArgs::development()
    };
    let app = TestApp::with(args, |endpoint| endpoint).await;
    let page = HttpResponse::of(app.http.get(app.url()).header("accept", BROWSER)).await;
    assert_eq!(page.status, 400);
    assert_eq!(app.get("/graphql/ide/start.js").await.status, 404);
}
