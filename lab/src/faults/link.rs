//! A detour for one TCP connection after another, on which the lab can do what networks do:
//! hold everything back, refuse, break, slow down. And what they must not: drop, double and
//! reorder whole messages.
//!
//! It is a proxy, not a packet filter: it needs no rights and works everywhere, and each
//! connection between two processes has one of its own. What it holds back arrives later, as
//! after a partition that TCP survived.

pub mod mangle;
pub mod tripwire;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::Error;

/// What TCP makes of a lost packet on a slow link.
const HICCUP: Duration = Duration::from_millis(200);

/// How the link is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// Nothing moves in either direction.
    pub stalled: bool,
    /// New connections are closed at once.
    pub refusing: bool,
    /// Bytes a second in each direction.
    pub rate: Option<u64>,
    /// So many of a hundred chunks are late, as after a lost packet.
    pub hiccups: u64,
}

/// Looks at what passes on one connection, and may change it.
pub trait Tap: Send {
    /// From the client. Returns what goes on.
    fn upstream(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }

    /// To the client. Returns what goes on.
    fn downstream(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }
}

type Taps = Box<dyn Fn() -> Box<dyn Tap> + Send + Sync>;

struct Plain;
impl Tap for Plain {}

/// A detour. It ends with this value.
pub struct Link {
    port: u16,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

struct Inner {
    target: Mutex<u16>,
    weather: watch::Sender<Weather>,
    /// Connections of an older generation are broken.
    generation: watch::Sender<u64>,
    taps: Taps,
}

impl Link {
    /// A detour to a port on this machine.
    pub async fn to(target: u16) -> Result<Link, Error> {
        Link::tapped(target, || Box::new(Plain)).await
    }

    /// A detour on which each connection has a tap.
    pub async fn tapped(
        target: u16,
        taps: impl Fn() -> Box<dyn Tap> + Send + Sync + 'static,
    ) -> Result<Link, Error> {
        let failed = |cause| Error::io("open a detour", cause);
        let port = crate::ports::free();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(failed)?;
        let inner = Arc::new(Inner {
            target: Mutex::new(target),
            weather: watch::Sender::new(Weather::default()),
            generation: watch::Sender::new(0),
            taps: Box::new(taps),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&inner)));
        Ok(Link { port, inner, task })
    }

    /// Where it begins.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes how it is, for connections that exist, too.
    pub fn set(&self, weather: Weather) {
        self.inner.weather.send_replace(weather);
    }

    /// Breaks all connections.
    pub fn cut(&self) {
        self.inner
            .generation
            .send_modify(|generation| *generation += 1);
    }

    /// Leads somewhere else from now on, and breaks what led to the old place.
    pub fn lead_to(&self, target: u16) {
        *self
            .inner
            .target
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = target;
        self.cut();
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.cut();
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, inner: Arc<Inner>) {
    loop {
        // An error here is one of the connection that was to come.
        let Ok((client, _)) = listener.accept().await else {
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        if !inner.weather.borrow().refusing {
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
    // Small messages must not wait for each other because of us.
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let tap = Arc::new(Mutex::new((inner.taps)()));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let up = Pump {
        weather: inner.weather.subscribe(),
        tap: Arc::clone(&tap),
        upstream: true,
        chunks: 0,
    };
    let down = Pump {
        weather: inner.weather.subscribe(),
        tap,
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

struct Pump {
    weather: watch::Receiver<Weather>,
    tap: Arc<Mutex<Box<dyn Tap>>>,
    upstream: bool,
    chunks: u64,
}

impl Pump {
    async fn run(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            if self.weather.wait_for(|now| !now.stalled).await.is_err() {
                return;
            }
            let rate = self.weather.borrow().rate;
            let most = rate.map_or(buffer.len(), |rate| buffer.len().min(rate as usize / 20));
            let Ok(length @ 1..) = from.read(&mut buffer[..most]).await else {
                // The other direction may go on for a moment: a half-closed connection.
                let _ = to.shutdown().await;
                return;
            };
            if self.weather.wait_for(|now| !now.stalled).await.is_err() {
                return;
            }
            self.slow_down(length).await;
            let bytes = self.tapped(buffer[..length].to_vec());
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    }

    async fn slow_down(&mut self, length: usize) {
        let weather = *self.weather.borrow();
        if let Some(rate) = weather.rate {
            sleep(Duration::from_secs_f64(length as f64 / rate as f64)).await;
        }
        // Spread evenly: which chunk is hit is decided by when it comes.
        self.chunks += 1;
        if (self.chunks * 37) % 100 < weather.hiccups {
            sleep(HICCUP).await;
        }
    }

    fn tapped(&self, bytes: Vec<u8>) -> Vec<u8> {
        let mut tap = self.tap.lock().unwrap_or_else(PoisonError::into_inner);
        match self.upstream {
            true => tap.upstream(bytes),
            false => tap.downstream(bytes),
        }
    }
}
