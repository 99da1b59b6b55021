//! `/api/v1/search`: finding what was said, and to whom.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use switchboard_actors::{House, house::Shown};
use switchboard_domain::search::{
    Author, Filters, Holder, Query as Line,
    query::QUERY_CHARS_MAX,
    snippet::{self, SNIPPET_CHARS_MAX},
    text,
};
use switchboard_ports::search::{Ask, Found, Kind, Mark};
use switchboard_schema::{ChannelId, Timestamp, UserId, wire};
use utoipa::ToSchema;

use super::{
    conversations::limit_of,
    extract::{Json, Query},
    problem::Problem,
};
use crate::{
    access::{Caller, May, permit::Read},
    search::{Search, parts},
};

/// Of a page, unless asked otherwise.
const PAGE_DEFAULT: u64 = 20;
/// Of a page, at most: each is read from the store.
const PAGE_MAX: u64 = 50;
/// Conversations and contacts that are shown beside messages.
const BESIDE: usize = 5;
/// Characters of a name that are shown.
const NAME_CHARS_MAX: usize = 120;

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// Words, in any order: all must be there, slips are forgiven, and the last finds what begins with it. `"In quotes"`: in a
    /// row. Or a number, or a part of one, however it is written. At most 200 characters and 12 words.
    #[param(max_length = 200)]
    q: String,
    /// Among what; all of it, unless asked otherwise, with a few conversations and contacts beside the messages.
    #[param(inline)]
    kind: Option<Group>,
    /// On this channel.
    channel_id: Option<ChannelId>,
    /// In a conversation that stands so.
    #[param(inline)]
    status: Option<wire::ConversationStatus>,
    /// In a conversation of this person; or of `me`, or of `nobody`.
    assignee: Option<String>,
    /// Written by this person of us; or by `me`, by `us`, or by the `customer`.
    by: Option<String>,
    /// Not before.
    from: Option<Timestamp>,
    /// Before.
    to: Option<Timestamp>,
    /// Only with a file.
    attachment: Option<bool>,
    /// `next_cursor` of the page before, of the same group and the same question.
    cursor: Option<String>,
    /// How many of the group, 1 to 50.
    #[param(minimum = 1, maximum = 50, default = 20)]
    limit: Option<u64>,
}

/// A group of what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Group {
    /// What was said.
    Messages,
    /// Conversations, by whom they are with.
    Conversations,
    /// People outside.
    Contacts,
}

impl Group {
    const ALL: [Self; 3] = [Self::Messages, Self::Conversations, Self::Contacts];

    const fn kind(self) -> Kind {
        match self {
            Self::Messages => Kind::Messages,
            Self::Conversations => Kind::Conversations,
            Self::Contacts => Kind::Contacts,
        }
    }
}

/// A page's cursor: the time by which it was judged what is new, and where the page ended.
struct Cursor {
    now: Timestamp,
    after: Mark,
}

impl Cursor {
    fn parse(text: &str) -> Result<Self, Problem> {
        let parse = || {
            let (now, after) = text.split_once('.')?;
            Some(Self { now: Timestamp::from_millis(now.parse().ok()?), after: after.parse().ok()? })
        };
        parse().ok_or_else(|| Problem::invalid("cursor", "pass a cursor as a page gave it, or none"))
    }
}

fn user_of(name: &str, text: &str) -> Result<UserId, Problem> {
    text.parse().map_err(|_| Problem::invalid(name, "must be a word that is documented, or a person's id"))
}

fn filters(params: &Params, caller: &Caller) -> Result<Filters, Problem> {
    let me = caller.principal.user_id;
    if let (Some(from), Some(to)) = (params.from, params.to)
        && from >= to
    {
        return Err(Problem::invalid("to", "must be after from"));
    }
    let assignee = params.assignee.as_deref().map(|text| match text {
        "me" => Ok(Holder::User(me)),
        "nobody" => Ok(Holder::Nobody),
        id => user_of("assignee", id).map(Holder::User),
    });
    let by = params.by.as_deref().map(|text| match text {
        "me" => Ok(Author::User(me)),
        "us" => Ok(Author::Business),
        "customer" => Ok(Author::Customer),
        id => user_of("by", id).map(Author::User),
    });
    Ok(Filters {
        channel: params.channel_id,
        status: params.status,
        assignee: assignee.transpose()?,
        since: params.from,
        until: params.to,
        by: by.transpose()?,
        attachment: params.attachment.unwrap_or(false),
    })
}

/// Does this group answer such a question at all?
fn answers(group: Group, filters: &Filters) -> bool {
    match group {
        Group::Messages => true,
        Group::Conversations => !filters.of_messages_alone(),
        Group::Contacts => *filters == Filters::default(),
    }
}

