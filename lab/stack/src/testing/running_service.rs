//! One instance of a service in the test's own process.

use std::fmt::Debug;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::graphql_client::GraphqlClient;
use super::http_response::HttpResponse;

/// Longer than anything takes on a busy machine.
const TIMEOUT: Duration = Duration::from_secs(30);

const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// One instance of a service, which runs until it is stopped or the test ends.
pub struct RunningService {
    port: u16,
    http: reqwest::Client,
    shutdown: CancellationToken,
    ended: JoinHandle<()>,
}

impl RunningService {
    /// Runs a service that listens on this port, until the token that it is given is cancelled.
    pub fn start<R, E>(port: u16, run: impl FnOnce(CancellationToken) -> R) -> Self
    where
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Debug,
    {
        let shutdown = CancellationToken::new();
        let running = run(shutdown.clone());
        let ended = async move {
            if let Err(error) = running.await {
                panic!("the service failed: {error:?}");
            }
        };
        Self {
            port,
            http: reqwest::Client::new(),
            shutdown,
            ended: tokio::spawn(ended),
        }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of a path, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// A client of its GraphQL endpoint, as nobody.
    pub fn graphql(&self) -> GraphqlClient {
        GraphqlClient::over(self.http.clone(), self.url("/graphql"))
    }

    /// The response to a GET.
    ///
    /// # Panics
    /// When there is none.
    pub async fn get(&self, path: &str) -> HttpResponse {
        HttpResponse::of(self.http.get(self.url(path))).await
    }

    /// The value of a line of `/metrics`, if there is one that begins so.
    ///
    /// # Panics
    /// When there is no response.
    pub async fn metric(&self, name: &str) -> Option<f64> {
        let page = self.get("/metrics").await.text;
        page.lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }

    /// Waits until `/readyz` says yes.
    ///
    /// # Panics
    /// When it does not, or there is no response.
    pub async fn until_ready(&self) {
        self.until("/readyz", |response| response.status == 200)
            .await;
    }

    /// Waits until a GET has such a response.
    ///
    /// # Panics
    /// When it never has, or there is no response.
    pub async fn until(&self, path: &str, is_wanted: impl Fn(&HttpResponse) -> bool) {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let response = self.get(path).await;
            if is_wanted(&response) {
                return;
            }
            assert!(Instant::now() < deadline, "{path}: {response:?}");
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Asks it to stop, as SIGTERM does.
    pub fn drain(&self) {
        self.shutdown.cancel();
    }

    /// Waits until it has ended by itself.
    ///
    /// # Panics
    /// When it has failed.
    pub async fn ended(self) {
        if let Err(cause) = self.ended.await {
            std::panic::resume_unwind(cause.into_panic());
        }
    }

    /// Asks it to stop and waits for its end.
    ///
    /// # Panics
    /// When it has failed.
    pub async fn stop(self) {
        self.drain();
        self.ended().await;
    }

    /// Breaks off whatever it does, as SIGKILL does.
    pub async fn kill(self) {
        self.ended.abort();
        // What it has done until now is the test's to look at, a cancelled task is no failure.
        drop(self.ended.await);
    }
}
