//! What the load balancer promises to clients.

use std::collections::HashMap;
use std::time::Duration;

use lab::stack::{Instance, Options, Service, Stack};
use reqwest::{Client, Response};

use crate::house::{PASSWORD, alone, own, shared};

async fn get(stack: &Stack, path: &str, pin: Option<&str>) -> Response {
    let request = Client::new().get(format!("{}{path}", stack.url()));
    let request = match pin {
        Some(pin) => request.header("x-antiphon-instance", pin),
        None => request,
    };
    request.send().await.unwrap()
}

fn instance(answer: &Response) -> String {
    answer.headers()["x-antiphon-instance"]
        .to_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_client_may_choose_the_instance_by_header_and_by_parameter() {
    let _alone = alone().await;
    let stack = shared().await;
    for service in Service::ALL {
        for number in ["1", "2", "2", "1", "1"] {
            let path = format!("/{}/livez", service.name());
            assert_eq!(instance(&get(stack, &path, Some(number)).await), number);
            let path = format!("{path}?instance={number}");
            assert_eq!(instance(&get(stack, &path, None).await), number);
        }
    }
}

#[tokio::test]
async fn without_a_wish_both_instances_get_their_share() {
    let _alone = alone().await;
    let stack = shared().await;
    for service in Service::ALL {
        let mut answers: HashMap<String, u32> = HashMap::new();
        for _ in 0..100 {
            let answer = get(stack, &format!("/{}/livez", service.name()), None).await;
            *answers.entry(instance(&answer)).or_default() += 1;
        }
        let shares: Vec<u32> = ["1", "2"]
            .map(|name| *answers.get(name).unwrap_or(&0))
            .to_vec();
        assert!(
            shares.iter().all(|share| *share >= 25),
            "{service:?}: {answers:?}"
        );
    }
}

#[tokio::test]
async fn a_wish_for_a_dead_instance_falls_back_at_once_and_holds_again_when_it_is_back() {
    let _alone = alone().await;
    let stack = own(Options::for_tests()).await;
    let dead = Service::Sender.instance(1);
    stack.kill(dead);
    // No pause: the load balancer cannot have noticed by its own checks yet.
    for _ in 0..20 {
        let answer = get(&stack, "/sender/livez", Some("1")).await;
        assert_eq!(
            (answer.status().as_u16(), instance(&answer).as_str()),
            (200, "2")
        );
    }
    stack.restart(dead).await.unwrap();
    assert_eq!(
        instance(&get(&stack, "/sender/livez", Some("1")).await),
        "1"
    );
}

#[tokio::test]
async fn pinning_can_be_switched_off() {
    let _alone = alone().await;
    let stack = own(Options {
        pinning: false,
        ..Options::for_tests()
    })
    .await;
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(instance(
            &get(&stack, "/sender/livez?instance=1", Some("1")).await,
        ));
    }
    assert!(answers.contains(&"2".to_owned()), "{answers:?}");
}

#[tokio::test]
async fn when_no_instance_is_left_the_answer_is_one_that_graphql_clients_understand() {
    let _alone = alone().await;
    let stack = own(Options::for_tests()).await;
    for instance in Instance::all().filter(|instance| instance.service == Service::Sender) {
        stack.kill(instance);
    }
    let answer = get(&stack, "/sender/graphql", None).await;
    assert_eq!(answer.status().as_u16(), 503);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert!(body["errors"][0]["extensions"]["retryAfterMs"].is_u64());
    let other = get(&stack, "/receiver/livez", None).await;
    assert_eq!(other.status().as_u16(), 200, "the other pools go on");
}

#[tokio::test]
async fn metrics_are_for_operators_only() {
    let _alone = alone().await;
    let stack = shared().await;
    for service in Service::ALL {
        let through = get(stack, &format!("/{}/metrics", service.name()), None).await;
        assert_eq!(through.status().as_u16(), 404);
        let direct = Client::new().get(format!(
            "{}/metrics",
            stack.instance_url(service.instance(1))
        ));
        assert_eq!(direct.send().await.unwrap().status().as_u16(), 200);
    }
    let own_metrics = reqwest::get(stack.balancer_metrics_url()).await.unwrap();
    assert!(
        own_metrics
            .text()
            .await
            .unwrap()
            .contains("haproxy_backend_active_servers")
    );
}

#[tokio::test]
async fn what_a_client_says_about_its_own_address_does_not_reach_the_services() {
    let _alone = alone().await;
    let mut options = Options::for_tests();
    options
        .environment
        .push(("LOGINS_PER_ADDRESS".to_owned(), "5".to_owned()));
    let stack = own(options).await;
    let mut codes = Vec::new();
    for index in 0..10 {
        let document = "mutation ($input: LoginInput!) { login(input: $input) { accessToken } }";
        let input = serde_json::json!({ "login": format!("nobody{index}"), "password": PASSWORD });
        let body = serde_json::json!({ "query": document, "variables": { "input": input } });
        let request = Client::new()
            .post(format!("{}/users/graphql", stack.url()))
            .header("x-forwarded-for", format!("203.0.113.{index}"))
            .header("forwarded", format!("for=203.0.113.{index}"))
            .json(&body);
        let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
        codes.push(
            answer["errors"][0]["extensions"]["code"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        );
    }
    assert!(codes.iter().any(|code| code == "RATE_LIMITED"), "{codes:?}");
}

#[tokio::test]
async fn one_address_holds_so_many_connections_and_no_more() {
    let _alone = alone().await;
    let stack = own(Options {
        per_address: Some(20),
        ..Options::for_tests()
    })
    .await;
    // A client of its own is a connection of its own, which it keeps. The stack itself keeps some, too.
    let path = format!("{}/receiver/livez", stack.url());
    let mut clients = Vec::new();
    let refused = loop {
        let client = Client::new();
        let answer = client.get(&path).send().await.unwrap();
        if answer.status() != 200 {
            break answer;
        }
        clients.push(client);
        assert!(clients.len() <= 20, "there is no limit");
    };
    assert!(clients.len() > 10, "refused after {}", clients.len());
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "5");
    let body: serde_json::Value = refused.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED");

    clients.truncate(1);
    let mut freed = false;
    for _ in 0..50 {
        let answer = Client::new().get(&path).send().await.unwrap();
        freed = answer.status() == 200;
        if freed {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(freed, "places are not given back");
}
