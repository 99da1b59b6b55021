//! The templates of a channel: a durable list, kept true by reading it and by what the provider tells. What counts of two
//! things told is the domain's `template`; here they are stored, handed out and told to the browsers.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actix::{ActorFutureExt, AsyncContext, Context, ContextFutureSpawner, WrapFuture};
use switchboard_domain::{
    audit::{By, Deed},
    inbound::TemplateUpdate,
    outbound::ProviderFiles,
    template::{self as rules, Statuses},
};
use switchboard_ports::{
    channel::{ReadError, Submission},
    store::{Lane, MAX_COMMIT_BYTES, Mutation},
};
use switchboard_schema::{
    Timestamp,
    record::{TemplateBody, TemplateRow},
    table::Json,
    wire::{self, AuditAct},
};

use super::{ChannelActor, Reply, tell};
use crate::{
    Refusal, conversation,
    shell::repeat,
    tenant::{self, Told},
};

/// How old a list of templates may be that is answered from memory.
const TEMPLATES_FRESH: Duration = Duration::from_secs(300);
/// Pause after the templates were read, or could not be, before the provider is asked again, whoever asks.
const TEMPLATES_PAUSE: Duration = Duration::from_secs(5);
/// How often they are read without being asked for: what a webhook that was lost would have told is known by then.
const TEMPLATES_EVERY: Duration = Duration::from_secs(6 * 3_600);
/// Pause before they are asked for again where they could not be read.
const TEMPLATES_AGAIN: Duration = Duration::from_secs(600);
/// Pause before they are read after the channel was loaded or connected.
const TEMPLATES_FIRST: Duration = Duration::from_secs(10);
/// Rows written in one commit, at most.
const WRITE_ROWS: usize = 90;
/// Bytes that a row counts with beside its body, generously.
const ROW_BYTES: usize = 600;
/// Edits of a template that are remembered.
const EDITS_KEPT: usize = rules::EDITS_A_MONTH;

/// Name and language.
pub(super) type Key = (String, String);

/// The templates as they are known here.
#[derive(Default)]
pub(super) struct Templates {
    rows: BTreeMap<Key, TemplateBody>,
    /// The statuses of all of them, as the conversations see them.
    statuses: Arc<Statuses>,
    /// When they were read last, and what came of it.
    read: Option<(Timestamp, Result<(), Refusal>)>,
    /// When they were read last with success.
    read_at: Option<Timestamp>,
    /// Who waits for them to be read.
    wanted: Vec<Reply<wire::TemplateList>>,
    reading: bool,
    /// Something was told that only a reading begun after it can tell whole.
    again: bool,
}

impl Templates {
    pub(super) fn of(rows: Vec<TemplateRow>) -> Self {
        let read_at = rows.iter().map(|row| row.body.0.read_at).max();
        let mut statuses = Statuses::default();
        for row in &rows {
            statuses.set(&row.name, &row.language, Some(&row.body.0.status.value));
        }
        let rows = rows.into_iter().map(|row| ((row.name, row.language), row.body.0)).collect();
        Self { rows, statuses: Arc::new(statuses), read_at, ..Self::default() }
    }

    fn list(&self, problem: Option<String>) -> wire::TemplateList {
        wire::TemplateList {
            templates: self.rows.values().map(rules::show).collect(),
            read_at: self.read_at.unwrap_or(Timestamp::from_secs(0)),
            problem,
        }
    }

    /// When they were read last, how many there are, and how many are not as an owner last saw them.
    pub(super) fn counts(&self) -> (Option<Timestamp>, u32, u32) {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let unseen = self.rows.values().filter(|body| rules::wants_a_look(body)).count();
        (self.read_at, count(self.rows.len()), count(unseen))
    }
}

/// What somebody wants done with a template.
pub(crate) enum Act {
    /// Submit a new one.
    Create(Box<wire::TemplateDraft>, ProviderFiles),
    /// Submit a change of one, by its id.
    Edit(String, Box<wire::TemplateDraft>, ProviderFiles),
    /// Say what fills its places.
    Fill(String, Vec<wire::TemplateFill>),
    /// Its changes were seen.
    See(String),
    /// Delete it.
    Delete(String),
}

