//! Passwords as text: what is accepted, and what is compared. Hashing is in [`crate::hasher`].
//!
//! Invariant: every password is NFKC before anything looks at it, so that it does not matter which keyboard typed it.

use chassis::Error;
use secrecy::{ExposeSecret, SecretString};
use shared_schema::Reason;
use unicode_normalization::UnicodeNormalization;
use zxcvbn::{Score, zxcvbn};

const MIN_CHARACTERS: u32 = 8;
/// Long enough for any passphrase, short enough that its strength is judged in no time.
const MAX_CHARACTERS: u32 = 128;

/// A password that is entered to sign in or to confirm. It is not checked against the rules, which may be newer than
/// the password.
#[derive(Clone)]
pub(crate) struct PasswordAttempt(SecretString);

impl PasswordAttempt {
    pub(crate) fn new(text: &str) -> Self {
        Self(normalized(text))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// A new password, and the input field that contains it.
pub(crate) struct NewPassword {
    text: SecretString,
    field: &'static str,
}

impl NewPassword {
    /// Checks the length. [`NewPassword::check_strength`] does the rest, which takes longer.
    pub(crate) fn parse(text: &str, field: &'static str) -> Result<Self, Error> {
        let text = normalized(text);
        let characters = text.expose_secret().chars().count();
        if characters < MIN_CHARACTERS as usize {
            let min = MIN_CHARACTERS;
            return Err(Error::bad_input(field, Reason::TooShort { min }));
        }
        if characters > MAX_CHARACTERS as usize {
            let max = MAX_CHARACTERS;
            return Err(Error::bad_input(field, Reason::TooLong { max }));
        }
        Ok(Self { text, field })
    }

    /// Refuses what can be guessed. `known` is what others know or see of the person: username, e-mail, name.
    pub(crate) fn check_strength(&self, known: &[String]) -> Result<(), Error> {
        let text = self.text.expose_secret();
        let folded = text::folded(text);
        let local_parts = known
            .iter()
            .filter_map(|word| word.split_once('@'))
            .map(|(local, _)| local);
        let mut words = known
            .iter()
            .map(String::as_str)
            .chain(local_parts)
            .map(text::folded)
            .filter(|word| word.len() >= 3);
        if words.any(|word| folded.contains(&word)) {
            return Err(Error::bad_input(self.field, Reason::ContainsPersonalData));
        }
        let inputs: Vec<&str> = known.iter().map(String::as_str).collect();
        if zxcvbn(text, &inputs).score() < Score::Two {
            return Err(Error::bad_input(self.field, Reason::TooEasyToGuess));
        }
        Ok(())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.text.expose_secret().as_bytes()
    }
}

/// Prepares the data for judging passwords, once: this takes a while, and no request should wait for it.
pub(crate) fn load_dictionaries() {
    // Something of every kind that is recognized.
    zxcvbn("correct qwerty abc 2001-02-03", &[]);
}

fn normalized(text: &str) -> SecretString {
    SecretString::from(text.nfkc().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(text: &str) -> Result<(), Error> {
        let known = ["marvin".to_owned(), "paranoid.android@x.io".to_owned()];
        NewPassword::parse(text, "password").and_then(|password| password.check_strength(&known))
    }

    #[test]
    fn long_enough_and_hard_to_guess_is_accepted() {
        assert!(accepted("plover teapot 42").is_ok());
        assert!(accepted(&"plover teapot 42 ".repeat(7)).is_ok());
    }

    #[test]
    fn short_long_common_or_personal_is_refused_with_the_field() {
        for text in [
            "",
            "plov 42",
            "password1",
            "aaaaaaaaaaaa",
            "qwertyuiop",
            "xk MARVIN 93 teapot",
            "Paranoid.Android+tea",
            "xk ＭＡＲＶＩＮ 93 teapot",
            &"plover teapot 42 ".repeat(8),
        ] {
            let error = accepted(text).expect_err(text);
            assert_eq!(error.field(), Some("password"), "{text}");
        }
    }

    #[test]
    fn the_same_letters_in_another_form_are_the_same_password() {
        assert_eq!(
            PasswordAttempt::new("ｐloｖer é").bytes(),
            PasswordAttempt::new("plover e\u{301}").bytes()
        );
    }
}
