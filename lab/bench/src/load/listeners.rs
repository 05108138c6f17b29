//! Subscribers, all in one thread, each with a book for every feed that it follows.

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
use super::socket::{Subscribed, Subscription};
use crate::audit::{StreamBook, Verdict};
use crate::gauge::Gauge;
use crate::histogram::Histogram;

/// How long the last deliveries are waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whom a listener hears: the feed as the scenario counts them, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Feed {
    /// Which one.
    pub index: usize,
    /// Everything up to here was before.
    pub head: u64,
}

struct Ear {
    stream: TcpStream,
    carry: Vec<u8>,
    /// By the feed's index.
    books: Vec<(usize, StreamBook)>,
    open: bool,
}

/// Many subscribers that listen.
#[derive(Debug)]
pub struct Listeners {
    gauge: Arc<Gauge>,
    ends: Arc<Vec<AtomicU64>>,
    thread: JoinHandle<io::Result<Heard>>,
    count: usize,
}

/// What all of them heard.
#[derive(Debug)]
pub struct Heard {
    /// From when a message was sent until a subscriber had it, while the gauge was recording.
    pub durations: Histogram,
    /// The judgement.
    pub verdict: Verdict,
}

/// Feeds of which the end is not known yet.
const UNKNOWN: u64 = u64::MAX;

impl Listeners {
    /// Subscribes all of them, `width` at a time, and starts to listen. `feeds` are the ids of
    /// the feeds, in the order of their indexes.
    ///
    /// # Errors
    /// When one of them is refused.
    pub async fn start(
        subscriptions: Vec<(Subscription, Vec<Feed>)>,
        feeds: &[Uuid],
        width: usize,
    ) -> io::Result<Listeners> {
        let open = |(subscription, feeds): (Subscription, Vec<Feed>)| async move {
            subscription.open().await.map(|open| (open, feeds))
        };
        let opened: Vec<(Subscribed, Vec<Feed>)> = stream::iter(subscriptions)
            .map(open)
            .buffer_unordered(width)
            .try_collect()
            .await?;
        let gauge = Arc::new(Gauge::default());
        let ends: Arc<Vec<AtomicU64>> =
            Arc::new(feeds.iter().map(|_| AtomicU64::new(UNKNOWN)).collect());
        let count = opened.len();
        let mut room = Room::new(opened, feeds, Arc::clone(&gauge), Arc::clone(&ends))?;
        Ok(Listeners {
            gauge,
            ends,
            thread: std::thread::spawn(move || room.listen()),
            count,
        })
    }

    /// What they say about themselves.
    pub fn gauge(&self) -> &Gauge {
        &self.gauge
    }

    /// How many they are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Tells where each feed has ended, waits until everyone has heard that or time is up, and
    /// closes the books.
    ///
    /// # Errors
    /// When listening itself failed.
    pub async fn close(self, ends: &[u64]) -> io::Result<Heard> {
        for (end, known) in ends.iter().zip(self.ends.iter()) {
            known.store(*end, Ordering::Relaxed);
        }
        self.gauge.stop();
        let thread = self.thread;
        tokio::task::spawn_blocking(move || thread.join())
            .await
            .map_err(io::Error::other)?
            .unwrap_or_else(|_| Err(io::Error::other("a listener failed")))
    }
}

struct Room {
    poll: Poll,
    ears: Vec<Ear>,
    feeds: HashMap<u128, usize>,
    gauge: Arc<Gauge>,
    ends: Arc<Vec<AtomicU64>>,
    scanner: Scanner,
    durations: Histogram,
    buffer: Vec<u8>,
    broken: u64,
}

impl Room {
    fn new(
        opened: Vec<(Subscribed, Vec<Feed>)>,
        feeds: &[Uuid],
        gauge: Arc<Gauge>,
        ends: Arc<Vec<AtomicU64>>,
    ) -> io::Result<Room> {
        let poll = Poll::new()?;
        let mut ears = Vec::with_capacity(opened.len());
        for (index, (subscribed, followed)) in opened.into_iter().enumerate() {
            let mut stream = TcpStream::from_std(subscribed.stream);
            poll.registry()
                .register(&mut stream, Token(index), Interest::READABLE)?;
            ears.push(Ear {
                stream,
                carry: subscribed.rest,
                books: followed
                    .iter()
                    .map(|feed| (feed.index, StreamBook::after(feed.head)))
                    .collect(),
                open: true,
            });
        }
        Ok(Room {
            poll,
            ears,
            feeds: feeds
                .iter()
                .enumerate()
                .map(|(index, id)| (id.as_u128(), index))
                .collect(),
            gauge,
            ends,
            scanner: Scanner::default(),
            durations: Histogram::default(),
            buffer: vec![0; 512 * 1024],
            broken: 0,
        })
    }

