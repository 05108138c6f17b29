//! What single characters are.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};

/// Characters that are drawn as nothing although Unicode does not call them ignorable or space: the empty Braille pattern,
/// the place of an object, a note without a head, and blanks among hieroglyphs.
const BLANKS: [char; 5] = [
    '\u{2800}',
    '\u{fffc}',
    '\u{1d159}',
    '\u{13441}',
    '\u{13442}',
];

/// Signs that stand before the digits they belong to. Formally they format, in fact they are drawn.
const DRAWN_FORMATS: [char; 13] = [
    '\u{600}',
    '\u{601}',
    '\u{602}',
    '\u{603}',
    '\u{604}',
    '\u{605}',
    '\u{6dd}',
    '\u{70f}',
    '\u{890}',
    '\u{891}',
    '\u{8e2}',
    '\u{110bd}',
    '\u{110cd}',
];

pub(crate) fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Whether it is drawn as nothing where it is not understood (Default_Ignorable_Code_Point).
pub(crate) fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Whether it changes how others are drawn and is not drawn itself: direction, joining, tags, fillers.
pub(crate) fn is_format(c: char) -> bool {
    is_ignorable(c) || (category(c) == GeneralCategory::Format && !DRAWN_FORMATS.contains(&c))
}

/// Whether it is a mark on the character before it.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
    )
}

/// Whether it breaks a line or controls a device.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether it is drawn by itself.
pub(crate) fn is_visible(c: char) -> bool {
    use GeneralCategory as Is;
    let unseen = matches!(
        category(c),
        Is::Control
            | Is::Surrogate
            | Is::Unassigned
            | Is::PrivateUse
            | Is::NonspacingMark
            | Is::EnclosingMark
            | Is::SpaceSeparator
            | Is::LineSeparator
            | Is::ParagraphSeparator
    );
    !unseen && !is_format(c) && !BLANKS.contains(&c)
}

/// Whether anything in the text can be seen.
#[must_use]
pub fn shows_something(text: &str) -> bool {
    text.chars().any(is_visible)
}

/// Whether it is what words are made of, in any script.
#[must_use]
pub fn is_letter_mark_or_number(c: char) -> bool {
    use GeneralCategory as Is;
    let letter = matches!(
        category(c),
        Is::UppercaseLetter
            | Is::LowercaseLetter
            | Is::TitlecaseLetter
            | Is::ModifierLetter
            | Is::OtherLetter
            | Is::NonspacingMark
            | Is::SpacingMark
            | Is::DecimalNumber
            | Is::LetterNumber
            | Is::OtherNumber
    );
    letter && !is_format(c)
}
