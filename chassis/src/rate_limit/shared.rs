//! Limits that hold across instances: scripts in Redis, on Redis' clock.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use redis::{
    RedisError, Script, ScriptInvocation,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use super::{class::Class, delay::Delay, limiter::Limiter, subject::Subject};
use crate::{
    config::groups::RedisArgs,
    error::{Error, StartError},
};

/// Maximum time that a request waits for Redis. It is longer than other time-outs, because these operations are rare,
/// and giving up too early softens the limits.
const REDIS_TIMEOUT: Duration = Duration::from_millis(250);

/// Redis is not asked again for so long after it did not answer: one request may have several limits.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Keeps the theoretical arrival time (TAT) of the next request, in microseconds. Answers with the microseconds to wait,
/// or with 0 when the request is admitted and counted. A key lives as long as it matters. A TAT that is further ahead
/// than it can be was written before the clock was set back.
const CHARGE: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
tat = math.min(tat, now + interval * burst)
local next = tat + interval * cost
local wait = next - interval * burst - now
if wait > 0 then
    return math.ceil(wait)
end
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000))
return 0
";

/// Takes back what was counted.
const REFUND: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local tat = tonumber(redis.call('GET', KEYS[1]) or 0) - tonumber(ARGV[1]) * tonumber(ARGV[2])
if tat <= now then
    return redis.call('DEL', KEYS[1])
end
redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000))
return 0
";

/// [`Delay`]: the level of the subject, and the wait of the requester. Their keys share a hash tag.
const DELAY: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, most, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
local ahead = math.min(tat - now, most)
local opens = redis.call('GET', KEYS[2])
if opens then
    local wait = math.min(tonumber(opens) - now, keep)
    if wait > 0 then
        return math.ceil(wait)
    end
    redis.call('DEL', KEYS[2])
else
    local wait = 0
    for index = 4, #ARGV, 2 do
        if ahead + interval > tonumber(ARGV[index]) then
            wait = tonumber(ARGV[index + 1])
        end
    end
    if wait > 0 then
        redis.call('SET', KEYS[2], string.format('%.0f', now + wait), 'PX', math.ceil((wait + keep) / 1000))
        return wait
    end
end
local next = now + math.min(ahead + interval, most)
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000))
return 0
";

/// Limits across instances. Cheap to clone.
#[derive(Clone)]
pub struct SharedLimiter {
    local: Limiter,
    connection: ConnectionManager,
    scripts: Arc<Scripts>,
    /// When the last request found Redis away, if it did.
    away: Arc<Mutex<Option<Instant>>>,
}

/// Redis did not answer, or has not just now.
struct Away;

struct Scripts {
    charge: Script,
    refund: Script,
    delay: Script,
}

