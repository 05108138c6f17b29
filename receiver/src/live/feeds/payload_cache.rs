//! Answers, encoded once and kept with the batch that they were made of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};

use super::payload_budget::Share;

/// Documents whose answers are kept per batch. For more of them the batch is executed more than once.
const DOCUMENTS: usize = 32;

/// What a document and a batch give for everyone.
#[derive(Clone)]
pub(crate) enum Print {
    /// These answers.
    Same(Arc<Payloads>),
    /// Every subscriber has to be answered apart.
    Apart,
}

/// The payloads of answers that everyone gets.
pub(crate) struct Payloads {
    /// As JSON, in order; none if the batch holds nothing that the document asks for.
    pub(crate) texts: Vec<String>,
    pub(crate) _share: Share,
}

/// A print that is being made, by a task of its own: whoever began it may stop waiting.
pub(crate) type Printing = Shared<BoxFuture<'static, Print>>;

/// A print, or the wait for it.
enum Progress {
    Made(Print),
    Making(Printing),
}

/// The print of one document.
#[derive(Default)]
pub(crate) struct Cell(Mutex<Option<Progress>>);

/// The prints of one batch, by document.
#[derive(Default)]
pub(crate) struct Prints(Mutex<Vec<(u64, Arc<Cell>)>>);

impl Prints {
    /// Where the print of this document belongs; none if there are too many already.
    pub(crate) fn cell(&self, document: u64) -> Option<Arc<Cell>> {
        let mut cells = lock(&self.0);
        if let Some((_, cell)) = cells.iter().find(|(id, _)| *id == document) {
            return Some(Arc::clone(cell));
        }
        if cells.len() >= DOCUMENTS {
            return None;
        }
        let cell = Arc::new(Cell::default());
        cells.push((document, Arc::clone(&cell)));
        Some(cell)
    }
}

impl Cell {
    /// The print, if it is there or can be made without waiting; otherwise something to wait for. `make` is called once.
    ///
    /// The first step of making it runs under the lock, so that others wait for it instead of doing it as well: it does
    /// not block, and mostly it is all that there is to do.
    pub(crate) fn begin(
        &self,
        make: impl FnOnce() -> BoxFuture<'static, Print>,
    ) -> Result<Print, Printing> {
        let mut progress = lock(&self.0);
        match &*progress {
            Some(Progress::Made(print)) => return Ok(print.clone()),
            Some(Progress::Making(printing)) => return Err(printing.clone()),
            None => {}
        }
        let mut making = make();
        if let Some(print) = (&mut making).now_or_never() {
            *progress = Some(Progress::Made(print.clone()));
            return Ok(print);
        }
        let task = tokio::spawn(making);
        let printing = async move { task.await.unwrap_or(Print::Apart) };
        let printing = printing.boxed().shared();
        *progress = Some(Progress::Making(printing.clone()));
        Err(printing)
    }
}

impl std::fmt::Debug for Prints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Prints").field(&lock(&self.0).len()).finish()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
