//! A contact: a name, addresses, and whether anything may be sent.

pub mod find;

use std::{cmp::Reverse, time::Duration};

use switchboard_schema::{
    ContactId, ConversationId, Timestamp,
    record::{AddressTurn, ContactBody, RatingAsked, TookIn},
    wire::{
        AuditAct, ConsentChoice, ConsentEvidence, ConsentRecord, ConsentScope, Contact, ContactPatch,
        ContactRef, Identity, IdentityKind,
    },
};

use crate::{
    audit::Deed,
    consent::{self, Wish},
    inbound::Party,
    phone::is_number,
};

/// Longest name, in characters; longer ones are cut.
pub const MAX_NAME_CHARS: usize = 256;
/// Longest line about a person, in characters.
pub const MAX_ABOUT_CHARS: usize = 2_000;
/// Most addresses of one contact, its display name aside; more are left out, as nobody has them.
pub const MAX_IDENTITIES: usize = 32;

/// A new contact.
#[must_use]
pub const fn unborn(now: Timestamp) -> ContactBody {
    ContactBody {
        given_name: None,
        profile_name: None,
        about: None,
        identities: Vec::new(),
        turns: Vec::new(),
        blocked: false,
        consent_version: 0,
        consent: Vec::new(),
        consent_entries: 0,
        consent_hash: Vec::new(),
        took_in: Vec::new(),
        rating_asked: None,
        merged_into: None,
        created_at: now,
        updated_at: now,
    }
}

/// Takes in what a provider told of a person, and when they wrote from there themselves, if they did: an address they
/// had left before is theirs again. True when something was new.
pub fn observe(body: &mut ContactBody, party: &Party, wrote_at: Option<Timestamp>, now: Timestamp) -> bool {
    let mut changed = false;
    // A display name replaces the one before: people change it at will.
    if let Some(username) = username(party)
        && !body.identities.contains(username)
    {
        body.identities.retain(|known| known.kind != IdentityKind::Username);
        changed = true;
        body.identities.push(username.clone());
    }
    for identity in party.identities.iter().filter(|identity| identity.kind != IdentityKind::Username) {
        let addresses = body.identities.iter().filter(|known| known.kind != IdentityKind::Username).count();
        if body.identities.contains(identity) || addresses >= MAX_IDENTITIES {
            continue;
        }
        body.identities.push(identity.clone());
        changed = true;
    }
    if let Some(name) = profile_name(party)
        && body.profile_name.as_deref() != Some(&name)
    {
        body.profile_name = Some(name);
        changed = true;
    }
    if let Some(at) = wrote_at {
        let had_left: Vec<_> =
            former(body).into_iter().filter(|left| party.identities.contains(left)).collect();
        for identity in had_left {
            changed |= turn(body, &identity, false, at);
        }
    }
    if changed {
        body.identities.sort();
        body.updated_at = now;
    }
    changed
}

/// Takes in that a person has other addresses from a time on. Who leaves a number leaves every form of it: the new one is the
/// only one they have at WhatsApp. True when something was new.
pub fn change_addresses(
    body: &mut ContactBody,
    left: &[Identity],
    to: &[Identity],
    at: Timestamp,
    now: Timestamp,
) -> bool {
    let leaves_number = left.iter().any(is_number);
    let gone = |known: &&Identity| {
        !to.contains(known) && (left.contains(known) || (leaves_number && is_number(known)))
    };
    let gone: Vec<Identity> = body.identities.iter().filter(gone).cloned().collect();
    let mut changed = false;
    for (identity, left) in to.iter().map(|one| (one, false)).chain(gone.iter().map(|one| (one, true))) {
        changed |= turn(body, identity, left, at);
    }
    if changed {
        body.updated_at = now;
    }
    changed
}

