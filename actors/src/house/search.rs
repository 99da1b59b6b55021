//! What was found, as it stands: an index names it, and the store has it.

use std::collections::HashMap;

use switchboard_domain::{contact as contact_rules, conversation::show_item};
use switchboard_ports::{
    search::{Mark, Target},
    store::{self, Scan},
};
use switchboard_schema::{
    ContactId, ConversationId, TenantScope,
    record::{ContactConversationRow, ContactRow, ConversationHeadRow, projection_bucket},
    wire,
};

use super::House;
use crate::{Refusal, conversation::Place};

/// Conversations of somebody who was found that are looked at.
const LINKS_MAX: usize = 20;
/// Of these, those that are shown: the newest.
const CONVERSATIONS_MAX: usize = 5;

/// Something that was found, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// A message in its conversation.
    Message(Box<wire::Message>, Box<wire::Conversation>),
    /// A conversation.
    Conversation(Box<wire::Conversation>),
    /// A contact, and their newest conversations.
    Contact(Box<wire::Contact>, Vec<wire::Conversation>),
}

impl House {
    /// What was found, in the same order, as it is now. What is there no more is left out: an index may be a moment behind.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn shown(&self, scope: TenantScope, found: &[Mark]) -> Result<Vec<Shown>, Refusal> {
        let mut conversations: HashMap<ConversationId, Option<wire::Conversation>> = HashMap::new();
        let mut shown = Vec::with_capacity(found.len());
        for mark in found {
            if let Target::Message(id, _) | Target::Conversation(id) = mark.target
                && !conversations.contains_key(&id)
            {
                conversations.insert(id, self.listed(scope, id).await?);
            }
            let conversation = |id| conversations.get(&id).cloned().flatten().map(Box::new);
            shown.extend(match mark.target {
                Target::Message(id, seq) => {
                    let place = Place { env: self.env.clone(), scope, id };
                    let item = place.item(seq).await?.filter(|item| item.deleted_at.is_none());
                    let message = item.map(|item| Box::new(show_item(id, &item)));
                    message.zip(conversation(id)).map(|(message, of)| Shown::Message(message, of))
                }
                Target::Conversation(id) => conversation(id).map(Shown::Conversation),
                Target::Contact(id) => {
                    let key = ContactRow::key(projection_bucket(id.as_bytes()), id);
                    let row = self.env.records.get::<ContactRow>(scope, key).await?;
                    match row.filter(|row| row.body.0.merged_into.is_none()) {
                        Some(row) => {
                            let contact = contact_rules::show(id, row.version, &row.body.0);
                            Some(Shown::Contact(Box::new(contact), self.conversations_with(scope, id).await?))
                        }
                        None => None,
                    }
                }
            });
        }
        Ok(shown)
    }

    /// Somebody's newest conversations, of the first that they had on each channel.
    async fn conversations_with(
        &self,
        scope: TenantScope,
        id: ContactId,
    ) -> Result<Vec<wire::Conversation>, store::Error> {
        let links = Scan::of::<ContactConversationRow>(ContactConversationRow::partition(id));
        let mut theirs = Vec::new();
        for link in self.env.records.scan::<ContactConversationRow>(scope, links.limit(LINKS_MAX)).await? {
            theirs.extend(self.listed(scope, link.conversation_id).await?);
        }
        theirs.sort_by_key(|conversation| std::cmp::Reverse(conversation.updated_at));
        theirs.truncate(CONVERSATIONS_MAX);
        Ok(theirs)
    }

    /// A conversation as the list has it.
    pub(super) async fn listed(
        &self,
        scope: TenantScope,
        id: ConversationId,
    ) -> Result<Option<wire::Conversation>, store::Error> {
        let key = ConversationHeadRow::key(projection_bucket(id.as_bytes()), id);
        let row = self.env.records.get::<ConversationHeadRow>(scope, key).await?;
        Ok(row.map(|row| wire::Conversation { last_message: None, ..row.body.0 }))
    }
}
