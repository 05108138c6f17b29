//! What a health check asks of the database besides whether it is there.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::Pool;
use crate::error::{Error, chain};

/// Between two questions on connections of their own: each one costs the server a process.
const FRESH_INTERVAL: Duration = Duration::from_secs(5);

/// Asks a statement that answers `true` when all is well, on a connection of the pool.
pub(crate) async fn ask(pool: &Pool, sql: &str) -> Result<(), String> {
    let client = pool.get().await.map_err(|error| chain(&error))?;
    judge(client.query_one(sql, &[]).await)
}

/// The same on a new connection, now and then. A server whose package was replaced under it goes on with what it has
/// loaded, and fails in what starts anew: connections of the pool do not notice.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Fresh {
    /// The newest answer, not older than [`FRESH_INTERVAL`]. Those who come while one asks wait for its answer.
    pub(crate) async fn ask(&self, pool: &Pool, sql: &str) -> Result<(), String> {
        let mut last = self.last.lock().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < FRESH_INTERVAL
        {
            return answer.clone();
        }
        let answer = match pool.fresh().await {
            Ok(client) => judge(client.query_one(sql, &[]).await),
            Err(error) => Err(chain(&error)),
        };
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

fn judge(answer: Result<tokio_postgres::Row, tokio_postgres::Error>) -> Result<(), String> {
    match answer.and_then(|row| row.try_get::<_, Option<bool>>(0)) {
        Ok(Some(true)) => Ok(()),
        Ok(_) => Err("the database answers wrongly".into()),
        Err(error) => Err(chain(&Error::from(error))),
    }
}
