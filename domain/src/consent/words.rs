//! How people say that they want nothing more, and that they do after all.
//!
//! A phrase counts only where it is all that the message says, but for courtesy, punctuation and emojis around it:
//! "STOP!", "stop please" and "Stop, thanks 🙏" are one; "please don't stop", "stop by at nine" and "when does the
//! bus stop" are none. Whoever means it otherwise is asked by an agent, who can record it.

use std::{collections::HashMap, sync::LazyLock};

use switchboard_schema::wire::{ConsentChoice, ConsentScope};

use super::Wish;

/// Longest message that can be one of the phrases, in characters.
pub const MAX_PHRASE_CHARS: usize = 80;

/// What is said in one language. Lower case, without punctuation.
#[derive(Debug, Clone, Copy)]
pub struct Phrases {
    /// ISO 639-1, of the first region where it is the common form.
    pub language: &'static str,
    /// Nothing more of anything.
    pub stop: &'static [&'static str],
    /// No more marketing.
    pub stop_marketing: &'static [&'static str],
    /// Messages again.
    pub start: &'static [&'static str],
    /// What may stand around a phrase and changes nothing.
    pub courtesy: &'static [&'static str],
}

/// Every language whose phrases are known. The English ones count everywhere: they stand in the terms of many
/// senders.
pub static LANGUAGES: &[Phrases] = &[
    Phrases {
        language: "en",
        stop: &[
            "stop",
            "stop all",
            "stopall",
            "stop it",
            "stop messages",
            "stop messaging me",
            "stop texting me",
            "stop sending me messages",
            "stop writing to me",
            "unsubscribe",
            "unsubscribe me",
            "unsubscribe all",
            "opt out",
            "optout",
            "opt me out",
            "cancel subscription",
            "end subscription",
            "quit",
            "remove me",
            "remove me from your list",
            "remove me from the list",
            "no more messages",
            "do not message me",
            "do not message me again",
            "don't message me",
            "don't message me again",
            "don't message me anymore",
            "dont message me",
            "dont message me again",
            "do not text me",
            "don't text me",
            "don't text me again",
            "dont text me",
            "do not contact me",
            "do not contact me again",
            "don't contact me",
            "don't contact me again",
            "dont contact me",
            "don't write to me",
            "don't write to me again",
            "stop contacting me",
        ],
        stop_marketing: &[
            "stop marketing",
            "stop promotions",
            "stop promotion",
            "stop promo",
            "stop promos",
            "stop ads",
            "stop offers",
            "stop newsletter",
            "no marketing",
            "no more ads",
            "no promotions",
            "unsubscribe from marketing",
            "unsubscribe from promotions",
        ],
        start: &[
            "start",
            "unstop",
            "resume",
            "subscribe",
            "subscribe me",
            "opt in",
            "optin",
            "opt me in",
            "start messages",
            "start again",
        ],
        courtesy: &["please", "pls", "plz", "thanks", "thank you", "thx", "now", "hi", "hello", "ok", "okay"],
    },
    Phrases {
        language: "de",
        stop: &[
            "stopp",
            "abmelden",
            "abbestellen",
            "keine nachrichten mehr",
            "ich möchte keine nachrichten mehr",
            "ich will keine nachrichten mehr",
            "nachrichten abbestellen",
            "austragen",
            "bitte abmelden",
            "hört auf",
            "nicht mehr schreiben",
            "schreibt mir nicht mehr",
            "schreib mir nicht mehr",
            "schreiben sie mir nicht mehr",
            "schreiben sie mir bitte nicht mehr",
            "kontaktieren sie mich nicht mehr",
            "kontaktiert mich nicht mehr",
            "keine weiteren nachrichten",
            "abmeldung",
        ],
        stop_marketing: &[
            "keine werbung",
            "keine werbung mehr",
            "stopp werbung",
            "stop werbung",
            "werbung abbestellen",
        ],
        start: &["anmelden", "wieder anmelden", "fortsetzen", "abonnieren", "starten"],
        courtesy: &["bitte", "danke", "vielen dank", "jetzt", "sofort", "hallo"],
    },
    Phrases {
        language: "fr",
        stop: &[
            "arrêt",
            "arret",
            "arrêter",
            "arreter",
            "arrêtez",
            "arretez",
            "désabonner",
            "desabonner",
            "me désabonner",
            "me desabonner",
            "désinscription",
            "desinscription",
            "désinscrire",
            "plus de messages",
            "ne m'écrivez plus",
            "ne plus m'écrire",
            "ne plus m ecrire",
            "ne m'écris plus",
            "ne m'envoyez plus de messages",
            "ne me contactez plus",
            "ne plus me contacter",
            "ne m ecrivez plus",
        ],
        stop_marketing: &[
            "stop pub",
            "stop publicité",
            "stop publicite",
            "plus de pub",
            "plus de publicité",
            "pas de pub",
        ],
        start: &[
            "reprendre",
            "s'abonner",
            "m'abonner",
            "me réabonner",
            "me reabonner",
            "démarrer",
            "recommencer",
        ],
        courtesy: &["s'il vous plaît", "s'il vous plait", "svp", "s'il te plaît", "stp", "merci", "bonjour"],
    },
    Phrases {
        language: "es",
        stop: &[
            "parar",
            "para",
            "basta",
            "baja",
            "darme de baja",
            "dar de baja",
            "dame de baja",
            "quiero darme de baja",
            "cancelar suscripción",
            "cancelar suscripcion",
            "desuscribir",
            "desuscribirme",
            "no más mensajes",
            "no mas mensajes",
            "no me escriban más",
            "no me escriban mas",
            "alto",
        ],
        stop_marketing: &[
            "no publicidad",
            "no más publicidad",
            "no mas publicidad",
            "sin publicidad",
            "no quiero publicidad",
        ],
        start: &["alta", "darme de alta", "suscribir", "suscribirme", "reanudar", "iniciar", "reactivar"],
        courtesy: &["por favor", "porfavor", "porfa", "gracias", "muchas gracias", "hola", "ya"],
    },
    Phrases {
        language: "pt",
        stop: &[
            "pare",
            "parem",
            "sair",
            "quero sair",
            "descadastrar",
            "me descadastrar",
            "cancelar inscrição",
            "cancelar inscricao",
            "cancelar subscrição",
            "não quero mais mensagens",
            "nao quero mais mensagens",
            "sem mais mensagens",
            "remover",
        ],
        stop_marketing: &[
            "sem propaganda",
            "não quero propaganda",
            "nao quero propaganda",
            "parar propaganda",
            "sem publicidade",
        ],
        start: &["voltar", "inscrever", "quero receber", "retomar", "reativar", "começar", "comecar"],
        courtesy: &["por favor", "pfv", "obrigado", "obrigada", "olá", "ola", "oi"],
    },
    Phrases {
        language: "it",
        stop: &[
            "ferma",
            "fermate",
            "cancellami",
            "cancellatemi",
            "disiscrivimi",
            "disiscrivetemi",
            "disiscriviti",
            "annulla iscrizione",
            "basta messaggi",
            "non scrivetemi più",
            "non scrivetemi piu",
            "niente più messaggi",
        ],
        stop_marketing: &[
            "basta pubblicità",
            "basta pubblicita",
            "no pubblicità",
            "no pubblicita",
            "stop pubblicità",
        ],
        start: &["iscrivimi", "iscrivetemi", "riprendi", "riprendere", "ricomincia", "riattiva"],
        courtesy: &["per favore", "per piacere", "grazie", "ciao", "buongiorno"],
    },
    Phrases {
        language: "nl",
        stop: &[
            "afmelden",
            "uitschrijven",
            "meld mij af",
            "meld me af",
            "schrijf mij uit",
            "schrijf me uit",
            "geen berichten meer",
            "stuur niets meer",
            "stoppen",
        ],
        stop_marketing: &["geen reclame", "geen reclame meer", "stop reclame"],
        start: &["aanmelden", "inschrijven", "meld mij aan", "meld me aan", "hervatten", "beginnen"],
        courtesy: &["alstublieft", "aub", "alsjeblieft", "ajb", "dank je", "bedankt", "dank u", "hallo"],
    },
    Phrases {
        language: "tr",
        stop: &[
            "dur",
            "durdur",
            "ret",
            "red",
            "abonelikten çık",
            "abonelikten cik",
            "listeden çıkar",
            "listeden cikar",
            "mesaj istemiyorum",
            "mesaj atmayın",
            "mesaj atmayin",
            "çıkış",
            "cikis",
        ],
        stop_marketing: &["reklam istemiyorum", "reklam gönderme", "reklam gonderme", "reklam yok"],
        start: &["başla", "basla", "başlat", "baslat", "abone ol", "devam", "onay"],
        courtesy: &["lütfen", "lutfen", "teşekkürler", "tesekkurler", "sağol", "sagol", "merhaba"],
    },
    Phrases {
        language: "pl",
        stop: &[
            "wypisz",
            "wypisz mnie",
            "rezygnuję",
            "rezygnuje",
            "zatrzymaj",
            "nie pisz",
            "nie pisz więcej",
            "nie pisz wiecej",
            "żadnych wiadomości",
            "anuluj subskrypcję",
            "anuluj subskrypcje",
        ],
        stop_marketing: &["bez reklam", "nie chcę reklam", "nie chce reklam", "stop reklamy"],
        start: &["zapisz mnie", "wznów", "wznow", "subskrybuj"],
        courtesy: &["proszę", "prosze", "dziękuję", "dziekuje", "dzięki", "dzieki", "cześć", "dzień dobry"],
    },
    Phrases {
        language: "ru",
        stop: &[
            "стоп",
            "отписаться",
            "отпишите меня",
            "отписка",
            "прекратите",
            "хватит",
            "не пишите",
            "не пишите мне",
            "не пишите больше",
            "больше не пишите",
            "отказ",
            "отмена подписки",
        ],
        stop_marketing: &["без рекламы", "не надо рекламы", "стоп реклама", "хватит рекламы"],
        start: &["старт", "подписаться", "подпишите меня", "возобновить", "начать"],
        courtesy: &["пожалуйста", "спасибо", "здравствуйте", "привет"],
    },
    Phrases {
        language: "uk",
        stop: &[
            "відписатися",
            "відпишіть мене",
            "відписка",
            "припиніть",
            "досить",
            "не пишіть",
            "не пишіть мені",
            "більше не пишіть",
            "відмова",
        ],
        stop_marketing: &["без реклами", "стоп реклама", "не треба реклами"],
        start: &["підписатися", "підпишіть мене", "відновити", "почати"],
        courtesy: &["будь ласка", "дякую", "вітаю", "привіт"],
    },
    Phrases {
        language: "ar",
        stop: &[
            "إيقاف",
            "ايقاف",
            "توقف",
            "أوقف",
            "اوقف",
            "إلغاء الاشتراك",
            "الغاء الاشتراك",
            "لا ترسلوا رسائل",
            "لا أريد رسائل",
            "لا اريد رسائل",
            "قف",
        ],
        stop_marketing: &["لا إعلانات", "لا اعلانات", "إيقاف الإعلانات", "ايقاف الاعلانات", "لا أريد إعلانات"],
        start: &["ابدأ", "ابدا", "بدء", "اشتراك", "استئناف"],
        courtesy: &["من فضلك", "لو سمحت", "رجاء", "شكرا", "شكراً", "مرحبا"],
    },
    Phrases {
        language: "fa",
        stop: &["توقف", "لغو اشتراک", "لغو عضویت", "پیام نفرستید", "دیگر پیام نفرستید", "متوقف"],
        stop_marketing: &["تبلیغات نفرستید", "بدون تبلیغات", "لغو تبلیغات"],
        start: &["شروع", "عضویت", "اشتراک", "ادامه"],
        courtesy: &["لطفا", "لطفاً", "ممنون", "متشکرم", "سلام"],
    },
    Phrases {
        language: "he",
        stop: &["הסר", "הסירו", "הסירו אותי", "הסר אותי", "להסרה", "עצור", "עצרו", "די", "ביטול מנוי"],
        stop_marketing: &["בלי פרסומות", "ללא פרסומות", "די לפרסומות", "הסר פרסומות"],
        start: &["התחל", "הצטרף", "הרשמה", "המשך"],
        courtesy: &["בבקשה", "תודה", "שלום"],
    },
    Phrases {
        language: "hi",
        stop: &[
            "रोकें",
            "रोको",
            "बंद करें",
            "बंद करो",
            "बंद",
            "सदस्यता समाप्त",
            "संदेश बंद करें",
            "मैसेज बंद करो",
            "मैसेज मत भेजो",
            "band karo",
            "band kare",
            "msg mat bhejo",
            "message mat bhejo",
            "message band karo",
        ],
        stop_marketing: &["विज्ञापन बंद करें", "विज्ञापन नहीं", "प्रचार बंद करें"],
        start: &["शुरू", "शुरू करें", "शुरू करो", "सदस्यता लें", "shuru karo", "chalu karo"],
        courtesy: &["कृपया", "धन्यवाद", "नमस्ते", "kripya", "dhanyavad"],
    },
    Phrases {
        language: "bn",
        stop: &["থামুন", "থামান", "বন্ধ করুন", "বন্ধ", "মেসেজ বন্ধ করুন", "আনসাবস্ক্রাইব"],
        stop_marketing: &["বিজ্ঞাপন বন্ধ করুন", "বিজ্ঞাপন চাই না"],
        start: &["শুরু", "শুরু করুন", "চালু করুন"],
        courtesy: &["দয়া করে", "ধন্যবাদ", "অনুগ্রহ করে"],
    },
    Phrases {
        language: "ur",
        stop: &["روکیں", "بند کریں", "بند کرو", "پیغام بند کریں", "ان سبسکرائب"],
        stop_marketing: &["اشتہار بند کریں", "اشتہار نہیں"],
        start: &["شروع کریں", "شروع کرو", "جاری رکھیں"],
        courtesy: &["براہ کرم", "شکریہ", "سلام"],
    },
    Phrases {
        language: "id",
        stop: &[
            "berhenti",
            "hentikan",
            "stop pesan",
            "berhenti langganan",
            "batalkan langganan",
            "jangan kirim lagi",
            "jangan kirim pesan",
            "keluar",
        ],
        stop_marketing: &["stop iklan", "stop promo", "tidak mau iklan", "hentikan promosi"],
        start: &["mulai", "langganan", "lanjutkan", "daftar"],
        courtesy: &["tolong", "mohon", "terima kasih", "makasih", "halo"],
    },
    Phrases {
        language: "ms",
        stop: &[
            "henti",
            "berhenti melanggan",
            "batal langganan",
            "jangan hantar lagi",
            "jangan hantar mesej",
        ],
        stop_marketing: &["henti iklan", "tak mahu iklan", "henti promosi"],
        start: &["mula", "langgan", "sambung"],
        courtesy: &["tolong", "sila", "terima kasih"],
    },
    Phrases {
        language: "vi",
        stop: &[
            "dừng",
            "dung lai",
            "dừng lại",
            "hủy đăng ký",
            "huy dang ky",
            "ngừng",
            "ngừng nhắn",
            "đừng nhắn nữa",
            "dung nhan nua",
            "từ chối",
        ],
        stop_marketing: &["không quảng cáo", "dừng quảng cáo", "từ chối quảng cáo"],
        start: &["bắt đầu", "bat dau", "đăng ký", "dang ky", "tiếp tục"],
        courtesy: &["làm ơn", "vui lòng", "cảm ơn", "cam on", "xin chào"],
    },
    Phrases {
        language: "th",
        stop: &["หยุด", "หยุดส่ง", "ยกเลิกการสมัคร", "ไม่ต้องส่ง", "ไม่ต้องส่งมาอีก", "เลิกส่ง"],
        stop_marketing: &["ไม่เอาโฆษณา", "หยุดโฆษณา", "ยกเลิกโฆษณา"],
        start: &["เริ่ม", "สมัคร", "รับข้อความ", "เริ่มใหม่"],
        courtesy: &["กรุณา", "ขอบคุณ", "ขอบคุณครับ", "ขอบคุณค่ะ", "สวัสดี", "ครับ", "ค่ะ"],
    },
    Phrases {
        language: "zh",
        stop: &[
            "停止",
            "退订",
            "退訂",
            "取消订阅",
            "取消訂閱",
            "不要再发",
            "不要再發",
            "别再发了",
            "別再發了",
            "td",
            "停",
        ],
        stop_marketing: &["停止推广", "停止推廣", "不要广告", "不要廣告", "拒收广告"],
        start: &["开始", "開始", "订阅", "訂閱", "恢复", "恢復"],
        courtesy: &["请", "請", "谢谢", "謝謝", "你好"],
    },
    Phrases {
        language: "ja",
        stop: &[
            "停止",
            "配信停止",
            "配信停止してください",
            "解除",
            "登録解除",
            "やめて",
            "やめてください",
            "送らないで",
            "送らないでください",
            "ストップ",
        ],
        stop_marketing: &["広告停止", "広告はいりません", "宣伝はやめて"],
        start: &["開始", "再開", "登録", "配信再開", "スタート"],
        courtesy: &["お願いします", "ありがとう", "ありがとうございます", "すみません"],
    },
    Phrases {
        language: "ko",
        stop: &["중지", "그만", "그만 보내세요", "수신거부", "수신 거부", "구독 취소", "해지", "정지"],
        stop_marketing: &["광고 거부", "광고 중지", "광고 수신거부"],
        start: &["시작", "구독", "재개", "수신 동의", "수신동의"],
        courtesy: &["제발", "부탁합니다", "부탁드립니다", "감사합니다", "안녕하세요"],
    },
    Phrases {
        language: "ro",
        stop: &[
            "oprește",
            "opreste",
            "opriți",
            "opriti",
            "dezabonare",
            "dezabonează",
            "dezaboneaza",
            "nu mai trimiteți",
            "nu mai trimiteti",
            "renunț",
        ],
        stop_marketing: &["fără reclame", "fara reclame", "stop reclame"],
        start: &["abonare", "reia", "pornește", "porneste"],
        courtesy: &["vă rog", "va rog", "te rog", "mulțumesc", "multumesc", "bună ziua"],
    },
    Phrases {
        language: "cs",
        stop: &[
            "zastavit",
            "odhlásit",
            "odhlasit",
            "odhlaste mě",
            "odhlaste me",
            "nepište",
            "nepiste",
            "už nepište",
        ],
        stop_marketing: &["žádné reklamy", "zadne reklamy", "bez reklam", "stop reklamy"],
        start: &["přihlásit", "prihlasit", "obnovit", "začít"],
        courtesy: &["prosím", "prosim", "děkuji", "dekuji", "díky", "dobrý den"],
    },
    Phrases {
        language: "hu",
        stop: &["leiratkozás", "leiratkozas", "leiratkozom", "állj", "ne írjanak", "ne irjanak", "elég"],
        stop_marketing: &["nem kérek reklámot", "nem kerek reklamot", "stop reklám"],
        start: &["feliratkozás", "feliratkozas", "feliratkozom", "folytatás", "kezdés"],
        courtesy: &["kérem", "kerem", "köszönöm", "koszonom", "szia"],
    },
    Phrases {
        language: "el",
        stop: &["σταματήστε", "σταματηστε", "στοπ", "διαγραφή", "διαγραφη", "απεγγραφή", "απεγγραφη"],
        stop_marketing: &["όχι διαφημίσεις", "οχι διαφημισεις", "στοπ διαφημίσεις"],
        start: &["εγγραφή", "εγγραφη", "έναρξη", "εναρξη", "συνέχεια"],
        courtesy: &["παρακαλώ", "παρακαλω", "ευχαριστώ", "ευχαριστω", "γεια"],
    },
    Phrases {
        language: "sv",
        stop: &[
            "stoppa",
            "avsluta",
            "avregistrera",
            "avprenumerera",
            "sluta",
            "sluta skriva",
            "inga fler meddelanden",
        ],
        stop_marketing: &["ingen reklam", "stoppa reklam", "stopp reklam"],
        start: &["starta", "prenumerera", "återuppta", "börja"],
        courtesy: &["snälla", "tack", "hej", "vänligen"],
    },
    Phrases {
        language: "no",
        stop: &["stopp", "avslutt", "meld av", "meld meg av", "avmeld", "ikke flere meldinger", "slutt"],
        stop_marketing: &["ingen reklame", "stopp reklame"],
        start: &["start igjen", "abonner", "meld meg på", "gjenoppta"],
        courtesy: &["vær så snill", "takk", "hei", "vennligst"],
    },
    Phrases {
        language: "da",
        stop: &["afmeld", "afmeld mig", "stands", "ikke flere beskeder", "hold op", "frameld"],
        stop_marketing: &["ingen reklamer", "ingen reklame", "stop reklamer"],
        start: &["tilmeld", "tilmeld mig", "genoptag"],
        courtesy: &["venligst", "tak", "hej"],
    },
    Phrases {
        language: "fi",
        stop: &["lopeta", "peruuta tilaus", "ei enää viestejä", "ei enaa viesteja", "seis"],
        stop_marketing: &["ei mainoksia", "lopeta mainokset", "ei mainontaa"],
        start: &["aloita", "tilaa", "jatka"],
        courtesy: &["kiitos", "ole hyvä", "hei", "moi"],
    },
    Phrases {
        language: "sw",
        stop: &["acha", "simama", "sitisha", "jiondoe", "usitume tena", "usinitumie ujumbe"],
        stop_marketing: &["acha matangazo", "sitaki matangazo"],
        start: &["anza", "jiunge", "endelea"],
        courtesy: &["tafadhali", "asante", "habari"],
    },
    Phrases {
        language: "tl",
        stop: &["itigil", "itigil mo", "ihinto", "tama na", "huwag na magpadala", "ayoko na"],
        stop_marketing: &["walang ads", "itigil ang ads", "ayaw ng promo"],
        start: &["simulan", "magsimula", "ituloy", "sumali"],
        courtesy: &["paki", "pakiusap", "salamat", "po", "kumusta"],
    },
];

