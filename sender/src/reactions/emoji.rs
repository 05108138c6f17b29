//! An emoji, in the one form in which it is stored.

use chassis::Error;
use shared_schema::Reason;

/// Maximum bytes of what a client sends. The longest emoji, a family of four with skin tones, is shorter.
const MAX_BYTES: usize = 64;

/// The emoji presentation selector. Behind a skin tone it is superfluous, and some keyboards write it there.
const PRESENTATION: char = '\u{FE0F}';

/// A single emoji of Unicode's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emoji {
    /// Without a skin tone. Two reactions are the same if this is.
    pub base: &'static str,
    /// As the user chose it.
    pub variant: &'static str,
}

impl Emoji {
    /// The emoji that the client means, in whichever of its encodings.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is not exactly one emoji.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::find(text).ok_or_else(|| Error::bad_input("emoji", Reason::NotAnEmoji))
    }

    fn find(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let chosen =
            emojis::get(text).or_else(|| emojis::get(&without_superfluous_selectors(text)))?;
        let base = chosen.with_skin_tone(emojis::SkinTone::Default);
        Some(Self {
            base: base.unwrap_or(chosen).as_str(),
            variant: chosen.as_str(),
        })
    }
}

fn without_superfluous_selectors(text: &str) -> String {
    let mut after_tone = false;
    text.chars()
        .filter(|&character| {
            let superfluous = after_tone && character == PRESENTATION;
            after_tone = matches!(character, '\u{1F3FB}'..='\u{1F3FF}');
            !superfluous
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (&'static str, &'static str) {
        let emoji = Emoji::parse(text).unwrap();
        (emoji.base, emoji.variant)
    }

    #[test]
    fn encodings_of_one_emoji_are_one_emoji() {
        assert_eq!(parse("❤"), parse("❤\u{FE0F}"));
        assert_eq!(parse("☝🏾\u{FE0F}"), parse("☝🏾"));
        assert_eq!(parse("👍"), ("👍", "👍"));
        // A flag and a family are one emoji each.
        assert_eq!(parse("🇩🇪").0, "🇩🇪");
        assert_eq!(parse("👨‍👩‍👧‍👦").0, "👨‍👩‍👧‍👦");
    }

    #[test]
    fn a_skin_tone_is_kept_beside_the_emoji() {
        assert_eq!(parse("👍🏽"), ("👍", "👍🏽"));
        assert_eq!(parse("🧑🏻‍🚀"), ("🧑‍🚀", "🧑🏻‍🚀"));
        assert_eq!(parse("👩🏻‍🤝‍👩🏿").0, "👭");
    }

    #[test]
    fn everything_else_is_no_emoji() {
        let long = "👍".repeat(20);
        for text in [
            "",
            " ",
            "a",
            ":+1:",
            "👍👍",
            "👍 ",
            "1",
            "\u{1F3FD}\u{1F3FD}",
            "\u{FE0F}",
            long.as_str(),
        ] {
            assert_eq!(
                Emoji::parse(text).unwrap_err().reason(),
                Some(Reason::NotAnEmoji),
                "{text:?}"
            );
        }
    }
}
