//! The promises of the load balancer.

use std::collections::HashMap;
use std::time::Duration;

use lab_stack::stack::{AddressLimits, Instance, Instances, Options, Service, Stack, StackPorts};
use reqwest::{Client, Response};

use crate::shared_stack::{PASSWORD, lock_machine, shared, start_stack};

/// The path of a service with a query that needs no token and no database.
fn hello(service: &str) -> String {
    format!("/{service}/graphql?query=%7B__typename%7D")
}

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
    let _alone = lock_machine().await;
    let stack = shared().await;
    for service in Service::BALANCED {
        for number in ["1", "2", "2", "1", "1"] {
            let path = hello(service.name());
            assert_eq!(instance(&get(stack, &path, Some(number)).await), number);
            let path = format!("{path}&instance={number}");
            assert_eq!(instance(&get(stack, &path, None).await), number);
        }
    }
}

#[tokio::test]
async fn without_a_wish_both_instances_get_their_share() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    for service in Service::BALANCED {
        let mut answers: HashMap<String, u32> = HashMap::new();
        for _ in 0..100 {
            let answer = get(stack, &hello(service.name()), None).await;
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
    let _alone = lock_machine().await;
    let stack = start_stack(Options::for_tests()).await;
    let dead = Service::Sender.instance(1);
    stack.kill(dead);
    // Without a pause: its own checks cannot have noticed yet.
    for _ in 0..20 {
        let answer = get(&stack, &hello("sender"), Some("1")).await;
        assert_eq!(
            (answer.status().as_u16(), instance(&answer).as_str()),
            (200, "2")
        );
    }
    stack.restart(dead).await.unwrap();
    assert_eq!(
        instance(&get(&stack, &hello("sender"), Some("1")).await),
        "1"
    );
}

#[tokio::test]
async fn pinning_can_be_switched_off() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options {
        pinning: false,
        ..Options::for_tests()
    })
    .await;
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(instance(
            &get(
                &stack,
                &format!("{}&instance=1", hello("sender")),
                Some("1"),
            )
            .await,
        ));
    }
    assert!(answers.contains(&"2".to_owned()), "{answers:?}");
}

#[tokio::test]
async fn when_no_instance_is_left_the_answer_is_one_that_graphql_clients_understand() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options::for_tests()).await;
    for instance in Instance::all().filter(|instance| instance.service == Service::Sender) {
        stack.kill(instance);
    }
    let answer = get(&stack, "/sender/graphql", None).await;
    assert_eq!(answer.status().as_u16(), 503);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert!(body["errors"][0]["extensions"]["retryAfterMs"].is_u64());
    let other = get(&stack, &hello("receiver"), None).await;
    assert_eq!(other.status().as_u16(), 200, "the other pools go on");
}

