//! Publishes reach Redis when it is there, and trouble nobody when it is not.

use std::time::{Duration, Instant};

use chassis::{config::RedisArgs, publisher::Publisher};
use lab_stack::testing::RedisSubscriber;
use prometheus_client::{encoding::text::encode, registry::Registry};

const CHANNEL: &str = "feed:01890a5d-ac96-774b-bcce-b302099a8057";

async fn subscriber(url: &str) -> RedisSubscriber {
    RedisSubscriber::subscribe(url, [CHANNEL]).await
}

/// The next payload, if one comes within a second.
async fn payload(subscriber: &mut RedisSubscriber) -> Option<String> {
    let message = subscriber.message_within(Duration::from_secs(1)).await?;
    String::from_utf8(message).ok()
}

fn publisher(url: &str) -> (Publisher, Registry) {
    let mut registry = Registry::default();
    let publisher = Publisher::start(&RedisArgs::url(url), &mut registry).unwrap();
    (publisher, registry)
}

/// The value of a counter.
fn count(registry: &Registry, name: &str) -> u64 {
    let mut text = String::new();
    encode(&mut text, registry).unwrap();
    let prefix = format!("{name}_total ");
    let line = text.lines().find_map(|line| line.strip_prefix(&prefix));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}"))
        .parse()
        .unwrap()
}

#[tokio::test]
async fn what_is_published_arrives_in_order() {
    let redis = lab_stack::servers::Redis::start();
    let mut subscribed = subscriber(&redis.url()).await;
    let (publisher, registry) = publisher(&redis.url());
    for number in 0..200 {
        publisher.publish(CHANNEL, number.to_string().into_bytes());
    }
    for number in 0..200 {
        assert_eq!(payload(&mut subscribed).await, Some(number.to_string()));
    }
    publisher.flush(Duration::from_secs(1)).await;
    assert_eq!(count(&registry, "published"), 200);
}

#[tokio::test]
async fn an_absent_redis_makes_nobody_wait() {
    let (publisher, registry) = publisher("redis://127.0.0.1:1");
    let began = Instant::now();
    for _ in 0..40_000 {
        publisher.publish(CHANNEL, *b"lost");
    }
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    publisher.flush(Duration::from_millis(300)).await;
    assert!(
        began.elapsed() < Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    assert!(
        count(&registry, "publish_dropped") >= 20_000,
        "the queue is not bounded"
    );
    assert!(count(&registry, "publish_failed") > 0);
    assert_eq!(count(&registry, "published"), 0);
}

#[tokio::test]
async fn publishing_goes_on_when_redis_is_back() {
    let redis = lab_stack::servers::Redis::start();
    let (publisher, _registry) = publisher(&redis.url());
    publisher.publish(CHANNEL, *b"before");
    publisher.flush(Duration::from_secs(1)).await;
    redis.stop();
    publisher.publish(CHANNEL, *b"meanwhile");
    publisher.flush(Duration::from_secs(2)).await;
    redis.restart();
    let mut subscribed = subscriber(&redis.url()).await;
    // The first ones may still meet the old connection.
    let mut heard = None;
    for _ in 0..5 {
        publisher.publish(CHANNEL, *b"after");
        heard = payload(&mut subscribed).await;
        if heard.is_some() {
            break;
        }
    }
    assert_eq!(heard.as_deref(), Some("after"));
}

/// SCALE 3: as for Postgres, a password is any text.
#[tokio::test]
async fn a_password_of_any_text_stands_beside_the_url() {
    const PASSWORD: &str = "p@ss/%'\"";
    const SHA256: &str = "03c257c614b980e9ceca64aa2686d90e6652a59b256c07725bde11fad0f85516";
    let redis = lab_stack::servers::Redis::start();
    let made = redis.command(&format!(
        "ACL SETUSER odd reset on #{SHA256} &feed:* +spublish"
    ));
    assert_eq!(made.unwrap(), "+OK");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{PASSWORD}\n")).unwrap();
    let url = redis.address();
    for (args, taken) in [
        (
            RedisArgs {
                redis_username: Some("odd".to_owned()),
                redis_password: Some(PASSWORD.into()),
                ..RedisArgs::url(&url)
            },
            1,
        ),
        (
            RedisArgs {
                redis_password_file: Some(file.path().into()),
                ..RedisArgs::url(url.replace("://", "://odd:wrong@"))
            },
            1,
        ),
        // S7: nobody's account publishes nothing.
        (RedisArgs::url(&url), 0),
    ] {
        let mut registry = Registry::default();
        let publisher = Publisher::start(&args, &mut registry).unwrap();
        publisher.publish("feed:x", *b"hint");
        publisher.flush(Duration::from_secs(5)).await;
        assert_eq!(count(&registry, "published"), taken, "{args:?}");
    }
}
