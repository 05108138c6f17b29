//! Requests over keep-alive connections, all from one thread.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use memchr::memmem;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::now_micros;
use crate::histogram::Histogram;
use crate::load_counters::LoadCounters;

/// How long to wait for outstanding responses after the last request.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// When requests are sent.
#[derive(Clone, Copy, Debug)]
pub enum LoadModel {
    /// Each connection sends its next request when it has received a response.
    ClosedLoop,
    /// The same, after this pause.
    ThinkTime(Duration),
    /// This many requests per second over all connections, whether responses arrive or not. A request that finds no free
    /// connection is sent late, and its latency counts from the time at which it was due.
    OpenLoop(f64),
}

/// Makes requests and reads their responses.
pub trait RequestSource: Send {
    /// Writes the next request of a connection. `sent` is when it was due, in microseconds.
    fn write_request(&mut self, connection: usize, sent: u64, out: &mut Vec<u8>);

    /// Handles the body of a response with status 200. Returns false if it contains an error.
    fn handle_response(&mut self, connection: usize, body: &[u8]) -> bool;
}

struct Connection {
    stream: TcpStream,
    input: Vec<u8>,
    output: Vec<u8>,
    /// When the outstanding request was due.
    due_since: Option<u64>,
    /// Nothing is sent before this time.
    resume: Option<Instant>,
}

struct Driver<'a, W> {
    connections: Vec<Connection>,
    idle: Vec<usize>,
    model: LoadModel,
    source: &'a mut W,
    counters: &'a LoadCounters,
    durations: Histogram,
    began: Instant,
    began_micros: u64,
    sent: u64,
    outstanding: usize,
    buffer: Vec<u8>,
}

/// Sends requests until the counters say stop, waits for outstanding responses, and returns the latencies of those that
/// arrived while the counters were recording.
///
/// # Errors
/// If a connection cannot be made or breaks.
pub fn send_requests<W: RequestSource>(
    addresses: &[SocketAddr],
    model: LoadModel,
    source: &mut W,
    counters: &LoadCounters,
) -> io::Result<Histogram> {
    let mut poll = Poll::new()?;
    let mut connections = Vec::with_capacity(addresses.len());
    for (index, address) in addresses.iter().enumerate() {
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        let interest = Interest::READABLE | Interest::WRITABLE;
        poll.registry()
            .register(&mut stream, Token(index), interest)?;
        connections.push(Connection {
            stream,
            input: Vec::new(),
            output: Vec::new(),
            due_since: None,
            resume: None,
        });
    }
    let mut driver = Driver {
        idle: (0..connections.len()).rev().collect(),
        connections,
        model,
        source,
        counters,
        durations: Histogram::default(),
        began: Instant::now(),
        began_micros: now_micros(),
        sent: 0,
        outstanding: 0,
        buffer: vec![0; 256 * 1024],
    };
    driver.run(&mut poll)?;
    Ok(driver.durations)
}

