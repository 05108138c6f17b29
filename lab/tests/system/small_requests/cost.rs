//! Measures what a request costs the process that answers it.

use std::fmt;
use std::fs;
use std::time::Duration;

use lab_bench::usage;
use lab_stack::client::Socket;
use lab_stack::stack::{Instance, Stack};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::requests::{Request, Transport};

/// How often a request is repeated to measure its time: the kernel counts in ticks of 10 ms.
const REPETITIONS: u32 = 3;

/// How long a stream is read.
const STREAM_DURATION: Duration = Duration::from_millis(400);

/// The cost of one request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Bytes of the response; for a stream, of its largest event.
    pub answer: usize,
    /// Bytes by which the process grew at most.
    pub memory: u64,
    /// Milliseconds of processor time; for a stream, per event.
    pub time: f64,
}

/// The responses to a request.
#[derive(Clone, Copy, Default)]
struct Responses {
    largest: usize,
    /// Their number: one, or the events of a stream.
    count: u32,
}

impl Responses {
    fn add(&mut self, length: usize) {
        self.largest = self.largest.max(length);
        self.count += 1;
    }
}

impl Cost {
    /// The maximum of both, each separately.
    pub fn or_more(self, other: &Cost) -> Cost {
        Cost {
            answer: self.answer.max(other.answer),
            memory: self.memory.max(other.memory),
            time: self.time.max(other.time),
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.memory as f64 / 1024.0 / 1024.0;
        write!(
            f,
            "{:7} bytes {memory:5.2} MiB {:6.1} ms",
            self.answer, self.time
        )
    }
}

/// Measures requests to one process.
pub struct CostMeter {
    http: reqwest::Client,
    url: String,
    token: String,
    pid: u32,
}

impl CostMeter {
    /// A meter for an instance, which has answered ordinary requests when this returns.
    pub async fn new(stack: &Stack, instance: Instance, token: &str) -> CostMeter {
        let meter = CostMeter {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            url: format!("{}/graphql", stack.instance_url(instance)),
            token: token.to_owned(),
            pid: stack.process_id(instance).unwrap(),
        };
        let text = json!({ "query": "{__typename __schema{types{name}}}" }).to_string();
        for _ in 0..20 {
            let (service, transport) = (instance.service, Transport::Post("application/json"));
            let (name, text) = (String::new(), text.clone());
            let ordinary = Request {
                name,
                service,
                transport,
                text,
                signed_in: true,
            };
            meter.send(&ordinary).await;
        }
        meter
    }

    /// The cost of a request: its memory when it is sent for the first time, and its average time.
    pub async fn weigh(&self, request: &Request) -> Cost {
        let before = usage::resident(self.pid);
        fs::write(format!("/proc/{}/clear_refs", self.pid), "5").unwrap();
        let answer = self.send(request).await.largest;
        let memory = self.peak().saturating_sub(before);
        let repetitions = match request.transport {
            Transport::Post(_) | Transport::Get => REPETITIONS,
            Transport::Stream | Transport::Frame => 1,
        };
        let begun = usage::cpu(self.pid);
        let mut answers = 0;
        for _ in 0..repetitions {
            answers += self.send(request).await.count.max(1);
        }
        let time = (usage::cpu(self.pid) - begun) * 1_000.0 / f64::from(answers);
        Cost {
            answer,
            memory,
            time,
        }
    }

    /// The peak of resident memory since the last reset.
    fn peak(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        line.split_whitespace()
            .next()
            .unwrap()
            .parse::<u64>()
            .unwrap()
            * 1024
    }

    /// Sends a request and returns its responses.
    async fn send(&self, request: &Request) -> Responses {
        match request.transport {
            Transport::Post(media_type) => {
                let post = self.http.post(&self.url).header("content-type", media_type);
                self.answer(request, post.body(request.text.clone())).await
            }
            Transport::Get => {
                let url = format!("{}?{}", self.url, request.text);
                self.answer(request, self.http.get(url)).await
            }
            Transport::Stream => self.stream(request).await,
            Transport::Frame => self.frame(request).await,
        }
    }

    fn authorized(&self, request: &Request, builder: RequestBuilder) -> RequestBuilder {
        match request.signed_in {
            true => builder.bearer_auth(&self.token),
            false => builder,
        }
    }

    async fn answer(&self, request: &Request, builder: RequestBuilder) -> Responses {
        let answer = self.authorized(request, builder).send().await.unwrap();
        let text = answer.bytes().await.unwrap();
        Responses {
            largest: text.len(),
            count: 1,
        }
    }

    async fn stream(&self, request: &Request) -> Responses {
        let post = self.http.post(&self.url);
        let post = post
            .header("content-type", "application/json")
            .header("accept", "text/event-stream");
        let post = self.authorized(request, post.body(request.text.clone()));
        let mut text = Vec::new();
        let reading = async {
            let mut answer = post.send().await.unwrap();
            while let Ok(Some(chunk)) = answer.chunk().await {
                text.extend_from_slice(&chunk);
            }
        };
        let _ = tokio::time::timeout(STREAM_DURATION, reading).await;
        let mut answers = Responses::default();
        for event in String::from_utf8_lossy(&text).split("\n\n") {
            answers.add(event.len());
        }
        answers
    }

    async fn frame(&self, request: &Request) -> Responses {
        let token = if request.signed_in { &self.token } else { "" };
        let url = self.url.replacen("http", "ws", 1);
        let mut answers = Responses::default();
        let Ok(mut socket) = Socket::open(&url, token).await else {
            return answers;
        };
        let frame: Value = serde_json::from_str(&request.text).unwrap();
        let document = frame["payload"]["query"].as_str().unwrap();
        socket.subscribe(document, json!({})).await.unwrap();
        let reading = async {
            while let Ok(message) = socket.read().await {
                answers.add(message.to_string().len());
            }
        };
        let _ = tokio::time::timeout(STREAM_DURATION, reading).await;
        socket.close().await;
        answers
    }
}