/// Notes what was told of an address, unless something newer was; of two things of one second, that it is theirs.
fn turn(body: &mut ContactBody, identity: &Identity, left: bool, at: Timestamp) -> bool {
    let next = AddressTurn { identity: identity.clone(), at, left };
    match body.turns.iter_mut().find(|known| known.identity == *identity) {
        Some(known) if (known.at, !known.left) >= (at, !left) => false,
        Some(known) => {
            *known = next;
            true
        }
        None if body.identities.contains(identity) => {
            body.turns.push(next);
            body.turns.sort_by(|a, b| a.identity.cmp(&b.identity));
            true
        }
        None => false,
    }
}

/// The addresses that are theirs, of each kind the one they turned to last first; and those that were.
fn current_and_former(body: &ContactBody) -> (Vec<Identity>, Vec<Identity>) {
    if body.turns.is_empty() {
        return (body.identities.clone(), Vec::new());
    }
    let turn_of = |identity: &Identity| body.turns.iter().find(|known| known.identity == *identity);
    let has_left = |identity: &Identity| turn_of(identity).is_some_and(|known| known.left);
    let (former, mut current): (Vec<_>, Vec<_>) = body.identities.iter().cloned().partition(has_left);
    current.sort_by_key(|one| (one.kind, Reverse(turn_of(one).map(|known| known.at))));
    (current, former)
}

/// The addresses that somebody left.
#[must_use]
pub fn former(body: &ContactBody) -> Vec<Identity> {
    current_and_former(body).1
}

/// Every address by which somebody is found.
#[must_use]
pub fn found_by(identities: &[Identity], former: &[Identity]) -> Vec<Identity> {
    identities.iter().chain(former).cloned().collect()
}

/// An entry of a contact's consent, to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the chain, from 1.
    pub n: u64,
    /// The record, JSON.
    pub record: String,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// Takes in what a contact said about what they want, with what shows it. Nothing where a message or a provider
/// tells what is known already or outdated; what one of us recorded is kept in any case, and so is what a phone's history
/// tells of the time before we heard, though only the newest counts. The permissions to send that are out hold no longer
/// where something is.
///
/// # Errors
/// The contact has [`consent::MAX_ENTRIES`] and agrees once more.
pub fn take_in(
    body: &mut ContactBody,
    wish: Wish,
    at: Timestamp,
    evidence: ConsentEvidence,
    now: Timestamp,
) -> Result<Option<Entry>, consent::TooMany> {
    if wish.choice == ConsentChoice::Given && body.consent_entries >= consent::MAX_ENTRIES {
        return Err(consent::TooMany);
    }
    let at = at.min(now);
    let newest = consent::note(&mut body.consent, wish, at);
    let is_kept = match evidence {
        ConsentEvidence::Recorded { .. } => true,
        ConsentEvidence::Message { imported, .. } => {
            newest || (imported && body.consent_entries < consent::MAX_ENTRIES)
        }
        _ => newest,
    };
    if !is_kept {
        return Ok(None);
    }
    body.consent_version += 1;
    body.updated_at = now;
    Ok(Some(chained(body, wish, at, evidence, now)))
}

/// The next entry of the chain.
fn chained(
    body: &mut ContactBody,
    wish: Wish,
    at: Timestamp,
    evidence: ConsentEvidence,
    now: Timestamp,
) -> Entry {
    let n = body.consent_entries + 1;
    let Wish { scope, choice } = wish;
    let record = ConsentRecord { n, scope, choice, at, recorded_at: now, evidence };
    // It has string keys and no number that is not finite: this cannot fail.
    let record = serde_json::to_string(&record).unwrap_or_default();
    let hash = consent::chain::hash(&body.consent_hash, &record);
    body.consent_entries = n;
    body.consent_hash.clone_from(&hash);
    Entry { n, record, hash }
}

