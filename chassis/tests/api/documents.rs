//! Documents at each bound, and one past it.

use serde_json::{Value, json};

use lab_stack::testing::HttpResponse;

use crate::app::TestApp;

/// `levels` fields below each other, the last one a leaf.
fn deep(levels: usize) -> String {
    let children = "child { ".repeat(levels - 2);
    format!("{{ node {{ {children} id {} }} }}", "} ".repeat(levels - 2))
}

fn repeated(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().join(" ")
}

async fn bound(within: Value, past: Value) {
    let app = TestApp::start().await;
    app.accepts(within).await;
    app.refuses(past).await;
}

async fn bound_of(within: String, past: String) {
    bound(json!({ "query": within }), json!({ "query": past })).await;
}

#[tokio::test]
async fn ten_levels_pass_and_eleven_do_not() {
    bound_of(deep(10), deep(11)).await;
}

#[tokio::test]
async fn a_thousand_levels_are_refused() {
    TestApp::start()
        .await
        .refuses(json!({ "query": deep(1000) }))
        .await;
}

#[tokio::test]
async fn ten_fields_at_the_top_pass_and_eleven_do_not() {
    let fields = |count| format!("{{ {} }}", repeated(count, |i| format!("a{i}: greeting")));
    bound_of(fields(10), fields(11)).await;
}

#[tokio::test]
async fn twenty_aliases_pass_and_twenty_one_do_not() {
    let aliases = |count| {
        format!(
            "{{ node {{ {} }} }}",
            repeated(count, |i| format!("a{i}: id"))
        )
    };
    bound_of(aliases(20), aliases(21)).await;
}

#[tokio::test]
async fn ten_directives_pass_and_eleven_do_not() {
    let directives = |count| {
        let fields = repeated(count, |_| "id @include(if: true)".into());
        format!("{{ node {{ {fields} }} }}")
    };
    bound_of(directives(10), directives(11)).await;
}

#[tokio::test]
async fn directives_are_counted_on_operations_and_fragments_too() {
    let skips = "@skip(if: false) ".repeat(4);
    let query = format!(
        "query {{ node {{ ...f {skips} ... on Node {skips} {{ id }} }} }} fragment f on Node {{ id {skips} }}"
    );
    TestApp::start()
        .await
        .refuses(json!({ "query": query }))
        .await;
}

#[tokio::test]
async fn thirty_fragments_pass_and_thirty_one_do_not() {
    let fragments = |count| {
        let spreads = repeated(count, |i| format!("...f{i}"));
        let definitions = repeated(count, |i| format!("fragment f{i} on Node {{ id }}"));
        format!("{{ node {{ {spreads} }} }} {definitions}")
    };
    bound_of(fragments(60), fragments(61)).await;
}

#[tokio::test]
async fn two_thousand_tokens_pass_and_one_more_does_not() {
    // "{ node { id id ... } }": five tokens around the ids.
    let tokens = |count: usize| format!("{{ node {{ {} }} }}", "id ".repeat(count - 5));
    let app = TestApp::start().await;
    app.refuses(json!({ "query": tokens(2001) })).await;
    // Within the tokens, the complexity is the next bound.
    let answer = app.query(tokens(2000)).await;
    assert!(answer.text.contains("complex"), "{}", answer.text);
}

#[tokio::test]
async fn a_thousand_points_of_complexity_pass_and_more_do_not() {
    let page = |first| format!("{{ nodes(first: {first}) {{ id }} greeting }}");
    bound_of(page(999), page(1000)).await;
}

#[tokio::test]
async fn variables_nest_twenty_levels_and_no_more() {
    let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    let body = |levels| {
        json!({
            "query": "query($v: JSON!) { nested(values: $v) }",
            "variables": { "v": nested(levels) },
        })
    };
    bound(body(20), body(21)).await;
}

#[tokio::test]
async fn literals_nest_no_deeper_than_variables() {
    let body = |levels: usize| {
        format!(
            "{{ nested(values: {}1{}) }}",
            "[".repeat(levels),
            "]".repeat(levels)
        )
    };
    bound_of(body(20), body(21)).await;
    TestApp::start()
        .await
        .refuses(json!({ "query": body(900) }))
        .await;
}

