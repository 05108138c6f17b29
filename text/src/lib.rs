#![doc = include_str!("../README.md")]

mod characters;
mod name;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

pub use characters::{is_letter_mark_or_number, shows_something};
pub use name::{Flaw, composed, name};

/// The form in which identifiers are compared and names are looked for: Unicode's `toNFKC_Casefold`, with one space for
/// any white space inside and none around it.
#[must_use]
pub fn folded(text: &str) -> String {
    // Twice, since folding may take characters out of the normal form and the normal form may bring capitals back
    // (definition D146 of the Unicode standard).
    let folded: String = text
        .nfd()
        .default_case_fold()
        .nfkd()
        .default_case_fold()
        .filter(|c| !characters::is_ignorable(*c))
        .nfkc()
        .collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::folded;

    /// The untold kind of B15: one folding for all scripts, where those of Rust's `to_lowercase` and of Postgres differ.
    #[test]
    fn b15_what_differs_in_case_form_or_width_only_is_folded_alike() {
        for (one, other) in [
            ("ADA", "ada"),
            ("Straße", "STRASSE"),
            ("Stra\u{1e9e}e", "strasse"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"),
            ("İ", "i\u{307}"),
            ("Ǆ", "ǆ"),
            ("ǅ", "dž"),
            ("\u{212a}elvin", "kelvin"),
            ("\u{212b}", "å"),
            ("Ａｄａ", "ada"),
            ("ᏣᎳᎩ", "ꮳꮃꭹ"),
            ("Zoë", "ZOE\u{308}"),
            ("ﬁn", "FIN"),
            ("ᾳ", "ΑΙ"),
            ("ե\u{582}", "\u{587}"),
            ("가", "\u{1100}\u{1161}"),
            ("می\u{200c}خواهم", "میخواهم"),
            ("a\u{3000} b", "A B"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn what_differs_otherwise_stays_apart() {
        for (one, other) in [("ı", "i"), ("o", "ö"), ("а", "a"), ("0", "o"), ("İ", "i")] {
            assert_ne!(folded(one), folded(other), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn folding_what_is_folded_changes_nothing(text in "\\PC{0,40}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn upper_and_lower_case_are_folded_alike(text in "[a-zäöüßàéñçа-яα-ω ]{0,20}") {
            prop_assert_eq!(folded(&text.to_uppercase()), folded(&text));
        }
    }
}