/// Takes in another contact that proved to be the same person. What forbade sending to either forbids it to
/// both. Tells what is to be kept of what the other one wanted.
pub fn absorb(
    body: &mut ContactBody,
    other_id: ContactId,
    other: &ContactBody,
    now: Timestamp,
) -> Vec<Entry> {
    let profile_name = body.profile_name.is_none().then(|| other.profile_name.clone()).flatten();
    observe(body, &Party { identities: other.identities.clone(), profile_name }, None, now);
    for known in &other.turns {
        turn(body, &known.identity, known.left, known.at);
    }
    body.given_name = body.given_name.take().or_else(|| other.given_name.clone());
    body.about = body.about.take().or_else(|| other.about.clone());
    if other.blocked && !body.blocked {
        body.blocked = true;
        body.consent_version += 1;
    }
    let mut entries = Vec::new();
    for known in &other.consent {
        let wish = Wish { scope: known.scope, choice: known.choice };
        if consent::note(&mut body.consent, wish, known.at) {
            body.consent_version += 1;
            let evidence = ConsentEvidence::Joined { contact_id: other_id };
            entries.push(chained(body, wish, known.at, evidence, now));
        }
    }
    // Whoever was asked lately was, under whichever name.
    body.rating_asked = body.rating_asked.into_iter().chain(other.rating_asked).max_by_key(|asked| asked.at);
    // Whom the other one had taken in has come along.
    body.took_in.retain(|known| known.contact_id != other_id && !other.took_in.contains(known));
    body.took_in.extend(&other.took_in);
    body.took_in.push(TookIn { contact_id: other_id, at: now });
    let surplus = body.took_in.len().saturating_sub(MAX_IDENTITIES);
    body.took_in.drain(..surplus);
    body.updated_at = now;
    entries
}

/// May they be asked for a rating, at most once within such a span? What was allowed once stays so. True where that is new.
///
/// # Errors
/// They were asked about something else.
pub fn ask_for_rating(
    body: &mut ContactBody,
    conversation_id: ConversationId,
    of: u64,
    every: Duration,
    now: Timestamp,
) -> Result<bool, AskedLately> {
    match body.rating_asked {
        Some(asked) if (asked.conversation_id, asked.of) == (conversation_id, of) => Ok(false),
        Some(asked) if now < asked.at + every => Err(AskedLately),
        _ => {
            body.rating_asked = Some(RatingAsked { conversation_id, of, at: now });
            Ok(true)
        }
    }
}

/// Somebody was asked for a rating not long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedLately;

/// Applies an agent's change. True when something changed.
///
/// # Errors
/// The field that is wrong, and how.
pub fn patch(
    body: &mut ContactBody,
    patch: &ContactPatch,
    now: Timestamp,
) -> Result<bool, (&'static str, String)> {
    let mut next = body.clone();
    if let Some(name) = &patch.name {
        let name = name.trim();
        if name.chars().count() > MAX_NAME_CHARS {
            return Err(("name", format!("a name has at most {MAX_NAME_CHARS} characters")));
        }
        next.given_name = (!name.is_empty()).then(|| name.to_owned());
    }
    if let Some(about) = &patch.about {
        let about = about.trim();
        if about.chars().count() > MAX_ABOUT_CHARS {
            return Err(("about", format!("this line has at most {MAX_ABOUT_CHARS} characters")));
        }
        next.about = (!about.is_empty()).then(|| about.to_owned());
    }
    if let Some(blocked) = patch.blocked
        && blocked != next.blocked
    {
        next.blocked = blocked;
        next.consent_version += 1;
    }
    let changed = next != *body;
    if changed {
        next.updated_at = now;
        *body = next;
    }
    Ok(changed)
}

/// What the audit trail says of a contact's change: a block is an act of its own.
#[must_use]
pub fn deeds(id: ContactId, before: &ContactBody, after: &ContactBody) -> Vec<Deed> {
    let name = shown_name(before);
    let changed = Deed::new(AuditAct::ContactChanged)
        .about(id, &name)
        .change("name", before.given_name.as_deref(), after.given_name.as_deref())
        .change("about", before.about.as_deref(), after.about.as_deref());
    let block = match (before.blocked, after.blocked) {
        (false, true) => Some(AuditAct::ContactBlocked),
        (true, false) => Some(AuditAct::ContactUnblocked),
        _ => None,
    };
    let block = block.map(|act| Deed::new(act).about(id, &name));
    changed.has_changes().then_some(changed).into_iter().chain(block).collect()
}

