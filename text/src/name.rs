//! Names: of people, of chats, of whatever is called something.

use icu_properties::props::GeneralCategory;
use unicode_normalization::UnicodeNormalization;

use crate::characters::{category, is_control, is_format, is_mark, is_visible};

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It has control characters or several lines.
    #[error("has control characters")]
    ControlCharacter,
    /// Nothing of it can be seen.
    #[error("shows nothing")]
    NothingVisible,
}

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
const BLACK_FLAG: char = '\u{1f3f4}';
const CANCEL_TAG: char = '\u{e007f}';

/// The flags that are spelled in tag characters: England, Scotland, Wales.
const SPELLED_FLAGS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];

/// The text in the composed form in which everything is stored (NFC): what looks the same is the same.
#[must_use]
pub fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// The text as a name on one line: composed, without space around it, and without characters that nobody sees and that
/// would make one name look like another, or turn the words around it: overrides of direction, zero-width spaces, tags,
/// fillers. Joiners and variation selectors stay where scripts and emoji need them.
///
/// # Errors
/// When it has control characters, or shows nothing.
pub fn name(text: &str) -> Result<String, Flaw> {
    let text = composed(text.trim());
    if text.chars().any(is_control) {
        return Err(Flaw::ControlCharacter);
    }
    let characters: Vec<char> = text.chars().collect();
    let mut name = String::with_capacity(text.len());
    let mut last = None;
    let mut index = 0;
    while let Some(&c) = characters.get(index) {
        let flag = spelled_flag(&characters[index..]);
        let keep = match last {
            _ if flag > 0 => true,
            // A mark without its letter would stand on whatever comes before the name.
            None => !is_mark(c) && !is_format(c) && !c.is_whitespace(),
            Some(before) => match characters.get(index + 1) {
                _ if c.is_whitespace() => !char::is_whitespace(before),
                after if is_format(c) => is_needed(before, c, after.copied()),
                _ => true,
            },
        };
        let length = flag.max(1);
        if keep {
            name.extend(&characters[index..index + length]);
            last = Some(c);
        }
        index += length;
    }
    // Without what stood between them, letters and marks may have come together.
    let name = composed(name.trim_end());
    if name.chars().any(is_visible) {
        Ok(name)
    } else {
        Err(Flaw::NothingVisible)
    }
}

/// The length of the flag in tag characters with which this begins; 0 without one.
fn spelled_flag(characters: &[char]) -> usize {
    let [BLACK_FLAG, rest @ ..] = characters else {
        return 0;
    };
    let spelling = |flag: &str| {
        let tags = flag.bytes().map(|letter| u32::from(letter) + 0xe_0000);
        tags.filter_map(char::from_u32)
            .chain([CANCEL_TAG])
            .collect::<Vec<char>>()
    };
    SPELLED_FLAGS
        .iter()
        .map(|flag| spelling(flag))
        .find(|tags| rest.starts_with(tags))
        .map_or(0, |tags| tags.len() + 1)
}

/// Whether a character that is not drawn matters to how its neighbours are.
fn is_needed(before: char, c: char, after: Option<char>) -> bool {
    let mongolian = ('\u{1820}'..='\u{18aa}').contains(&before);
    match (c, after) {
        (ZERO_WIDTH_NON_JOINER, Some(after)) => joins(before) && joins(after),
        (ZERO_WIDTH_JOINER, Some(after)) => {
            joins(before) && joins(after) || is_emoji(before) && is_emoji(after)
        }
        ('\u{fe0e}' | '\u{fe0f}', Some('\u{20e3}')) => {
            before.is_ascii_digit() || "#*".contains(before)
        }
        ('\u{fe0e}' | '\u{fe0f}', _) => is_emoji(before),
        // Of one ideograph several forms, which people insist on in their names.
        ('\u{fe00}'..='\u{fe0d}' | '\u{e0100}'..='\u{e01ef}', _) => before >= '\u{2e80}',
        ('\u{180b}'..='\u{180f}', _) => mongolian && c != '\u{180e}',
        _ => false,
    }
}

/// Whether it belongs to a script in which joiners change letters: Arabic to Ethiopic's neighbours, those of India and of
/// South-East Asia, Mongolian.
fn joins(c: char) -> bool {
    matches!(c,
        '\u{600}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{1900}'..='\u{1cff}' | '\u{a800}'..='\u{abff}'
        | '\u{10a00}'..='\u{11fff}' | '\u{1e900}'..='\u{1e95f}')
}