impl ChannelActor {
    /// Reads them soon, and from then on every [`TEMPLATES_EVERY`].
    pub(super) fn read_templates_regularly(&mut self, ctx: &mut Context<Self>) {
        if let Some(earlier) = self.templates_timer.take() {
            ctx.cancel_future(earlier);
        }
        self.templates_timer = Some(ctx.run_later(TEMPLATES_FIRST, Self::read_templates_now));
    }

    /// What could not be read is soon asked for again.
    fn read_templates_now(&mut self, ctx: &mut Context<Self>) {
        let due = self.templates.read.as_ref().map_or(Duration::ZERO, |(at, read)| {
            let every = if read.is_ok() { TEMPLATES_EVERY } else { TEMPLATES_AGAIN };
            every.saturating_sub(self.env.clock.now().since(*at))
        });
        if due.is_zero() {
            self.begin_reading(ctx);
        }
        // Looked at again where the reading that begins fails.
        let wait = if due.is_zero() { TEMPLATES_AGAIN } else { due };
        self.templates_timer = Some(ctx.run_later(wait, Self::read_templates_now));
    }

    /// Answers with the templates, from memory where they are fresh enough. However many ask, the provider is
    /// asked once at a time, and not again at once.
    pub(super) fn templates(
        &mut self,
        fresh: bool,
        reply: Reply<wire::TemplateList>,
        ctx: &mut Context<Self>,
    ) {
        match self.way_out() {
            Err(refusal @ Refusal::NotFound(_)) => return tell(reply, Err(refusal)),
            Err(refusal) => return tell(reply, self.known_all_the_same(&refusal)),
            Ok(_) => {}
        }
        let now = self.env.clock.now();
        let good_for = if fresh { TEMPLATES_PAUSE } else { TEMPLATES_FRESH };
        match &self.templates.read {
            Some((at, Ok(()))) if now.since(*at) < good_for => {
                return tell(reply, Ok(self.templates.list(None)));
            }
            Some((at, Err(refusal))) if now.since(*at) < TEMPLATES_PAUSE => {
                return tell(reply, self.known_all_the_same(refusal));
            }
            _ => {}
        }
        self.templates.wanted.push(reply);
        self.begin_reading(ctx);
    }

    /// What is known, though it could not be read now.
    fn known_all_the_same(&self, refusal: &Refusal) -> Result<wire::TemplateList, Refusal> {
        if self.templates.rows.is_empty() {
            return Err(refusal.clone());
        }
        Ok(self.templates.list(Some(refusal.told())))
    }

    /// Reads them where they could not be read the last time.
    pub(super) fn read_templates_again(&mut self, ctx: &mut Context<Self>) {
        if self.templates.read.as_ref().is_some_and(|(_, read)| read.is_err()) {
            self.begin_reading(ctx);
        }
    }

    /// Reads what there is by now: a reading that runs may have begun before.
    fn read_once_more(&mut self, ctx: &mut Context<Self>) {
        self.templates.again = self.templates.reading;
        self.begin_reading(ctx);
    }

    fn begin_reading(&mut self, ctx: &mut Context<Self>) {
        let Some(client) = self.client.clone() else { return };
        if std::mem::replace(&mut self.templates.reading, true) {
            return;
        }
        self.templates.again = false;
        let asked_at = self.env.clock.now();
        let waba_id = self.body.as_ref().map(|body| body.waba_id.clone());
        ctx.spawn(client.templates().into_actor(self).map(move |result, actor, ctx| {
            actor.templates.reading = false;
            if actor.body.as_ref().map(|body| body.waba_id.clone()) != waba_id {
                // Those of another account: the channel was connected anew meanwhile.
                return actor.begin_reading(ctx);
            }
            let read = result.map_err(|error| match error {
                ReadError::Refused { code, message } => Refusal::Provider { code, message },
                ReadError::Unavailable(why) => Refusal::Provider {
                    code: "provider_unavailable".to_owned(),
                    message: format!("WhatsApp did not answer: {why}"),
                },
            });
            match read {
                Ok(list) => actor.take_read(list, asked_at, ctx),
                Err(refusal) => actor.end_reading(Err(refusal), ctx),
            }
        }));
    }

