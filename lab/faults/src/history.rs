//! The history of a run: what every client did and received, one JSON object per line.
//!
//! Each line has `t`, the microseconds on a monotonic clock since the history began, and `k`, the kind of the entry. The
//! checker reads nothing but this file, so that a kept file can be checked again at any time.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::Value;

use lab_stack::Error;

/// A history that is being written. Clones write to the same file.
#[derive(Clone, Debug)]
pub struct History(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    begun: Instant,
    path: PathBuf,
    file: Mutex<BufWriter<File>>,
    failed: AtomicU64,
}

impl History {
    /// Starts a history in a new file.
    pub fn create(path: &Path) -> Result<History, Error> {
        let file = File::create(path)
            .map_err(|cause| Error::io(format!("write {}", path.display()), cause))?;
        Ok(History(Arc::new(Inner {
            begun: Instant::now(),
            path: path.to_owned(),
            file: Mutex::new(BufWriter::with_capacity(1 << 16, file)),
            failed: AtomicU64::new(0),
        })))
    }

    /// Microseconds since it began.
    pub fn now(&self) -> u64 {
        u64::try_from(self.0.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Adds a line with the current time. `fields` is an object.
    pub fn write(&self, kind: &str, fields: &Value) {
        let fields = fields.to_string();
        let rest = fields.strip_prefix('{').unwrap_or("}");
        let comma = if rest == "}" { "" } else { "," };
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        // The time is taken under the lock, so that lines are in the order of their times.
        let line = format!("{{\"t\":{},\"k\":\"{kind}\"{comma}{rest}\n", self.now());
        if file.write_all(line.as_bytes()).is_err() {
            self.0.failed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The path of the file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Writes everything to the file. Fails if any line could not be written.
    pub fn flush(&self) -> Result<(), Error> {
        let what = || format!("write {}", self.0.path.display());
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.flush().map_err(|cause| Error::io(what(), cause))?;
        match self.0.failed.load(Ordering::Relaxed) {
            0 => Ok(()),
            lost => Err(Error::Failed {
                program: what(),
                output: format!("{lost} lines could not be written"),
            }),
        }
    }
}
