//! The words of a text, folded: without case and accents, in every script that has them.
//!
//! Scripts that are written without spaces (Chinese, Japanese, Thai and others) and Korean, whose words carry their endings,
//! have no words that could be cut out without a dictionary. Of these each letter and each pair of neighbours is kept: a part
//! of a run is found by its pairs standing in a row.

use unicode_normalization::{
    UnicodeNormalization as _, char::canonical_combining_class, char::is_combining_mark,
};

/// Letters of one word that count; the rest of a longer one is not looked at.
pub const WORD_CHARS_MAX: usize = 48;
/// Characters of one text that are looked at.
pub const TEXT_CHARS_MAX: usize = 16_000;

/// A stretch of a text: a word, or a run of letters of a script without spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Where it begins, in bytes.
    pub from: usize,
    /// Where it ends, in bytes.
    pub to: usize,
    /// Of a script without spaces.
    pub is_run: bool,
}

/// A word as the index keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Folded.
    pub text: String,
    /// Its place in the text, counted in words; each letter of a run counts as one.
    pub place: usize,
}

/// Is this letter of a script that is cut into pairs?
const fn is_unspaced(letter: char) -> bool {
    matches!(letter as u32,
        // Thai, Lao, Myanmar, Khmer.
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF
        // Kana, Bopomofo, Han, Hangul, and forms of them.
        | 0x1100..=0x11FF | 0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3021..=0x3029 | 0x3040..=0x31BF | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xA960..=0xA97F | 0xAC00..=0xD7FF | 0xF900..=0xFAFF
        | 0xFF66..=0xFFDC | 0x20000..=0x3FFFF)
}

/// Does it belong to a word that has begun? Marks and joiners stand on letters.
fn continues(letter: char) -> bool {
    letter.is_alphanumeric() || is_combining_mark(letter) || matches!(letter, '\u{200c}' | '\u{200d}')
}

/// Is it a mark that words are compared without: an accent, a vowel point? The signs of Indian scripts and of kana are
/// letters of their own.
fn is_accent(letter: char) -> bool {
    matches!(canonical_combining_class(letter), 10..=35 | 200..=u8::MAX)
}

/// Letters that stand for others and are not taken apart by their accents.
const fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'þ' => "th",
        'ς' => "σ",
        // Arabic: forms of one letter that people write for each other, and the stretch that means nothing.
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ة' => "ه",
        'ـ' | '\u{200c}' | '\u{200d}' => "",
        _ => return None,
    })
}

/// A word without case and accents, at most [`WORD_CHARS_MAX`] letters.
#[must_use]
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let bare = word.nfkd().filter(|letter| !is_accent(*letter)).flat_map(char::to_lowercase);
    // Lower case of some letters brings a mark of its own.
    for letter in bare.filter(|letter| !is_accent(*letter)).nfc().take(WORD_CHARS_MAX) {
        match plain(letter) {
            Some(text) => folded.push_str(text),
            None => folded.push(letter),
        }
    }
    folded
}

/// The stretches of a text, in order.
pub fn stretches(text: &str) -> impl Iterator<Item = Stretch> + '_ {
    let mut letters = text.char_indices().take(TEXT_CHARS_MAX).peekable();
    std::iter::from_fn(move || {
        let (from, first) = letters.by_ref().find(|(_, letter)| letter.is_alphanumeric())?;
        let is_run = is_unspaced(first);
        let mut to = from + first.len_utf8();
        while let Some((_, letter)) = letters.next_if(|(_, letter)| {
            continues(*letter) && (!letter.is_alphanumeric() || is_unspaced(*letter) == is_run)
        }) {
            to += letter.len_utf8();
        }
        Some(Stretch { from, to, is_run })
    })
}

/// The letters of a run, each folded with the marks on it, and where it stands in the run.
pub(super) fn letters_of(run: &str) -> Vec<(usize, String)> {
    let mut letters: Vec<(usize, String)> = Vec::new();
    for (at, letter) in run.char_indices() {
        match letters.last_mut() {
            Some((_, before)) if is_combining_mark(letter) || !letter.is_alphanumeric() => {
                before.push(letter)
            }
            _ => letters.push((at, letter.to_string())),
        }
    }
    for (_, letter) in &mut letters {
        *letter = fold(letter);
    }
    letters.retain(|(_, letter)| !letter.is_empty());
    letters
}

/// The words of a text as the index keeps them: of a run each letter, and each pair where its first letter stands.
#[must_use]
pub fn words(text: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut place = 0;
    for Stretch { from, to, is_run } in stretches(text) {
        let Some(stretch) = text.get(from..to) else { continue };
        if !is_run {
            let folded = fold(stretch);
            if !folded.is_empty() {
                terms.push(Term { text: folded, place });
                place += 1;
            }
            continue;
        }
        let letters = letters_of(stretch);
        for (at, (_, letter)) in letters.iter().enumerate() {
            terms.push(Term { text: letter.clone(), place: place + at });
            if let Some((_, next)) = letters.get(at + 1) {
                terms.push(Term { text: format!("{letter}{next}"), place: place + at });
            }
        }
        place += letters.len();
    }
    terms
}