    /// The list was read: what is new or gone is stored.
    fn take_read(&mut self, list: Vec<wire::Template>, asked_at: Timestamp, ctx: &mut Context<Self>) {
        let mut changed: BTreeMap<Key, Option<TemplateBody>> = BTreeMap::new();
        let mut there = std::collections::BTreeSet::new();
        for template in list {
            let key = (template.name.clone(), template.language.clone());
            if !is_key(&key) {
                tracing::warn!(channel = %self.id, "a template's name is none that WhatsApp gives");
                continue;
            }
            let known = self.templates.rows.get(&key);
            let body = rules::read(known, template, asked_at);
            if known != Some(&body) {
                changed.insert(key.clone(), Some(body));
            }
            there.insert(key);
        }
        for (key, known) in &self.templates.rows {
            if !there.contains(key) && rules::is_gone(known, asked_at) {
                changed.insert(key.clone(), None);
            }
        }
        self.write(changed, None, ctx, move |actor, written, ctx| {
            if written.is_ok() {
                actor.templates.read_at = actor.templates.read_at.max(Some(asked_at));
            }
            actor.end_reading(written, ctx);
        });
    }

    fn end_reading(&mut self, read: Result<(), Refusal>, ctx: &mut Context<Self>) {
        for reply in std::mem::take(&mut self.templates.wanted) {
            let answer = match &read {
                Ok(()) => Ok(self.templates.list(None)),
                Err(refusal) => self.known_all_the_same(refusal),
            };
            tell(reply, answer);
        }
        self.note_templates(read.as_ref().err().map(ToString::to_string));
        self.templates.read = Some((self.env.clock.now(), read));
        if std::mem::take(&mut self.templates.again) {
            ctx.run_later(TEMPLATES_PAUSE, Self::begin_reading);
        }
    }

    /// The provider told something of a template: stored before the answer.
    pub(super) fn template_told(
        &mut self,
        mut update: TemplateUpdate,
        reply: Reply<()>,
        ctx: &mut Context<Self>,
    ) {
        // The provider counts whole seconds, so its time stands for the end of one: what is here is over.
        update.at = update.at.min(self.env.clock.now());
        let key = (update.name.clone(), update.language.clone());
        let known = self.templates.rows.get(&key);
        // One that cannot be sent as it is known, such as one with a code that was just made, may be known better by now.
        let must_be_read = known.is_none_or(|known| !known.template.sendable) || rules::must_be_read(&update);
        let changed = known
            .map(|known| (rules::told(known, &update), known))
            .filter(|(body, known)| body != *known)
            .map(|(body, _)| (key, Some(body)))
            .into_iter()
            .collect();
        self.write(changed, None, ctx, move |actor, written, ctx| {
            if written.is_ok() && must_be_read {
                actor.read_once_more(ctx);
            }
            tell(reply, written);
        });
    }

