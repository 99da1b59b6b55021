//! Webhooks' updates on their way to the conversations they belong to.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use futures_util::future::join_all;
use ring::digest;
use switchboard_domain::{
    channel::AccountNews,
    consent::{self, Wish},
    conversation::Command as Rule,
    inbound::{
        HISTORY_DECLINED, IdentityChange, InboundMessage, Other, Party, Preference, TemplateUpdate, Update,
    },
    phone,
    phone_import::{PhoneData, PhoneNews},
};
use switchboard_ports::{
    blob::ENDING_LIFE,
    store::{Lane, Mutation, Scan},
};
use switchboard_schema::{
    ChannelId, ConversationId, MessageId, TenantScope, Timestamp,
    record::{ChannelBody, ChannelRow, Kept, OtherUpdate, OtherUpdateRow},
    table::Json,
    wire::{ConsentEvidence, Content, SystemEvent, SystemLine},
};

use super::{Cause, House, dead::day_of};
use crate::{
    Refusal, channel, contact,
    conversation::{self, Answer, Ask, ask, tell},
    env::Env,
    media,
    resolve::{self, Found},
};

/// How long an update is kept that concerns no conversation.
const OTHER_LIFE: Duration = Duration::from_secs(30 * 24 * 3_600);
const _: () = assert!(OTHER_LIFE.as_secs() < ENDING_LIFE.as_secs(), "its body is there for as long");
/// Old messages that are taken in at once; in between, whatever is new goes first.
const IMPORTED_AT_ONCE: usize = 50;
/// Times a message follows a conversation that gave way to another.
const MAX_MOVES: usize = 4;

/// The way of one webhook's updates through the house.
#[derive(Clone)]
pub(crate) struct Way {
    env: Env,
    scope: TenantScope,
    channel: ChannelId,
    cause: Cause,
}

impl House {
    /// Takes a verified webhook's updates for one channel. `Ok` means: every update is durable, or was
    /// before, but for those it names: they cannot be applied, now or when they come again, and are the
    /// caller's to keep. Updates of one person keep their order.
    ///
    /// # Errors
    /// When some update is not durable; the provider must send them all again.
    pub async fn deliver(
        &self,
        scope: TenantScope,
        channel: ChannelId,
        updates: Vec<Update>,
        cause: impl Into<Cause>,
    ) -> Result<Vec<Unapplied>, Refusal> {
        let cause = cause.into();
        self.admit_patiently(scope).await?;
        tracing::debug!(correlation = %cause.correlation, %channel, updates = updates.len(), "updates came in");
        let way = Way { env: self.env.clone(), scope, channel, cause };
        let is_import = |update: &Update| matches!(update, Update::Message(one) if one.origin.is_history());
        let lanes = lanes(updates);
        if lanes.iter().flatten().any(|(_, update)| is_import(update)) {
            return way.import(lanes).await;
        }
        let lanes = lanes.into_iter().map(|updates| way.deliver_in_order(updates));
        // All are carried as far as they go, also when one fails: the repetition then finds them done.
        let unapplied: Vec<Vec<Unapplied>> = join_all(lanes).await.into_iter().collect::<Result<_, _>>()?;
        Ok(unapplied.into_iter().flatten().collect())
    }
}

/// An update that cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unapplied {
    /// Its place among those delivered.
    pub index: usize,
    /// Why.
    pub reason: String,
}

