//! A request of at most 400 bytes costs at most 50 ms of processor time, 1 MiB of response and 5 MiB of memory, whatever it
//! asks for, from whichever service, with or without a token. A stream has many events: the bounds on time and size apply to
//! each, and that on memory to all events that wait to be read.
//!
//! Requests go to the services without the load balancer, with all rate limits off, because single requests are measured.
//! Time and memory are those that the kernel reports for the process. A debug build is about ten times slower than a release
//! build and its futures are larger, so the bounds are wider here: `cargo test --release` checks the real ones.

mod cost;
mod data;
mod requests;

use lab_stack::stack::{Instance, Instances, Options, Service, Stack, StackPorts};

use cost::{Cost, CostMeter};
use data::Data;
use requests::Request;

use crate::shared_stack::{lock_machine, register_user, start_stack};

const MAX_ANSWER: usize = 1024 * 1024;
const MAX_MEMORY: u64 = if cfg!(debug_assertions) { 8 } else { 5 } * 1024 * 1024;
/// Milliseconds.
const MAX_TIME: f64 = if cfg!(debug_assertions) { 500.0 } else { 50.0 };

/// The allocator returns free memory, so that a request cannot use what an earlier one has left.
const MEMORY: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_MMAP_THRESHOLD_", "4096"),
    ("MALLOC_TRIM_THRESHOLD_", "4096"),
];

/// One instance of each service, with introspection on, which allows larger attacks.
async fn stack() -> Stack {
    let one = Instances {
        users_instances: 1,
        sender_instances: 1,
        receiver_instances: 1,
        worker_instances: 1,
    };
    let mut options = Options::for_tests();
    options.ports = StackPorts::free_for(one);
    let variables = [("INTROSPECTION", "on")].iter().chain(&MEMORY);
    let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    options.environment.extend(variables);
    start_stack(options).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_request_of_any_kind_costs_little() {
    let _alone = lock_machine().await;
    let stack = stack().await;
    let caller = register_user(&stack, "caller").await;
    let data = Data::write(&stack.database_url(None), caller.user_id()).await;
    let requests = requests::all(&data);
    let mut too_much = Vec::new();
    for service in Service::BALANCED {
        let meter = CostMeter::new(&stack, service.instance(1), caller.token()).await;
        let mut worst = Cost::default();
        for request in requests.iter().filter(|one| one.service == service) {
            let cost = meter.weigh(request).await;
            println!("{}", line(request, &cost));
            worst = worst.or_more(&cost);
            if cost.answer > MAX_ANSWER || cost.memory > MAX_MEMORY || cost.time > MAX_TIME {
                too_much.push(line(request, &cost));
            }
        }
        println!("{:8} at the most: {worst}", service.name());
        // The requests were executed, and their responses were large.
        assert!(worst.answer > 16 * 1024, "{worst}");
        assert!(stack.is_running(Instance { service, number: 1 }));
    }
    assert!(too_much.is_empty(), "{}", too_much.join("\n"));
}

fn line(request: &Request, cost: &Cost) -> String {
    let who = if request.signed_in {
        "caller"
    } else {
        "stranger"
    };
    let (service, name) = (request.service.name(), &request.name);
    format!("{service:8} {cost} {who:8} {:?} {name}", request.transport)
}