    /// Does something with a template.
    pub(super) fn template_act(
        &mut self,
        act: Act,
        by: Box<By>,
        reply: Reply<wire::Template>,
        ctx: &mut Context<Self>,
    ) {
        let client = match self.way_out() {
            Ok(client) => client,
            Err(refusal) => return tell(reply, Err(refusal)),
        };
        let now = self.env.clock.now();
        match act {
            Act::Create(draft, samples) => {
                let key = (draft.name.clone(), draft.language.clone());
                let checked = rules::check_draft(&draft).map_err(conversation::refusal_of);
                let is_there = self.templates.rows.contains_key(&key);
                if let Err(refusal) = checked {
                    return tell(reply, Err(refusal));
                } else if is_there {
                    let message =
                        "there is a template of this name in this language; choose another name".to_owned();
                    return tell(reply, Err(Refusal::Invalid { field: "name", message }));
                }
                let submission = Submission { id: None, draft: (*draft).clone(), samples };
                ctx.spawn(client.submit_template(submission).into_actor(self).map(
                    move |done, actor, ctx| {
                        let submitted = match done {
                            Ok(submitted) => submitted,
                            Err(error) => return tell(reply, Err(refused(error))),
                        };
                        let template = wire::Template {
                            id: Some(submitted.id),
                            status: submitted.status,
                            category: submitted.category.unwrap_or_else(|| draft.category.clone()),
                            ..of_draft(&draft)
                        };
                        let mut body = rules::read(actor.templates.rows.get(&key), template, now);
                        // Its author asked for one category: another is worth a flag.
                        body.seen.category = draft.category;
                        let entry = actor.template_entry(&by, AuditAct::TemplateMade, &body, &[]);
                        actor.write_submitted(key, body, entry, reply, ctx);
                    },
                ));
            }
            Act::Edit(id, draft, samples) => {
                let Some((key, known)) = self.by_id(&id) else {
                    return tell(reply, Err(Refusal::NotFound("template")));
                };
                let allowed = rules::check_draft(&draft).and_then(|()| rules::may_edit(known, &draft, now));
                if let Err(rejection) = allowed {
                    return tell(reply, Err(conversation::refusal_of(rejection)));
                }
                let was_approved = known.status.value == "APPROVED";
                let submission = Submission { id: Some(id), draft: (*draft).clone(), samples };
                ctx.spawn(client.submit_template(submission).into_actor(self).map(
                    move |done, actor, ctx| {
                        let submitted = match done {
                            Ok(submitted) => submitted,
                            Err(error) => return tell(reply, Err(refused(error))),
                        };
                        let known = actor.templates.rows.get(&key);
                        let template = wire::Template {
                            id: Some(submitted.id),
                            status: "PENDING".to_owned(),
                            category: submitted.category.unwrap_or_else(|| draft.category.clone()),
                            quality: known
                                .and_then(|known| known.quality.clone())
                                .map(|quality| quality.value),
                            ..of_draft(&draft)
                        };
                        let mut body = rules::read(known, template, now);
                        body.seen.status = "PENDING".to_owned();
                        // Its words are those of who changed it.
                        body.reworded_at = None;
                        body.fills.retain(|fill| {
                            rules::check_fills(&body.template, std::slice::from_ref(fill)).is_ok()
                        });
                        if was_approved {
                            body.edited_at.push(now);
                            let too_many = body.edited_at.len().saturating_sub(EDITS_KEPT);
                            body.edited_at.drain(..too_many);
                        }
                        let entry = actor.template_entry(&by, AuditAct::TemplateChanged, &body, &["draft"]);
                        actor.write_submitted(key, body, entry, reply, ctx);
                    },
                ));
            }
            Act::Fill(id, fills) => {
                let Some((key, known)) = self.by_id(&id) else {
                    return tell(reply, Err(Refusal::NotFound("template")));
                };
                if let Err(rejection) = rules::check_fills(&known.template, &fills) {
                    return tell(reply, Err(conversation::refusal_of(rejection)));
                }
                let body = TemplateBody { fills, ..known.clone() };
                let entry = self.template_entry(&by, AuditAct::TemplateChanged, &body, &["fills"]);
                self.write_one(key, body, Some(entry), false, reply, ctx);
            }
            Act::See(id) => {
                let Some((key, known)) = self.by_id(&id) else {
                    return tell(reply, Err(Refusal::NotFound("template")));
                };
                let body = rules::see(known);
                self.write_one(key, body, None, false, reply, ctx);
            }
            Act::Delete(id) => {
                let Some((key, known)) = self.by_id(&id) else {
                    return tell(reply, Err(Refusal::NotFound("template")));
                };
                let shown = rules::show(known);
                let entry = self.template_entry(&by, AuditAct::TemplateDeleted, known, &[]);
                ctx.spawn(client.delete_template(key.0.clone(), id).into_actor(self).map(
                    move |done, actor, ctx| {
                        if let Err(error) = done {
                            return tell(reply, Err(refused(error)));
                        }
                        actor.write(BTreeMap::from([(key, None)]), Some(entry), ctx, move |_, written, _| {
                            tell(reply, written.map(|()| shown));
                        });
                    },
                ));
            }
        }
    }