/// Splits updates so that those of one person stay together, in order, and those of several may go at once.
/// Updates of one person need not name the same address: whoever shares one is one person. A status goes
/// with the others of its conversation, where it says which, or else of its message.
fn lanes(updates: Vec<Update>) -> Vec<Vec<(usize, Update)>> {
    let mut lane_of: HashMap<String, usize> = HashMap::new();
    let mut lanes: Vec<Vec<(usize, Update)>> = Vec::new();
    for (index, update) in updates.into_iter().enumerate() {
        let names: Vec<String> = match (&update, update.sender()) {
            (_, Some(party)) => party.identities.iter().map(|identity| identity.value.clone()).collect(),
            (Update::Status(status), None) => match status.callback {
                Some(callback) => vec![callback.conversation_id.to_string()],
                None => vec![status.provider_id.clone()],
            },
            (_, None) => Vec::new(),
        };
        let known: BTreeSet<usize> = names.iter().filter_map(|name| lane_of.get(name).copied()).collect();
        let lane = known.first().copied().unwrap_or(lanes.len());
        if lane == lanes.len() {
            lanes.push(Vec::new());
        }
        for &other in known.iter().skip(1) {
            let joined = std::mem::take(&mut lanes[other]);
            lanes[lane].extend(joined);
            lane_of.values_mut().filter(|of| **of == other).for_each(|of| *of = lane);
        }
        lanes[lane].push((index, update));
        lane_of.extend(names.into_iter().map(|name| (name, lane)));
    }
    lanes
        .into_iter()
        .filter(|lane| !lane.is_empty())
        .map(|mut lane| {
            lane.sort_by_key(|(index, _)| *index);
            lane
        })
        .collect()
}

/// When an update of a history was written; of what is not a message, after all that are.
fn written_at(update: &Update) -> Timestamp {
    match update {
        Update::Message(message) => message.at,
        _ => Timestamp::from_millis(i64::MAX),
    }
}

impl Way {
    /// Takes in a phone's history, each thread in the order in which it was written: a bounded part at a time, and
    /// one part at a time of all that this process is told, so that what is new never waits for what is old.
    async fn import(&self, lanes: Vec<Vec<(usize, Update)>>) -> Result<Vec<Unapplied>, Refusal> {
        let mut unapplied = Vec::new();
        for mut lane in lanes {
            lane.sort_by_key(|(_, update)| written_at(update));
            while !lane.is_empty() {
                let later = lane.split_off(lane.len().min(IMPORTED_AT_ONCE));
                let part = std::mem::replace(&mut lane, later);
                let imported = part.len() as u64;
                let _turn = self.env.imports.acquire().await;
                unapplied.extend(self.deliver_in_order(part).await?);
                metrics::counter!("switchboard_history_imported_total").increment(imported);
            }
        }
        Ok(unapplied)
    }

    async fn deliver_in_order(&self, updates: Vec<(usize, Update)>) -> Result<Vec<Unapplied>, Refusal> {
        let mut run = Vec::new();
        let mut unapplied = Vec::new();
        for (index, update) in updates {
            match update {
                // A run of messages of one person is asked at once and so shares commits.
                Update::Message(message) => run.push((index, message)),
                other => {
                    self.receive_run(std::mem::take(&mut run), &mut unapplied).await?;
                    note(index, self.apply(other).await, &mut unapplied)?;
                }
            }
        }
        self.receive_run(run, &mut unapplied).await?;
        Ok(unapplied)
    }

    async fn receive_run(
        &self,
        run: Vec<(usize, InboundMessage)>,
        unapplied: &mut Vec<Unapplied>,
    ) -> Result<(), Refusal> {
        let Some((_, first)) = run.first() else { return Ok(()) };
        let one_party = run.iter().all(|(_, message)| message.from == first.from);
        let wrote_at = run.iter().filter_map(|(_, message)| wrote_at(message)).max();
        let together = if one_party && run.len() > 1 {
            match resolve::resolve(&self.env, self.scope, self.channel, &first.from, wrote_at, false).await {
                Ok(found) => {
                    let may_stand_elsewhere =
                        run.iter().any(|(_, message)| found.others_with(message.at).next().is_some());
                    (!may_stand_elsewhere).then_some(found)
                }
                // One by one they tell which of them it is.
                Err(Refusal::Broken(_)) => None,
                Err(refusal) => return Err(refusal),
            }
        } else {
            None
        };
        let Some(found) = together else {
            for (index, message) in run {
                note(index, self.receive(message).await, unapplied)?;
            }
            return Ok(());
        };
        // What they want to hear is durable before any of it is.
        let mut found = found;
        for (_, message) in &run {
            self.hear(&mut found, message).await?;
        }
        // All are told now, in their order.
        let told: Vec<_> = run
            .iter()
            .map(|(_, message)| {
                let ask = Ask::Receive(Box::new((found.contact.clone(), message.clone())));
                self.tell(found.conversation_id, ask)
            })
            .collect();
        let answers = join_all(told.into_iter().map(async |told| told?.await)).await;
        for (received, (index, message)) in answers.into_iter().zip(run) {
            let received = match received {
                Err(Refusal::Moved(_)) => self.receive(message).await,
                Ok(_) => self.expect_file(&message).await,
                Err(refusal) => Err(refusal),
            };
            note(index, received, unapplied)?;
        }
        Ok(())
    }

