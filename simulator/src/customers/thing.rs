//! What customers send that is neither words, a photo, a voice note nor a place.

use serde_json::json;

use crate::{
    graph::{self, Graph},
    payload::{self, Business, Person, Update},
};

/// One of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// A bill, as a PDF.
    Document,
    /// A sticker.
    Sticker,
    /// Somebody's card.
    Card,
    /// An order from the shop's catalogue.
    Order,
    /// A form that was filled in.
    Form,
    /// A tap on a button.
    Button,
    /// A choice from a list.
    Row,
    /// A tap on a quick reply of a template.
    QuickReply,
    /// Words that were passed on.
    Forwarded,
    /// The first words of somebody who came through an ad.
    FromAd,
    /// A poll, which the API cannot carry.
    Poll,
    /// A call that is not answered.
    MissedCall,
    /// A call of a minute.
    Call,
}

impl Thing {
    /// All there are.
    pub const ALL: [Self; 13] = [
        Self::Document,
        Self::Sticker,
        Self::Card,
        Self::Order,
        Self::Form,
        Self::Button,
        Self::Row,
        Self::QuickReply,
        Self::Forwarded,
        Self::FromAd,
        Self::Poll,
        Self::MissedCall,
        Self::Call,
    ];

    /// What is told of it.
    pub(crate) fn told(
        self,
        graph: &Graph,
        business: &Business,
        from: &Person,
        id: &str,
        at_s: i64,
    ) -> Vec<Update> {
        let of = |kind: &str, content| payload::message_of_type(from, id, at_s, kind, &content);
        let file = |mime_type: &str, bytes: Vec<u8>| {
            let media = graph.put_media(None, mime_type, bytes);
            json!({"id": media.id, "mime_type": media.mime_type, "sha256": media.sha256_base64()})
        };
        let one = match self {
            Self::Document => {
                let mut content = file("application/pdf", graph::bill());
                content["filename"] = json!("bill-2041.pdf");
                content["caption"] = json!("Is this one paid?");
                of("document", content)
            }
            Self::Sticker => {
                let mut content = file("image/webp", graph::STICKER.to_vec());
                content["animated"] = json!(false);
                of("sticker", content)
            }
            Self::Card => of(
                "contacts",
                json!([{
                    "name": {"formatted_name": "Joris de Wit", "first_name": "Joris", "last_name": "de Wit"},
                    "org": {"company": "De Wit Wheels", "title": "Wheel builder"},
                    "phones": [{"phone": "+31 6 5550 1234", "wa_id": "31655501234", "type": "WORK"}],
                    "emails": [{"email": "joris@example.com", "type": "WORK"}],
                    "urls": [{"url": "https://example.com/wheels", "type": "WORK"}],
                }]),
            ),
            Self::Order => of(
                "order",
                json!({
                    "catalog_id": "194836987003835",
                    "text": "Can I fetch it on Saturday?",
                    "product_items": [
                        {"product_retailer_id": "inner-tube-28", "quantity": 2, "item_price": 6.5, "currency": "EUR"},
                        {"product_retailer_id": "brake-pads", "quantity": "1", "item_price": 18.9, "currency": "EUR"},
                    ],
                }),
            ),
            Self::Form => of(
                "interactive",
                json!({"type": "nfm_reply", "nfm_reply": {
                    "name": "flow", "body": "Sent",
                    "response_json": "{\"day\":\"Thursday\",\"time\":\"10:00\",\"bike\":\"Vela 7\",\"flow_token\":\"t\"}",
                }}),
            ),
            Self::Button => payload::button_reply(from, id, at_s, "thursday", "Thursday"),
            Self::Row => of(
                "interactive",
                json!({"type": "list_reply", "list_reply": {
                    "id": "full", "title": "Full service", "description": "Two hours, with new cables",
                }}),
            ),
            Self::QuickReply => payload::template_button(from, id, at_s, "pickup-yes", "I'll pick it up"),
            Self::Forwarded => {
                payload::text_message(from, id, at_s, "Shop closes early on Friday, pass it on")
                    .with_field("context", &json!({"forwarded": true}))
            }
            Self::FromAd => payload::text_message(from, id, at_s, "Hi, is the spring offer still on?")
                .with_field(
                    "referral",
                    &json!({
                        "source_url": "https://fb.me/example", "source_id": "120211", "source_type": "ad",
                        "headline": "Spring service, 20% off", "body": "Ready for the road in a day.",
                        "media_type": "image", "ctwa_clid": "ARAkLk",
                    }),
                ),
            Self::Poll => payload::unsupported(from, id, at_s, "poll"),
            Self::MissedCall => {
                let ends = payload::call_ends(business, from, id, at_s, None);
                return vec![payload::call_rings(business, from, id, at_s), ends];
            }
            Self::Call => {
                let ends = payload::call_ends(business, from, id, at_s + 62, Some(62));
                return vec![payload::call_rings(business, from, id, at_s), ends];
            }
        };
        vec![one]
    }
}