#[tokio::test]
async fn a_string_may_have_8_kib_in_a_variable_and_in_a_literal() {
    let variable = |bytes| {
        json!({
            "query": "query($t: String!) { echo(text: $t) }",
            "variables": { "t": "x".repeat(bytes) },
        })
    };
    bound(variable(8192), variable(8193)).await;
    let literal = |bytes| format!("{{ echo(text: \"{}\") }}", "x".repeat(bytes));
    bound_of(literal(8192), literal(8193)).await;
}

#[tokio::test]
async fn a_nul_character_is_refused_wherever_it_stands() {
    let app = TestApp::start().await;
    let query = "query($t: String!) { echo(text: $t) }";
    app.refuses(json!({ "query": query, "variables": { "t": "a\u{0}b" } }))
        .await;
    app.refuses(json!({ "query": "{ echo(text: \"a\u{0}b\") }" }))
        .await;
    app.refuses(json!({ "query": r#"{ echo(text: "a\u0000b") }"# }))
        .await;
    let query = r#"query($t: String = "\u0000") { echo(text: $t) }"#;
    app.refuses(json!({ "query": query })).await;
    let query = r#"query($v: JSON!) { nested(values: $v) }"#;
    app.refuses(json!({ "query": query, "variables": { "v": { "a\u{0}": 1 } } }))
        .await;
}

#[tokio::test]
async fn a_lone_surrogate_is_refused() {
    let app = TestApp::start().await;
    app.refuses(json!({ "query": r#"{ echo(text: "\ud800") }"# }))
        .await;
    let body =
        r#"{"query": "query($t: String!) { echo(text: $t) }", "variables": {"t": "\ud800"}}"#;
    let request = app
        .http
        .post(app.url())
        .header("content-type", "application/json")
        .body(body);
    let answer = HttpResponse::of(request).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
}

#[tokio::test]
async fn a_cycle_of_fragments_is_refused() {
    let app = TestApp::start().await;
    let cycle = "fragment a on Node { child { ...b } } fragment b on Node { child { ...a } }";
    app.refuses(json!({ "query": format!("{{ node {{ ...a }} }} {cycle}") }))
        .await;
    app.refuses(json!({ "query": format!("{{ greeting }} {cycle}") }))
        .await;
    app.refuses(json!({ "query": "{ ...q } fragment q on Query { ...q }" }))
        .await;
}

#[tokio::test]
async fn fragments_that_double_thirty_times_are_refused_at_once() {
    let doubling = repeated(29, |i| {
        format!(
            "fragment f{i} on Node {{ ...f{next} ...f{next} }}",
            next = i + 1
        )
    });
    let query = format!("{{ node {{ ...f0 }} }} {doubling} fragment f29 on Node {{ id }}");
    let app = TestApp::start().await;
    let began = std::time::Instant::now();
    app.refuses(json!({ "query": query })).await;
    assert!(began.elapsed().as_millis() < 500, "{:?}", began.elapsed());
}

#[tokio::test]
async fn fragments_that_multiply_past_every_number_are_refused() {
    let spreads = |next| "...f".to_owned() + &format!("{next} @include(if: true) ");
    let multiplying = repeated(29, |i| {
        let directive = "@skip(if: false)";
        format!(
            "fragment f{i} on Node {directive} {{ {} }}",
            spreads(i + 1).repeat(7)
        )
    });
    let query = format!("{{ node {{ ...f0 }} }} {multiplying} fragment f29 on Node {{ id }}");
    TestApp::start()
        .await
        .refuses(json!({ "query": query }))
        .await;
}

#[tokio::test]
async fn the_usual_introspection_query_works_when_it_is_on() {
    let query = include_str!("introspection.graphql");
    let app = TestApp::start().await;
    let answer = app.query(query).await;
    let types = &answer.json()["data"]["__schema"]["types"];
    assert!(
        types.as_array().is_some_and(|types| types.len() > 5),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn introspection_can_be_turned_off() {
    let args = chassis::config::GraphqlArgs {
        introspection: false,
        ..chassis::config::GraphqlArgs::development()
    };
    let app = TestApp::with(args, |endpoint| endpoint).await;
    let answer = app.query("{ __schema { types { name } } }").await;
    assert!(!answer.text.contains("Node"), "{}", answer.text);
    let answer = app.query("{ gretting }").await;
    assert!(
        !answer.text.contains("greeting"),
        "suggests a field: {}",
        answer.text
    );
}