    /// Tells a conversation; the answer comes later.
    fn tell(
        &self,
        id: ConversationId,
        ask: Ask,
    ) -> Result<impl Future<Output = Result<Answer, Refusal>> + use<>, Refusal> {
        let command = conversation::Asked { channel_id: Some(self.channel), ..self.asked(ask) };
        tell(&self.env, self.scope, id, command)
    }

    /// Asks a conversation that exists, and waits.
    async fn ask_at(&self, id: ConversationId, ask: Ask) -> Result<Answer, Refusal> {
        tell(&self.env, self.scope, id, self.asked(ask))?.await
    }

    /// What is asked of a conversation that exists.
    fn asked(&self, ask: Ask) -> conversation::Asked {
        let Cause { correlation, trace } = self.cause;
        conversation::Asked { correlation_id: Some(correlation), trace, ..conversation::Asked::of(ask) }
    }

    /// A customer's message, to wherever they are now.
    async fn receive(&self, message: InboundMessage) -> Result<(), Refusal> {
        for round in 0..MAX_MOVES {
            let (from, wrote_at) = (&message.from, wrote_at(&message));
            let mut found =
                resolve::resolve(&self.env, self.scope, self.channel, from, wrote_at, round > 0).await?;
            self.hear(&mut found, &message).await?;
            if self.stands_elsewhere(&found, &message).await? {
                return Ok(());
            }
            let received = Ask::Receive(Box::new((found.contact, message.clone())));
            match self.tell(found.conversation_id, received)?.await {
                Err(Refusal::Moved(_)) => {}
                Ok(_) => return self.expect_file(&message).await,
                Err(refusal) => return Err(refusal),
            }
        }
        Err(Refusal::Unavailable("the conversation moved too often".to_owned()))
    }

    /// The business' phone has a name for somebody: shown where nobody here and no profile gave another.
    async fn named(&self, party: Party) -> Result<(), Refusal> {
        resolve::resolve(&self.env, self.scope, self.channel, &party, None, false).await?;
        self.phone(PhoneNews { data: PhoneData::Contacts, progress: None, declined: false })
    }

    /// More of what the business' phone kept has come: the channel shows how far that is.
    fn phone(&self, news: PhoneNews) -> Result<(), Refusal> {
        self.env.channels.tell(&self.env, self.scope, self.channel, channel::Letter::Phone(news))
    }

    /// Has the contact take in what a message says about what its author wants: before the message is, so that no
    /// request against it begins once the webhook is answered.
    async fn hear(&self, found: &mut Found, message: &InboundMessage) -> Result<(), Refusal> {
        let imported = message.origin.is_history();
        if message.notice || message.origin.ours().is_some() {
            return Ok(());
        }
        let Some((wish, words)) = consent::wish_of(&message.content) else { return Ok(()) };
        // What stands there was heard when it came, and a history may be told again.
        if imported && self.holds(found.conversation_id, &message.provider_id).await? {
            return Ok(());
        }
        let said = contact::TakeIn {
            by: None,
            wish,
            at: message.at,
            evidence: ConsentEvidence::Message {
                conversation_id: found.conversation_id,
                message_id: MessageId::of_provider(&self.channel, &message.provider_id),
                provider_id: message.provider_id.clone(),
                words,
                imported,
            },
            heard_by: Some(found.conversation_id),
        };
        match contact::take_in(&self.env, self.scope, found.contact.contact.id, said).await {
            Ok(shown) => found.contact = shown.snapshot(),
            // They agree once more than can be kept: the message itself is theirs all the same.
            Err(Refusal::Rule { message, .. }) => {
                tracing::warn!(contact = %found.contact.contact.id, %message, "not recorded");
            }
            Err(refusal) => return Err(refusal),
        }
        Ok(())
    }

