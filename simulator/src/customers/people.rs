//! Invented people with numbers nobody has.

use crate::dice::Dice;
use crate::payload::Person;

/// How many fictional phone numbers customers have; further people are known by user id alone.
pub const PHONES: u32 = 12_800;

const FRENCH: u32 = 10_000;
const BRITISH: u32 = 1_000;
const AMERICAN: u32 = 1_800;
const MIXED: u32 = 3 * BRITISH;

/// Area codes in use whose 555-0100 to 555-0199 are set aside for fiction.
const AREAS: [u32; 20] =
    [212, 213, 206, 214, 303, 305, 312, 404, 415, 416, 503, 512, 514, 602, 604, 617, 702, 713, 801, 919];

/// The phone number (digits) at this place among those reserved for fiction, each once.
///
/// The last ten of each American block are left to businesses.
/// Sources: Ofcom (+44 7700 900000–900999), ARCEP (+33 6 39 98 0000–9999), NANPA (555-0100–0199).
pub fn fictional_phone(index: u32) -> Option<String> {
    let british = |nth: u32| format!("447700900{nth:03}");
    let french = |nth: u32| format!("3363998{nth:04}");
    let american = |nth: u32| {
        let area = AREAS[nth as usize % AREAS.len()];
        format!("1{area}55501{:02}", nth as usize / AREAS.len())
    };
    if index < MIXED {
        return Some(match index % 3 {
            0 => british(index / 3),
            1 => french(index / 3),
            _ => american(index / 3),
        });
    }
    let index = index - MIXED;
    let more_french = FRENCH - BRITISH;
    let more_american = AMERICAN - BRITISH;
    if index < more_french {
        Some(french(BRITISH + index))
    } else if index - more_french < more_american {
        Some(american(BRITISH + index - more_french))
    } else {
        None
    }
}

/// A simulated person: who they are, how they are seen, what they speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// As webhooks name them at first.
    pub person: Person,
    /// Their language; all speak English too.
    pub language: &'static str,
    /// Their number shows from this message of theirs on.
    pub phone_later: Option<(u32, String)>,
}

struct Culture {
    country: &'static str,
    language: &'static str,
    first: &'static [&'static str],
    last: &'static [&'static str],
}

const CULTURES: [Culture; 9] = [
    Culture {
        country: "GB",
        language: "en",
        first: &[
            "Hannah", "Daniel", "Imogen", "Callum", "Priya", "Tobias", "Aisling", "Femi", "Rowan", "Zainab",
        ],
        last: &[
            "Osei",
            "Okafor",
            "Whitlock",
            "Farrant",
            "Mehra",
            "Pendry",
            "Kilbride",
            "Adeyemi-Ross",
            "Thorley",
            "Hale",
        ],
    },
    Culture {
        country: "US",
        language: "en",
        first: &["Maya", "Jordan", "Caleb", "Noor", "Dakota", "Elijah", "Wren", "Marisol", "Theo", "Linh"],
        last: &[
            "Whitfield",
            "Tran-Lowe",
            "Castellan",
            "Brightwater",
            "Delacroix",
            "Okonjo",
            "Vandermeer",
            "Sayles",
            "Ridgely",
            "Pham",
        ],
    },
    Culture {
        country: "ES",
        language: "es",
        first: &["Lucía", "Íñigo", "Nuria", "Álvaro", "Marisol", "Joaquín", "Begoña", "Mateo"],
        last: &[
            "Ibáñez Roldán",
            "Cañadas",
            "Quintela",
            "Ordóñez",
            "Peñalver",
            "Zubiri",
            "Montalbán",
            "Reche",
        ],
    },
    Culture {
        country: "MX",
        language: "es",
        first: &["Ximena", "Emiliano", "Citlali", "Rodrigo", "Yareli", "Darío"],
        last: &["Villaseñor", "Tecuanhuey", "Arreola", "Zepeda Luna", "Bañuelos", "Ocampo"],
    },
    Culture {
        country: "TR",
        language: "tr",
        first: &["Elif", "Kerem", "Şule", "Çağrı", "Gülşen", "Ozan", "İpek", "Barış"],
        last: &["Kaya", "Yıldızoğlu", "Çelebi", "Aksüt", "Ünsal", "Gökdemir", "Işıklar", "Şahbaz"],
    },
    Culture {
        country: "NL",
        language: "nl",
        first: &["Sanne", "Joris", "Fleur", "Bram", "Yusuf", "Lieke", "Thijs", "Maud"],
        last: &[
            "van Oudenaarden",
            "de Graaff",
            "Haddad",
            "ter Braak",
            "Wielinga",
            "van 't Hoff",
            "Zijlstra",
            "Nieuwkoop",
        ],
    },
    Culture {
        country: "BR",
        language: "pt",
        first: &["Lucas", "Conceição", "Thaís", "João Pedro", "Luana", "Caetano", "Iara", "Otávio"],
        last: &[
            "Almeida Prado",
            "Gonçalves",
            "Nascimento",
            "Figueirôa",
            "Brandão",
            "Tupinambá",
            "Assunção",
            "Queirós",
        ],
    },
    Culture {
        country: "FR",
        language: "en",
        first: &["Chloé", "Anaïs", "Maël", "Gaëtan", "Solène", "Ibrahima"],
        last: &["Besson", "Lefèvre-Diop", "Castaing", "Nguyen-Roux", "Périgaud", "Traoré"],
    },
    Culture {
        country: "SE",
        language: "en",
        first: &["Ingrid", "Åke", "Märta", "Björn", "Saga", "Tuomas", "花子", "Ольга"],
        last: &["Solheim", "Öberg", "Lindqvist", "Hällström", "Sjögren", "Nyström", "山田", "Верещагина"],
    },
];

