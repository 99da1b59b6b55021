//! What becomes of an accepted send: which statuses come, when, and in which wrong order.
//!
//! Pure: the throw of the dice for one message id decides everything.

use std::time::Duration;

use crate::dice::Dice;
use crate::faults::StatusFaults;
use crate::graph::{Accepted, WebhookVersion, failure_details, title};
use crate::payload::{Conversation, Status, StatusError};

/// Chance that someone who is no simulated customer reads what they got.
const READ: f64 = 0.8;
/// Share of customers who switched read receipts off.
pub(crate) const WITHOUT_RECEIPTS: f64 = 0.12;

/// The statuses of one send, each with the pause after acceptance (before the pace).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) statuses: Vec<(Duration, Status)>,
    /// When the customer sees the message; `None` where it never arrives.
    pub(crate) seen_after: Option<Duration>,
    /// `sent` goes out, and is answered, before the send's own answer.
    pub(crate) sent_before_answer: bool,
}

/// `pace` scales the timestamps as the caller scales the pauses.
pub(crate) fn plan(seed: u64, pace: f64, faults: &StatusFaults, accepted: &Accepted) -> Plan {
    let mut dice = Dice::of(seed, "fate", &accepted.wamid);
    let ms =
        |dice: &mut Dice, from, to| dice.between(&(Duration::from_millis(from)..Duration::from_millis(to)));
    let with_callback_data = !dice.chance(faults.without_callback_data);
    let undeliverable = dice.chance(faults.undeliverable).then_some(131026);
    let sent_before_answer = dice.chance(faults.before_answer) || accepted.status_first;
    let base = |status: &str, after: Duration| Status {
        id: accepted.wamid.clone(),
        status: status.to_owned(),
        at_s: (accepted.at_ms + after.mul_f64(pace).as_millis() as i64).div_euclid(1000),
        recipient: accepted.recipient.clone(),
        addressed_by_phone: accepted.by_phone,
        callback_data: accepted.callback_data.clone().filter(|_| with_callback_data),
        ..Status::default()
    };
    if let Some(code) = accepted.failure.or(undeliverable) {
        let after = ms(&mut dice, 80, 600);
        let mut status = base("failed", after);
        status.error = Some(StatusError {
            code,
            title: title(code).to_owned(),
            details: failure_details(code).to_owned(),
        });
        return Plan { statuses: vec![(after, status)], seen_after: None, sent_before_answer: false };
    }
    let sent_after = ms(&mut dice, 60, 400);
    let mut statuses = vec![(sent_after, base("sent", sent_after))];
    let mut delivered_after = sent_after + ms(&mut dice, 100, 1_200);
    let read_after = delivered_after + ms(&mut dice, 700, 6_000);
    // Only `sent` comes for a reaction.
    if accepted.kind != "reaction" {
        let receipts = !Dice::of(seed, "receipts", accepted.recipient.address()).chance(WITHOUT_RECEIPTS);
        let reads = receipts && dice.chance(READ);
        let late = reads && dice.chance(faults.read_before_delivered);
        let delivered = base("delivered", delivered_after);
        if late {
            // The moment stays as it was; the news of it comes late.
            delivered_after = read_after + ms(&mut dice, 300, 2_000);
        }
        if !(reads && dice.chance(faults.without_delivered)) {
            statuses.push((delivered_after, delivered));
        }
        if reads {
            statuses.push((read_after, base("read", read_after)));
        }
    }
    price(&mut dice, accepted, &mut statuses);
    let repeats: Vec<_> = statuses
        .iter()
        .filter(|_| dice.chance(faults.repeated))
        .map(|(after, status)| (*after + Duration::from_millis(350), status.clone()))
        .collect();
    statuses.extend(repeats);
    statuses.sort_by_key(|(after, _)| *after);
    Plan { statuses, seen_after: Some(read_after), sent_before_answer }
}