/// Search
///
/// Over what was said and whom it was said to. Answers within a deadline: what was not looked through by then is left out, and
/// `partial` says so, as it does where something is not in the index yet.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(Params),
    responses((status = 200, body = wire::SearchAnswer)))]
pub(crate) async fn find(
    State(house): State<House>,
    State(search): State<Arc<Search>>,
    caller: May<Read>,
    Query(params): Query<Params>,
) -> Result<Json<wire::SearchAnswer>, Problem> {
    let line = Line::parse(&params.q).map_err(|problem| Problem::invalid("q", problem.to_string()))?;
    let limit = limit_of(params.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let filters = filters(&params, &caller)?;
    let cursor = params.cursor.as_deref().map(Cursor::parse).transpose()?;
    let scope = caller.scope;
    let group = params.kind;
    if let Some(cursor) = &cursor
        && group.is_none_or(|group| !is_of(group, &cursor.after))
    {
        return Err(Problem::invalid("cursor", "is of another group: pass the kind that it came with"));
    }
    let now = cursor.as_ref().map_or_else(|| search.now(), |cursor| cursor.now);
    let ask_for = |of: Group| Ask {
        query: line.clone(),
        filters: filters.clone(),
        kind: of.kind(),
        after: cursor.as_ref().map(|cursor| cursor.after),
        limit: if group == Some(of) || of == Group::Messages { limit } else { limit.min(BESIDE) },
        now,
    };
    // Before the question: what comes meanwhile is in what is found, or counted here.
    let lag = search.lag(scope);
    let asked = Group::ALL.map(|of| {
        let is_asked = group.is_none_or(|group| group == of) && answers(of, &filters);
        let (search, ask) = (Arc::clone(&search), ask_for(of));
        async move { if is_asked { search.find(scope, ask).await } else { Ok(Found::default()) } }
    });
    let [messages, conversations, contacts] = asked;
    let (messages, conversations, contacts) = futures_util::try_join!(messages, conversations, contacts)?;
    let cut = messages.cut || conversations.cut || contacts.cut;
    let next = |found: &Found| {
        let last = found.hits.last().filter(|_| found.more);
        last.map(|mark| format!("{}.{mark}", now.as_millis()))
    };
    let cursors = [&messages, &conversations, &contacts].map(next);
    let all: Vec<Mark> = [messages.hits, conversations.hits, contacts.hits].concat();
    let mut answer = wire::SearchAnswer {
        messages: wire::FoundMessages::default(),
        conversations: wire::FoundConversations::default(),
        contacts: wire::FoundContacts::default(),
        partial: cut || lag.is_some(),
        cut,
        lag,
    };
    let [of_messages, of_conversations, of_contacts] = cursors;
    answer.messages.next_cursor = of_messages;
    answer.conversations.next_cursor = of_conversations;
    answer.contacts.next_cursor = of_contacts;
    for shown in house.shown(scope, &all).await? {
        show(shown, &line, &mut answer);
    }
    Ok(Json(answer))
}

fn is_of(group: Group, mark: &Mark) -> bool {
    use switchboard_ports::search::Target;
    matches!(
        (group, mark.target),
        (Group::Messages, Target::Message(..))
            | (Group::Conversations, Target::Conversation(_))
            | (Group::Contacts, Target::Contact(_))
    )
}

fn show(shown: Shown, line: &Line, answer: &mut wire::SearchAnswer) {
    match shown {
        Shown::Message(message, conversation) => {
            let said = text::said(&message).unwrap_or_default();
            let parts = parts(&said, line, SNIPPET_CHARS_MAX);
            let hit = wire::FoundMessage { message: *message, conversation: *conversation, parts };
            answer.messages.hits.push(hit);
        }
        Shown::Conversation(conversation) => {
            let name = parts(&conversation.contact.name, line, NAME_CHARS_MAX);
            answer.conversations.hits.push(wire::FoundConversation { conversation: *conversation, name });
        }
        Shown::Contact(contact, conversations) => {
            let name = parts(&contact.name, line, NAME_CHARS_MAX);
            let is_named = name.iter().any(|part| part.found);
            let others = contact.identities.iter().map(|one| &one.value);
            let address = others
                .filter(|_| !is_named)
                .find(|address| !snippet::found_in(address, line).is_empty())
                .map(|address| parts(address, line, NAME_CHARS_MAX))
                .unwrap_or_default();
            answer.contacts.hits.push(wire::FoundContact { contact: *contact, name, address, conversations });
        }
    }
}

const _: () = assert!(QUERY_CHARS_MAX == 200, "as the parameter says");
