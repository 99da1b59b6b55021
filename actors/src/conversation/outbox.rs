//! Sending what a conversation has queued, one item after the other.
//!
//! The way of one item: gate (the rules, when its turn comes), permit (a request slot of the channel),
//! consent (a one-shot token of the contact), gate and attempt (written before the request starts), the
//! token redeemed, the call, the result. An attempt without a result is `unknown`, never repeated.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use switchboard_domain::{
    conversation::{AttemptOutcome, Command as Rule, State},
    inbound::Callback,
    outbound::{Outbound, OutboundContent, ProviderFiles, SendOutcome, files_of, outbound},
    permission::{self, Purpose},
};
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, CorrelationId, TenantScope, Timestamp, TraceContext,
    record::Item,
    wire::{Content, Identity, MessageError},
};
use tokio::sync::Notify;

use super::{Answer, Ask, Asked};
use crate::{
    Refusal, channel, contact,
    env::Env,
    media, shell,
    trace::{Span, within},
};

/// Pause before asking again somebody who could not answer.
const PAUSE: Duration = Duration::from_millis(500);
/// Pause before a file is uploaded again.
const UPLOAD_PAUSE: Duration = Duration::from_secs(2);
/// Longest pause before telling a result again that could not be stored.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The item to send next.
pub(crate) enum Next {
    /// None waits.
    Nothing,
    /// One waits until a time.
    Later(Timestamp),
    /// It may not be sent: say so.
    Refused(u64, MessageError),
    /// This one.
    Item(Box<Sendable>),
}

/// What is needed to send an item.
pub(crate) struct Sendable {
    seq: u64,
    channel_id: ChannelId,
    contact_id: ContactId,
    purpose: Purpose,
    /// It begins a talk: the window is not open.
    initiates: bool,
    /// When the customer wrote last, by the provider's clock.
    last_wrote_at: Option<Timestamp>,
    /// What had it queued, where that is recorded in a trace.
    queued_by: Option<TraceContext>,
    to: Vec<Identity>,
    content: Content,
    reply_to: Option<String>,
    callback: Callback,
    correlation_id: Option<CorrelationId>,
}

/// The next item of a conversation, as its rules have it at this moment.
pub(super) fn next(state: &State, queued_by: &BTreeMap<u64, TraceContext>, now: Timestamp) -> Next {
    let (Some(item), Some(head)) = (state.next_to_send(), &state.head) else { return Next::Nothing };
    let judged = state.may_go(item, now);
    // What a program wrote that has the conversation no more is not waited for.
    let is_lost = matches!(&judged, Err(refused) if refused.code == "ownership_lost");
    if let Some(at) = item.not_before.filter(|&at| at > now && !is_lost) {
        return Next::Later(at);
    }
    if let Err(refused) = judged {
        return Next::Refused(item.seq, refused.into());
    }
    Next::Item(Box::new(Sendable {
        seq: item.seq,
        channel_id: head.channel_id,
        contact_id: head.contact.id,
        purpose: permission::purpose_of(&item.content),
        initiates: !state.window().is_open(now),
        last_wrote_at: head.last_inbound_at,
        queued_by: queued_by.get(&item.seq).copied(),
        to: head.contact.identities.clone(),
        content: item.content.clone(),
        reply_to: item.reply_to.clone(),
        callback: Callback { conversation_id: state.id, seq: item.seq },
        correlation_id: item.correlation_id,
    }))
}

/// From when on an item may not be sent: a free-form one when the window closes.
pub(super) fn closes_at(state: &State, item: &Item) -> Option<Timestamp> {
    (permission::purpose_of(&item.content) == Purpose::Answer).then(|| state.window().expires_at()).flatten()
}

/// The sender of one conversation. There is one at a time: an older one's questions are answered with
/// nothing to do.
pub(super) struct Outbox {
    pub(super) env: Env,
    pub(super) scope: TenantScope,
    pub(super) id: ConversationId,
    pub(super) generation: u64,
    /// What it waits for may not be what is next any more.
    pub(super) look_again: Arc<Notify>,
    /// The token of whoever has the conversation, as it was decided last.
    pub(super) owner: Arc<AtomicU64>,
}

/// An attempt that was written.
pub(crate) struct Begun {
    /// Its number.
    pub(super) number: u32,
    /// From when on the item may not be sent.
    pub(super) closes_at: Option<Timestamp>,
    /// The token of whoever had the conversation, where that counts for this item.
    pub(super) owned: Option<u64>,
}