impl<W: RequestSource> Driver<'_, W> {
    fn run(&mut self, poll: &mut Poll) -> io::Result<()> {
        let mut events = Events::with_capacity(1024);
        let mut deadline = None;
        loop {
            if self.counters.is_stopped() {
                let deadline = *deadline.get_or_insert_with(|| Instant::now() + DRAIN_TIMEOUT);
                if self.outstanding == 0 {
                    return Ok(());
                }
                if Instant::now() > deadline {
                    let text = format!("{} requests received no response", self.outstanding);
                    return Err(io::Error::new(io::ErrorKind::TimedOut, text));
                }
            } else {
                self.send_due_requests()?;
            }
            poll.poll(&mut events, Some(self.poll_timeout()))
                .or_else(|error| match error.kind() {
                    io::ErrorKind::Interrupted => Ok(()),
                    _ => Err(error),
                })?;
            for event in &events {
                let Token(index) = event.token();
                if event.is_writable() && !self.connections[index].output.is_empty() {
                    self.flush(index)?;
                }
                if event.is_readable() {
                    self.read(index)?;
                }
            }
        }
    }

    /// How long to wait for events if nothing else has to be done.
    fn poll_timeout(&self) -> Duration {
        match self.model {
            LoadModel::OpenLoop(_) | LoadModel::ThinkTime(_) => Duration::from_millis(1),
            LoadModel::ClosedLoop => Duration::from_millis(50),
        }
    }

    fn send_due_requests(&mut self) -> io::Result<()> {
        match self.model {
            LoadModel::ClosedLoop => {
                while let Some(index) = self.idle.pop() {
                    self.send(index, now_micros())?;
                }
            }
            LoadModel::ThinkTime(_) => {
                let now = Instant::now();
                for index in std::mem::take(&mut self.idle) {
                    match self.connections[index]
                        .resume
                        .is_none_or(|resume| resume <= now)
                    {
                        true => self.send(index, now_micros())?,
                        false => self.idle.push(index),
                    }
                }
            }
            LoadModel::OpenLoop(per_second) => {
                let due = self.began.elapsed().as_secs_f64() * per_second;
                while (self.sent as f64) < due {
                    let Some(index) = self.idle.pop() else { break };
                    let offset = self.sent as f64 / per_second * 1e6;
                    self.send(index, self.began_micros + offset as u64)?;
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, index: usize, due: u64) -> io::Result<()> {
        let connection = &mut self.connections[index];
        connection.due_since = Some(due);
        self.source
            .write_request(index, due, &mut connection.output);
        self.sent += 1;
        self.outstanding += 1;
        self.flush(index)
    }

    fn flush(&mut self, index: usize) -> io::Result<()> {
        let Connection { stream, output, .. } = &mut self.connections[index];
        while !output.is_empty() {
            match stream.write(output) {
                Ok(count) => drop(output.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read(&mut self, index: usize) -> io::Result<()> {
        loop {
            let count = match self.connections[index].stream.read(&mut self.buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            let mut input = std::mem::take(&mut self.connections[index].input);
            input.extend(&self.buffer[..count]);
            if let Some(response) = HttpResponse::first(&input)? {
                self.finish(index, &response);
                input.clear();
                if matches!(self.model, LoadModel::ClosedLoop) && !self.counters.is_stopped() {
                    self.send(index, now_micros())?;
                } else {
                    self.idle.push(index);
                }
            }
            self.connections[index].input = input;
            // A short read means that there is no more; the next bytes wake us again.
            if count < self.buffer.len() {
                return Ok(());
            }
        }
    }

    fn finish(&mut self, index: usize, response: &HttpResponse<'_>) {
        self.outstanding -= 1;
        let connection = &mut self.connections[index];
        let due_since = connection.due_since.take().unwrap_or_default();
        if let LoadModel::ThinkTime(pause) = self.model {
            connection.resume = Some(Instant::now() + pause);
        }
        if response.status == b"200" && self.source.handle_response(index, response.body) {
            self.counters.add(1);
            if self.counters.is_recording() {
                self.durations
                    .record(now_micros().saturating_sub(due_since));
            }
        } else {
            self.counters.add_error();
        }
    }
}

struct HttpResponse<'a> {
    status: &'a [u8],
    body: &'a [u8],
}

impl HttpResponse<'_> {
    /// The response in `bytes`, once it is complete. At most one is outstanding.
    fn first(bytes: &[u8]) -> io::Result<Option<HttpResponse<'_>>> {
        let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = &bytes[..end];
        let length = memmem::find(head, b"content-length: ").map(|at| &head[at + 16..]);
        let Some(length) = length else {
            let text = "a response without a content-length";
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        };
        let from = end + 4;
        let until = from + super::scan::digits(length) as usize;
        let status = bytes.get(9..12).unwrap_or_default();
        Ok(bytes
            .get(from..until)
            .map(|body| HttpResponse { status, body }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_answer_is_read_once_it_is_whole() {
        let bytes =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\nhello";
        for cut in 0..bytes.len() {
            assert!(
                HttpResponse::first(&bytes[..cut]).unwrap().is_none(),
                "{cut}"
            );
        }
        let response = HttpResponse::first(bytes).unwrap().unwrap();
        assert_eq!(
            (response.status, response.body),
            (&b"200"[..], &b"hello"[..])
        );
    }

    #[test]
    fn an_answer_of_unknown_length_is_refused() {
        assert!(HttpResponse::first(b"HTTP/1.1 200 OK\r\nx: y\r\n\r\n").is_err());
    }
}
