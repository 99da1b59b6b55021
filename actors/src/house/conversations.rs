//! Conversations and contacts, as agents and programs ask for them.

use std::time::Duration;

use futures_util::StreamExt as _;
use ring::digest;
use switchboard_domain::{
    contact::{self as contact_rules, find::Search},
    conversation::{
        Command as Rule, Conditions, ContactSnapshot, Expected, check_content, may_begin, show_item,
    },
    fill,
    inbound::Party,
    permission::ChannelFacts,
    phone,
    queue::Queue,
    template as rules,
};
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, LabelId, MessageId, TeamId, TenantScope, UserId,
    wire::{
        self, ContactCards, ContactRef, Content, Identity, IdentityKind, InteractiveHeader, MAX_HOLD_SECS,
        MediaKind, ReactionRequest, SendContent, SendRequest, TemplateCategory, TemplateContent,
    },
};

use super::{Act, Counts, House, LabelChange, ListQuery, NamedChange, no_cursor};
use crate::{
    Refusal,
    buckets::contacts_by_id,
    channel, contact,
    conversation::{self, Answer, Ask, Asked, Draft, Place, ask},
    initiated, resolve,
    shell::{self, Entity as _},
    tenant,
};

/// Messages on one page, at most.
const MAX_MESSAGES: usize = 200;
/// Contacts that are read at once to find some among them.
const LOOKED_AT_ONCE: usize = 512;
/// Contacts that are read for one page of those that are looked for, at most.
const LOOKED_AT_MAX: usize = 4_096;

/// 63 bits that stand for an idempotency key.
fn key_hash(act: &Act) -> u64 {
    let text = format!("{}\u{1f}{}", act.principal.key_space(), act.key);
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_ref()[..8]);
    u64::from_be_bytes(bytes) >> 1
}

/// What stands for a request, so that the same key with another is noticed.
fn request_hash(request: &impl serde::Serialize) -> Vec<u8> {
    // Wire types have string keys and finite numbers only: this cannot fail.
    let json = serde_json::to_vec(request).unwrap_or_default();
    digest::digest(&digest::SHA256, &json).as_ref().to_vec()
}

/// An act under its key. `request` is what the same key must come with again.
fn once(act: &Act, request: &impl serde::Serialize, rule: Rule) -> Rule {
    Rule::Once { key: key_hash(act), request_hash: request_hash(request), act: Box::new(rule) }
}

/// A rule as somebody asks for it.
fn asked_by(act: &Act, rule: Rule) -> Asked {
    Asked { correlation_id: Some(act.correlation), trace: act.trace, ..Asked::of(Ask::Rule(rule)) }
}

/// The message that a request is about.
const fn about(request: &SendRequest) -> Option<MessageId> {
    match &request.content {
        SendContent::Reaction { reaction } => Some(reaction.message_id),
        _ => request.reply_to,
    }
}

fn done(answer: Answer) -> Result<(Option<wire::Message>, wire::Conversation), Refusal> {
    match answer {
        Answer::Done(message, conversation) => Ok((message.map(|message| *message), *conversation)),
        _ => Err(odd()),
    }
}

fn odd() -> Refusal {
    Refusal::Unavailable("a conversation answered something else".to_owned())
}

impl House {
    async fn ask_conversation(
        &self,
        scope: TenantScope,
        act: &Act,
        id: ConversationId,
        rule: Rule,
    ) -> Result<(Option<wire::Message>, wire::Conversation), Refusal> {
        done(ask(&self.env, scope, id, asked_by(act, rule)).await?)
    }

    /// What a conversation's owner answers to a question or, while its owner has something to write and cannot, what it
    /// would as it stands in the store: reading goes on while nothing can be written.
    async fn look(
        &self,
        scope: TenantScope,
        id: ConversationId,
        question: impl Fn() -> Asked,
    ) -> Result<Answer, Refusal> {
        match ask(&self.env, scope, id, question()).await {
            Err(Refusal::Unavailable(_)) => {
                let mut stored = conversation::load(self.env.clone(), scope, id).await?;
                stored.handle(question(), self.env.clock.now())
            }
            answered => answered,
        }
    }

    async fn show(&self, scope: TenantScope, id: ConversationId) -> Result<wire::Conversation, Refusal> {
        Ok(done(self.look(scope, id, || Asked::of(Ask::Show)).await?)?.1)
    }

