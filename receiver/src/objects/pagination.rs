//! Relay connections: parsing `first`/`after`/`last`/`before`, and what a page may cost.

use std::str::FromStr;

use chassis::Error;
use shared_schema::Reason;

/// Maximum number of items on a page.
pub(crate) const MAX_PAGE_SIZE: i32 = 100;

/// The page size if the client names none.
pub(crate) const DEFAULT_PAGE_SIZE: i32 = 50;

/// The four arguments of a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageArgs {
    /// The number of items from the start.
    pub(crate) first: Option<i32>,
    /// Only items after this cursor.
    pub(crate) after: Option<String>,
    /// The number of items from the end.
    pub(crate) last: Option<i32>,
    /// Only items before this cursor.
    pub(crate) before: Option<String>,
}

/// A page, parsed: a direction, bounds and a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageRange<K> {
    /// From the end instead of from the start.
    pub(crate) backward: bool,
    /// Exclusive lower bound.
    pub(crate) after: Option<K>,
    /// Exclusive upper bound.
    pub(crate) before: Option<K>,
    /// 1 to [`MAX_PAGE_SIZE`].
    pub(crate) size: i64,
}

/// Bytes of message texts on a page, those of the messages that are answered included. As JSON, a byte may take six: with
/// everything else on the page, it stays within what an answer may have.
pub(crate) const MAX_PAGE_TEXT_BYTES: i64 = 128 * 1024;

impl PageArgs {
    /// What the arguments ask for. With neither `first` nor `last`, a page from the start.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when they contradict each other, are out of range, or a cursor is not one of this list.
    pub(crate) fn range<K: FromStr>(&self) -> Result<PageRange<K>, Error> {
        let (backward, field, size) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(Error::bad_input(
                    "last",
                    Reason::NotTogetherWith { other: "first" },
                ));
            }
            (None, Some(last)) => (true, "last", last),
            (first, None) => (false, "first", first.unwrap_or(DEFAULT_PAGE_SIZE)),
        };
        if !(1..=MAX_PAGE_SIZE).contains(&size) {
            return Err(Error::bad_input(
                field,
                Reason::OutOfRange {
                    min: 1,
                    max: MAX_PAGE_SIZE.into(),
                },
            ));
        }
        Ok(PageRange {
            backward,
            after: key("after", self.after.as_deref())?,
            before: key("before", self.before.as_deref())?,
            size: size.into(),
        })
    }
}

impl<K> PageRange<K> {
    /// Rows to read for this page: one more than it holds, to know whether there is another page.
    #[must_use]
    pub(crate) fn limit(&self) -> i64 {
        self.size + 1
    }

    /// Reduces the rows that were read to the page, in list order, and returns whether there are more before and after
    /// it.
    #[must_use]
    pub(crate) fn trim<T>(&self, read: Vec<T>) -> Page<T> {
        self.trim_truncated(read, false)
    }

    /// The same where `is_truncated` says that not all that was asked for was read.
    #[must_use]
    pub(crate) fn trim_truncated<T>(&self, mut read: Vec<T>, is_truncated: bool) -> Page<T> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = is_truncated || read.len() > size;
        read.truncate(size);
        if self.backward {
            read.reverse();
            Page {
                items: read,
                has_previous: more,
                has_next: self.before.is_some(),
            }
        } else {
            Page {
                items: read,
                has_previous: self.after.is_some(),
                has_next: more,
            }
        }
    }
}

/// One page of a list.
#[derive(Clone, Debug)]
pub(crate) struct Page<T> {
    /// In list order.
    pub(crate) items: Vec<T>,
    /// Whether the list goes on before.
    pub(crate) has_previous: bool,
    /// Whether the list goes on after.
    pub(crate) has_next: bool,
}

impl<T> Page<T> {
    /// The same page of these items.
    #[must_use]
    pub(crate) fn with<U>(&self, items: Vec<U>) -> Page<U> {
        Page {
            items,
            has_previous: self.has_previous,
            has_next: self.has_next,
        }
    }
}

fn key<K: FromStr>(field: &'static str, text: Option<&str>) -> Result<Option<K>, Error> {
    text.map(|text| {
        text.parse()
            .map_err(|_| Error::bad_input(field, Reason::NotACursor))
    })
    .transpose()
}

/// The points of a list field: one per item that the page may hold, times what an item costs.
#[must_use]
pub(crate) fn page_cost(size: Option<i32>, item: usize) -> usize {
    usize::try_from(size.unwrap_or(DEFAULT_PAGE_SIZE).clamp(1, MAX_PAGE_SIZE)).unwrap_or(1) * item
}