impl SharedLimiter {
    /// Limits that are shared through this Redis, which need not be there yet, and kept by `local` while it is away.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn new(local: &Limiter, args: &RedisArgs) -> Result<Self, StartError> {
        let refused = |error: RedisError| StartError::new(format!("REDIS_URL: {error}"));
        let client = args.client()?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(REDIS_TIMEOUT))
            .set_response_timeout(Some(REDIS_TIMEOUT))
            .set_number_of_retries(0);
        Ok(Self {
            local: local.clone(),
            connection: ConnectionManager::new_lazy_with_config(client, config).map_err(refused)?,
            scripts: Arc::new(Scripts {
                charge: Script::new(CHARGE),
                refund: Script::new(REFUND),
                delay: Script::new(DELAY),
            }),
            away: Arc::default(),
        })
    }

    /// The limits of this process alone.
    #[must_use]
    pub fn local(&self) -> &Limiter {
        &self.local
    }

    /// Counts `cost` more of `class` for `subject`.
    ///
    /// # Errors
    /// As [`Limiter::charge`].
    pub async fn charge(&self, class: &Class, subject: Subject, cost: u32) -> Result<(), Error> {
        let Some(quota) = class.quota() else {
            return Ok(());
        };
        let cost = quota.checked(cost)?;
        let script = &self.scripts.charge;
        let mut invocation = script.key(key(class.name, subject, subject));
        invocation
            .arg(micros(quota.interval))
            .arg(quota.burst.get())
            .arg(cost);
        match self.invoke(&invocation).await {
            Ok(None) => {
                // Also counted in this process, so that counts do not start at zero when Redis fails.
                let local = self.local.local();
                local.charge(class.name, subject, quota, cost, Instant::now());
                Ok(())
            }
            Ok(Some(wait)) => Err(self.local.refuse(class, wait)),
            Err(Away) => self.local.charge(class, subject, cost),
        }
    }

    /// Takes back what was counted: it did not happen, or should not count.
    pub async fn refund(&self, class: &Class, subject: Subject, cost: u32) {
        let Some(quota) = class.quota() else {
            return;
        };
        self.local.refund(class, subject, cost);
        let script = &self.scripts.refund;
        let mut invocation = script.key(key(class.name, subject, subject));
        invocation.arg(micros(quota.interval)).arg(cost);
        // Without Redis there is nothing to take back there.
        drop(self.invoke(&invocation).await);
    }

    /// Charges `subject` once more, or returns how long `requester` has to wait first. A success is refunded with
    /// [`SharedLimiter::forgive`].
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub async fn delay(
        &self,
        delay: &Delay,
        subject: Subject,
        requester: Subject,
    ) -> Result<(), Error> {
        let Some(quota) = delay.quota() else {
            return Ok(());
        };
        let local = || {
            let local = self.local.local();
            local.delay(delay, quota, (subject, requester), Instant::now())
        };
        let script = &self.scripts.delay;
        let mut invocation = script.key(key(delay.name, subject, subject));
        invocation
            .key(key(delay.gate, subject, requester))
            .arg(micros(quota.interval))
            .arg(micros(delay.most_ahead(quota)))
            .arg(micros(delay.keep()));
        for (ahead, wait) in delay.steps(quota) {
            invocation.arg(micros(ahead)).arg(micros(wait));
        }
        let wait = match self.invoke(&invocation).await {
            Ok(wait) => {
                local();
                wait
            }
            Err(Away) => local(),
        };
        match wait {
            None => Ok(()),
            Some(wait) => Err(self.local.refuse(&delay.class(), wait)),
        }
    }

    /// Takes back one that [`SharedLimiter::delay`] has counted.
    pub async fn forgive(&self, delay: &Delay, subject: Subject) {
        self.refund(&delay.class(), subject, 1).await;
    }

    /// Whether the limits are shared at the moment: a health check. Asked every second or so, which also wakes a
    /// connection that gave up while it was idle.
    pub fn probe(&self) -> impl Future<Output = Result<(), RedisError>> + Send + 'static + use<> {
        let mut connection = self.connection.clone();
        async move { redis::cmd("PING").exec_async(&mut connection).await }
    }

    /// The time to wait that a script answers with, if any.
    async fn invoke(&self, invocation: &ScriptInvocation<'_>) -> Result<Option<Duration>, Away> {
        let away = *self.away.lock().unwrap_or_else(PoisonError::into_inner);
        if away.is_some_and(|since| since.elapsed() < RETRY_AFTER) {
            return Err(Away);
        }
        let answer: Result<u64, RedisError> =
            invocation.invoke_async(&mut self.connection.clone()).await;
        let now_away = answer.is_err().then(Instant::now);
        *self.away.lock().unwrap_or_else(PoisonError::into_inner) = now_away;
        match answer {
            Ok(wait) => {
                if away.is_some() {
                    tracing::info!("rate limits are shared across instances again");
                }
                Ok((wait > 0).then(|| Duration::from_micros(wait)))
            }
            Err(error) => {
                if away.is_none() {
                    tracing::warn!(%error, "Redis is unavailable; this instance counts rate limits on its own");
                }
                Err(Away)
            }
        }
    }
}

/// `throttle:<class>:{<subject>}`, and the requester behind it if that is another. What is in braces is what a Redis Cluster
/// places keys by.
fn key(class: &str, subject: Subject, requester: Subject) -> String {
    if subject == requester {
        format!("throttle:{class}:{{{subject}}}")
    } else {
        format!("throttle:{class}:{{{subject}}}:{requester}")
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
