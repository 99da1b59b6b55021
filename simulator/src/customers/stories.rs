//! What customers of a bicycle workshop and shop write about.

use super::{
    Thing,
    story::{Arm, Step, Story},
};
use Step::{Await, Branch, Burst, Delete, Edit, Either, Photo, Place, React, Say, Send, Voice};

/// Answers that name a time or a day.
const TIMES: &[&str] =
    &["tomorrow", "today", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", ":00", ":30"];
/// Answers that name money.
const MONEY: &[&str] = &["€", "$", "£", "euro", "price", "cost", "free", "quote"];
/// Answers that ask for a picture.
const PICTURE: &[&str] = &["photo", "picture", "pic", "image", "foto", "fotoğraf", "resim", "imagen"];

/// All stories.
pub static STORIES: &[Story] = &[
    Story {
        id: "clicking_gears",
        language: "en",
        steps: &[
            Say("Hi, my {bike} clicks loudly in the lowest gears"),
            Branch {
                arms: &[
                    Arm { words: PICTURE, steps: &[Photo("Here. It looks bent to me"), Await] },
                    Arm { words: TIMES, steps: &[Say("{time} works for me"), Await] },
                ],
                otherwise: &[
                    Say("It started after it fell over last weekend, if that helps"),
                    Photo(""),
                    Await,
                ],
            },
            Say("Great. Is it covered by the warranty?"),
            Await,
            Either(&[&[React("🙏")], &[Say("Perfect, see you then")]]),
        ],
    },
    Story {
        id: "flat_tyre_rush",
        language: "en",
        steps: &[
            Burst(&["hello!", "I have a flat", "and a train to catch at {time} 😬"]),
            Branch {
                arms: &[Arm {
                    words: &["come", "bring", "drop", "yes", "sure"],
                    steps: &[Say("On my way, 10 minutes"), Place("Kade 14")],
                }],
                otherwise: &[
                    Say("Is there any chance you can do it while I wait?"),
                    Await,
                    Say("ok thank you"),
                ],
            },
            Await,
            React("❤️"),
        ],
    },
    Story {
        id: "where_is_my_order",
        language: "en",
        steps: &[
            Say("Good morning, where is my order {order}? It was meant to be here on {day}."),
            Await,
            Either(&[
                &[
                    Say("Tracking says \"label created\" since Friday"),
                    Await,
                    Say("OK. Please let me know when it moves."),
                ],
                &[Say("Ah, my neighbour has it. Sorry for the noise!")],
            ]),
        ],
    },
    Story {
        id: "cargo_quote",
        language: "en",
        steps: &[
            Say(
                "We're a small courier firm and look at 12 cargo bikes. Could you send a quote for the Cargo Duo?",
            ),
            Branch {
                arms: &[Arm { words: MONEY, steps: &[Say("Is that including locks and the rain cover?")] }],
                otherwise: &[Say("Delivery in spring would be fine, two batches if needed.")],
            },
            Await,
            Say("Thanks. I'll show it to my partner and come back to you."),
        ],
    },
    Story {
        id: "typo_in_the_address",
        language: "en",
        steps: &[
            Say("Please change the delivery address of {order} to Harbour Street 41"),
            Edit("Please change the delivery address of {order} to Harbour Street 14"),
            Await,
            Say("Yes, 14. Thank you!"),
        ],
    },
    Story {
        id: "wrong_chat",
        language: "en",
        steps: &[
            Say("Mum, I'll be home at 8, keep some soup for me"),
            Delete,
            Say("Sorry, wrong chat 🙈 But since I'm here: are you open on {day}?"),
            Branch {
                arms: &[Arm {
                    words: &["yes", "open", "we are"],
                    steps: &[Say("Lovely, I'll drop by for a bell.")],
                }],
                otherwise: &[Say("Ok, another day then.")],
            },
        ],
    },
    Story {
        id: "sizing",
        language: "en",
        steps: &[
            Say("I'm 1.63 m, which size of the {bike} would fit me?"),
            Await,
            Say("And can I try it before I buy?"),
            Branch {
                arms: &[Arm { words: TIMES, steps: &[Say("{day} at {time} please")] }],
                otherwise: &[Say("When would be a good moment?"), Await, Say("{day}, {time}?")],
            },
            Await,
            Say("Booked, thanks!"),
        ],
    },
    Story {
        id: "refund",
        language: "en",
        steps: &[
            Say("The light I bought from you (order {order}) died after two rides. I'd like my money back."),
            Photo("It doesn't even blink"),
            Branch {
                arms: &[Arm {
                    words: &["refund", "money", "sorry", "replace", "new one"],
                    steps: &[Say("Thank you, that's kind.")],
                }],
                otherwise: &[
                    Say("I have the receipt too if you need it."),
                    Await,
                    Say("Fine, I'll wait to hear from you."),
                ],
            },
        ],
    },
    Story {
        id: "battery",
        language: "en",
        steps: &[
            Burst(&["Hi", "my e-bike battery only reaches 60% now", "it's 14 months old"]),
            Await,
            Say("Serial is on the sticker, one second"),
            Photo("Can you read it?"),
            Await,
            Either(&[
                &[Say("How long would a test take?"), Await, Say("Good, I'll bring it {day}.")],
                &[Say("Great, thanks")],
            ]),
        ],
    },
    Story {
        id: "voice_from_the_road",
        language: "en",
        steps: &[
            Voice,
            Branch {
                arms: &[Arm { words: &["where", "location"], steps: &[Place("Coolhaven bridge"), Await] }],
                otherwise: &[
                    Say("Sorry, was riding. The {part} makes a grinding noise, can I come by today?"),
                    Await,
                ],
            },
            Say("👍"),
        ],
    },
    Story {
        id: "reschedule",
        language: "en",
        steps: &[
            Say("I booked a service for {day} {time} but something came up. Can we move it?"),
            Branch {
                arms: &[Arm { words: TIMES, steps: &[Say("That works. Same bike, the {bike}.")] }],
                otherwise: &[Say("Any morning next week is good")],
            },
            Await,
            React("👍"),
        ],
    },
    Story {
        id: "stolen",
        language: "en",
        steps: &[
            Say("My {bike} was stolen last night. Do you still have the frame number from when I bought it?"),
            Await,
            Say("Name on the invoice is the same as here."),
            Await,
            Say("Thank you so much, the police asked for it."),
        ],
    },
    Story {
        id: "kids_bike",
        language: "en",
        steps: &[
            Say("Do you take used kids' bikes in exchange? Our daughter outgrew hers."),
            Branch {
                arms: &[Arm { words: PICTURE, steps: &[Photo("It's the red one"), Await] }],
                otherwise: &[Say("It's four years old, hardly a scratch"), Await],
            },
            Either(&[
                &[Say("Fair. We'll come on {day}.")],
                &[Say("Hmm, I hoped for more. I'll think about it.")],
            ]),
        ],
    },
    Story {
        id: "just_thanks",
        language: "en",
        steps: &[Say("Just wanted to say: the {part} runs like new. Thank you all!"), Await, React("😊")],
    },
    Story {
        id: "spring_offer",
        language: "en",
        steps: &[
            Send(Thing::FromAd),
            Await,
            Send(Thing::Form),
            Await,
            Either(&[&[Send(Thing::Sticker)], &[React("🎉")]]),
        ],
    },
    Story {
        id: "which_bill",
        language: "en",
        steps: &[
            Send(Thing::Document),
            Await,
            Say("Oh, and my wheel builder asks"),
            Send(Thing::Card),
            Await,
        ],
    },
    Story {
        id: "parts_by_catalogue",
        language: "en",
        steps: &[
            Send(Thing::Order),
            Await,
            Either(&[&[Send(Thing::Button)], &[Send(Thing::Row)], &[Send(Thing::QuickReply)]]),
            Await,
            Send(Thing::Sticker),
        ],
    },
    Story {
        id: "rather_by_phone",
        language: "en",
        steps: &[
            Send(Thing::MissedCall),
            Say("I just tried to call you"),
            Await,
            Send(Thing::Call),
            Either(&[&[Send(Thing::Forwarded)], &[Send(Thing::Poll)]]),
            Await,
        ],
    },
    Story { id: "stop_the_ads", language: "en", steps: &[Say("STOP"), Await] },
    Story {
        id: "revision",
        language: "es",
        steps: &[
            Say("Hola, ¿cuánto cuesta una revisión completa de la {bike}?"),
            Branch {
                arms: &[Arm {
                    words: &["€", "euro", "cuesta", "precio"],
                    steps: &[Say("Vale, me parece bien. ¿Puede ser {day} a las {time}?")],
                }],
                otherwise: &[Say("Hace un ruido raro {part}."), Await, Say("¿Y para cuándo estaría?")],
            },
            Await,
            Say("Perfecto, muchas gracias 🙌"),
        ],
    },
    Story {
        id: "pedido",
        language: "es",
        steps: &[
            Burst(&["Buenas", "¿Saben algo de mi pedido {order}?", "Pagué hace una semana"]),
            Await,
            Either(&[
                &[Say("De acuerdo, quedo pendiente.")],
                &[Say("¿Me lo pueden enviar a otra dirección?"), Await, Place("Calle Mayor 8")],
            ]),
        ],
    },
    Story {
        id: "freno",
        language: "es",
        steps: &[
            Say("El freno trasero se quedó duro, ¿me ayudan?"),
            Photo("Así está"),
            Edit("El freno delantero se quedó duro, ¿me ayudan?"),
            Await,
            Say("Entendido, la llevo mañana."),
        ],
    },
    Story {
        id: "alquiler",
        language: "es",
        steps: &[
            Say("¿Alquilan bicicletas para el fin de semana? Somos cuatro adultos y un niño."),
            Await,
            Say("¿Incluye casco?"),
            Await,
            Say("Genial, reservamos para {day}."),
        ],
    },
    Story {
        id: "bakim",
        language: "tr",
        steps: &[
            Say("Merhaba, {bike} için bakım randevusu alabilir miyim?"),
            Branch {
                arms: &[Arm {
                    words: &["saat", ":00", ":30", "gün", "yarın"],
                    steps: &[Say("Olur, {day} {time} uygun.")],
                }],
                otherwise: &[Say("Bu hafta içinde olursa çok iyi olur")],
            },
            Await,
            Say("Teşekkürler, görüşürüz"),
        ],
    },
    Story {
        id: "ses_var",
        language: "tr",
        steps: &[
            Burst(&["Selam", "{part} ses yapıyor", "Normal mi sizce?"]),
            Branch {
                arms: &[Arm { words: PICTURE, steps: &[Photo("Şurası"), Await] }],
                otherwise: &[Voice, Await],
            },
            Say("Peki ücret ne kadar olur?"),
            Await,
            React("👍"),
        ],
    },
    Story {
        id: "siparis",
        language: "tr",
        steps: &[
            Say("{order} numaralı siparişim hâlâ gelmedi, bakabilir misiniz?"),
            Await,
            Either(&[
                &[Say("Tamam, bekliyorum.")],
                &[Say("Kapıda kimse yoktu demişler ama evdeydim."), Await, Say("Sağ olun")],
            ]),
        ],
    },
    Story {
        id: "iade",
        language: "tr",
        steps: &[
            Say("Aldığım kask küçük geldi, değiştirebilir miyim?"),
            Await,
            Say("L beden lütfen. Kutusu duruyor."),
            Await,
            Say("Çok teşekkür ederim 🙏"),
        ],
    },
    Story {
        id: "lekke_band",
        language: "nl",
        steps: &[
            Say("Hoi! Lekke achterband, kan ik vandaag nog langskomen?"),
            Branch {
                arms: &[Arm { words: &["ja", "kan", "kom", "uur"], steps: &[Say("Top, ben er om {time}")] }],
                otherwise: &[Say("Anders {day}?"), Await, Say("Oké, tot dan")],
            },
            Await,
            React("👍"),
        ],
    },
    Story {
        id: "offerte_bakfiets",
        language: "nl",
        steps: &[
            Say("Goedemiddag, wat kost de Cargo Duo met huif en twee bankjes?"),
            Branch {
                arms: &[Arm {
                    words: &["€", "euro", "prijs"],
                    steps: &[Say("En kunnen jullie onze oude fiets inruilen?")],
                }],
                otherwise: &[Say("We zouden hem graag eerst proberen")],
            },
            Await,
            Say("Prima, we denken er even over na."),
        ],
    },
    Story {
        id: "onderhoud_klaar",
        language: "nl",
        steps: &[
            Say("Is mijn {bike} al klaar?"),
            Await,
            Either(&[
                &[Say("Fijn, ik haal hem om {time} op")],
                &[Say("Oké, laat maar weten dan!"), Await, Say("Dankjewel")],
            ]),
        ],
    },
    Story {
        id: "ketting_foto",
        language: "nl",
        steps: &[
            Photo("Moet dit vervangen worden?"),
            Await,
            Say("En wat gaat dat kosten?"),
            Await,
            Say("Doe maar, dank!"),
        ],
    },
    Story {
        id: "revisao",
        language: "pt",
        steps: &[
            Say("Oi! Quanto fica a revisão da {bike}?"),
            Branch {
                arms: &[Arm {
                    words: &["r$", "€", "reais", "euro", "preço", "fica"],
                    steps: &[Say("Fechado. Posso levar {day} às {time}?")],
                }],
                otherwise: &[Say("Ela está fazendo barulho, acho que é {part}")],
            },
            Await,
            Say("Valeu, até lá!"),
        ],
    },
    Story {
        id: "rastreio",
        language: "pt",
        steps: &[
            Burst(&["Bom dia", "meu pedido é o {order}", "o rastreio não atualiza há dias 😕"]),
            Await,
            Say("Entendi. Consegue me avisar quando sair?"),
            Await,
            React("🙏"),
        ],
    },
    Story {
        id: "capacete",
        language: "pt",
        steps: &[
            Say("Vocês têm capacete infantil azul?"),
            Edit("Vocês têm capacete infantil vermelho?"),
            Branch {
                arms: &[Arm {
                    words: &["sim", "temos", "tem"],
                    steps: &[Say("Ótimo, separa um pra mim por favor")],
                }],
                otherwise: &[Say("Tudo bem, e de outra cor?")],
            },
            Await,
            Say("Obrigada!"),
        ],
    },
    Story {
        id: "garantia",
        language: "pt",
        steps: &[
            Say("Comprei a {bike} há oito meses e o quadro está com um risco estranho. A garantia cobre?"),
            Branch {
                arms: &[Arm { words: PICTURE, steps: &[Photo("Olha só"), Await] }],
                otherwise: &[Photo("Mando uma foto"), Await],
            },
            Say("Combinado, passo aí {day}."),
        ],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::story::{Deed, Reader};
    use super::*;
    use crate::dice::Dice;

    #[test]
    fn there_are_enough_stories_in_each_language() {
        assert!(STORIES.len() >= 25);
        let ids: HashSet<_> = STORIES.iter().map(|story| story.id).collect();
        assert_eq!(ids.len(), STORIES.len());
        for language in ["es", "tr", "nl", "pt"] {
            assert!(STORIES.iter().filter(|story| story.language == language).count() >= 3, "{language}");
        }
    }

    #[test]
    fn every_story_opens_with_words_and_ends_after_a_few_answers() {
        let answers = ["yes, tomorrow at 10:00", "send a photo please", "it costs €40", "hm"];
        for story in STORIES {
            for (seed, answer) in answers.iter().enumerate() {
                let mut reader = Reader::open(story, Dice::of(seed as u64, "story", story.id));
                let mut said = reader.go_on(None);
                assert!(!said.is_empty(), "{} opens with nothing", story.id);
                for _ in 0..8 {
                    if reader.is_over() {
                        break;
                    }
                    said.extend(reader.go_on(Some(answer)));
                }
                assert!(reader.is_over(), "{} does not end", story.id);
                for act in said {
                    if let Deed::Say(text) | Deed::Edit(text) | Deed::Photo(text) = act.deed {
                        assert!(!text.contains('{'), "{}: {text}", story.id);
                    }
                }
            }
        }
    }

    #[test]
    fn the_answer_decides_the_branch() {
        let story = STORIES.iter().find(|story| story.id == "clicking_gears").expect("it is there");
        let next = |answer: &str| {
            let mut reader = Reader::open(story, Dice::of(1, "story", "x"));
            reader.go_on(None);
            reader.go_on(Some(answer)).into_iter().map(|act| act.deed).collect::<Vec<_>>()
        };
        assert!(matches!(&next("Can you send a PHOTO?")[..], [Deed::Photo(_)]));
        assert!(matches!(&next("Bring it tomorrow")[..], [Deed::Say(_)]));
        assert!(matches!(&next("Hm.")[..], [Deed::Say(_), Deed::Photo(_)]));
    }
}