/// Up to v23 `sent` and `delivered` carry the price and all carry a conversation; from v24 one carries it.
fn price(dice: &mut Dice, accepted: &Accepted, statuses: &mut [(Duration, Status)]) {
    match accepted.number.webhook_version {
        WebhookVersion::V23 => {
            for (_, status) in statuses.iter_mut() {
                let is_sent = status.status == "sent";
                status.conversation = Some(Conversation {
                    id: format!("{:032x}", u128::from(Dice::of(0, "conversation", &status.id).bits())),
                    expires_at_s: is_sent.then_some(status.at_s + 24 * 3600),
                    origin: accepted.pricing.category.clone(),
                });
                if status.status != "read" {
                    status.pricing = Some(accepted.pricing.clone());
                }
            }
        }
        WebhookVersion::V24 => {
            let bearer = dice.below(statuses.len().min(2));
            if let Some((_, status)) = statuses.get_mut(bearer) {
                status.pricing = Some(accepted.pricing.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::graph::Number;
    use crate::payload::{Person, Pricing};

    fn accepted(nth: u64, version: WebhookVersion) -> Accepted {
        let recipient = Person::phone("447700900001", "Ada");
        Accepted {
            number: Arc::new(Number::new("1", "2", "+1 212 555 0100", "t").with_webhook_version(version)),
            wamid: crate::payload::wamid("447700900001", crate::payload::Direction::Out, nth),
            recipient,
            by_phone: true,
            kind: "text".to_owned(),
            text: "hi".to_owned(),
            rows: Vec::new(),
            callback_data: Some("c:1".to_owned()),
            pricing: Pricing {
                billable: false,
                kind: "free_customer_service",
                category: "service".to_owned(),
            },
            at_ms: 1_800_000_000_000,
            failure: None,
            status_first: false,
        }
    }

    fn order(plan: &Plan) -> Vec<&str> {
        plan.statuses.iter().map(|(_, status)| status.status.as_str()).collect()
    }

    #[test]
    fn without_faults_statuses_come_in_order_and_one_bears_the_price() {
        for nth in 0..50 {
            let plan = plan(7, 1.0, &StatusFaults::default(), &accepted(nth, WebhookVersion::V24));
            assert!(["sent", "delivered", "read"].starts_with(&order(&plan)) && order(&plan).len() >= 2);
            assert_eq!(plan.statuses.iter().filter(|(_, status)| status.pricing.is_some()).count(), 1);
            assert!(plan.statuses.iter().all(|(_, s)| s.conversation.is_none()));
            assert!(plan.statuses.iter().all(|(_, s)| s.callback_data.as_deref() == Some("c:1")));
        }
    }

    #[test]
    fn up_to_v23_every_status_has_a_conversation_and_sent_its_end() {
        let plan = plan(7, 1.0, &StatusFaults::default(), &accepted(1, WebhookVersion::V23));
        for (_, status) in &plan.statuses {
            let conversation = status.conversation.as_ref().expect("a conversation");
            assert_eq!(conversation.expires_at_s.is_some(), status.status == "sent");
        }
    }

    #[test]
    fn every_status_fault_shows() {
        let always = StatusFaults {
            read_before_delivered: 1.0,
            repeated: 1.0,
            without_callback_data: 1.0,
            before_answer: 1.0,
            ..StatusFaults::default()
        };
        let plans: Vec<_> =
            (0..20).map(|nth| plan(7, 1.0, &always, &accepted(nth, WebhookVersion::V24))).collect();
        let place = |plan: &Plan, status| order(plan).iter().position(|s| *s == status);
        assert!(plans.iter().any(|p| place(p, "read").is_some() && place(p, "read") < place(p, "delivered")));
        assert!(plans.iter().all(|p| order(p).len() >= 4 && p.sent_before_answer));
        assert!(plans.iter().flat_map(|p| &p.statuses).all(|(_, status)| status.callback_data.is_none()));
        let never = StatusFaults { without_delivered: 1.0, ..StatusFaults::default() };
        let plans: Vec<_> =
            (0..20).map(|nth| plan(7, 1.0, &never, &accepted(nth, WebhookVersion::V24))).collect();
        assert!(plans.iter().any(|p| order(p) == ["sent", "read"]));
        let lost = StatusFaults { undeliverable: 1.0, ..StatusFaults::default() };
        let plan = plan(7, 1.0, &lost, &accepted(1, WebhookVersion::V24));
        assert_eq!(order(&plan), ["failed"]);
        assert_eq!(plan.statuses[0].1.error.as_ref().map(|error| error.code), Some(131026));
    }
}