/// Tells the conversation that its sender ended, however it ended.
struct Ending<'a>(&'a Outbox);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let command = Asked::of(Ask::SenderEnded(self.0.generation));
        let letter = shell::Asked { command, reply: None };
        self.0.env.conversations.tell_if_there(self.0.scope, self.0.id, letter);
    }
}

impl Outbox {
    pub(super) async fn run(self) {
        let _ending = Ending(&self);
        let mut pause = PAUSE;
        loop {
            if self.env.is_draining() {
                return;
            }
            match self.ask(Ask::NextToSend(self.generation)).await {
                Ok(Answer::Next(Next::Item(item))) => self.send(*item).await,
                Ok(Answer::Next(Next::Refused(seq, error))) => self.rule(Rule::Refuse { seq, error }).await,
                Ok(Answer::Next(Next::Later(at))) => {
                    let wait = at.since(self.env.clock.now()).max(Duration::from_millis(1));
                    // Whichever comes first: then it asks again.
                    drop(tokio::time::timeout(wait, self.look_again.notified()).await);
                }
                Ok(_) => return,
                // It reloads, perhaps: this question brings it back, and with it a sender of its own.
                Err(_) => {
                    actix_rt::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    continue;
                }
            }
            pause = PAUSE;
        }
    }

    async fn ask(&self, ask: Ask) -> Result<Answer, Refusal> {
        self.ask_within(None, ask).await
    }

    async fn ask_within(&self, trace: Option<TraceContext>, ask: Ask) -> Result<Answer, Refusal> {
        super::ask(&self.env, self.scope, self.id, Asked { trace, ..Asked::of(ask) }).await
    }

    /// Asks for something that may be asked again at the next turn if it fails now.
    async fn rule(&self, rule: Rule) {
        if let Err(refusal) = self.ask(Ask::Rule(rule)).await {
            tracing::debug!(conversation = %self.id, %refusal, "asked again at the next turn");
            actix_rt::time::sleep(PAUSE).await;
        }
    }