/// What somebody wishes who writes this and nothing else, if it is one of the phrases.
#[must_use]
pub fn wish_in(text: &str) -> Option<Wish> {
    // Counted before anything is copied: a message may be long.
    if text.chars().nth(MAX_PHRASE_CHARS).is_some() {
        return None;
    }
    let said = plain(text);
    if said.is_empty() {
        return None;
    }
    // As it is; and without what courtesy stands around it, in whichever language.
    let starts = past(&said, |rest, courtesy| {
        rest.strip_prefix(courtesy)
            .filter(|rest| rest.is_empty() || rest.starts_with(' '))
            .map(str::trim_start)
    });
    starts.into_iter().find_map(|rest| {
        let ends = past(rest, |rest, courtesy| {
            rest.strip_suffix(courtesy)
                .filter(|rest| rest.is_empty() || rest.ends_with(' '))
                .map(str::trim_end)
        });
        ends.into_iter().find_map(|rest| PHRASES.get(rest).copied())
    })
}

/// Every phrase, as [`plain`] leaves it, and what it says.
static PHRASES: LazyLock<HashMap<String, Wish>> = LazyLock::new(|| {
    let stop = Wish { scope: ConsentScope::Everything, choice: ConsentChoice::Withdrawn };
    let start = Wish { scope: ConsentScope::Everything, choice: ConsentChoice::Given };
    let no_marketing = Wish { scope: ConsentScope::Marketing, choice: ConsentChoice::Withdrawn };
    LANGUAGES
        .iter()
        .flat_map(|phrases| {
            let lists =
                [(phrases.start, start), (phrases.stop, stop), (phrases.stop_marketing, no_marketing)];
            lists.into_iter().flat_map(|(list, wish)| list.iter().map(move |phrase| (plain(phrase), wish)))
        })
        .collect()
});

