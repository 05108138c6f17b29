//! Runs an action when certain bytes are about to pass: a process can be killed between its COMMIT and the answer without
//! any code in it for this.

use std::sync::{Arc, Mutex, PoisonError};

use super::message_corruption::contains;
use lab_stack::tcp_proxy::Interceptor;

/// What fires a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Whether the bytes are on the way from the service, or to it.
    pub upstream: bool,
    /// The bytes.
    pub pattern: &'static [u8],
    /// Whether they still pass.
    pub passes: bool,
}

type Action = Box<dyn FnOnce() + Send>;

/// A trigger for all connections of a proxy. It fires once each time it is armed.
#[derive(Clone, Default)]
pub struct ByteTrigger(Arc<Mutex<Option<(Trigger, Action)>>>);

impl ByteTrigger {
    /// Runs the action at the next match.
    pub fn arm(&self, trigger: Trigger, action: impl FnOnce() + Send + 'static) {
        *self.lock() = Some((trigger, Box::new(action)));
    }

    /// Whether it has not fired yet.
    pub fn is_armed(&self) -> bool {
        self.lock().is_some()
    }

    /// Disarms it.
    pub fn disarm(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Trigger, Action)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, bytes: Vec<u8>, upstream: bool) -> Vec<u8> {
        let mut armed = self.lock();
        let matches = |(trigger, _): &mut (Trigger, Action)| {
            trigger.upstream == upstream && contains(&bytes, trigger.pattern)
        };
        // The action runs under the lock: nothing passes on any connection until it is done.
        match armed.take_if(matches) {
            Some((trigger, action)) => {
                action();
                if trigger.passes { bytes } else { Vec::new() }
            }
            None => bytes,
        }
    }
}

impl Interceptor for ByteTrigger {
    fn upstream(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        self.check(bytes, true)
    }

    fn downstream(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        self.check(bytes, false)
    }
}