    async fn send(&self, item: Sendable) {
        let seq = item.seq;
        let sending = item.queued_by.map(|cause| Span::of(cause, "message.send"));
        let trace = sending.as_ref().map(Span::context);
        let permit = channel::permit(&self.env, self.scope, item.channel_id, self.id);
        let permit = match within(trace, "channel.permit", permit).await {
            Ok(permit) => permit,
            Err(Refusal::NotFound(_)) => {
                let error = permission::channel_deleted().into();
                return self.rule(Rule::Refuse { seq, error }).await;
            }
            Err(Refusal::Rule { code, message }) => {
                let error = MessageError { code: code.to_owned(), message };
                return self.rule(Rule::Refuse { seq, error }).await;
            }
            Err(_) => return actix_rt::time::sleep(PAUSE).await,
        };
        let content = match self.outbound_content(&item, &permit).await {
            Ok(Ok(content)) => content,
            Ok(Err(error)) => return self.rule(Rule::Refuse { seq, error }).await,
            Err(refusal) => {
                tracing::debug!(conversation = %self.id, seq, %refusal, "a file waits to be uploaded");
                return actix_rt::time::sleep(UPLOAD_PAUSE).await;
            }
        };
        let grant = contact::grant(&self.env, self.scope, item.contact_id, item.purpose, item.last_wrote_at);
        let token = match within(trace, "contact.grant", grant).await {
            Ok(token) => token,
            Err(Refusal::Rule { code, message }) => {
                let error = MessageError { code: code.to_owned(), message };
                return self.rule(Rule::Refuse { seq, error }).await;
            }
            Err(_) => return actix_rt::time::sleep(PAUSE).await,
        };
        if item.initiates {
            // The channel has told by now what it knows: nobody counts as written to by what may not go.
            match self.ask(Ask::NextToSend(self.generation)).await {
                Ok(Answer::Next(Next::Item(next))) if next.seq == seq => {}
                _ => return,
            }
            let begun = crate::initiated::begin(&self.env, self.scope, item.channel_id, item.contact_id);
            match within(trace, "account.initiate", begun).await {
                Ok(()) => {}
                Err(Refusal::Rule { code, message }) => {
                    let error = MessageError { code: code.to_owned(), message };
                    return self.rule(Rule::Refuse { seq, error }).await;
                }
                Err(_) => return actix_rt::time::sleep(PAUSE).await,
            }
        }
        // From here to the stored result; a draining house begins nothing more.
        let Some(_sending) = self.env.begin_sending() else { return };
        let begin = Rule::BeginAttempt { seq, consent_version: token.consent_version };
        let Begun { number, closes_at, owned } = match self.ask_within(trace, Ask::Rule(begin)).await {
            Ok(Answer::Begun(Some(begun))) => begun,
            Ok(_) => return,
            Err(_) => return actix_rt::time::sleep(PAUSE).await,
        };
        let is_its_turn = permit.turn().await;
        // The last look: the attempt is durable, the request has not begun.
        let outcome = if !is_its_turn {
            AttemptOutcome::Ended(SendOutcome::NotStarted("the number has no room at the moment".to_owned()))
        } else if closes_at.is_some_and(|at| self.env.clock.now() >= at) {
            AttemptOutcome::Withdrawn(MessageError {
                code: "window_closed".to_owned(),
                message: "The 24-hour window closed before it went. Send a template.".to_owned(),
            })
        } else if owned.is_some_and(|owned| self.owner.load(Ordering::Relaxed) != owned) || !token.redeem() {
            // By a block, because the contact had to be loaded anew, or as it changed hands: its next turn tells.
            AttemptOutcome::Ended(SendOutcome::NotStarted("the permission was withdrawn".to_owned()))
        } else {
            tracing::debug!(correlation = ?item.correlation_id, conversation = %self.id, seq, number, "a request begins");
            let started = std::time::Instant::now();
            let correlation = item.correlation_id;
            let mut request = trace.map(|cause| Span::to_outside(cause, "provider.send"));
            let outbound = Outbound {
                to: item.to,
                content,
                reply_to: item.reply_to,
                callback: item.callback,
                correlation_id: item.correlation_id,
                trace: request.as_ref().map(Span::context),
            };
            let outcome = permit.client().send(outbound).await;
            let took = started.elapsed();
            metrics::histogram!("switchboard_provider_request_seconds", "kind" => "send").record(took);
            let label = permit.report(&outcome);
            if let Some(request) = &mut request {
                request.note("switchboard.outcome", label);
                if !matches!(outcome, SendOutcome::Accepted { .. }) {
                    request.fail(label);
                }
            }
            drop(request);
            tracing::info!(correlation = ?correlation, conversation = %self.id, seq, number, outcome = label, ?took, "a request ended");
            AttemptOutcome::Ended(outcome)
        };
        drop(permit);
        let recipient = match &outcome {
            AttemptOutcome::Ended(SendOutcome::Accepted { recipient, .. }) => recipient.clone(),
            _ => Vec::new(),
        };
        self.settle(trace, seq, number, outcome).await;
        if !recipient.is_empty() {
            let learned =
                crate::resolve::learn(&self.env, self.scope, item.channel_id, item.contact_id, &recipient)
                    .await;
            if let Err(refusal) = learned {
                tracing::debug!(%refusal, "an address told by the provider was not kept; the next message tells it again");
            }
        }
    }

    /// What the provider is asked to send, its files with it.
    ///
    /// # Errors
    /// `Ok(Err(…))`: it can never be sent, in words; else a file cannot be uploaded now.
    async fn outbound_content(
        &self,
        item: &Sendable,
        permit: &channel::Permit,
    ) -> Result<Result<OutboundContent, MessageError>, Refusal> {
        let mut files = ProviderFiles::new();
        for id in files_of(&item.content) {
            let uploading = media::at_provider(&self.env, self.scope, item.channel_id, id, permit.client());
            match uploading.await? {
                Ok(provider_id) => files.insert(id, provider_id),
                Err(error) => return Ok(Err(error)),
            };
        }
        Ok(outbound(&item.content, files).ok_or_else(|| MessageError {
            code: "not_sendable".to_owned(),
            message: "This kind of message cannot be sent.".to_owned(),
        }))
    }

    /// Tells the result until it is stored: while this process lives it is not lost.
    async fn settle(&self, trace: Option<TraceContext>, seq: u64, number: u32, outcome: AttemptOutcome) {
        let mut pause = PAUSE;
        loop {
            let rule = Rule::EndAttempt { seq, number, outcome: outcome.clone() };
            match self.ask_within(trace, Ask::Rule(rule)).await {
                Ok(_) | Err(Refusal::NotFound(_)) => return,
                Err(refusal) => {
                    tracing::warn!(conversation = %self.id, seq, %refusal, "a result waits to be stored")
                }
            }
            actix_rt::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