/// Everything that changes nothing around a phrase, as [`plain`] leaves it, once each.
static COURTESIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut all: Vec<String> =
        LANGUAGES.iter().flat_map(|phrases| phrases.courtesy).map(|courtesy| plain(courtesy)).collect();
    all.sort();
    all.dedup();
    all
});

/// Lower case; whatever is neither letter, digit, mark nor apostrophe separates words; one space between them.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().map(narrow).flat_map(char::to_lowercase) {
        match letter {
            '’' | '‘' | '\'' | '`' => out.push('\''),
            // A dot above stays behind from lowering a Turkish capital.
            '\u{307}' => {}
            // And one without its dot from a capital that has none in Turkish, and one elsewhere.
            'ı' => out.push('i'),
            // Which of the two a capital becomes depends on its place.
            'ς' => out.push('σ'),
            letter if letter.is_alphanumeric() || is_mark(letter) => out.push(letter),
            _ if out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out.trim_matches([' ', '\'']).to_owned()
}

/// A letter or digit as wide as an ideograph, as keyboards for Chinese and Japanese write it, as any other.
fn narrow(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(letter) - (0xff01 - u32::from('!'))).unwrap_or(letter)
        }
        _ => letter,
    }
}

/// Marks that belong to the letter before: vowel signs of Indic scripts and Thai, Arabic and Hebrew points.
/// Joiners are none: they hold emojis together as well.
fn is_mark(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{981}'..='\u{983}' | '\u{9bc}'..='\u{9cd}'
        | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}')
}

