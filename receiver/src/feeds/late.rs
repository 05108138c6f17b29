//! Batches for readers who are behind the live ones: they, too, are made once for all who stand at the same place.
//!
//! A crowd that cannot keep up falls behind together, and one that was cut off comes back together. If each of them read
//! and executed for themselves, all would fall behind further.
//!
//! Pure: no I/O, no clock, no lock.

use std::{collections::VecDeque, sync::Arc};

use shared_schema::Cursor;
use tokio::{sync::OnceCell, time::Instant};

use super::batch::{BATCH, Batch};

/// Places kept for readers that have not come to them yet: as far as a thousand readers of an overloaded chat were seen
/// apart, twice over. Beyond that, some batches are made twice.
const KEPT: usize = 256;

/// What comes after a place, as soon as the first reader who got there has made it.
pub(super) type Late = Arc<OnceCell<Arc<Batch>>>;

/// The places of one feed at which readers were lately.
#[derive(Debug, Default)]
pub(super) struct Places {
    kept: VecDeque<Place>,
}

#[derive(Debug)]
struct Place {
    from: Cursor,
    used: Instant,
    late: Late,
}

impl Places {
    /// What comes after `from`; if nobody was here lately, `make` says what it is, or that Postgres has to be asked.
    pub(super) fn after(
        &mut self,
        from: Cursor,
        now: Instant,
        make: impl FnOnce() -> Option<Batch>,
    ) -> Late {
        if let Some(place) = self.kept.iter_mut().find(|place| place.from == from) {
            place.used = now;
            return Arc::clone(&place.late);
        }
        let late: Late = Arc::new(OnceCell::new_with(make().map(Arc::new)));
        self.kept.push_back(Place {
            from,
            used: now,
            late: Arc::clone(&late),
        });
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
        late
    }

    /// Nobody who comes later may be given what was made before.
    pub(super) fn forget(&mut self) {
        self.kept.clear();
    }

    /// Forgets the places where nobody was since this time.
    pub(super) fn forget_before(&mut self, time: Instant) {
        self.kept.retain(|place| place.used >= time);
    }
}

/// How many events to give after `from`: as many as lead to the next place where all who are behind meet.
pub(super) fn reach(from: Cursor) -> usize {
    let passed = usize::try_from(from.seq).unwrap_or_default() % BATCH;
    BATCH - passed
}