    fn listen(&mut self) -> io::Result<Heard> {
        let mut events = Events::with_capacity(4096);
        let mut deadline = None;
        // What had come with the greetings.
        for index in 0..self.ears.len() {
            self.take(index, 0);
        }
        loop {
            if self.gauge.is_stopped() {
                let deadline = *deadline.get_or_insert_with(|| Instant::now() + PATIENCE);
                if Instant::now() > deadline || self.all_have_everything() {
                    return Ok(self.judge());
                }
            }
            let pause = Some(Duration::from_millis(20));
            match self.poll.poll(&mut events, pause) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                outcome => outcome?,
            }
            for event in &events {
                let Token(index) = event.token();
                self.hear(index);
            }
        }
    }

    fn all_have_everything(&self) -> bool {
        let end = |feed: usize| self.ends[feed].load(Ordering::Relaxed);
        self.ears.iter().filter(|ear| ear.open).all(|ear| {
            let mut books = ear.books.iter();
            books.all(|(feed, book)| book.head() >= end(*feed))
        })
    }

    fn judge(&self) -> Heard {
        let mut verdict = Verdict {
            broken: self.broken,
            ..Verdict::default()
        };
        for ear in &self.ears {
            // Whoever was closed or told to start afresh knows that something is missing.
            let told = !ear.open;
            for (feed, book) in &ear.books {
                let end = match told {
                    true => book.head(),
                    false => self.ends[*feed].load(Ordering::Relaxed),
                };
                verdict += book.close(end);
            }
        }
        Heard {
            durations: self.durations.clone(),
            verdict,
        }
    }

    fn hear(&mut self, index: usize) {
        while self.ears[index].open {
            let count = match self.ears[index].stream.read(&mut self.buffer) {
                Ok(count) if count > 0 => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                _ => return self.lose(index),
            };
            self.take(index, count);
            // Less than asked for means that there is no more: the next bytes wake us again.
            if count < self.buffer.len() {
                return;
            }
        }
    }

    fn lose(&mut self, index: usize) {
        self.ears[index].open = false;
        self.broken += 1;
    }

    /// Takes what is carried and the first `count` bytes of the buffer.
    fn take(&mut self, index: usize, count: usize) {
        let buffer = std::mem::take(&mut self.buffer);
        let mut carry = std::mem::take(&mut self.ears[index].carry);
        if carry.is_empty() {
            let used = self.frames(index, &buffer[..count]);
            carry.extend(&buffer[used..count]);
        } else {
            carry.extend(&buffer[..count]);
            let used = self.frames(index, &carry);
            carry.drain(..used);
            if carry.is_empty() {
                carry = Vec::new();
            }
        }
        self.ears[index].carry = carry;
        self.buffer = buffer;
    }

    /// Handles all whole frames and returns how many bytes they were.
    fn frames(&mut self, index: usize, bytes: &[u8]) -> usize {
        let now = now_micros();
        let mut used = 0;
        while self.ears[index].open {
            match frames::first(&bytes[used..]) {
                Ok(Some((frame, end))) => {
                    used += end;
                    self.frame(index, &frame, now);
                }
                Ok(None) => break,
                Err(_) => self.lose(index),
            }
        }
        used
    }

    fn frame(&mut self, index: usize, frame: &frames::Frame<'_>, now: u64) {
        match frame.opcode {
            frames::TEXT => {}
            frames::PING => {
                let pong = frames::client(frames::PONG, frame.payload);
                // A few bytes: where they do not fit, the server has other worries.
                let _ = self.ears[index].stream.write(&pong);
                return;
            }
            _ => return self.lose(index),
        }
        let recording = self.gauge.is_recording();
        let books = &mut self.ears[index].books;
        // Whoever follows one feed only is not asked which one it is.
        let book = match books.as_mut_slice() {
            [(_, book)] => Some(book),
            books => {
                let feed = self.scanner.feed(frame.payload);
                let feed = feed.and_then(|id| self.feeds.get(&id));
                let place = feed.and_then(|feed| books.iter().position(|(own, _)| own == feed));
                place.map(|place| &mut books[place].1)
            }
        };
        // The caller's own feed tells of other things than messages.
        let Some(book) = book else { return };
        let mut heard = 0;
        for event in self.scanner.events(frame.payload) {
            heard += 1;
            book.take(event.seq);
            if let Some(sent) = event.sent.filter(|_| recording) {
                self.durations.record(now.saturating_sub(sent));
            }
        }
        self.gauge.add(heard);
        self.gauge.add_frame(frame.payload.len());
        // Neither a reset nor the end of an operation carries events.
        if heard == 0 && (self.scanner.is_reset(frame.payload) || ended(frame.payload)) {
            self.lose(index);
        }
    }
}

fn ended(text: &[u8]) -> bool {
    let head = &text[..text.len().min(200)];
    [&b"\"complete\""[..], b"\"error\""]
        .iter()
        .any(|word| memchr::memmem::find(head, word).is_some())
}