/// The person at this place of a seed's population; always the same, and none twice.
pub fn profile(seed: u64, index: u32) -> Profile {
    let mut dice = Dice::of(seed, "person", &index.to_string());
    // Going round keeps every language in a small population.
    let culture = &CULTURES[(index as usize * 5 + seed as usize % CULTURES.len()) % CULTURES.len()];
    let first = dice.pick(culture.first).copied().unwrap_or("Sam");
    let last = dice.pick(culture.last).copied().unwrap_or("Doe");
    let name = format!("{first} {last}");
    let user_id = format!(
        "{}.{:019}",
        culture.country,
        1_000_000_000_000_000_000 + dice.bits() % 8_000_000_000_000_000_000
    );
    let letters: String =
        first.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let username = format!("{}.{}", if letters.is_empty() { "rider" } else { &letters }, 100 + index);
    let Some(phone) = fictional_phone(index) else {
        let person = Person::hidden(user_id, name, username);
        return Profile { person, language: culture.language, phone_later: None };
    };
    let throw = dice.below(100);
    let (person, phone_later) = if throw < 18 {
        (Person::hidden(user_id, name, username), None)
    } else if throw < 28 {
        let from_message = 2 + dice.below(3) as u32;
        (Person::hidden(user_id, name, username), Some((from_message, phone)))
    } else {
        let person = Person::phone(phone, name).with_user_id(user_id);
        (if throw < 45 { person.with_username(username) } else { person }, None)
    };
    Profile { person, language: culture.language, phone_later }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_are_fictional_and_given_once() {
        let phones: Vec<String> = (0..PHONES).filter_map(fictional_phone).collect();
        assert_eq!(phones.len(), PHONES as usize);
        assert_eq!(phones.iter().collect::<HashSet<_>>().len(), phones.len());
        assert_eq!(fictional_phone(PHONES), None);
        assert!(phones.iter().all(|phone| {
            (phone.starts_with("447700900") && phone.len() == 12)
                || (phone.starts_with("3363998") && phone.len() == 11)
                || (phone.starts_with('1') && &phone[4..9] == "55501" && phone.len() == 11)
        }));
    }

    #[test]
    fn a_population_is_varied_and_the_same_for_a_seed() {
        let population: Vec<_> = (0..60).map(|index| profile(3, index)).collect();
        assert_eq!(population, (0..60).map(|index| profile(3, index)).collect::<Vec<_>>());
        assert_ne!(population[0], profile(4, 0));
        assert!(population.iter().any(|p| p.person.wa_id.is_none() && p.phone_later.is_none()));
        assert!(population.iter().any(|p| p.phone_later.is_some()));
        assert!(population.iter().any(|p| p.person.wa_id.is_some() && p.person.username.is_some()));
        for language in ["en", "es", "tr", "nl", "pt"] {
            assert!(population.iter().any(|p| p.language == language), "{language}");
        }
        let ids: HashSet<_> = population.iter().filter_map(|p| p.person.user_id.clone()).collect();
        assert_eq!(ids.len(), population.len());
    }
}