/// What the audit trail says of a wish that one of us recorded.
#[must_use]
pub fn consent_deed(id: ContactId, body: &ContactBody, wish: Wish) -> Deed {
    let scope = match wish.scope {
        ConsentScope::Everything => "everything",
        ConsentScope::Marketing => "marketing",
        ConsentScope::Utility => "utility",
        ConsentScope::Authentication => "authentication",
    };
    let choice = match wish.choice {
        ConsentChoice::Given => "given",
        ConsentChoice::Withdrawn => "withdrawn",
    };
    Deed::new(AuditAct::ConsentRecorded).about(id, &shown_name(body)).change(scope, None, Some(choice))
}

/// The name to show: the agent's, the provider's, or the best address.
#[must_use]
pub fn shown_name(body: &ContactBody) -> String {
    if let Some(name) = body.given_name.as_ref().or(body.profile_name.as_ref()) {
        return name.clone();
    }
    let (identities, _) = current_and_former(body);
    let by_kind = |kind| identities.iter().find(|identity| identity.kind == kind);
    if let Some(username) = by_kind(IdentityKind::Username) {
        return format!("@{}", username.value);
    }
    by_kind(IdentityKind::Phone)
        .or_else(|| by_kind(IdentityKind::WaId))
        .map(|number| format!("+{}", number.value))
        .or_else(|| identities.first().map(|identity| identity.value.clone()))
        .unwrap_or_else(|| "Unknown".to_owned())
}

/// The contact as its conversations show it.
#[must_use]
pub fn reference(id: ContactId, body: &ContactBody) -> ContactRef {
    let (identities, former) = current_and_former(body);
    ContactRef {
        id,
        name: shown_name(body),
        identities,
        former,
        blocked: body.blocked,
        consent: body.consent.clone(),
    }
}

/// The contact as the API shows it.
#[must_use]
pub fn show(id: ContactId, version: u64, body: &ContactBody) -> Contact {
    let (identities, former) = current_and_former(body);
    Contact {
        id,
        version,
        name: shown_name(body),
        identities,
        former,
        blocked: body.blocked,
        consent: body.consent.clone(),
        about: body.about.clone(),
        created_at: body.created_at,
        updated_at: body.updated_at,
    }
}

/// Everything in `party` is known already, and nothing in it was left by them who write from there now: nothing needs to be
/// told to the contact.
#[must_use]
pub fn knows(
    identities: &[Identity],
    former: &[Identity],
    profile_name: Option<&str>,
    party: &Party,
    wrote: bool,
) -> bool {
    if wrote && former.iter().any(|left| party.identities.contains(left)) {
        return false;
    }
    let mut told = party.identities.iter().filter(|identity| identity.kind != IdentityKind::Username);
    told.all(|identity| identities.contains(identity))
        && username(party).is_none_or(|username| identities.contains(username))
        && self::profile_name(party).is_none_or(|name| profile_name == Some(&name))
}

/// The display name in what a provider told; of several the first, as only one is shown.
fn username(party: &Party) -> Option<&Identity> {
    party.identities.iter().find(|identity| identity.kind == IdentityKind::Username)
}

/// The name in what a provider told, as it is kept.
fn profile_name(party: &Party) -> Option<String> {
    party.profile_name.as_deref().map(|name| cut(name, MAX_NAME_CHARS)).filter(|name| !name.is_empty())
}

