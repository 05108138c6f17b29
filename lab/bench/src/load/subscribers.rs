//! Subscribers, all in one thread, each with an audit for every feed that it follows.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use uuid::Uuid;

use super::frames;
use super::now_micros;
use super::scan::Scanner;
use super::subscription::{OpenSubscription, Subscription};
use crate::audit::{AuditTotals, StreamAudit};
use crate::histogram::Histogram;
use crate::load_counters::LoadCounters;

/// How long to wait for the last deliveries.
const LAST_DELIVERIES_TIMEOUT: Duration = Duration::from_secs(20);

/// A feed that a subscriber follows.
#[derive(Clone, Copy, Debug)]
pub struct FollowedFeed {
    /// The feed, as an index into the feeds of the scenario.
    pub index: usize,
    /// The newest seq before the subscription started.
    pub head: u64,
}

struct SubscriberSocket {
    stream: TcpStream,
    carry: Vec<u8>,
    /// The audits, with the indexes of their feeds.
    audits: Vec<(usize, StreamAudit)>,
    open: bool,
}

/// Many running subscribers.
#[derive(Debug)]
pub struct Subscribers {
    counters: Arc<LoadCounters>,
    ends: Arc<Vec<AtomicU64>>,
    thread: JoinHandle<io::Result<SubscriberResults>>,
    count: usize,
}

/// What all subscribers received.
#[derive(Debug)]
pub struct SubscriberResults {
    /// The times from sending a message to its arrival at a subscriber, while the counters were recording.
    pub durations: Histogram,
    /// The result of all audits.
    pub totals: AuditTotals,
}

/// Stands for the end of a feed while it is not known.
const UNKNOWN_END: u64 = u64::MAX;

impl Subscribers {
    /// Opens all subscriptions, at most `max_concurrent` at a time, and starts to read. `feeds` are the ids of the feeds,
    /// in the order of their indexes.
    ///
    /// # Errors
    /// If one of them is refused.
    pub async fn start(
        subscriptions: Vec<(Subscription, Vec<FollowedFeed>)>,
        feeds: &[Uuid],
        max_concurrent: usize,
    ) -> io::Result<Subscribers> {
        let open = |(subscription, feeds): (Subscription, Vec<FollowedFeed>)| async move {
            subscription.open().await.map(|open| (open, feeds))
        };
        let opened: Vec<(OpenSubscription, Vec<FollowedFeed>)> = stream::iter(subscriptions)
            .map(open)
            .buffer_unordered(max_concurrent)
            .try_collect()
            .await?;
        let counters = Arc::new(LoadCounters::default());
        let ends: Arc<Vec<AtomicU64>> =
            Arc::new(feeds.iter().map(|_| AtomicU64::new(UNKNOWN_END)).collect());
        let count = opened.len();
        let mut subscriber_loop =
            SubscriberLoop::new(opened, feeds, Arc::clone(&counters), Arc::clone(&ends))?;
        Ok(Subscribers {
            counters,
            ends,
            thread: std::thread::spawn(move || subscriber_loop.run()),
            count,
        })
    }

    /// Their counters.
    pub fn counters(&self) -> &LoadCounters {
        &self.counters
    }

    /// The number of subscribers.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Takes the last seq of each feed, waits until all subscribers have received it or time is up, and returns the
    /// results.
    ///
    /// # Errors
    /// If reading itself failed.
    pub async fn close(self, ends: &[u64]) -> io::Result<SubscriberResults> {
        for (end, known) in ends.iter().zip(self.ends.iter()) {
            known.store(*end, Ordering::Relaxed);
        }
        self.counters.stop();
        let thread = self.thread;
        tokio::task::spawn_blocking(move || thread.join())
            .await
            .map_err(io::Error::other)?
            .unwrap_or_else(|_| Err(io::Error::other("a listener failed")))
    }
}

struct SubscriberLoop {
    poll: Poll,
    sockets: Vec<SubscriberSocket>,
    feeds: HashMap<u128, usize>,
    counters: Arc<LoadCounters>,
    ends: Arc<Vec<AtomicU64>>,
    scanner: Scanner,
    durations: Histogram,
    buffer: Vec<u8>,
    broken: u64,
}

impl SubscriberLoop {
    fn new(
        opened: Vec<(OpenSubscription, Vec<FollowedFeed>)>,
        feeds: &[Uuid],
        counters: Arc<LoadCounters>,
        ends: Arc<Vec<AtomicU64>>,
    ) -> io::Result<SubscriberLoop> {
        let poll = Poll::new()?;
        let mut sockets = Vec::with_capacity(opened.len());
        for (index, (subscribed, followed)) in opened.into_iter().enumerate() {
            let mut stream = TcpStream::from_std(subscribed.stream);
            poll.registry()
                .register(&mut stream, Token(index), Interest::READABLE)?;
            sockets.push(SubscriberSocket {
                stream,
                carry: subscribed.rest,
                audits: followed
                    .iter()
                    .map(|feed| (feed.index, StreamAudit::after(feed.head)))
                    .collect(),
                open: true,
            });
        }
        Ok(SubscriberLoop {
            poll,
            sockets,
            feeds: feeds
                .iter()
                .enumerate()
                .map(|(index, id)| (id.as_u128(), index))
                .collect(),
            counters,
            ends,
            scanner: Scanner::default(),
            durations: Histogram::default(),
            buffer: vec![0; 512 * 1024],
            broken: 0,
        })
    }

