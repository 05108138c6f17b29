//! Waits, within a timeout, until something answers with 200.

use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use crate::Error;
use crate::process::{self, Process};

const POLL_INTERVAL: Duration = Duration::from_millis(50);

pub(super) fn client() -> Result<reqwest::Client, Error> {
    reqwest::Client::builder()
        .timeout(Duration::from_secs(3))
        .no_proxy()
        .build()
        .map_err(|cause| Error::Failed {
            program: "the HTTP client".to_owned(),
            output: cause.to_string(),
        })
}

/// Waits for one of our processes.
pub(super) async fn wait(
    http: &reqwest::Client,
    url: &str,
    process: &Process,
    timeout: Duration,
) -> Result<(), Error> {
    let deadline = Instant::now() + timeout;
    let name = || process.name().to_owned();
    while !answers(http, url).await {
        if !process.is_running() {
            return Err(Error::Exited {
                name: name(),
                log: process.log_tail(),
            });
        }
        if Instant::now() >= deadline {
            let seconds = timeout.as_secs();
            return Err(Error::NotReady {
                name: name(),
                seconds,
                log: process.log_tail(),
            });
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Ok(())
}

/// Waits for something behind the load balancer.
pub(super) async fn wait_through(
    http: &reqwest::Client,
    url: &str,
    log: &Path,
    timeout: Duration,
) -> Result<(), Error> {
    let deadline = Instant::now() + timeout;
    while !answers(http, url).await {
        if Instant::now() >= deadline {
            let seconds = timeout.as_secs();
            return Err(Error::NotReady {
                name: url.to_owned(),
                seconds,
                log: process::tail(log),
            });
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Ok(())
}

/// Waits until a page contains a line.
pub(super) async fn wait_for_text(
    http: &reqwest::Client,
    url: &str,
    line: &str,
    log: &Path,
    timeout: Duration,
) -> Result<(), Error> {
    let deadline = Instant::now() + timeout;
    loop {
        let page = match http.get(url).send().await {
            Ok(answer) => answer.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        if page.lines().any(|candidate| candidate == line) {
            return Ok(());
        }
        if Instant::now() >= deadline {
            let name = format!("the load balancer ({line})");
            let seconds = timeout.as_secs();
            return Err(Error::NotReady {
                name,
                seconds,
                log: process::tail(log),
            });
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

async fn answers(http: &reqwest::Client, url: &str) -> bool {
    http.get(url)
        .send()
        .await
        .is_ok_and(|answer| answer.status().is_success())
}