/// What is left when any number of courtesies is taken away on one side: none first.
fn past<'a>(said: &'a str, strip: impl Fn(&'a str, &str) -> Option<&'a str>) -> Vec<&'a str> {
    let mut left = vec![said];
    let mut next = 0;
    while let Some(&rest) = left.get(next) {
        next += 1;
        for shorter in COURTESIES.iter().filter_map(|courtesy| strip(rest, courtesy)) {
            // By length: all of them end, or begin, at the same place.
            if left.iter().all(|known| known.len() != shorter.len()) {
                left.push(shorter);
            }
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const STOP: Option<Wish> =
        Some(Wish { scope: ConsentScope::Everything, choice: ConsentChoice::Withdrawn });
    const START: Option<Wish> = Some(Wish { scope: ConsentScope::Everything, choice: ConsentChoice::Given });
    const NO_MARKETING: Option<Wish> =
        Some(Wish { scope: ConsentScope::Marketing, choice: ConsentChoice::Withdrawn });

    #[test]
    fn wide_letters_say_what_narrow_ones_say() {
        assert_eq!(wish_in("ＳＴＯＰ！"), STOP);
        assert_eq!(wish_in("ｓｔｏｐ　ａｄｓ"), NO_MARKETING);
        assert_eq!(wish_in("ｓｔｏｐ ｂｙ ａｔ ９"), None);
    }

    #[test]
    fn every_phrase_of_every_language_says_what_it_is_listed_for() {
        assert!(LANGUAGES.len() >= 20);
        for phrases in LANGUAGES {
            for (list, wish) in
                [(phrases.stop, STOP), (phrases.stop_marketing, NO_MARKETING), (phrases.start, START)]
            {
                assert!(!list.is_empty());
                for phrase in list {
                    assert_eq!(wish_in(phrase), wish, "{} {phrase}", phrases.language);
                    assert_eq!(wish_in(&phrase.to_uppercase()), wish, "{} {phrase}", phrases.language);
                    for courtesy in phrases.courtesy {
                        assert_eq!(wish_in(&format!("{phrase}, {courtesy}!")), wish, "{phrase} {courtesy}");
                        assert_eq!(wish_in(&format!("{courtesy} {phrase}.")), wish, "{courtesy} {phrase}");
                    }
                }
            }
        }
    }

    #[test]
    fn no_phrase_stands_for_two_wishes_and_no_language_is_there_twice() {
        let all = |list: fn(&Phrases) -> &'static [&'static str]| -> BTreeSet<String> {
            LANGUAGES.iter().flat_map(list).map(|phrase| plain(phrase)).collect()
        };
        let (stop, marketing, start) = (
            all(|phrases| phrases.stop),
            all(|phrases| phrases.stop_marketing),
            all(|phrases| phrases.start),
        );
        assert!(stop.is_disjoint(&start) && stop.is_disjoint(&marketing) && marketing.is_disjoint(&start));
        let languages: BTreeSet<_> = LANGUAGES.iter().map(|phrases| phrases.language).collect();
        assert_eq!(languages.len(), LANGUAGES.len());
    }

    #[test]
    fn punctuation_emojis_case_and_courtesy_change_nothing() {
        for text in [
            "STOP",
            " stop ",
            "Stop!!!",
            "stop.",
            "*STOP*",
            "Stop 🛑",
            "🙏🏽 stop please 🙏🏽",
            "hi, STOP, thanks",
            "DURDUR!",
            "LİSTEDEN ÇIKAR",
        ] {
            assert_eq!(wish_in(text), STOP, "{text}");
        }
        assert_eq!(wish_in("start please"), START);
    }

    #[test]
    fn a_stop_inside_of_something_else_is_none() {
        for text in [
            "please don't stop",
            "don't stop",
            "dont stop",
            "stop by at nine",
            "when does the bus stop?",
            "non-stop",
            "nonstop",
            "stop it there, I will be right back",
            "full stop",
            "can you stop the order 4411?",
            "I can't stop laughing",
            "start with the red one",
            "para mañana",
            "baja el precio",
            "nicht stoppen",
            "ne pas arrêter",
            "não pare",
            "no pares",
            "bitte nicht abmelden",
            "不要停止",
            "停止营业了吗",
            "",
            "?",
            "🛑",
            "please",
            "thanks",
            "stop start",
            "to stop or not to stop",
        ] {
            assert_eq!(wish_in(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_message_is_never_a_phrase() {
        assert_eq!(wish_in(&format!("stop{}", "!".repeat(MAX_PHRASE_CHARS))), None);
        assert_eq!(wish_in(&format!("stop{}", "!".repeat(MAX_PHRASE_CHARS - 4))), STOP);
    }

    proptest::proptest! {
        #[test]
        fn words_around_a_phrase_that_are_no_courtesy_take_its_meaning_away(
            language in 0..LANGUAGES.len(),
            nth in 0_usize..64,
            word in "[bcdfghjkm]{4,9}",
            before in proptest::arbitrary::any::<bool>(),
        ) {
            let stop = LANGUAGES[language].stop;
            let phrase = stop[nth % stop.len()];
            let text = if before { format!("{word} {phrase}") } else { format!("{phrase} {word}") };
            assert_eq!(wish_in(&text), None, "{text}");
        }

        #[test]
        fn any_text_is_read_without_harm(text in ".*") {
            assert!(wish_in(&text).is_none() || text.chars().count() <= MAX_PHRASE_CHARS);
        }
    }
}
