use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lab_stack::directory::Directory;
use lab_stack::process::{Process, ProcessSpec, StopSteps};
use lab_stack::servers::{Postgres, Redis};

fn sleeper(stop: StopSteps, script: &str) -> ProcessSpec {
    ProcessSpec {
        name: "sleeper".to_owned(),
        command: ["sh", "-c", script].map(Into::into).to_vec(),
        environment: Vec::new(),
        stop,
    }
}

fn eventually(what: &str, mut check: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !check() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_stopped_process_is_gone_when_stop_returns_even_if_it_was_frozen() {
    let directory = Directory::temporary().unwrap();
    let process = Process::start(&sleeper(StopSteps::QUICK, "exec sleep 60"), &directory).unwrap();
    let pid = process.pid();
    assert!(process.is_running());
    process.freeze();
    process.stop();
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn a_process_that_ignores_the_first_signal_gets_the_next() {
    let directory = Directory::temporary().unwrap();
    let spec = sleeper(
        StopSteps("TERM:1 KILL:5"),
        "trap '' TERM; while :; do sleep 0.1; done",
    );
    let process = Process::start(&spec, &directory).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let pid = process.pid();
    process.stop();
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn a_process_that_ended_by_itself_is_not_running() {
    let directory = Directory::temporary().unwrap();
    let process =
        Process::start(&sleeper(StopSteps::QUICK, "echo bye; exit 3"), &directory).unwrap();
    assert!(process.wait_for_exit(Duration::from_secs(5)));
    assert_eq!(process.log_tail(), "bye");
}

#[test]
fn a_temporary_directory_goes_away_after_its_servers() {
    let directory = Directory::temporary().unwrap();
    let path = directory.path().to_owned();
    drop(directory);
    assert!(!path.exists());
}

/// Set for the child of the test below, which is this same test binary.
const VICTIM: &str = "LAB_TEST_VICTIM";

#[test]
fn servers_and_their_files_go_away_when_their_owner_is_killed() {
    if std::env::var_os(VICTIM).is_some() {
        let (postgres, redis) = (Postgres::start(), Redis::start());
        println!("\nvictim {} {}", postgres.port(), redis.port());
        loop {
            std::thread::park();
        }
    }
    let place = tempfile::tempdir_in("/var/tmp").unwrap();
    std::fs::set_permissions(
        place.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("processes::servers_and_their_files_go_away_when_their_owner_is_killed")
        .env(VICTIM, "1")
        .env("TMPDIR", place.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = std::io::BufReader::new(victim.stdout.take().unwrap());
    let line = std::io::BufRead::lines(output)
        .map_while(Result::ok)
        .find(|line| line.starts_with("victim "))
        .expect("the victim names its ports");
    let ports: Vec<u16> = line
        .split(' ')
        .skip(1)
        .map(|port| port.parse().unwrap())
        .collect();
    let answers = |port: &u16| std::net::TcpStream::connect(("127.0.0.1", *port)).is_ok();
    assert!(ports.iter().all(answers));

    victim.kill().unwrap();
    victim.wait().unwrap();
    eventually("the servers stop", || !ports.iter().any(answers));
    eventually("their directories go", || {
        std::fs::read_dir(place.path()).unwrap().next().is_none()
    });
}