fn cut(text: &str, chars: usize) -> String {
    text.trim().chars().take(chars).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy;
    use switchboard_schema::wire::{ConsentScope, RecordedHow};

    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn identity(kind: IdentityKind, value: &str) -> Identity {
        Identity { kind, value: value.to_owned() }
    }

    #[test]
    fn a_contact_is_called_what_the_agent_says_then_what_it_calls_itself_then_its_address() {
        let mut body = unborn(NOW);
        let party =
            Party { identities: vec![identity(IdentityKind::Phone, "31612344417")], profile_name: None };
        assert!(observe(&mut body, &party, None, NOW));
        assert_eq!(shown_name(&body), "+31612344417");
        assert!(observe(
            &mut body,
            &Party { profile_name: Some(" Elif ".into()), ..party.clone() },
            None,
            NOW
        ));
        assert_eq!(shown_name(&body), "Elif");
        let rename = ContactPatch { name: Some("Elif Kaya".into()), about: None, blocked: None };
        assert_eq!(patch(&mut body, &rename, NOW), Ok(true));
        assert_eq!(shown_name(&body), "Elif Kaya");
        assert!(!observe(&mut body, &party, None, NOW), "nothing new");
    }

    fn a_party() -> impl Strategy<Value = Party> {
        let kinds = [IdentityKind::Bsuid, IdentityKind::WaId, IdentityKind::Phone, IdentityKind::Username];
        let an_identity = (0..kinds.len(), 0..6_u8)
            .prop_map(move |(kind, value)| identity(kinds[kind], &value.to_string()));
        let a_name = proptest::option::of("[ a-c]{0,3}");
        (proptest::collection::vec(an_identity, 0..5), a_name)
            .prop_map(|(identities, profile_name)| Party { identities, profile_name })
    }

    fn addresses(body: &ContactBody) -> Vec<Identity> {
        body.identities.iter().filter(|known| known.kind != IdentityKind::Username).cloned().collect()
    }

    proptest::proptest! {
        #[test]
        fn what_is_told_twice_is_known_once(parties in proptest::collection::vec(a_party(), 1..5)) {
            let mut body = unborn(NOW);
            for party in &parties {
                observe(&mut body, party, None, NOW);
                let known = body.clone();
                let reference = reference(ContactId::from_bytes([1; 16]), &body);
                assert!(knows(&reference.identities, &[], body.profile_name.as_deref(), party, false));
                assert!(!observe(&mut body, party, None, NOW), "nothing is new in it any more");
                assert_eq!(body, known);
            }
        }

        #[test]
        fn what_is_known_already_is_what_tells_nothing_new(
            a in a_party(), b in a_party(), left in a_party(), wrote: bool,
        ) {
            let mut body = unborn(NOW);
            observe(&mut body, &a, None, NOW);
            change_addresses(&mut body, &left.identities, &[], NOW, NOW);
            let wrote_at = wrote.then_some(NOW + Duration::from_secs(1));
            let known = knows(&body.identities, &former(&body), body.profile_name.as_deref(), &b, wrote);
            assert_eq!(known, !observe(&mut body, &b, wrote_at, NOW));
        }

        #[test]
        fn which_addresses_are_theirs_does_not_depend_on_the_order_of_the_telling(
            numbers in proptest::collection::vec((0..3_u8, 0..3_u8), 1..5),
            order in proptest::collection::vec(0..100_usize, 0..5),
        ) {
            let number = |n: u8| identity(IdentityKind::WaId, &n.to_string());
            let all = Party { identities: (0..3).map(number).collect(), profile_name: None };
            let told = |order: &mut dyn Iterator<Item = usize>| {
                let mut body = unborn(NOW);
                observe(&mut body, &all, None, NOW);
                for place in order {
                    let (left, to) = numbers[place];
                    let at = NOW + Duration::from_secs(place as u64);
                    change_addresses(&mut body, &[number(left)], &[number(to)], at, NOW);
                }
                reference(ContactId::from_bytes([1; 16]), &body)
            };
            let inorder = told(&mut (0..numbers.len()));
            let shuffled = told(&mut order.iter().map(|n| n % numbers.len()).chain(0..numbers.len()).rev());
            assert_eq!(inorder.identities[0], number(numbers[numbers.len() - 1].1), "the last one told of");
            assert_eq!(inorder.identities, shuffled.identities);
            assert_eq!(inorder.former, shuffled.former);
        }

        #[test]
        fn the_addresses_do_not_depend_on_the_order_of_the_telling(a in a_party(), b in a_party()) {
            let (mut first, mut second) = (unborn(NOW), unborn(NOW));
            observe(&mut first, &a, None, NOW);
            observe(&mut first, &b, None, NOW);
            observe(&mut second, &b, None, NOW);
            observe(&mut second, &a, None, NOW);
            assert_eq!(addresses(&first), addresses(&second));
        }
    }

    #[test]
    fn a_contact_has_no_more_addresses_than_it_may_and_still_a_new_display_name() {
        let mut body = unborn(NOW);
        let phones = (0..40).map(|number| identity(IdentityKind::Phone, &format!("3161234{number:04}")));
        observe(&mut body, &Party { identities: phones.collect(), profile_name: None }, None, NOW);
        assert_eq!(body.identities.len(), MAX_IDENTITIES);
        for name in ["one", "two"] {
            let party =
                Party { identities: vec![identity(IdentityKind::Username, name)], profile_name: None };
            assert!(observe(&mut body, &party, None, NOW));
        }
        assert_eq!(body.identities.len(), MAX_IDENTITIES + 1);
    }

    #[test]
    fn who_changed_their_number_is_written_to_at_the_new_one_and_found_by_the_old() {
        let [wa, dialled, new] = ["551187654321", "5511987654321", "447700900001"];
        let user = identity(IdentityKind::Bsuid, "BR.1");
        let identities =
            vec![user.clone(), identity(IdentityKind::WaId, wa), identity(IdentityKind::Phone, dialled)];
        let mut body = unborn(NOW);
        observe(&mut body, &Party { identities, profile_name: None }, Some(NOW), NOW);
        let at = NOW + Duration::from_secs(60);
        let to = [identity(IdentityKind::WaId, new), identity(IdentityKind::Phone, new)];
        observe(&mut body, &Party { identities: to.to_vec(), profile_name: None }, None, at);
        assert!(change_addresses(&mut body, &[identity(IdentityKind::WaId, wa)], &to, at, at));
        let known = reference(ContactId::from_bytes([1; 16]), &body);
        assert_eq!(known.name, format!("+{new}"));
        assert_eq!(known.identities, [user, to[0].clone(), to[1].clone()]);
        let former = [identity(IdentityKind::WaId, wa), identity(IdentityKind::Phone, dialled)];
        assert_eq!(known.former, former);
        assert!(!change_addresses(&mut body, &[identity(IdentityKind::WaId, wa)], &to, at, at), "told again");

        // What they wrote before comes late; what they write after from there makes it theirs again.
        let old = Party { identities: vec![identity(IdentityKind::WaId, wa)], profile_name: None };
        assert!(!observe(&mut body, &old, Some(NOW + Duration::from_secs(59)), at));
        assert!(!observe(&mut body, &old, None, at), "somebody else named it");
        let later = at + Duration::from_secs(1);
        assert!(observe(&mut body, &old, Some(later), later));
        let numbers = reference(ContactId::from_bytes([1; 16]), &body).identities;
        assert_eq!(numbers[1], identity(IdentityKind::WaId, wa), "the one they used last");
        assert!(!change_addresses(&mut body, &old.identities, &to, at, later), "the old news once more");
    }

    #[test]
    fn who_takes_another_in_learns_which_addresses_were_left() {
        let (old, new) = (identity(IdentityKind::WaId, "1"), identity(IdentityKind::WaId, "2"));
        let party = |one: &Identity| Party { identities: vec![one.clone()], profile_name: None };
        let (mut stays, mut goes) = (unborn(NOW), unborn(NOW));
        observe(&mut stays, &party(&new), None, NOW);
        observe(&mut goes, &party(&old), None, NOW);
        change_addresses(&mut goes, std::slice::from_ref(&old), std::slice::from_ref(&new), NOW, NOW);
        absorb(&mut stays, ContactId::from_bytes([2; 16]), &goes, NOW);
        let known = reference(ContactId::from_bytes([1; 16]), &stays);
        assert_eq!((known.identities, known.former), (vec![new], vec![old]));
    }

    #[test]
    fn only_a_change_of_the_block_counts_as_a_change_of_consent() {
        let mut body = unborn(NOW);
        let block = ContactPatch { name: None, about: None, blocked: Some(true) };
        assert_eq!(patch(&mut body, &block, NOW), Ok(true));
        assert_eq!(body.consent_version, 1);
        assert_eq!(patch(&mut body, &block, NOW), Ok(false));
        assert_eq!(body.consent_version, 1);
    }

    #[test]
    fn a_refused_change_changes_nothing() {
        let mut body = unborn(NOW);
        let long =
            ContactPatch { name: Some("x".repeat(257)), about: Some("kept?".into()), blocked: Some(true) };
        assert_eq!(patch(&mut body, &long, NOW).map_err(|(field, _)| field), Err("name"));
        assert_eq!(body, unborn(NOW));
    }

    #[test]
    fn a_new_display_name_replaces_the_old() {
        let mut body = unborn(NOW);
        for name in ["one", "two"] {
            let party =
                Party { identities: vec![identity(IdentityKind::Username, name)], profile_name: None };
            observe(&mut body, &party, None, NOW);
        }
        assert_eq!(body.identities, [identity(IdentityKind::Username, "two")]);
    }

    #[test]
    fn who_takes_another_in_keeps_its_own_and_learns_the_rest() {
        let phone =
            Party { identities: vec![identity(IdentityKind::Phone, "31612344417")], profile_name: None };
        let user = Party {
            identities: vec![identity(IdentityKind::Bsuid, "NL.1")],
            profile_name: Some("Elif".to_owned()),
        };
        let (mut stays, mut goes) = (unborn(NOW), unborn(NOW));
        observe(&mut stays, &phone, None, NOW);
        observe(&mut goes, &user, None, NOW);
        stays.about = Some("wholesale".to_owned());
        goes.about = Some("rides a Vela".to_owned());
        goes.blocked = true;
        absorb(&mut stays, ContactId::from_bytes([2; 16]), &goes, NOW);
        assert!(knows(&stays.identities, &[], stays.profile_name.as_deref(), &phone, false));
        assert!(knows(&stays.identities, &[], stays.profile_name.as_deref(), &user, false));
        assert_eq!(stays.about.as_deref(), Some("wholesale"));
        assert_eq!((stays.blocked, stays.consent_version), (true, 1), "a block of either holds for both");
    }

    #[test]
    fn whom_the_other_had_taken_in_comes_along_once() {
        let id = |n| ContactId::from_bytes([n; 16]);
        let later = Timestamp::from_secs(2_000);
        let (mut stays, mut goes, gone) = (unborn(NOW), unborn(NOW), unborn(NOW));
        absorb(&mut goes, id(3), &gone, NOW);
        absorb(&mut stays, id(2), &goes, NOW);
        absorb(&mut stays, id(2), &goes, later);
        let took_in = [TookIn { contact_id: id(3), at: NOW }, TookIn { contact_id: id(2), at: later }];
        assert_eq!(stays.took_in, took_in);
        for n in 0..100 {
            absorb(&mut stays, id(100 + n), &gone, later);
        }
        assert_eq!(stays.took_in.len(), MAX_IDENTITIES);
    }

    const STOP: Wish = Wish { scope: ConsentScope::Everything, choice: ConsentChoice::Withdrawn };
    const START: Wish = Wish { scope: ConsentScope::Everything, choice: ConsentChoice::Given };

    fn told_by_provider() -> ConsentEvidence {
        ConsentEvidence::Provider {
            channel_id: switchboard_schema::ChannelId::from_bytes([1; 16]),
            detail: "stop".to_owned(),
        }
    }

    fn recorded() -> ConsentEvidence {
        ConsentEvidence::Recorded {
            by: switchboard_schema::wire::Sender::system(),
            how: RecordedHow::Form,
            reference: None,
            remark: None,
        }
    }

    #[test]
    fn a_stop_told_twice_is_one_entry_and_what_an_agent_records_is_one_each_time() {
        let mut body = unborn(NOW);
        let mut take = |wish, at, evidence| take_in(&mut body, wish, at, evidence, NOW).expect("it is kept");
        let first = take(STOP, NOW, told_by_provider()).expect("it is new");
        assert_eq!(first.n, 1);
        assert_eq!(take(STOP, NOW, told_by_provider()), None, "told again");
        assert_eq!(take(START, Timestamp::from_secs(900), told_by_provider()), None, "outdated");
        let late = take(START, Timestamp::from_secs(900), recorded()).expect("what we record is kept");
        assert_eq!((late.n, body.consent_entries), (2, 2));
        assert_eq!(body.consent[0].choice, ConsentChoice::Withdrawn, "the newest word counts still");
        let entries =
            [(first.record.as_str(), first.hash.as_slice()), (late.record.as_str(), late.hash.as_slice())];
        assert!(consent::chain::verify(entries, 2, &body.consent_hash).is_ok());
    }

    #[test]
    fn a_phones_history_is_evidence_of_its_own_time_and_undoes_nothing_newer() {
        let written = |imported| ConsentEvidence::Message {
            conversation_id: ConversationId::from_bytes([1; 16]),
            message_id: switchboard_schema::MessageId::from_bytes([1; 16]),
            provider_id: "wamid.1".to_owned(),
            words: "STOP".to_owned(),
            imported,
        };
        let (early, late) = (Timestamp::from_secs(100), Timestamp::from_secs(900));
        let mut body = unborn(NOW);
        take_in(&mut body, START, late, written(false), NOW).expect("it is kept");
        assert_eq!(
            take_in(&mut body, STOP, early, written(false), NOW),
            Ok(None),
            "it came late, and is outdated"
        );
        let entry =
            take_in(&mut body, STOP, early, written(true), NOW).expect("it is kept").expect("as evidence");
        assert!(entry.record.contains("1970-01-01T00:01:40"), "{}", entry.record);
        assert_eq!((body.consent_entries, body.consent[0].choice), (2, ConsentChoice::Given));
        // The other way round the newer word of the history counts.
        let mut body = unborn(NOW);
        take_in(&mut body, START, early, written(false), NOW).expect("it is kept");
        take_in(&mut body, STOP, late, written(true), NOW).expect("it is kept");
        assert_eq!((body.consent[0].at, body.consent[0].choice), (late, ConsentChoice::Withdrawn));
    }

    #[test]
    fn nobody_says_what_they_want_in_the_future() {
        let mut body = unborn(NOW);
        take_in(&mut body, STOP, Timestamp::from_secs(9_999), recorded(), NOW).expect("it is kept");
        assert_eq!(body.consent[0].at, NOW);
    }

    #[test]
    fn who_has_too_many_entries_can_stop_and_not_start() {
        let mut body = ContactBody { consent_entries: consent::MAX_ENTRIES, ..unborn(NOW) };
        assert_eq!(take_in(&mut body, START, NOW, recorded(), NOW), Err(consent::TooMany));
        assert!(take_in(&mut body, STOP, NOW, recorded(), NOW).is_ok());
    }

    #[test]
    fn what_either_of_two_wanted_last_holds_for_the_one_they_become() {
        let (mut stays, mut goes) = (unborn(NOW), unborn(NOW));
        take_in(&mut stays, START, Timestamp::from_secs(10), recorded(), NOW).expect("it is kept");
        take_in(&mut goes, STOP, Timestamp::from_secs(20), recorded(), NOW).expect("it is kept");
        let version = stays.consent_version;
        let entries = absorb(&mut stays, ContactId::from_bytes([2; 16]), &goes, NOW);
        assert_eq!((entries.len(), stays.consent[0].choice), (1, ConsentChoice::Withdrawn));
        assert!(stays.consent_version > version, "permissions that are out hold no longer");
        assert_eq!(absorb(&mut stays, ContactId::from_bytes([3; 16]), &goes, NOW), [], "once");
    }
}
