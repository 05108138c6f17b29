//! Durable inserts and nothing else.

use std::time::{Duration, Instant};

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::db::BareTable;
use crate::histogram::Histogram;
use lab_stack::Error;

/// Inserts for a while, over several connections at once, and prints an [`InsertResult`].
#[derive(Args, Clone, Debug)]
pub struct Inserts {
    /// URL of the database.
    #[arg(long)]
    url: String,
    /// Number of connections.
    #[arg(long)]
    connections: usize,
    /// Rows per transaction.
    #[arg(long)]
    rows: usize,
    /// Duration, in seconds.
    #[arg(long)]
    seconds: f64,
}

/// The result of bare inserts.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct InsertResult {
    /// Rows per second.
    pub rows: f64,
    /// Median duration of a transaction, in microseconds.
    pub p50: u64,
    /// 95th percentile.
    pub p95: u64,
    /// 99th percentile.
    pub p99: u64,
}

impl Inserts {
    pub(super) async fn run(self) -> Result<(), Error> {
        let result = self.insert().await?;
        println!("{}", serde_json::json!(result));
        Ok(())
    }

    async fn insert(&self) -> Result<InsertResult, Error> {
        let mut tables = Vec::new();
        for _ in 0..self.connections {
            tables.push(BareTable::connect(&self.url).await?);
        }
        let began = Instant::now();
        let end = began + Duration::from_secs_f64(self.seconds);
        let rows = self.rows;
        let work = tables.into_iter().map(|table| async move {
            let mut durations = Histogram::default();
            while Instant::now() < end {
                let before = Instant::now();
                table.insert(rows).await?;
                durations.record(before.elapsed().as_micros() as u64);
            }
            Ok::<_, Error>(durations)
        });
        let work = work.map(tokio::spawn);
        let mut all = Histogram::default();
        for done in futures_util::future::join_all(work).await {
            let done = done.map_err(|cause| Error::Failed {
                program: "an insert".to_owned(),
                output: cause.to_string(),
            })?;
            all.merge(&done?);
        }
        Ok(InsertResult {
            rows: (all.total() as usize * rows) as f64 / began.elapsed().as_secs_f64(),
            p50: all.quantile(0.5),
            p95: all.quantile(0.95),
            p99: all.quantile(0.99),
        })
    }
}
