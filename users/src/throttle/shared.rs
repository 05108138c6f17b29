//! Limits that hold across instances: a script in Redis, on Redis' clock.

use std::time::Duration;

use chassis::{StartError, config::RedisArgs};
use redis::{
    RedisError, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use super::Limit;

/// A sign-in waits no longer than this for Redis. Longer than others wait: a hash is slow anyway, and each time we give
/// up too early makes the limits softer.
const PATIENCE: Duration = Duration::from_millis(250);

/// Keeps the theoretical arrival time (TAT) of the next request, in microseconds. Answers with the microseconds to wait,
/// or with 0 when the request is admitted and counted. A key lives as long as it matters.
const GCRA: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval = tonumber(ARGV[1])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local earliest = tat - interval * (tonumber(ARGV[2]) - 1)
if earliest > now then
    return math.ceil(earliest - now)
end
tat = tat + interval
redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000))
return 0
";

pub(super) struct Shared {
    connection: ConnectionManager,
    script: Script,
}

impl Shared {
    pub(super) fn new(args: &RedisArgs) -> Result<Self, StartError> {
        let refused = |error: RedisError| StartError::new(format!("REDIS_URL: {error}"));
        let client = args.client()?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(0);
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(client, config).map_err(refused)?,
            script: Script::new(GCRA),
        })
    }

    /// The time to wait, or `None` when the request is admitted.
    pub(super) async fn admit(
        &self,
        key: &str,
        limit: Limit,
    ) -> Result<Option<Duration>, RedisError> {
        let mut invocation = self.script.key(key);
        let invocation = invocation
            .arg(u64::try_from(limit.interval().as_micros()).unwrap_or(u64::MAX))
            .arg(limit.times.get());
        let wait: u64 = invocation
            .invoke_async(&mut self.connection.clone())
            .await?;
        Ok((wait > 0).then(|| Duration::from_micros(wait)))
    }

    /// Asked by the health check every second or so, which also wakes a connection that gave up while it was idle.
    pub(super) fn probe(
        &self,
    ) -> impl Future<Output = Result<(), RedisError>> + Send + 'static + use<> {
        let mut connection = self.connection.clone();
        async move { redis::cmd("PING").exec_async(&mut connection).await }
    }
}
