//! A proxy for the connections between two processes. Tests use it for what networks do (stall, refuse, break and slow down
//! connections) and for what must not happen (whole messages that are dropped, duplicated or reordered).
//!
//! Unlike a packet filter, it needs no privileges and works everywhere. Stalled data arrives later, as after a partition that
//! TCP survived.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::{Error, ports};

/// The delay that TCP causes after a lost packet on a slow link.
const RETRANSMIT_DELAY: Duration = Duration::from_millis(200);

/// The conditions of the network.
#[derive(Clone, Copy, Debug, Default)]
pub struct NetworkConditions {
    /// Nothing moves in either direction.
    pub stalled: bool,
    /// New connections are closed at once.
    pub refusing: bool,
    /// Bytes per second in each direction.
    pub rate: Option<u64>,
    /// Percentage of chunks that are late, as after a lost packet.
    pub late_percent: u64,
}

/// Sees the bytes of one connection, and may change them.
pub trait Interceptor: Send {
    /// Handles bytes from the client. Returns what is passed on.
    fn upstream(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    /// Handles bytes to the client. Returns what is passed on.
    fn downstream(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }
}

type MakeInterceptor = Box<dyn Fn() -> Box<dyn Interceptor> + Send + Sync>;

struct PassThrough;
impl Interceptor for PassThrough {}

/// A proxy in front of a port of this machine. It stops when this value is dropped.
pub struct TcpProxy {
    port: u16,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

struct Inner {
    target: Mutex<u16>,
    conditions: watch::Sender<NetworkConditions>,
    /// Connections of an older generation are broken.
    generation: watch::Sender<u64>,
    make_interceptor: MakeInterceptor,
}

impl TcpProxy {
    /// Starts a proxy in front of this port that passes everything on.
    pub async fn to(target: u16) -> Result<TcpProxy, Error> {
        TcpProxy::with_interceptor(target, || Box::new(PassThrough)).await
    }

    /// Starts a proxy with an interceptor for each connection.
    pub async fn with_interceptor(
        target: u16,
        make_interceptor: impl Fn() -> Box<dyn Interceptor> + Send + Sync + 'static,
    ) -> Result<TcpProxy, Error> {
        let failed = |cause| Error::io("start a TCP proxy", cause);
        let port = ports::free();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(failed)?;
        let inner = Arc::new(Inner {
            target: Mutex::new(target),
            conditions: watch::Sender::new(NetworkConditions::default()),
            generation: watch::Sender::new(0),
            make_interceptor: Box::new(make_interceptor),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&inner)));
        Ok(TcpProxy { port, inner, task })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes the conditions of all connections, including existing ones.
    pub fn set(&self, conditions: NetworkConditions) {
        self.inner.conditions.send_replace(conditions);
    }

    /// Breaks all connections.
    pub fn cut(&self) {
        self.inner
            .generation
            .send_modify(|generation| *generation += 1);
    }

    /// Forwards to another port from now on, and breaks the connections to the old one.
    pub fn redirect_to(&self, target: u16) {
        *self
            .inner
            .target
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = target;
        self.cut();
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        self.cut();
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        // An error here concerns only the connection that was being accepted.
        let Ok((client, _)) = listener.accept().await else {
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        if !inner.conditions.borrow().refusing {
            tokio::spawn(carry(client, Arc::clone(&inner)));
        }
    }
}

async fn carry(client: TcpStream, inner: Arc<Inner>) {
    let target = *inner.target.lock().unwrap_or_else(PoisonError::into_inner);
    let mut generation = inner.generation.subscribe();
    let Ok(server) = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, target))).await
    else {
        return;
    };
    // The proxy must not delay small messages.
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let interceptor = Arc::new(Mutex::new((inner.make_interceptor)()));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let up = Forwarder {
        conditions: inner.conditions.subscribe(),
        interceptor: Arc::clone(&interceptor),
        upstream: true,
        chunks: 0,
    };
    let down = Forwarder {
        conditions: inner.conditions.subscribe(),
        interceptor,
        upstream: false,
        chunks: 0,
    };
    let both = async {
        tokio::join!(
            up.run(from_client, to_server),
            down.run(from_server, to_client)
        )
    };
    tokio::select! {
        _ = both => {}
        _ = generation.changed() => {}
    }
}

struct Forwarder {
    conditions: watch::Receiver<NetworkConditions>,
    interceptor: Arc<Mutex<Box<dyn Interceptor>>>,
    upstream: bool,
    chunks: u64,
}

impl Forwarder {
    async fn run(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            if self.conditions.wait_for(|now| !now.stalled).await.is_err() {
                return;
            }
            let rate = self.conditions.borrow().rate;
            let max_length = rate.map_or(buffer.len(), |rate| buffer.len().min(rate as usize / 20));
            let Ok(length @ 1..) = from.read(&mut buffer[..max_length]).await else {
                // The other direction of a half-closed connection may continue for a moment.
                let _ = to.shutdown().await;
                return;
            };
            if self.conditions.wait_for(|now| !now.stalled).await.is_err() {
                return;
            }
            self.slow_down(length).await;
            let bytes = self.intercepted(buffer[..length].to_vec());
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    }

    async fn slow_down(&mut self, length: usize) {
        let conditions = *self.conditions.borrow();
        if let Some(rate) = conditions.rate {
            sleep(Duration::from_secs_f64(length as f64 / rate as f64)).await;
        }
        // Evenly distributed: the time of a chunk decides whether it is late.
        self.chunks += 1;
        if (self.chunks * 37) % 100 < conditions.late_percent {
            sleep(RETRANSMIT_DELAY).await;
        }
    }

    fn intercepted(&self, bytes: Vec<u8>) -> Vec<u8> {
        let mut interceptor = self
            .interceptor
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match self.upstream {
            true => interceptor.upstream(bytes),
            false => interceptor.downstream(bytes),
        }
    }
}