    /// What the channel's side knows that counts for sending in a conversation.
    async fn side(
        &self,
        scope: TenantScope,
        of: &wire::Conversation,
    ) -> Result<(ChannelFacts, Queue), Refusal> {
        let side = |reply| channel::Letter::Side(of.id, reply);
        match channel::ask(&self.env, scope, of.channel_id, side).await {
            Ok((body, queue)) if body.deleted_at.is_none() => {
                let full =
                    initiated::full_for(&self.env, scope, (of.channel_id, &body), of.contact.id).await?;
                Ok((ChannelFacts { deleted: false, full }, queue))
            }
            Ok(_) | Err(Refusal::NotFound(_)) => {
                Ok((ChannelFacts { deleted: true, full: None }, Queue::empty()))
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// What may be sent in a conversation now, at which price, how that changes by itself, and when what waits leaves.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store cannot be read.
    pub async fn outlook(
        &self,
        scope: TenantScope,
        id: ConversationId,
    ) -> Result<wire::SendOutlook, Refusal> {
        let conversation = self.show(scope, id).await?;
        let (side, queue) = self.side(scope, &conversation).await?;
        match self.look(scope, id, || Asked { side, ..Asked::of(Ask::Outlook(queue)) }).await? {
            Answer::Outlook(outlook) => Ok(*outlook),
            _ => Err(odd()),
        }
    }

    /// Whether a message might be sent now: the same checks and the same decision as when it is queued, and nothing done.
    ///
    /// # Errors
    /// What [`House::send`] would answer: a field is wrong, or the rule that forbids it.
    pub async fn check_draft(
        &self,
        scope: TenantScope,
        writer: &wire::Sender,
        id: ConversationId,
        request: &SendRequest,
    ) -> Result<wire::SendDecision, Refusal> {
        let conversation = self.show(scope, id).await?;
        let content = self.content(scope, conversation.channel_id, &conversation.contact, request).await?;
        check_content(&content).map_err(conversation::refusal_of)?;
        let (side, _) = self.side(scope, &conversation).await?;
        let draft =
            Draft { content, about: about(request), seen_seq: request.seen_seq, writer: writer.clone() };
        let question = || Asked { side, ..Asked::of(Ask::Explain(Box::new(draft.clone()))) };
        match self.look(scope, id, question).await? {
            Answer::Explained(decision) => Ok(*decision),
            _ => Err(odd()),
        }
    }

    async fn ask_for_message(
        &self,
        scope: TenantScope,
        act: &Act,
        id: ConversationId,
        rule: Rule,
    ) -> Result<wire::Message, Refusal> {
        self.ask_to_send(scope, act, id, rule, ChannelFacts::default()).await
    }

    /// The same of what is sent, with what the channel's side says of it.
    async fn ask_to_send(
        &self,
        scope: TenantScope,
        act: &Act,
        id: ConversationId,
        rule: Rule,
        side: ChannelFacts,
    ) -> Result<wire::Message, Refusal> {
        let asked = Asked { side, ..asked_by(act, rule) };
        done(ask(&self.env, scope, id, asked).await?)?.0.ok_or(Refusal::NotFound("message"))
    }

    /// A page of the list.
    ///
    /// # Errors
    /// A cursor that is none of ours; or the store cannot be read.
    pub async fn conversations(
        &self,
        scope: TenantScope,
        query: ListQuery,
    ) -> Result<(wire::ConversationPage, Counts), Refusal> {
        let listed = self.ask_tenant(scope, |reply| tenant::Letter::List(query, reply)).await?;
        Ok((listed.page, listed.counts))
    }

    /// One conversation, with the caller's unread count.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store cannot be read.
    pub async fn conversation(
        &self,
        scope: TenantScope,
        id: ConversationId,
        user: UserId,
    ) -> Result<wire::ConversationDetail, Refusal> {
        // The position first: whatever was published up to it was committed before.
        let (as_of, read) = self.position(scope, user, Some(id)).await?;
        let mut conversation = self.show(scope, id).await?;
        conversation.unread_count = Some(conversation.inbound_count.saturating_sub(read));
        Ok(wire::ConversationDetail { conversation, as_of })
    }

    /// A conversation with somebody's unread count. What was done is done, also where that cannot be read.
    async fn with_unread(
        &self,
        scope: TenantScope,
        user: UserId,
        conversation: wire::Conversation,
    ) -> wire::Conversation {
        let read = self.position(scope, user, Some(conversation.id)).await.ok().map(|(_, read)| read);
        let unread_count = read.map(|read| conversation.inbound_count.saturating_sub(read));
        wire::Conversation { unread_count, ..conversation }
    }

    /// A page of a conversation: the newest before a `seq`, ascending.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store cannot be read.
    pub async fn messages(
        &self,
        scope: TenantScope,
        id: ConversationId,
        before_seq: Option<u64>,
        limit: usize,
    ) -> Result<wire::MessagePage, Refusal> {
        let as_of = self.place(scope).await?;
        let conversation = self.show(scope, id).await?;
        let before = before_seq.unwrap_or(u64::MAX).min(conversation.last_seq + 1);
        let place = Place { env: self.env.clone(), scope, id };
        let mut items = place.items_before(before, limit.clamp(1, MAX_MESSAGES)).await?;
        items.reverse();
        let has_more = items.first().is_some_and(|first| first.seq > 1);
        let messages = items.iter().map(|item| show_item(id, item)).collect();
        Ok(wire::MessagePage { messages, has_more, as_of })
    }

    /// The content of a request to somebody, a template's words filled in as far as the template is known.
    async fn content(
        &self,
        scope: TenantScope,
        channel: ChannelId,
        contact: &ContactRef,
        request: &SendRequest,
    ) -> Result<Content, Refusal> {
        match &request.content {
            SendContent::Text { text } => Ok(Content::Text(text.clone())),
            SendContent::Image { image } => {
                Ok(Content::Image(self.attachment(scope, MediaKind::Image, image).await?))
            }
            SendContent::Video { video } => {
                Ok(Content::Video(self.attachment(scope, MediaKind::Video, video).await?))
            }
            SendContent::Audio { audio } => {
                Ok(Content::Audio(self.attachment(scope, MediaKind::Audio, audio).await?))
            }
            SendContent::Document { document } => {
                Ok(Content::Document(self.attachment(scope, MediaKind::Document, document).await?))
            }
            SendContent::Sticker { sticker } => {
                Ok(Content::Sticker(self.attachment(scope, MediaKind::Sticker, sticker).await?))
            }
            SendContent::Location { location } => Ok(Content::Location(location.clone())),
            SendContent::Contacts { contacts } => {
                Ok(Content::Contacts(ContactCards { cards: contacts.clone() }))
            }
            SendContent::Interactive { interactive } => {
                if let Some((kind, file)) = interactive.header.as_ref().and_then(InteractiveHeader::file) {
                    self.sendable(scope, kind, file.media_id).await?;
                }
                Ok(Content::Interactive(interactive.clone()))
            }
            SendContent::Reaction { reaction } => Ok(Content::Reaction(ReactionRequest {
                // Its conversation finds that.
                provider_id: String::new(),
                emoji: reaction.emoji.clone(),
            })),
            SendContent::Template { template } => {
                self.template_content(scope, channel, contact, template).await
            }
        }
    }

    /// A template with its values, checked against what is known of it.
    async fn template_content(
        &self,
        scope: TenantScope,
        channel: ChannelId,
        contact: &ContactRef,
        template: &wire::TemplateRequest,
    ) -> Result<Content, Refusal> {
        let list = self.templates(scope, channel, false).await;
        let known = list.as_ref().ok().and_then(|list| {
            list.templates
                .iter()
                .find(|known| known.name == template.name && known.language == template.language)
        });
        if list.is_ok() && known.is_none() {
            return Err(Refusal::Invalid {
                field: "template.name",
                message: "WhatsApp has no such template in this language".to_owned(),
            });
        }
        let with_fields = known.map(|known| fill::filled(known, template, contact)).transpose();
        let with_fields = with_fields.map_err(conversation::refusal_of)?;
        let template = with_fields.as_ref().unwrap_or(template);
        let mut content = TemplateContent {
            name: template.name.clone(),
            language: template.language.clone(),
            category: known.map(|known| category_of(&known.category)),
            header: named(known.map(|known| (known.named, &known.header_parameters)), &template.header),
            body: named(known.map(|known| (known.named, &known.body_parameters)), &template.body),
            ..TemplateContent::default()
        };
        let Some(known) = known else {
            // Which places there are, which kind of value a button takes, or what a file is, only the template says.
            let bare = wire::TemplateRequest {
                name: template.name.clone(),
                language: template.language.clone(),
                header: template.header.clone(),
                body: template.body.clone(),
                ..Default::default()
            };
            let has_more = *template != bare;
            return match (has_more, list) {
                (true, Err(refusal)) => Err(refusal),
                _ => Ok(Content::Template(content)),
            };
        };
        rules::check_request(known, template, self.env.clock.now()).map_err(conversation::refusal_of)?;
        content.header_file =
            self.template_file(scope, known.header_format, template.header_file.as_deref()).await?;
        content.header_location = template.header_location.clone();
        content.header_product = template.header_product.clone();
        content.buttons = rules::buttons_of(known, template);
        content.text = Some(filled(&known.body, &known.body_parameters, &template.body));
        content.header_text =
            known.header.as_deref().map(|words| filled(words, &known.header_parameters, &template.header));
        content.footer = known.footer.clone();
        content.offer = known.offer.as_ref().map(|offer| {
            Box::new(wire::SentTemplateOffer { text: offer.text.clone(), ends_at: template.offer_ends_at })
        });
        for (card, values) in known.cards.iter().zip(&template.cards) {
            content.cards.push(wire::SentTemplateCard {
                header_file: self
                    .template_file(scope, Some(card.header_format), values.header_file.as_ref())
                    .await?,
                header_product: values.header_product.clone(),
                body: named(Some((known.named, &card.body_parameters)), &values.body),
                text: filled(&card.body, &card.body_parameters, &values.body),
                buttons: rules::with_values(&card.buttons, &values.buttons, None),
            });
        }
        Ok(Content::Template(content))
    }

    /// The file above a template's words or a card's, which is of the kind that belongs there.
    async fn template_file(
        &self,
        scope: TenantScope,
        format: Option<wire::TemplateHeaderFormat>,
        file: Option<&wire::HeaderFile>,
    ) -> Result<Option<wire::TemplateFile>, Refusal> {
        let kind = format.and_then(wire::TemplateHeaderFormat::file_kind);
        let Some((kind, file)) = kind.zip(file) else { return Ok(None) };
        let facts = self.sendable(scope, kind, file.media_id).await?;
        let filename = file.filename.clone().or(facts.filename).filter(|_| kind == MediaKind::Document);
        Ok(Some(wire::TemplateFile { kind, media_id: file.media_id, filename }))
    }

    /// Starts a conversation with a new or known address, and queues its first message.
    ///
    /// # Errors
    /// A field is wrong, the channel is not there, the rules forbid the message, or it is not durable.
    pub async fn start_conversation(
        &self,
        scope: TenantScope,
        act: Act,
        request: wire::StartConversation,
    ) -> Result<wire::StartedConversation, Refusal> {
        self.admit(scope)?;
        let channel_id = request.channel_id;
        let body = channel::ask(&self.env, scope, channel_id, channel::Letter::Show).await?;
        if body.deleted_at.is_some() {
            return Err(Refusal::NotFound("channel"));
        }
        // What can be refused is refused before anybody is made.
        let whom = self.whom(scope, &request).await?;
        let content = match &request.message {
            Some(message) => Some(self.content(scope, channel_id, whom.contact(), message).await?),
            None => None,
        };
        content.as_ref().map_or(Ok(()), check_content).map_err(conversation::refusal_of)?;
        let full = match &content {
            Some(_) => {
                let channel = (channel_id, &body);
                initiated::full_for(&self.env, scope, channel, whom.contact().id).await?
            }
            None => None,
        };
        let side = ChannelFacts { deleted: false, full };
        let (contact, id) = match whom {
            Whom::New(party, _) => {
                let now = self.env.clock.now();
                let templates = self.env.templates.of(&(scope, channel_id)).unwrap_or_default();
                content
                    .as_ref()
                    .map_or(Ok(()), |content| may_begin(content, &templates, side, now))
                    .map_err(conversation::refusal_of)?;
                let found = resolve::resolve(&self.env, scope, channel_id, &party, None, false).await?;
                (found.contact, found.conversation_id)
            }
            Whom::Known(contact, Some(id)) => (contact, id),
            Whom::Known(contact, None) => {
                let id = ConversationId::between(&channel_id, &contact.contact.id);
                contact::ask(&self.env, scope, contact.contact.id, contact::Ask::Link(id, channel_id))
                    .await?;
                (contact, id)
            }
        };
        let contact = match request.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
            Some(name) => {
                let name = contact::Ask::NameIfNew(name.to_owned());
                contact::ask(&self.env, scope, contact.contact.id, name).await?.shown()?.snapshot()
            }
            None => contact,
        };
        let rule = match content {
            None => Rule::Ensure { contact },
            Some(content) => Rule::Send {
                contact: Some(contact),
                id: MessageId::of_request(&scope.tenant(), &act.principal.key_space(), &id, &act.key),
                key: key_hash(&act),
                request_hash: request_hash(&request),
                content,
                about: None,
                hold: Duration::ZERO,
                conditions: request.message.as_ref().map(conditions_of).unwrap_or_default(),
                sender: act.principal.sender.clone(),
            },
        };
        let command = Asked { channel_id: Some(channel_id), side, ..asked_by(&act, rule) };
        let (message, conversation) = done(ask(&self.env, scope, id, command).await?)?;
        let conversation = self.with_unread(scope, act.principal.user_id, conversation).await;
        Ok(wire::StartedConversation { conversation, message })
    }

    /// Whom a conversation is to be started with. Nobody is made.
    async fn whom(&self, scope: TenantScope, request: &wire::StartConversation) -> Result<Whom, Refusal> {
        match (&request.phone, request.contact_id) {
            (Some(number), None) => {
                let digits = phone::digits(number).ok_or_else(|| Refusal::Invalid {
                    field: "phone",
                    message: "give the number in international form, such as +31 6 1234 5678".to_owned(),
                })?;
                let identity = |kind| Identity { kind, value: digits.clone() };
                let identities = vec![identity(IdentityKind::WaId), identity(IdentityKind::Phone)];
                let party = Party { identities: identities.clone(), profile_name: None };
                if resolve::is_known(&self.env, scope, request.channel_id, &party).await? {
                    let found =
                        resolve::resolve(&self.env, scope, request.channel_id, &party, None, false).await?;
                    // As its owner has it now: what is found may be from before somebody named them.
                    let shown = contact::current(&self.env, scope, found.contact.contact.id).await?;
                    let id = (shown.id == found.contact.contact.id).then_some(found.conversation_id);
                    return Ok(Whom::Known(shown.snapshot(), id));
                }
                let name = request.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
                let reference = ContactRef {
                    id: ContactId::from_bytes([0; 16]),
                    name: name.map_or_else(|| format!("+{digits}"), str::to_owned),
                    identities,
                    former: Vec::new(),
                    blocked: false,
                    consent: Vec::new(),
                };
                Ok(Whom::New(party, Box::new(reference)))
            }
            (None, Some(contact_id)) => {
                let shown = contact::current(&self.env, scope, contact_id).await?;
                Ok(Whom::Known(shown.snapshot(), None))
            }
            _ => Err(Refusal::Invalid {
                field: "phone",
                message: "give either a phone number or a contact".to_owned(),
            }),
        }
    }

    /// Queues a message; the answer is durable.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], a field is wrong, the rules forbid it, or it is not durable: the same key may
    /// then be asked again.
    pub async fn send(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        request: SendRequest,
    ) -> Result<wire::Message, Refusal> {
        self.admit(scope)?;
        let (key, hash) = (key_hash(&act), request_hash(&request));
        let hold = hold_of(&request)?;
        let (content, side) = match &request.content {
            SendContent::Text { text } => (Content::Text(text.clone()), ChannelFacts::default()),
            _ => {
                // Repeated, it is answered as before, also when the template is gone by now.
                let repeated = Ask::Repeated { key, request_hash: hash.clone() };
                let (message, conversation) = done(ask(&self.env, scope, id, Asked::of(repeated)).await?)?;
                if let Some(message) = message {
                    return Ok(message);
                }
                let content =
                    self.content(scope, conversation.channel_id, &conversation.contact, &request).await?;
                // Only a template writes to somebody first: nothing else waits for the channel's side.
                let side = match content {
                    Content::Template(_) => self.side(scope, &conversation).await?.0,
                    _ => ChannelFacts::default(),
                };
                (content, side)
            }
        };
        let rule = Rule::Send {
            contact: None,
            id: MessageId::of_request(&scope.tenant(), &act.principal.key_space(), &id, &act.key),
            key,
            request_hash: hash,
            content,
            about: about(&request),
            hold,
            conditions: conditions_of(&request),
            sender: act.principal.sender.clone(),
        };
        tracing::debug!(correlation = %act.correlation, conversation = %id, "a message is queued");
        self.ask_to_send(scope, &act, id, rule, side).await
    }

    /// Keeps a message that is to go at a time; the answer is durable.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], a field is wrong, there are as many as there may be, or it is not durable.
    pub async fn schedule(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        request: wire::ScheduleRequest,
    ) -> Result<wire::Message, Refusal> {
        self.admit(scope)?;
        let (key, request_hash) = (key_hash(&act), request_hash(&request));
        let repeated = Ask::Repeated { key, request_hash: request_hash.clone() };
        let (message, conversation) = done(ask(&self.env, scope, id, Asked::of(repeated)).await?)?;
        if let Some(message) = message {
            return Ok(message);
        }
        let wire::ScheduleRequest { when, message } = request;
        hold_of(&message)?;
        let rule = Rule::Schedule {
            id: MessageId::of_request(&scope.tenant(), &act.principal.key_space(), &id, &act.key),
            key,
            request_hash,
            content: self.content(scope, conversation.channel_id, &conversation.contact, &message).await?,
            about: about(&message),
            schedule: when,
            conditions: conditions_of(&message),
            sender: act.principal.sender.clone(),
        };
        self.ask_for_message(scope, &act, id, rule).await
    }

    /// What is to go at a time, soonest first.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store cannot be read.
    pub async fn scheduled(
        &self,
        scope: TenantScope,
        id: ConversationId,
    ) -> Result<Vec<wire::Message>, Refusal> {
        match self.look(scope, id, || Asked::of(Ask::Scheduled)).await? {
            Answer::Scheduled(messages) => Ok(messages),
            _ => Err(odd()),
        }
    }

    /// Changes what is to go at a time.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], a field is wrong, it went or was deleted, or it is not durable.
    pub async fn reschedule(
        &self,
        scope: TenantScope,
        act: Act,
        (id, message): (ConversationId, MessageId),
        change: wire::ChangeSchedule,
    ) -> Result<wire::Message, Refusal> {
        self.admit(scope)?;
        let rule = once(
            &act,
            &("reschedule", message, &change),
            Rule::Reschedule { id: message, change: change.clone() },
        );
        self.ask_for_message(scope, &act, id, rule).await
    }

    /// Deletes what is to go at a time.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], it went or was deleted, or it is not durable.
    pub async fn unschedule(
        &self,
        scope: TenantScope,
        act: Act,
        (id, message): (ConversationId, MessageId),
    ) -> Result<(), Refusal> {
        let rule = once(&act, &("unschedule", message), Rule::Unschedule { id: message });
        self.ask_for_message(scope, &act, id, rule).await.map(drop)
    }

    /// Sends now what is to go at a time: the message that goes.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], the rules forbid it, it went or was deleted, or it is not durable.
    pub async fn send_scheduled(
        &self,
        scope: TenantScope,
        act: Act,
        (id, message): (ConversationId, MessageId),
    ) -> Result<wire::Message, Refusal> {
        self.admit(scope)?;
        let rule = once(&act, &("send scheduled", message), Rule::SendScheduled { id: message });
        self.ask_for_message(scope, &act, id, rule).await
    }

    /// Takes back a message that still waits.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], it no longer waits, or it is not durable.
    pub async fn cancel(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        message: MessageId,
    ) -> Result<wire::Message, Refusal> {
        let rule = once(&act, &("cancel", message), Rule::Cancel { id: message });
        self.ask_for_message(scope, &act, id, rule).await
    }

    /// Sends again what failed or whose outcome is unknown.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], the rules forbid it, or it is not durable.
    pub async fn retry(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        message: MessageId,
    ) -> Result<wire::Message, Refusal> {
        self.admit(scope)?;
        let retry = Rule::Retry { id: message, sender: act.principal.sender.clone() };
        let rule = once(&act, &("retry", message), retry);
        let conversation = self.show(scope, id).await?;
        let (side, _) = self.side(scope, &conversation).await?;
        self.ask_to_send(scope, &act, id, rule, side).await
    }

    /// Writes a private note.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], a field is wrong, or it is not durable.
    pub async fn note(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        note: wire::Note,
    ) -> Result<wire::Message, Refusal> {
        self.admit(scope)?;
        let rule = Rule::Note {
            id: MessageId::of_request(&scope.tenant(), &act.principal.key_space(), &id, &act.key),
            key: key_hash(&act),
            request_hash: request_hash(&note),
            body: note.body,
            mentions: note.mentions,
            sender: act.principal.sender.clone(),
        };
        self.ask_for_message(scope, &act, id, rule).await
    }

    /// Gives a conversation to somebody, or to nobody.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or it is not durable.
    pub async fn assign(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        assignee: Option<wire::User>,
    ) -> Result<wire::Conversation, Refusal> {
        self.admit(scope)?;
        let to = assignee.as_ref().map(|user| user.id);
        let rule = Rule::Assign {
            assignee: assignee.map(|user| (user.id, user.name)),
            sender: act.principal.sender.clone(),
        };
        let rule = once(&act, &("assign", to), rule);
        let (_, conversation) = self.ask_conversation(scope, &act, id, rule).await?;
        Ok(self.with_unread(scope, act.principal.user_id, conversation).await)
    }

    /// Puts a conversation with a team, or with none.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or it is not durable.
    pub async fn put_with_team(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        team: Option<wire::Team>,
    ) -> Result<wire::Conversation, Refusal> {
        self.admit(scope)?;
        let to = team.as_ref().map(|team| team.id);
        let rule = Rule::PutWithTeam {
            team: team.map(|team| (team.id, team.name)),
            sender: act.principal.sender.clone(),
        };
        let rule = once(&act, &("team", to), rule);
        let (_, conversation) = self.ask_conversation(scope, &act, id, rule).await?;
        Ok(self.with_unread(scope, act.principal.user_id, conversation).await)
    }

    /// Says how urgent a conversation is.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or it is not durable.
    pub async fn set_priority(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        request: wire::PriorityRequest,
    ) -> Result<wire::Conversation, Refusal> {
        self.admit(scope)?;
        let sender = act.principal.sender.clone();
        let rule = Rule::SetPriority { priority: request.priority, sender };
        let rule = once(&act, &("priority", &request), rule);
        let (_, conversation) = self.ask_conversation(scope, &act, id, rule).await?;
        Ok(self.with_unread(scope, act.principal.user_id, conversation).await)
    }

    /// Puts labels on a conversation, and takes others off.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], it would have too many, or it is not durable.
    pub async fn label(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        change: LabelChange,
    ) -> Result<wire::Conversation, Refusal> {
        self.admit(scope)?;
        let ids = |named: &[(LabelId, String)]| named.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        let request = ("labels", ids(&change.add), ids(&change.remove));
        let sender = act.principal.sender.clone();
        let rule = Rule::Label { add: change.add, remove: change.remove, sender };
        let rule = once(&act, &request, rule);
        let (_, conversation) = self.ask_conversation(scope, &act, id, rule).await?;
        Ok(self.with_unread(scope, act.principal.user_id, conversation).await)
    }

    /// A conversation as its owner has it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store cannot be read.
    pub async fn look_at(
        &self,
        scope: TenantScope,
        id: ConversationId,
    ) -> Result<wire::Conversation, Refusal> {
        self.show(scope, id).await
    }

    /// Is it open now, by the business hours of a team or the workspace? Where nothing is set it always is.
    ///
    /// # Errors
    /// When the tenant cannot be asked.
    pub async fn is_open(&self, scope: TenantScope, team: Option<TeamId>) -> Result<bool, Refusal> {
        // Whoever loads the tenant says what its hours are.
        self.place(scope).await?;
        let service = self.env.service.of(&scope).unwrap_or_default();
        Ok(service.is_open(team, self.env.clock.now()))
    }

    /// Changes one of many conversations as long as it is still as it was looked at.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], it is not as expected (`changed_meanwhile`), a field is wrong, or it is not durable.
    pub async fn change_one(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        (change, expected): (NamedChange, Expected),
    ) -> Result<(), Refusal> {
        self.admit(scope)?;
        let sender = act.principal.sender.clone();
        let rule = match change {
            NamedChange::Read => {
                let whole = wire::ReadRequest::default();
                return self.read(scope, act, id, whole, false).await.map(drop);
            }
            NamedChange::Assignee(assignee) => Rule::Assign { assignee, sender },
            NamedChange::Team(team) => Rule::PutWithTeam { team, sender },
            NamedChange::Status(status, snoozed_until) => Rule::SetStatus { status, snoozed_until, sender },
            NamedChange::Priority(priority) => Rule::SetPriority { priority, sender },
            NamedChange::Labels(LabelChange { add, remove }) => Rule::Label { add, remove, sender },
        };
        let rule = Rule::Expecting { expected, act: Box::new(rule) };
        self.ask_conversation(scope, &act, id, once(&act, &"bulk", rule)).await.map(drop)
    }

    /// Takes from a team that is gone whatever is with it. What this does not come to, the tenant's actor does: also
    /// after a crash, and with what is put there at the last moment.
    ///
    /// # Errors
    /// When the tenant cannot be asked.
    pub async fn leave_team(&self, scope: TenantScope, act: &Act, team: wire::Team) -> Result<(), Refusal> {
        let theirs = self.ask_tenant(scope, |reply| tenant::Letter::WithTeam(team.id, reply)).await?;
        let leaving = theirs.into_iter().map(|id| {
            let rule = Rule::LeaveTeam {
                team_id: team.id,
                name: Some(team.name.clone()),
                sender: Some(act.principal.sender.clone()),
            };
            async move {
                if let Err(refusal) = self.ask_conversation(scope, act, id, rule).await {
                    tracing::warn!(conversation = %id, %refusal, "it is still with a team that is gone");
                }
            }
        });
        futures_util::stream::iter(leaving)
            .buffer_unordered(tenant::LEAVING_AT_ONCE)
            .for_each(|()| std::future::ready(()))
            .await;
        Ok(())
    }

    /// Takes away from somebody who is gone whatever was given to them. What fails is logged and left: it shows as
    /// nobody's that anybody knows, and can be given to somebody else.
    ///
    /// # Errors
    /// When the tenant cannot be asked.
    pub async fn release(&self, scope: TenantScope, act: &Act, user: UserId) -> Result<(), Refusal> {
        let theirs = self.ask_tenant(scope, |reply| tenant::Letter::Assigned(user, reply)).await?;
        for id in theirs {
            let rule = Rule::Release { user_id: user, sender: act.principal.sender.clone() };
            if let Err(refusal) = self.ask_conversation(scope, act, id, rule).await {
                tracing::warn!(conversation = %id, %refusal, "it is still given to somebody who is gone");
            }
        }
        Ok(())
    }

    /// Says who answers in a conversation by themselves.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], it is in other hands, or it is not durable.
    pub async fn own(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        request: wire::OwnershipRequest,
    ) -> Result<wire::Conversation, Refusal> {
        self.admit(scope)?;
        let rule = Rule::Own { to: request.to, sender: act.principal.sender.clone() };
        let rule = once(&act, &("ownership", &request), rule);
        let (_, conversation) = self.ask_conversation(scope, &act, id, rule).await?;
        Ok(self.with_unread(scope, act.principal.user_id, conversation).await)
    }

    /// Sets a conversation's status.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], a field is wrong, or it is not durable.
    pub async fn set_status(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        request: wire::StatusRequest,
    ) -> Result<wire::Conversation, Refusal> {
        self.admit(scope)?;
        let rule = Rule::SetStatus {
            status: request.status,
            snoozed_until: request.snoozed_until,
            sender: act.principal.sender.clone(),
        };
        let rule = once(&act, &("status", &request), rule);
        let (_, conversation) = self.ask_conversation(scope, &act, id, rule).await?;
        Ok(self.with_unread(scope, act.principal.user_id, conversation).await)
    }

    /// Marks a conversation as read so far by the caller. The customer may know of it where the caller is one of those
    /// who answer: `answers`.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or it is not durable.
    pub async fn read(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        request: wire::ReadRequest,
        answers: bool,
    ) -> Result<wire::ReadAnswer, Refusal> {
        let user = act.principal.user_id;
        let wire::ReadRequest { inbound_count, mention_seq } = request;
        if answers {
            self.seen(scope, id, false);
        }
        let read = || self.ask_tenant(scope, |reply| tenant::Letter::Read(user, id, inbound_count, reply));
        let answer = match read().await {
            Err(Refusal::NotFound(_)) => {
                // After a crash the list may not know it yet: when it loads it tells.
                ask(&self.env, scope, id, Asked::of(Ask::Show)).await?;
                read().await?
            }
            answer => answer?,
        };
        if let Some(seq) = mention_seq {
            self.ask_conversation(scope, &act, id, Rule::SawMentions { user_id: user, seq }).await?;
        }
        Ok(answer)
    }

    /// The customer may know that somebody read what they wrote, or is writing. Best effort.
    pub(super) fn seen(&self, scope: TenantScope, id: ConversationId, typing: bool) {
        let command = Asked::of(Ask::Seen { typing });
        self.env.conversations.tell_if_there(scope, id, shell::Asked { command, reply: None });
    }

    /// A page of contacts, by id; with `search` of those whom it finds. Of these it may hold few or none and have a cursor all
    /// the same: so far was looked.
    ///
    /// # Errors
    /// A cursor that is none of ours; or the store cannot be read.
    pub async fn contacts(
        &self,
        scope: TenantScope,
        search: Option<&Search>,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<wire::ContactPage, Refusal> {
        let mut after =
            cursor.map(|cursor| cursor.parse::<ContactId>()).transpose().map_err(|_| no_cursor())?;
        let limit = limit.clamp(1, 100);
        let as_of = self.place(scope).await?;
        let mut contacts = Vec::new();
        let mut looked_at = 0;
        loop {
            let ask_for = if search.is_some() { LOOKED_AT_ONCE } else { limit };
            let mut rows = contacts_by_id(&self.env.records, scope, after, ask_for + 1).await?;
            let mut more = rows.len() > ask_for;
            rows.truncate(ask_for);
            looked_at += rows.len();
            for (place, row) in rows.iter().enumerate() {
                let body = &row.body.0;
                after = Some(row.contact_id);
                let is_one = body.merged_into.is_none();
                let shown = is_one.then(|| contact_rules::show(row.contact_id, row.version, body));
                contacts.extend(shown.filter(|shown| {
                    search.is_none_or(|search| {
                        search.finds(&shown.name, &contact_rules::found_by(&shown.identities, &shown.former))
                    })
                }));
                if contacts.len() == limit && place + 1 < rows.len() {
                    more = true;
                    break;
                }
            }
            let next_cursor = after.filter(|_| more).map(|id| id.to_string());
            let enough = search.is_none() || contacts.len() == limit || looked_at >= LOOKED_AT_MAX;
            if next_cursor.is_none() || enough {
                return Ok(wire::ContactPage { contacts, next_cursor, as_of });
            }
        }
    }

    /// One contact.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store cannot be read.
    pub async fn contact(&self, scope: TenantScope, id: ContactId) -> Result<wire::ContactDetail, Refusal> {
        let as_of = self.place(scope).await?;
        let shown = contact::ask(&self.env, scope, id, contact::Ask::Show).await?.shown()?;
        let contact = contact_rules::show(shown.id, shown.version, &shown.body);
        Ok(wire::ContactDetail { contact, as_of })
    }

    /// Changes a contact. `expected` is the version the caller read (`If-Match`). When a block is answered it
    /// is durable, and no request for this person starts after it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], [`Refusal::Changed`], a field is wrong, or it is not durable.
    pub async fn patch_contact(
        &self,
        scope: TenantScope,
        act: Act,
        id: ContactId,
        expected: Option<u64>,
        patch: wire::ContactPatch,
    ) -> Result<wire::Contact, Refusal> {
        tracing::debug!(correlation = %act.correlation, contact = %id, "a contact is changed");
        let command = || contact::Ask::Patch(expected, patch.clone(), Box::new(act.by()));
        let shown = contact::ask_current(&self.env, scope, id, command).await?.shown()?;
        Ok(contact_rules::show(shown.id, shown.version, &shown.body))
    }
}

/// Whom a conversation is started with.
enum Whom {
    /// Somebody nobody knows: their addresses, and as whom they are going to be known.
    New(Party, Box<ContactRef>),
    /// A contact of ours, and the conversation where it was found with them.
    Known(ContactSnapshot, Option<ConversationId>),
}

impl Whom {
    fn contact(&self) -> &ContactRef {
        match self {
            Self::New(_, contact) => contact,
            Self::Known(contact, _) => &contact.contact,
        }
    }
}

/// How long a message waits to be taken back.
fn hold_of(request: &SendRequest) -> Result<Duration, Refusal> {
    let secs = request.hold_s.unwrap_or_default();
    if secs > MAX_HOLD_SECS {
        let message = format!("it waits at most {MAX_HOLD_SECS} seconds");
        return Err(Refusal::Invalid { field: "hold_s", message });
    }
    Ok(Duration::from_secs(secs.into()))
}

/// On which conditions a message goes.
const fn conditions_of(request: &SendRequest) -> Conditions {
    Conditions { seen_seq: request.seen_seq, ownership_token: request.ownership_token }
}

/// A template's category as the provider writes it.
fn category_of(category: &str) -> TemplateCategory {
    match category {
        "MARKETING" => TemplateCategory::Marketing,
        "UTILITY" => TemplateCategory::Utility,
        "AUTHENTICATION" => TemplateCategory::Authentication,
        _ => TemplateCategory::Other,
    }
}

/// Gives values their names, where the template goes by names.
fn named(
    known: Option<(bool, &Vec<String>)>,
    values: &[wire::TemplateParameter],
) -> Vec<wire::TemplateParameter> {
    let Some((true, names)) = known else { return values.to_vec() };
    names
        .iter()
        .zip(values)
        .map(|(name, value)| wire::TemplateParameter { name: Some(name.clone()), text: value.text.clone() })
        .collect()
}

/// A template's words with the values of its places, which go in their order.
fn filled(words: &str, places: &[String], values: &[wire::TemplateParameter]) -> String {
    fill::written(words, |place| {
        let at = places.iter().position(|name| name == place.name)?;
        values.get(at).map(|value| value.text.clone())
    })
}
