//! A rate in its written form.

use std::{fmt, num::NonZeroU32, str::FromStr, time::Duration};

use super::gcra::Quota;

/// So many at once, then evenly spread over a time; or no limit at all.
///
/// Written `10/10s`: ten at once, then one per second. The unit is `s`, `m`, `h` or `d`, and `50/s` is `50/1s`. `off` and
/// `0` are no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate(Option<(NonZeroU32, Duration)>);

/// A text that is no rate.
#[derive(Debug, thiserror::Error)]
#[error(
    "a rate is written 10/10s (a burst of ten, then one per second; the units are s, m, h and d), or off"
)]
pub struct NotARate;

impl Rate {
    /// No limit.
    pub const OFF: Self = Self(None);

    /// `times` at once, then evenly spread over `per`. No limit if either is zero.
    #[must_use]
    pub const fn new(times: u32, per: Duration) -> Self {
        match NonZeroU32::new(times) {
            Some(times) if !per.is_zero() => Self(Some((times, per))),
            _ => Self::OFF,
        }
    }

    pub(super) fn quota(self) -> Option<Quota> {
        self.0.map(|(times, per)| Quota {
            interval: (per / times.get()).max(Duration::from_micros(1)),
            burst: times,
        })
    }
}

impl FromStr for Rate {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        let text = text.trim();
        if matches!(text, "off" | "0") {
            return Ok(Self::OFF);
        }
        let (times, per) = text.split_once('/').ok_or(NotARate)?;
        let times: NonZeroU32 = times.trim().parse().map_err(|_| NotARate)?;
        let per = per.trim();
        let number = per.trim_end_matches(|unit: char| unit.is_ascii_alphabetic());
        let seconds: u64 = match &per[number.len()..] {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            _ => return Err(NotARate),
        };
        let number: u32 = match number {
            "" => 1,
            number => number.parse().map_err(|_| NotARate)?,
        };
        let per = Duration::from_secs(seconds * u64::from(number));
        if per.is_zero() {
            return Err(NotARate);
        }
        Ok(Self(Some((times, per))))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("off"),
            Some((times, per)) => write!(f, "{times}/{}s", per.as_secs()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_as_it_is_written() {
        let rate = |times, seconds| Rate::new(times, Duration::from_secs(seconds));
        for (text, expected) in [
            ("10/10s", rate(10, 10)),
            ("50/s", rate(50, 1)),
            (" 20 / h ", rate(20, 3600)),
            ("1000/1d", rate(1000, 86_400)),
            ("3/2m", rate(3, 120)),
            ("off", Rate::OFF),
            ("0", Rate::OFF),
        ] {
            assert_eq!(text.parse::<Rate>().unwrap(), expected, "{text}");
            assert_eq!(expected.to_string().parse::<Rate>().unwrap(), expected);
        }
        for text in [
            "",
            "10",
            "0/s",
            "10/",
            "10/x",
            "10/0s",
            "-1/s",
            "10/10",
            "10/ss",
            "99999999999/s",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