/// What must stand in a row so that a text has this one in it: words, and of runs the pairs, or the letter where it is alone.
#[must_use]
pub fn in_a_row(text: &str) -> Vec<Term> {
    let mut row = Vec::new();
    let mut place = 0;
    for Stretch { from, to, is_run } in stretches(text) {
        let Some(stretch) = text.get(from..to) else { continue };
        if is_run {
            let letters = letters_of(stretch);
            if let [(_, only)] = &letters[..] {
                row.push(Term { text: only.clone(), place });
            }
            for (at, pair) in letters.windows(2).enumerate() {
                let [(_, first), (_, second)] = pair else { continue };
                row.push(Term { text: format!("{first}{second}"), place: place + at });
            }
            place += letters.len();
        } else {
            let folded = fold(stretch);
            if !folded.is_empty() {
                row.push(Term { text: folded, place });
                place += 1;
            }
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|term| term.text).collect()
    }

    #[test]
    fn words_lose_case_and_accents_in_every_script_that_has_them() {
        for (written, folded) in [
            ("Élif", "elif"),
            ("STRASSE", "strasse"),
            ("straße", "strasse"),
            ("İstanbul", "istanbul"),
            ("ışık", "isik"),
            ("Łódź", "lodz"),
            ("Ελλάδος", "ελλαδοσ"),
            ("ёлка", "елка"),
            ("مُحَمَّد", "محمد"),
            ("شَلוֹם", "شلום"),
            ("ﬁn", "fin"),
            ("Ｈｅｌｌｏ", "hello"),
        ] {
            assert_eq!(fold(written), folded, "{written}");
        }
    }

    #[test]
    fn signs_of_indian_scripts_are_letters_and_stay() {
        assert_eq!(texts("नमस्ते दुनिया"), ["नमस्ते", "दुनिया"]);
    }

    #[test]
    fn punctuation_and_emoji_part_words() {
        assert_eq!(texts("hello,world… it’s 5€ 👍 a_b"), ["hello", "world", "it", "s", "5", "a", "b"]);
    }

    #[test]
    fn of_a_run_every_letter_and_every_pair_is_kept() {
        assert_eq!(texts("東京都"), ["東", "東京", "京", "京都", "都"]);
        assert_eq!(texts("がぎ"), ["が", "がぎ", "ぎ"], "marks that make another letter stay");
        let mixed = words("iPhone 修理");
        let places: Vec<_> = mixed.iter().map(|term| (&*term.text, term.place)).collect();
        assert_eq!(places, [("iphone", 0), ("修", 1), ("修理", 1), ("理", 2)]);
    }

    #[test]
    fn a_part_of_a_run_is_a_row_of_its_pairs() {
        let row = |text| in_a_row(text).into_iter().map(|term| (term.place, term.text)).collect::<Vec<_>>();
        assert_eq!(row("京都"), [(0, "京都".to_owned())]);
        assert_eq!(row("京"), [(0, "京".to_owned())]);
        assert_eq!(row("東京都庁"), [(0, "東京".to_owned()), (1, "京都".to_owned()), (2, "都庁".to_owned())]);
        assert_eq!(row("สวัสดี").len(), 3, "marks stand on their letters");
    }

    #[test]
    fn a_word_that_never_ends_is_cut() {
        assert_eq!(texts(&"a".repeat(10_000)), ["a".repeat(WORD_CHARS_MAX)]);
        let zalgo = format!("h{}i", "\u{0301}".repeat(5_000));
        assert_eq!(texts(&zalgo), ["hi"]);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_its_words_are_short_and_stretches_lie_in_it_in_order(text in "\\PC{0,200}") {
            let mut end = 0;
            for Stretch { from, to, .. } in stretches(&text) {
                assert!(from >= end && to > from && text.get(from..to).is_some());
                end = to;
            }
            for Term { text, .. } in words(&text) {
                assert!(!text.is_empty() && text.chars().count() <= WORD_CHARS_MAX * 4);
            }
        }

        #[test]
        fn every_row_of_a_text_is_in_its_words(text in "[a-zé東京都한국ไทย ]{0,60}") {
            let all = words(&text);
            for term in in_a_row(&text) {
                assert!(all.contains(&term), "{term:?}");
            }
        }

        #[test]
        fn folding_twice_is_folding_once(text in "[\\p{L}\\p{M}\\p{N}]{0,24}") {
            let folded = fold(&text);
            assert!(folded.chars().count() > WORD_CHARS_MAX || fold(&folded) == folded, "{folded} {}", fold(&folded));
        }
    }
}