/// N6: probes query the database and metrics reveal much, so neither is public.
#[tokio::test]
async fn probes_and_metrics_are_for_operators_only() {
    let _alone = lock_machine().await;
    let stack = shared().await;
    for service in Service::BALANCED {
        let instance = stack.instance_url(service.instance(1));
        for path in ["livez", "readyz", "startupz", "healthz", "metrics"] {
            for spelling in ["", "/", "./", "%2e/"] {
                let path = format!("/{}/{spelling}{path}", service.name());
                let status = get(stack, &path, None).await.status();
                assert_eq!(status.as_u16(), 404, "{path}");
            }
            let direct = Client::new().get(format!("{instance}/{path}"));
            assert_eq!(direct.send().await.unwrap().status().as_u16(), 200);
        }
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

/// N6: at the load balancer the IDE would have the origin of the web client, and could read its tokens.
#[tokio::test]
async fn the_ide_is_served_by_the_instances_alone() {
    let _alone = lock_machine().await;
    let mut options = Options::for_tests();
    let switches = ["IDE", "INTROSPECTION"];
    options
        .environment
        .extend(switches.map(|name| (name.to_owned(), "on".to_owned())));
    let stack = start_stack(options).await;
    for service in Service::BALANCED {
        let open = |url: String| Client::new().get(url).header("accept", "text/html").send();
        let name = service.name();
        let files = ["", "/ide/start.js", "/ide/graphiql.min.js"];
        for file in files {
            let through = open(format!("{}/{name}/graphql{file}", stack.url()));
            let through = through.await.unwrap();
            assert_eq!(through.status().as_u16(), 404, "{name} {file}");
            let url = stack.instance_url(service.instance(1));
            let direct = open(format!("{url}/graphql{file}")).await.unwrap();
            assert_eq!(direct.status().as_u16(), 200, "{name} {file}");
        }
    }
}

/// SCALE 5: with any number of instances, each is found, can be chosen, and gets its share of requests.
#[tokio::test]
async fn a_third_receiver_is_found_chosen_and_given_its_share() {
    let _alone = lock_machine().await;
    let instances = Instances {
        users_instances: 1,
        sender_instances: 2,
        receiver_instances: 3,
        worker_instances: 1,
    };
    let stack = start_stack(Options {
        ports: StackPorts::free_for(instances),
        ..Options::for_tests()
    })
    .await;
    for number in ["3", "1", "2", "3"] {
        let answer = get(&stack, &hello("receiver"), Some(number)).await;
        assert_eq!(instance(&answer), number);
    }
    // There is no second instance of users, so the request goes to the first.
    assert_eq!(
        instance(&get(&stack, &hello("users"), Some("2")).await),
        "1"
    );
    let mut answers: HashMap<String, u32> = HashMap::new();
    for _ in 0..90 {
        let answer = get(&stack, &hello("receiver"), None).await;
        *answers.entry(instance(&answer)).or_default() += 1;
    }
    assert!(
        answers.len() == 3 && answers.values().all(|share| *share >= 15),
        "{answers:?}"
    );
}

/// S14: the address of a client that connects to an instance without the load balancer cannot be forged.
#[tokio::test]
async fn only_the_load_balancer_is_believed_about_addresses() {
    let _alone = lock_machine().await;
    let mut options = Options::for_tests();
    options
        .environment
        .push(("LOGINS_PER_ADDRESS".to_owned(), "5".to_owned()));
    let stack = start_stack(options).await;
    let instance = stack.instance_url(Service::Users.instance(1));
    let codes = sign_in_from_many_addresses(&format!("{instance}/graphql")).await;
    assert!(codes.iter().any(|code| code == "RATE_LIMITED"), "{codes:?}");
}

/// S8: a client that opens sockets too fast is stopped before it exhausts what all clients share.
#[tokio::test]
async fn one_address_opens_so_many_sockets_in_a_while_and_no_more() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options {
        address_limits: Some(AddressLimits {
            upgrades: Some(30),
            ..AddressLimits::NONE
        }),
        ..Options::for_tests()
    })
    .await;
    let mut statuses = Vec::new();
    for _ in 0..60 {
        let upgrade = Client::new()
            .get(format!("{}/receiver/graphql", stack.url()))
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-websocket-protocol", "graphql-transport-ws");
        statuses.push(upgrade.send().await.unwrap().status().as_u16());
    }
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert!((28..=31).contains(&count(101)), "{statuses:?}");
    assert_eq!(count(101) + count(429), 60, "{statuses:?}");
    let other = get(&stack, &hello("receiver"), None).await;
    assert_eq!(other.status().as_u16(), 200, "only sockets are refused");
}

async fn sign_in_from_many_addresses(url: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for index in 0..10 {
        let document = "mutation ($input: LoginInput!) { login(input: $input) { accessToken } }";
        let input = serde_json::json!({ "login": format!("nobody{index}"), "password": PASSWORD });
        let body = serde_json::json!({ "query": document, "variables": { "input": input } });
        let request = Client::new()
            .post(url)
            .header("x-forwarded-for", format!("203.0.113.{index}"))
            .header("forwarded", format!("for=203.0.113.{index}"))
            .json(&body);
        let answer: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        codes.push(code.unwrap_or_default().to_owned());
    }
    codes
}

#[tokio::test]
async fn what_a_client_says_about_its_own_address_does_not_reach_the_services() {
    let _alone = lock_machine().await;
    let mut options = Options::for_tests();
    options
        .environment
        .push(("LOGINS_PER_ADDRESS".to_owned(), "5".to_owned()));
    let stack = start_stack(options).await;
    let codes = sign_in_from_many_addresses(&format!("{}/users/graphql", stack.url())).await;
    assert!(codes.iter().any(|code| code == "RATE_LIMITED"), "{codes:?}");
}

#[tokio::test]
async fn one_address_holds_so_many_connections_and_no_more() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options {
        address_limits: Some(AddressLimits {
            connections: Some(20),
            ..AddressLimits::NONE
        }),
        ..Options::for_tests()
    })
    .await;
    // Each client has its own connection, which it keeps. The stack itself keeps some, too.
    let path = format!("{}{}", stack.url(), hello("receiver"));
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
