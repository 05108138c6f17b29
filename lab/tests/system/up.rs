//! `lab up`, the stack of `make run`.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use lab_stack::client::Visitor;
use lab_stack::{demo, ports};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::shared_stack::lock_machine;

const PORTS: [&str; 8] = [
    "ANTIPHON_PORT",
    "ANTIPHON_WEB_PORT",
    "ANTIPHON_USERS_1_PORT",
    "ANTIPHON_USERS_2_PORT",
    "ANTIPHON_SENDER_1_PORT",
    "ANTIPHON_SENDER_2_PORT",
    "ANTIPHON_RECEIVER_1_PORT",
    "ANTIPHON_RECEIVER_2_PORT",
];

/// A data directory, and a web client of one page.
struct Installation {
    directory: tempfile::TempDir,
    ports: Vec<u16>,
}

impl Installation {
    fn new() -> Installation {
        let directory = tempfile::tempdir_in("/var/tmp").unwrap();
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(directory.path(), open).unwrap();
        std::fs::write(directory.path().join("index.html"), "the web client").unwrap();
        Installation {
            directory,
            ports: PORTS.iter().map(|_| ports::free()).collect(),
        }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lab"));
        command
            .args(["up", "--web"])
            .arg(self.directory.path())
            .env("ANTIPHON_DATA", self.directory.path().join("data"))
            .envs(PORTS.iter().zip(self.ports.iter().map(u16::to_string)));
        command
    }

    fn start(&self) -> RunningLab {
        let mut child = self.command().stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        RunningLab {
            child,
            lines,
            said: Vec::new(),
        }
    }
}

struct RunningLab {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
    said: Vec<String>,
}

impl RunningLab {
    /// Reads until a line contains `words`.
    fn wait_for(&mut self, words: &str) {
        let deadline = Instant::now() + Duration::from_secs(90);
        while !self.said.last().is_some_and(|line| line.contains(words)) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.said.push(line),
                Err(_) => panic!("it never said {words:?}, but:\n{}", self.said.join("\n")),
            }
        }
    }

    fn end_with(mut self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.said.join("\n"));
    }
}

fn assert_nobody_listens(installation: &Installation) {
    let left: Vec<&u16> = installation
        .ports
        .iter()
        .filter(|port| TcpStream::connect(("127.0.0.1", **port)).is_ok())
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

async fn messages_in_the_lobby(installation: &Installation) -> usize {
    let ada = Visitor::new(&installation.url())
        .sign_in(demo::USERNAMES[0], demo::PASSWORD)
        .await
        .unwrap();
    let data = ada
        .query(
            "{ chats(first: 50) { nodes { id name participants(first: 10) { nodes { user { displayName } } } } } }",
            json!({}),
        )
        .await
        .unwrap();
    let chats = data["chats"]["nodes"].as_array().unwrap();
    assert_eq!(chats.len(), 3, "{chats:?}");
    let lobby = chats.iter().find(|chat| chat["name"] == "Lobby").unwrap();
    // F50: demo users have full names, as in a real installation.
    let people = lobby["participants"]["nodes"].as_array().unwrap();
    assert_eq!(people.len(), demo::USERNAMES.len(), "{people:?}");
    for person in people {
        let name = person["user"]["displayName"].as_str().unwrap();
        assert!(name.contains(' '), "{name}");
    }
    ada.history(lobby["id"].as_str().unwrap().parse().unwrap(), "id")
        .await
        .unwrap()
        .len()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_announces_itself_revives_what_dies_keeps_its_data_and_leaves_nothing_running() {
    let _alone = lock_machine().await;
    let installation = Installation::new();
    let mut first = installation.start();
    first.wait_for("Antiphon is ready");
    let page = reqwest::get(installation.url())
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(page, "the web client");
    let messages = messages_in_the_lobby(&installation).await;
    assert!(messages >= 10);

    let owner = ports::listener_owner(installation.ports[4]).unwrap();
    let pid = owner
        .strip_prefix("sender (process ")
        .and_then(|rest| rest.strip_suffix(')'));
    let pid = pid.unwrap_or_else(|| panic!("{owner}")).parse().unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    first.wait_for("sender-1 ended; starting it again");
    first.end_with(Signal::INT);
    assert_nobody_listens(&installation);

    let mut second = installation.start();
    second.wait_for("Antiphon is ready");
    assert!(
        !second.said.iter().any(|line| line.contains("making demo")),
        "{:?}",
        second.said
    );
    assert_eq!(messages_in_the_lobby(&installation).await, messages);
    second.end_with(Signal::TERM);
    assert_nobody_listens(&installation);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_with_its_holder_and_the_variable_that_moves_it() {
    let _alone = lock_machine().await;
    let installation = Installation::new();
    let _holder = TcpListener::bind(("127.0.0.1", installation.ports[3])).unwrap();
    let Output { status, stderr, .. } = installation.command().output().unwrap();
    let stderr = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(1));
    let ours = format!("(process {})", std::process::id());
    for words in [
        &installation.ports[3].to_string(),
        "ANTIPHON_USERS_2_PORT",
        &ours,
    ] {
        assert!(stderr.contains(words), "{words} in: {stderr}");
    }
    assert!(
        !Path::new(&installation.directory.path().join("data")).exists(),
        "nothing was begun"
    );
}