    fn by_id(&self, id: &str) -> Option<(Key, &TemplateBody)> {
        let mut rows = self.templates.rows.iter();
        let found = rows.find(|(_, body)| body.template.id.as_deref() == Some(id))?;
        Some((found.0.clone(), found.1))
    }

    /// Stores what was submitted; words that are the provider's own are read from it.
    fn write_submitted(
        &mut self,
        key: Key,
        body: TemplateBody,
        entry: Mutation,
        reply: Reply<wire::Template>,
        ctx: &mut Context<Self>,
    ) {
        let must_be_read = !body.template.sendable;
        self.write_one(key, body, Some(entry), must_be_read, reply, ctx);
    }

    /// What the audit trail says of what somebody does with a template, in its language.
    fn template_entry(&self, by: &By, act: AuditAct, body: &TemplateBody, fields: &[&str]) -> Mutation {
        let template = &body.template;
        let name = format!("{} ({})", template.name, template.language);
        let id = template.id.as_deref().unwrap_or_default();
        let deed = fields.iter().fold(Deed::new(act).about(id, &name), |deed, field| deed.changed(field));
        self.env.entry(by, deed)
    }

    fn write_one(
        &mut self,
        key: Key,
        body: TemplateBody,
        entry: Option<Mutation>,
        must_be_read: bool,
        reply: Reply<wire::Template>,
        ctx: &mut Context<Self>,
    ) {
        let shown = rules::show(&body);
        self.write(BTreeMap::from([(key, Some(body))]), entry, ctx, move |actor, written, ctx| {
            if written.is_ok() && must_be_read {
                actor.read_once_more(ctx);
            }
            tell(reply, written.map(|()| shown));
        });
    }

    /// Stores what changed, with the entry that says who had it changed where somebody did, and goes on with it: nothing else is taken meanwhile, so that the rows in memory are those
    /// that are stored. What people see of it is told.
    fn write(
        &mut self,
        changed: BTreeMap<Key, Option<TemplateBody>>,
        entry: Option<Mutation>,
        ctx: &mut Context<Self>,
        then: impl FnOnce(&mut Self, Result<(), Refusal>, &mut Context<Self>) + 'static,
    ) {
        let (env, scope, id) = (self.env.clone(), self.scope, self.id);
        let mut commits: Vec<Vec<Mutation>> = Vec::new();
        let mut bytes = 0;
        for ((name, language), body) in &changed {
            let (row, size) = match body {
                Some(body) => {
                    let row = TemplateRow {
                        channel_id: id,
                        name: name.clone(),
                        language: language.clone(),
                        body: Json(body.clone()),
                    };
                    (Mutation::put(row), serde_json::to_vec(body).map_or(0, |json| json.len()))
                }
                None => {
                    (Mutation::delete::<TemplateRow>(TemplateRow::key(id, name.clone(), language.clone())), 0)
                }
            };
            bytes += size + ROW_BYTES;
            match commits.last_mut() {
                Some(last) if last.len() < WRITE_ROWS && bytes <= MAX_COMMIT_BYTES => last.push(row),
                _ => {
                    bytes = size + ROW_BYTES;
                    commits.push(vec![row]);
                }
            }
        }
        if let Some(last) = commits.last_mut() {
            last.extend(entry);
        }
        if commits.is_empty() {
            return then(self, Ok(()), ctx);
        }
        let write = async move {
            for rows in commits {
                repeat(|| env.store.commit_many(scope.into(), Lane::Interactive, rows.clone())).await?;
            }
            Ok::<_, switchboard_ports::store::Error>(())
        };
        write
            .into_actor(self)
            .map(move |written, actor, ctx| {
                if written.is_ok() {
                    actor.apply(changed);
                    let problem =
                        actor.body.as_ref().and_then(|body| body.standing.templates_problem.clone());
                    actor.note_templates(problem);
                }
                then(actor, written.map_err(Refusal::from), ctx);
            })
            .wait(ctx);
    }