    fn run(&mut self) -> io::Result<SubscriberResults> {
        let mut events = Events::with_capacity(4096);
        let mut deadline = None;
        // What was received together with the handshakes.
        for index in 0..self.sockets.len() {
            self.handle_bytes(index, 0);
        }
        loop {
            if self.counters.is_stopped() {
                let deadline =
                    *deadline.get_or_insert_with(|| Instant::now() + LAST_DELIVERIES_TIMEOUT);
                if Instant::now() > deadline || self.all_have_everything() {
                    return Ok(self.results());
                }
            }
            let pause = Some(Duration::from_millis(20));
            match self.poll.poll(&mut events, pause) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                outcome => outcome?,
            }
            for event in &events {
                let Token(index) = event.token();
                self.read_socket(index);
            }
        }
    }

    fn all_have_everything(&self) -> bool {
        let end = |feed: usize| self.ends[feed].load(Ordering::Relaxed);
        self.sockets
            .iter()
            .filter(|socket| socket.open)
            .all(|socket| {
                let mut audits = socket.audits.iter();
                audits.all(|(feed, audit)| audit.head() >= end(*feed))
            })
    }

    fn results(&self) -> SubscriberResults {
        let mut totals = AuditTotals {
            broken: self.broken,
            ..AuditTotals::default()
        };
        for socket in &self.sockets {
            // A client whose stream was closed or reset knows that something is missing.
            let was_closed = !socket.open;
            for (feed, audit) in &socket.audits {
                let end = match was_closed {
                    true => audit.head(),
                    false => self.ends[*feed].load(Ordering::Relaxed),
                };
                totals += audit.totals(end);
            }
        }
        SubscriberResults {
            durations: self.durations.clone(),
            totals,
        }
    }

    fn read_socket(&mut self, index: usize) {
        while self.sockets[index].open {
            let count = match self.sockets[index].stream.read(&mut self.buffer) {
                Ok(count) if count > 0 => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                _ => return self.mark_broken(index),
            };
            self.handle_bytes(index, count);
            // A short read means that there is no more; the next bytes wake us again.
            if count < self.buffer.len() {
                return;
            }
        }
    }

    fn mark_broken(&mut self, index: usize) {
        self.sockets[index].open = false;
        self.broken += 1;
    }

    /// Handles the bytes carried over and the first `count` bytes of the buffer.
    fn handle_bytes(&mut self, index: usize, count: usize) {
        let buffer = std::mem::take(&mut self.buffer);
        let mut carry = std::mem::take(&mut self.sockets[index].carry);
        if carry.is_empty() {
            let used = self.handle_frames(index, &buffer[..count]);
            carry.extend(&buffer[used..count]);
        } else {
            carry.extend(&buffer[..count]);
            let used = self.handle_frames(index, &carry);
            carry.drain(..used);
            if carry.is_empty() {
                carry = Vec::new();
            }
        }
        self.sockets[index].carry = carry;
        self.buffer = buffer;
    }

    /// Handles all complete frames and returns how many bytes they had.
    fn handle_frames(&mut self, index: usize, bytes: &[u8]) -> usize {
        let now = now_micros();
        let mut used = 0;
        while self.sockets[index].open {
            match frames::parse_frame(&bytes[used..]) {
                Ok(Some((frame, end))) => {
                    used += end;
                    self.handle_frame(index, &frame, now);
                }
                Ok(None) => break,
                Err(_) => self.mark_broken(index),
            }
        }
        used
    }

    fn handle_frame(&mut self, index: usize, frame: &frames::Frame<'_>, now: u64) {
        match frame.opcode {
            frames::TEXT => {}
            frames::PING => {
                let pong = frames::client_frame(frames::PONG, frame.payload);
                // If these few bytes do not fit into the socket's buffer, a missing pong is not the problem.
                let _ = self.sockets[index].stream.write(&pong);
                return;
            }
            _ => return self.mark_broken(index),
        }
        let recording = self.counters.is_recording();
        let audits = &mut self.sockets[index].audits;
        // With a single feed there is no need to search for its id.
        let audit = match audits.as_mut_slice() {
            [(_, audit)] => Some(audit),
            audits => {
                let feed = self.scanner.feed(frame.payload);
                let feed = feed.and_then(|id| self.feeds.get(&id));
                let position = feed.and_then(|feed| audits.iter().position(|(own, _)| own == feed));
                position.map(|position| &mut audits[position].1)
            }
        };
        // The user's own feed contains no messages.
        let Some(audit) = audit else { return };
        let mut event_count = 0;
        for event in self.scanner.events(frame.payload) {
            event_count += 1;
            audit.record(event.seq);
            if let Some(sent) = event.sent.filter(|_| recording) {
                self.durations.record(now.saturating_sub(sent));
            }
        }
        self.counters.add(event_count);
        self.counters.add_frame(frame.payload.len());
        // A reset or the end of an operation contains no events.
        if event_count == 0 && (self.scanner.is_reset(frame.payload) || ended(frame.payload)) {
            self.mark_broken(index);
        }
    }
}

fn ended(text: &[u8]) -> bool {
    let head = &text[..text.len().min(200)];
    [&b"\"complete\""[..], b"\"error\""]
        .iter()
        .any(|word| memchr::memmem::find(head, word).is_some())
}