    /// A customer set at the provider what they want to hear.
    async fn prefer(&self, preference: Preference) -> Result<(), Refusal> {
        let Preference { from, scope, choice, detail, at } = preference;
        let found = resolve::resolve(&self.env, self.scope, self.channel, &from, None, false).await?;
        let evidence = ConsentEvidence::Provider { channel_id: self.channel, detail };
        let said = contact::TakeIn { by: None, wish: Wish { scope, choice }, at, evidence, heard_by: None };
        match contact::take_in(&self.env, self.scope, found.contact.contact.id, said).await {
            Err(Refusal::Rule { message, .. }) => Err(Refusal::Broken(message)),
            taken => taken.map(drop),
        }
    }

    /// Has the file of a message that is durable fetched; that it will be is durable when this answers.
    async fn expect_file(&self, message: &InboundMessage) -> Result<(), Refusal> {
        let (Some(source), Some(attachment)) = (&message.media, message.content.attachment()) else {
            return Ok(());
        };
        let id = &message.provider_id;
        media::expect(&self.env, self.scope, self.channel, id, source.clone(), attachment).await
    }

    /// A message of somebody who was two contacts once may stand in the other one's thread already: findable
    /// by its id, or so new that only that thread knows it. That one has been told by now that it goes on
    /// here, and so takes none after it was asked.
    async fn stands_elsewhere(&self, found: &Found, message: &InboundMessage) -> Result<bool, Refusal> {
        let mut others = found.others_with(message.at).peekable();
        if others.peek().is_none() {
            return Ok(false);
        }
        if let Some((conversation_id, _)) = self.locate(&message.provider_id).await? {
            return Ok(conversation_id != found.conversation_id);
        }
        for contact_id in others {
            let id = ConversationId::between(&self.channel, &contact_id);
            if self.holds(id, &message.provider_id).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Does a message stand in a conversation?
    async fn holds(&self, id: ConversationId, provider_id: &str) -> Result<bool, Refusal> {
        match self.tell(id, Ask::Holds(provider_id.to_owned()))?.await {
            Ok(Answer::NotHere) | Err(Refusal::Moved(_)) => Ok(false),
            answer => answer.map(|_| true),
        }
    }

    async fn locate(&self, provider_id: &str) -> Result<Option<channel::Spot>, Refusal> {
        let locate = |reply| channel::Letter::Locate(provider_id.to_owned(), reply);
        channel::ask(&self.env, self.scope, self.channel, locate).await
    }

    /// Any update but a message.
    async fn apply(&self, update: Update) -> Result<(), Refusal> {
        match update {
            Update::Message(message) => self.receive(message).await,
            Update::Edit(ref edit) => {
                let asked = Ask::Edit(Box::new(edit.clone()));
                self.change(&edit.from.clone(), edit.original_id.clone(), asked, update).await
            }
            Update::Revoke(ref revoke) => {
                let asked = Ask::Revoke(Box::new(revoke.clone()));
                self.change(&revoke.from.clone(), revoke.original_id.clone(), asked, update).await
            }
            Update::Reaction(ref reaction) => {
                let asked = Ask::React(Box::new(reaction.clone()));
                self.change(&reaction.from.clone(), reaction.target_id.clone(), asked, update).await
            }
            Update::Status(ref status) => {
                if let (Some(class), Some(error)) = (status.class, status.error.clone()) {
                    let failed = channel::Letter::Failed { at: status.at, class, error };
                    self.env.channels.tell_if_there(self.scope, self.channel, failed);
                }
                if let Some(callback) = status.callback {
                    let rule = Rule::Status { status: status.clone(), seq: callback.seq };
                    match self.ask_at(callback.conversation_id, Ask::Rule(rule)).await {
                        // Not ours after all: somebody else's data, or a conversation erased since.
                        Err(Refusal::NotFound(_)) => {}
                        result => return result.map(drop),
                    }
                }
                self.apply_by_id(status.provider_id.clone(), update).await
            }
            Update::IdentityChange(change) => self.identity_changed(change).await,
            Update::Preference(preference) => self.prefer(preference).await,
            Update::Named(party) => self.named(party).await,
            Update::Template(update) => self.template(update).await,
            Update::Phone(news) => self.phone(news),
            Update::Other(other) => self.keep(other).await,
        }
    }

    /// An edit, a revoke or an emoji: to its original, or kept until that comes.
    async fn change(
        &self,
        from: &Party,
        original_id: String,
        asked: Ask,
        update: Update,
    ) -> Result<(), Refusal> {
        let found = resolve::resolve(&self.env, self.scope, self.channel, from, None, false).await?;
        match self.tell(found.conversation_id, asked)?.await {
            Ok(Answer::NotHere) | Err(Refusal::Moved(_) | Refusal::NotFound(_)) => {}
            result => return result.map(drop),
        }
        self.apply_by_id(original_id, update).await
    }

    /// An update whose message is known by its provider's id only: to where it stands, or kept until it comes.
    async fn apply_by_id(&self, provider_id: String, update: Update) -> Result<(), Refusal> {
        let spot = match self.locate(&provider_id).await? {
            Some(spot) => Some(spot),
            None => {
                let keep = |reply| channel::Letter::Orphan(Box::new((provider_id, update.clone())), reply);
                channel::ask(&self.env, self.scope, self.channel, keep).await?
            }
        };
        match spot {
            Some(spot) => apply_at(&self.env, self.scope, spot, update).await,
            None => Ok(()),
        }
    }

    /// News of a template: to every channel of the account, as each keeps its own list.
    async fn template(&self, update: TemplateUpdate) -> Result<(), Refusal> {
        let rows = self
            .env
            .records
            .all::<ChannelRow>(self.scope, Scan::of::<ChannelRow>(ChannelRow::partition()))
            .await?;
        let account = rows.iter().find(|row| row.channel_id == self.channel).map(|row| &row.body.0.waba_id);
        for row in &rows {
            let body = &row.body.0;
            if body.deleted_at.is_none() && Some(&body.waba_id) == account {
                let told = |reply| channel::Letter::TemplateTold(Box::new(update.clone()), reply);
                channel::ask(&self.env, self.scope, row.channel_id, told).await?;
            }
        }
        Ok(())
    }

    /// An update that concerns no conversation, raw: whatever comes to know what it means finds it.
    async fn keep(&self, Other { field, raw, news }: Other) -> Result<(), Refusal> {
        if let Some(news) = news {
            self.tell_news(news).await?;
        }
        metrics::counter!("switchboard_updates_without_conversation_total").increment(1);
        if field == HISTORY_DECLINED {
            tracing::info!(channel = %self.channel, "the business shares no history of its phone: only what is written from now on will be here");
            self.phone(PhoneNews { data: PhoneData::History, progress: None, declined: true })?;
        }
        let at = self.env.clock.now();
        let update = OtherUpdate { channel_id: self.channel, at, field, raw };
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(self.channel.as_bytes());
        match &update.raw {
            Kept::Inline(raw) => hash.update(raw.as_bytes()),
            Kept::Blob(blob) => hash.update(blob.as_bytes()),
        }
        let hash = hash.finish().as_ref().to_vec();
        let row = OtherUpdateRow { day: day_of(at), hash, body: Json(update) };
        let row = Mutation::put_until(row, at + OTHER_LIFE);
        Ok(self.env.store.commit_one(self.scope.into(), Lane::Interactive, vec![row]).await?)
    }

    /// What the provider told of an account, to each channel it is about: the account's, or the one of the number that it
    /// names.
    async fn tell_news(&self, news: AccountNews) -> Result<(), Refusal> {
        let digits = |number: &str| number.chars().filter(char::is_ascii_digit).collect::<String>();
        let scan = Scan::of::<ChannelRow>(ChannelRow::partition());
        let rows = self.env.records.all::<ChannelRow>(self.scope, scan).await?;
        let account =
            rows.iter().find(|row| row.channel_id == self.channel).map(|row| row.body.0.waba_id.clone());
        let number = news.display_phone_number.as_deref().map(digits);
        for row in rows {
            let ChannelBody { deleted_at, waba_id, standing, .. } = row.body.0;
            let own = standing.facts.and_then(|facts| facts.display_phone_number).map(|own| digits(&own));
            let is_other = number.is_some() && own.is_some() && own != number;
            if deleted_at.is_none() && Some(waba_id) == account && !is_other {
                let letter = channel::Letter::News(Box::new(news.clone()));
                self.env.channels.tell(&self.env, self.scope, row.channel_id, letter)?;
            }
        }
        Ok(())
    }

    /// A customer's address changed: the old and the new are one person; the thread says so.
    async fn identity_changed(&self, change: IdentityChange) -> Result<(), Refusal> {
        let identities = change.from.identities.iter().chain(&change.to).cloned().collect();
        let party = Party { identities, profile_name: change.from.profile_name.clone() };
        resolve::change_addresses(&self.env, self.scope, self.channel, &party, &change).await?;
        // A number and what WhatsApp knows it by are mostly the same digits.
        let mut told: Vec<_> = change.to.iter().map(phone::told).collect();
        told.dedup();
        let told = told.join(", ");
        let line = SystemLine {
            event: SystemEvent::NumberChanged,
            actor: None,
            by: None,
            subject: Some(told),
            by_rule: None,
        };
        let message = InboundMessage::new(party, change.provider_id, change.at, Content::System(line));
        self.receive(InboundMessage { notice: true, ..message }).await
    }
}

/// When a person wrote a message from the addresses it names, if they did.
fn wrote_at(message: &InboundMessage) -> Option<Timestamp> {
    (!message.notice && message.origin.ours().is_none()).then_some(message.at)
}

/// Notes an update that cannot be applied; any other failure is one of all.
fn note(index: usize, result: Result<(), Refusal>, unapplied: &mut Vec<Unapplied>) -> Result<(), Refusal> {
    match result {
        Err(Refusal::Broken(reason)) => {
            unapplied.push(Unapplied { index, reason });
            Ok(())
        }
        result => result,
    }
}

/// An update whose message stands at a known place.
pub(crate) async fn apply_at(
    env: &Env,
    scope: TenantScope,
    (conversation_id, seq): channel::Spot,
    update: Update,
) -> Result<(), Refusal> {
    let rule = match update {
        Update::Status(status) => Rule::Status { status, seq },
        Update::Edit(edit) => Rule::Edit { edit, seq },
        Update::Revoke(revoke) => Rule::Revoke { revoke, seq },
        Update::Reaction(reaction) => Rule::React { reaction, seq },
        Update::Message(_)
        | Update::IdentityChange(_)
        | Update::Preference(_)
        | Update::Named(_)
        | Update::Phone(_)
        | Update::Template(_)
        | Update::Other(_) => return Ok(()),
    };
    ask(env, scope, conversation_id, conversation::Asked::of(Ask::Rule(rule))).await.map(drop)
}

#[cfg(test)]
mod tests {
    use switchboard_schema::wire::{Identity, IdentityKind, Text};

    use super::*;

    fn message(id: &str, from: &[(IdentityKind, &str)]) -> Update {
        let identities =
            from.iter().map(|(kind, value)| Identity { kind: *kind, value: (*value).to_owned() }).collect();
        let from = Party { identities, profile_name: None };
        let content = Content::Text(Text { body: id.to_owned() });
        Update::Message(InboundMessage::new(from, id.to_owned(), Timestamp::from_secs(1), content))
    }

    fn ids(lanes: Vec<Vec<(usize, Update)>>) -> Vec<Vec<String>> {
        let id = |(_, update): (usize, Update)| match update {
            Update::Message(message) => message.provider_id,
            _ => String::new(),
        };
        lanes.into_iter().map(|lane| lane.into_iter().map(id).collect()).collect()
    }

    #[test]
    fn updates_of_one_person_stay_in_order_whatever_addresses_they_name() {
        let (user, phone) = ((IdentityKind::Bsuid, "US.1"), (IdentityKind::Phone, "1555"));
        let updates = vec![
            message("1", &[phone]),
            message("other", &[(IdentityKind::Phone, "1556")]),
            message("2", &[user]),
            message("3", &[user, phone]),
            message("4", &[phone]),
        ];
        assert_eq!(ids(lanes(updates)), [vec!["1", "2", "3", "4"], vec!["other"]]);
    }
}