    /// Lets the conversations know what became of the templates: their decisions depend on it.
    pub(super) fn say_statuses(&self) {
        self.env.templates.set((self.scope, self.id), Some(Arc::clone(&self.templates.statuses)));
    }

    fn apply(&mut self, changed: BTreeMap<Key, Option<TemplateBody>>) {
        let mut seen = 0;
        let statuses = Arc::make_mut(&mut self.templates.statuses);
        for ((name, language), body) in &changed {
            statuses.set(name, language, body.as_ref().map(|body| body.status.value.as_str()));
        }
        self.say_statuses();
        for (key, body) in changed {
            let before = self.templates.rows.get(&key).map(rules::show);
            let after = body.as_ref().map(rules::show);
            seen += u64::from(before != after);
            match body {
                Some(body) => self.templates.rows.insert(key, body),
                None => self.templates.rows.remove(&key),
            };
        }
        if seen == 0 {
            return;
        }
        let templates = Some(wire::TemplatesChanged { channel_id: self.id, changed: seen });
        let told = Told {
            name: wire::EventName::TemplatesChanged,
            at: self.env.clock.now(),
            data: wire::EventData { templates, ..Default::default() },
        };
        self.env.tenants.tell_always(&self.env, self.scope, (), tenant::Letter::Tell(Box::new(told)));
    }
}

/// Keys are ASCII and short in both stores; so are Meta's names.
fn is_key((name, language): &Key) -> bool {
    let good = |text: &str, most: usize| !text.is_empty() && text.len() <= most && text.is_ascii();
    good(name, rules::MAX_NAME_CHARS) && good(language, 32)
}

fn refused(error: ReadError) -> Refusal {
    match error {
        ReadError::Refused { code, message } => Refusal::Provider { code, message },
        ReadError::Unavailable(why) => Refusal::Provider {
            code: "provider_unavailable".to_owned(),
            message: format!(
                "WhatsApp did not answer: {why}. It may have taken it: read the templates again."
            ),
        },
    }
}

/// What a draft will be, as far as it says.
fn of_draft(draft: &wire::TemplateDraft) -> wire::Template {
    let named = rules::is_draft_named(draft);
    let buttons = |list: &[wire::TemplateButton]| {
        let one = |button: &wire::TemplateButton| {
            let needs_value = rules::needs_value(button.kind, button.url.as_deref());
            wire::TemplateButton { needs_value, ..button.clone() }
        };
        list.iter().map(one).collect()
    };
    let cards = draft.cards.iter().map(|card| wire::TemplateCard {
        body_parameters: rules::placeholders(&card.body, named),
        buttons: buttons(&card.buttons),
        header_file: None,
        ..card.clone()
    });
    wire::Template {
        name: draft.name.clone(),
        language: draft.language.clone(),
        header_format: draft.header_format,
        header_parameters: draft
            .header
            .as_deref()
            .map(|words| rules::placeholders(words, named))
            .unwrap_or_default(),
        header: draft.header.clone(),
        body_parameters: rules::placeholders(&draft.body, named),
        body: draft.body.clone(),
        footer: draft.footer.clone(),
        buttons: buttons(&draft.buttons),
        offer: draft.offer.clone(),
        cards: cards.collect(),
        header_examples: draft.header_examples.clone(),
        body_examples: draft.body_examples.clone(),
        named,
        // What the provider's own words take only reading it tells.
        sendable: draft.authentication.is_none(),
        // As it will be read, the app that takes a code being none of it.
        authentication: draft.authentication.clone().map(|chosen| wire::TemplateAuthentication {
            package_name: None,
            signature_hash: None,
            ..chosen
        }),
        ..wire::Template::default()
    }
}
