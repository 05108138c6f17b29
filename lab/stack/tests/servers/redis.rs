use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use lab_stack::servers::Redis;

fn ask(stream: &mut TcpStream, words: &str) -> std::io::Result<String> {
    stream.set_read_timeout(Some(Duration::from_millis(300)))?;
    write!(stream, "{words}\r\n")?;
    let mut answer = [0; 64];
    let length = stream.read(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
}

/// A connection of whoever may do everything.
fn connect(redis: &Redis) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", redis.port()))?;
    let (name, password) = redis
        .url()
        .strip_prefix("redis://")
        .and_then(|url| url.split_once('@')?.0.split_once(':').map(own))
        .unwrap();
    // Of a frozen server, there is an answer later.
    let _ = ask(&mut stream, &format!("AUTH {name} {password}"));
    Ok(stream)
}

fn own((name, password): (&str, &str)) -> (String, String) {
    (name.to_owned(), password.to_owned())
}

#[test]
fn a_stopped_redis_refuses_connections_and_comes_back_empty_on_its_port() {
    let redis = Redis::start();
    let mut stream = connect(&redis).unwrap();
    assert_eq!(ask(&mut stream, "SET key value").unwrap(), "+OK\r\n");

    redis.stop();
    assert!(connect(&redis).is_err());

    redis.restart();
    let mut stream = connect(&redis).unwrap();
    assert_eq!(ask(&mut stream, "EXISTS key").unwrap(), ":0\r\n");
}

#[test]
fn a_frozen_redis_accepts_and_says_nothing_until_it_thaws() {
    let redis = Redis::start();
    redis.freeze();
    let mut stream = connect(&redis).unwrap();
    assert!(ask(&mut stream, "PING").is_err());
    redis.thaw();
    // First comes the answer to what was said while it was frozen.
    assert!(ask(&mut stream, "PING").unwrap().starts_with('+'));
}

#[test]
fn a_flush_forgets_keys_and_cuts_subscribers() {
    let redis = Redis::start();
    let mut keys = connect(&redis).unwrap();
    assert_eq!(ask(&mut keys, "SET key value").unwrap(), "+OK\r\n");
    let mut subscriber = connect(&redis).unwrap();
    assert!(
        ask(&mut subscriber, "SUBSCRIBE feed")
            .unwrap()
            .contains("subscribe")
    );

    redis.flush();
    assert_eq!(ask(&mut keys, "EXISTS key").unwrap(), ":0\r\n");
    let mut rest = Vec::new();
    assert_eq!(
        subscriber.read_to_end(&mut rest).unwrap(),
        0,
        "the connection is closed"
    );
}