fn is_emoji(c: char) -> bool {
    matches!(
        c,
        '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{203c}' | '\u{2049}'
    ) || matches!(
        category(c),
        GeneralCategory::OtherSymbol | GeneralCategory::MathSymbol
    ) && !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// B17: the nine characters of the report, the rest of their kind, and several of them together.
    #[test]
    fn b17_what_shows_nothing_is_no_name() {
        for blank in [
            "",
            " ",
            "\u{a0}",
            "\u{3000}",
            "\u{1680}",
            "\u{2800}",
            "\u{3164}",
            "\u{115f}",
            "\u{1160}",
            "\u{ffa0}",
            "\u{34f}",
            "\u{e0020}",
            "\u{e0001}",
            "\u{180e}",
            "\u{180b}",
            "\u{200b}",
            "\u{200d}",
            "\u{2060}",
            "\u{2064}",
            "\u{feff}",
            "\u{ad}",
            "\u{61c}",
            "\u{202e}",
            "\u{2068}\u{2069}",
            "\u{fe0f}",
            "\u{e0100}",
            "\u{17b4}",
            "\u{1d159}",
            "\u{1d173}",
            "\u{fff9}",
            "\u{fffc}",
            "\u{301}",
            "\u{20e3}",
            "\u{e000}",
            "\u{378}",
            "\u{fff0}",
            "\u{13430}",
            "\u{13441}",
            "\u{3164}\u{2800} \u{200b}\u{e0041}",
        ] {
            assert_eq!(name(blank), Err(Flaw::NothingVisible), "{:?}", blank);
        }
        for text in ["a\0b", "a\nb", "a\tb", "a\u{85}b", "a\u{2028}b"] {
            assert_eq!(name(text), Err(Flaw::ControlCharacter), "{text:?}");
        }
    }

    /// N3, e1: nothing stays that makes one name look like another, or turns the words beside it.
    #[test]
    fn n3_what_cannot_be_seen_is_taken_out() {
        for text in [
            "A\u{200b}da",
            "Ada\u{202e}",
            "\u{202d}Ada",
            "\u{2067}Ada\u{2069}",
            "A\u{ad}da",
            "Ad\u{200d}a",
            "Ad\u{200c}a",
            "Ada\u{e0041}\u{e007f}",
            "Ada\u{fe0f}",
            "A\u{34f}da",
            "Ada\u{3164}",
            "\u{feff}Ada",
            "Ada\u{200e}",
            "\u{301}Ada",
            " Ada \u{200b} ",
            "Ad\u{180b}a",
            "Ad\u{206a}a",
            "A\u{2064}da",
        ] {
            assert_eq!(name(text).as_deref(), Ok("Ada"), "{text:?}");
        }
        assert_eq!(name("Ada \u{2003}\u{a0} L").as_deref(), Ok("Ada L"));
    }

    #[test]
    fn what_scripts_and_emoji_need_stays() {
        for text in [
            "Ada Lovelace",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "ශ්\u{200d}රී",
            "👨\u{200d}👩\u{200d}👧",
            "❤\u{fe0f}",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "1\u{fe0f}\u{20e3}",
            "👩🏽\u{200d}⚕\u{fe0f}",
            "葛\u{e0100}城",
            "李明",
            "山田\u{3000}太郎",
            "O'Neil-Śmith",
            "ᠮᠣᠩ\u{180b}",
            "שָׁלוֹם",
            "🏳\u{fe0f}\u{200d}🌈",
            "🧑\u{200d}🚀",
            "\u{600}12",
        ] {
            assert_eq!(name(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn b16_a_name_is_stored_composed() {
        assert_eq!(name("Zoe\u{308}").as_deref(), Ok("Zoë"));
        assert_eq!(name("Zoe\u{200b}\u{308}").as_deref(), Ok("Zoë"));
    }

    proptest! {
        #[test]
        fn a_name_is_given_back_unchanged(text in "\\PC{1,20}") {
            if let Ok(once) = name(&text) {
                prop_assert_eq!(name(&once), Ok(once.clone()), "{:?}", text);
            }
        }
    }
}
