//! A client by others, which runs in its own process and prints what it receives as lines of JSON.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::shared_stack::eventually;

/// A running script. It is killed when this is dropped.
pub struct Follower {
    pub name: &'static str,
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
    reading: JoinHandle<()>,
}

impl Follower {
    /// Starts a script.
    pub fn start(name: &'static str, command: &mut Command) -> Follower {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|cause| panic!("{name} does not start: {cause}"));
        let lines = Arc::<Mutex<Vec<Value>>>::default();
        let heard = Arc::clone(&lines);
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let reading = tokio::spawn(async move {
            while let Ok(Some(line)) = output.next_line().await {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.push(line);
            }
        });
        Follower {
            name,
            child,
            lines,
            reading,
        }
    }

    /// All lines that it has printed.
    pub fn lines(&self) -> Vec<Value> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.clone()
    }

    /// The lines with this key.
    pub fn said(&self, key: &str) -> Vec<Value> {
        let mut lines = self.lines();
        lines.retain(|line| line.get(key).is_some());
        lines
    }

    /// All lines except events, each with the event before it.
    pub fn story(&self) -> Vec<String> {
        let mut last = Value::Null;
        let mut story = Vec::new();
        for line in self.lines() {
            match line.get("seq") {
                Some(_) => last = line,
                None if line.get("caughtUp").or(line.get("acknowledged")).is_some() => {}
                None => story.push(format!("{line} after {last}")),
            }
        }
        story
    }

    /// The messages of a chat in the order in which they were received.
    pub fn messages(&self, chat: Uuid) -> Vec<Uuid> {
        let in_chat =
            |line: &&Value| line["feed"] == chat.to_string() && line["kind"] == "MessageAdded";
        let lines = self.said("seq");
        let ids = lines.iter().filter(in_chat);
        ids.map(|line| line["message"].as_str().unwrap().parse().unwrap())
            .collect()
    }

    /// Waits until `condition` holds. Panics with its last lines after `timeout`.
    pub async fn wait(&self, timeout: Duration, condition: impl Fn(&Follower) -> bool) {
        if !eventually(timeout, async || condition(self), |done| *done).await {
            let lines = self.lines();
            let last = &lines[lines.len().saturating_sub(15)..];
            panic!(
                "{} is not where it should be; its last words: {last:#?}",
                self.name
            );
        }
    }

    /// Writes a line to its input.
    pub async fn tell(&mut self, line: &str) {
        let input = self.child.stdin.as_mut().unwrap();
        input
            .write_all(format!("{line}\n").as_bytes())
            .await
            .unwrap();
    }

    /// Closes its input and waits until it exits.
    pub async fn finish(&mut self) {
        drop(self.child.stdin.take());
        let ended = tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await;
        let ended = ended.unwrap_or_else(|_| panic!("{} does not end", self.name));
        assert!(ended.unwrap().success(), "{} failed", self.name);
        (&mut self.reading).await.unwrap();
    }
}
