//! One trace through a request.

use chassis::telemetry::{Trace, in_trace, trace_id, traceparent};

use lab_stack::testing::HttpResponse;

use crate::app::TestApp;

const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test]
async fn a_request_stays_in_the_trace_that_it_names() {
    let app = TestApp::start().await;
    let request = app
        .http
        .get(app.service.url("/livez"))
        .header("traceparent", format!("00-{ID}-00f067aa0ba902b7-01"));
    let answer = HttpResponse::of(request).await;
    assert_eq!(answer.header("x-trace-id"), ID);
    assert_eq!(answer.header("x-antiphon-instance"), "1");
}

#[tokio::test]
async fn a_request_without_a_usable_trace_starts_one() {
    let app = TestApp::start().await;
    for bad in [
        "",
        "00-0-0-0",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "x",
    ] {
        let request = app
            .http
            .get(app.service.url("/livez"))
            .header("traceparent", bad);
        let answer = HttpResponse::of(request).await;
        let id = answer.header("x-trace-id");
        assert!(
            id.len() == 32 && !id.starts_with("00000000000"),
            "{bad:?}: {id}"
        );
    }
}

#[tokio::test]
async fn what_a_task_publishes_continues_its_trace() {
    assert_eq!(trace_id(), None);
    let trace = Trace::continued(&format!("00-{ID}-00f067aa0ba902b7-01")).unwrap();
    let sent = in_trace(trace, async { traceparent() }).await.unwrap();
    let received = Trace::continued(&sent).unwrap();
    assert_eq!(received.id(), ID);
    assert_ne!(received, trace, "the span is the receiver's own");
}

#[tokio::test]
async fn telemetry_can_be_set_up_twice_in_one_process() {
    let args = chassis::config::LogArgs::default();
    chassis::telemetry::init("one", "1", &args).unwrap();
    chassis::telemetry::init("two", "2", &args).unwrap();
    let bad = chassis::config::LogArgs {
        log: "=nonsense=".into(),
        ..args
    };
    let error = chassis::telemetry::init("three", "1", &bad).unwrap_err();
    assert!(error.to_string().starts_with("LOG: "), "{error}");
}
