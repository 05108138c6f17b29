//! What a health check asks of the database besides whether it is there.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::Pool;
use crate::error::{Error, chain};

/// How long an answer counts: probes come several times a second, the answers change with the database's installation.
const ANSWER_AGE: Duration = Duration::from_secs(5);

/// The newest answer to a statement that answers `true` when all is well. Those who come while one asks wait for its answer.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Probe {
    /// Asks on a connection of the pool. A failure is not remembered: it may have been the connection's.
    pub(crate) async fn ask(&self, pool: &Pool, sql: &str) -> Result<(), String> {
        let mut last = self.last.lock().await;
        if let Some(answer @ Ok(())) = newest(&last) {
            return answer;
        }
        let answer = match pool.get().await {
            Ok(client) => judge(client.query_one(sql, &[]).await),
            Err(error) => Err(chain(&error)),
        };
        *last = Some((Instant::now(), answer.clone()));
        answer
    }

    /// Asks on a new connection, which costs the server a process. A server whose package was replaced under it goes on with
    /// what it has loaded, and fails in what starts anew: connections of the pool do not notice.
    pub(crate) async fn ask_anew(&self, pool: &Pool, sql: &str) -> Result<(), String> {
        let mut last = self.last.lock().await;
        if let Some(answer) = newest(&last) {
            return answer;
        }
        let answer = match pool.fresh().await {
            Ok(client) => judge(client.query_one(sql, &[]).await),
            Err(error) => Err(chain(&error)),
        };
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

/// An answer that still counts.
fn newest(last: &Option<(Instant, Result<(), String>)>) -> Option<Result<(), String>> {
    let (at, answer) = last.as_ref()?;
    (at.elapsed() < ANSWER_AGE).then(|| answer.clone())
}

fn judge(answer: Result<tokio_postgres::Row, tokio_postgres::Error>) -> Result<(), String> {
    match answer.and_then(|row| row.try_get::<_, Option<bool>>(0)) {
        Ok(Some(true)) => Ok(()),
        Ok(_) => Err("the database answers wrongly".into()),
        Err(error) => Err(chain(&Error::from(error))),
    }
}
