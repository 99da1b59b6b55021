//! Rules, as rows of the store.

use switchboard_actors::{
    Refusal,
    house::{ListQuery, View, Which},
    refusal_of,
};
use switchboard_domain::{
    audit::{By, Deed},
    automation::{When, checked_name},
};
use switchboard_ports::store::{Lane, Mutation, Scan};
use switchboard_schema::{
    RuleId, TenantScope, UserId,
    record::{AutomationRuleBody, AutomationRuleRow},
    table::Json,
    wire::{self, AuditAct, AutomationRule, MAX_RULES, MAX_TRIED},
};

use super::{Automation, checked};
use crate::desk::kept::check_free;

/// A rule that acts.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// Which.
    pub(super) id: RuleId,
    /// As it is kept.
    pub(super) body: AutomationRuleBody,
    /// What it begins with.
    pub(super) when: When,
}

impl Automation {
    /// The rules of a workspace, in the order in which they act.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn rules(&self, scope: TenantScope) -> Result<Vec<AutomationRule>, Refusal> {
        Ok(self.rule_rows(scope).await?.into_iter().map(shown).collect())
    }

    /// One rule.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store does not answer.
    pub(crate) async fn rule(&self, scope: TenantScope, id: RuleId) -> Result<AutomationRule, Refusal> {
        let row = self.0.records.get::<AutomationRuleRow>(scope, AutomationRuleRow::key(id)).await?;
        row.map(shown).ok_or(Refusal::NotFound("rule"))
    }

    /// Those that act, in their order. One that does not read as a rule any more rests.
    pub(super) async fn acting(&self, scope: TenantScope) -> Result<Vec<Rule>, Refusal> {
        let rows = self.rule_rows(scope).await?;
        let acting = rows.into_iter().filter(|row| row.body.0.enabled).filter_map(|row| {
            let body = row.body.0;
            match When::checked(body.when.clone()) {
                Ok(when) => Some(Rule { id: row.rule_id, body, when }),
                Err(rejection) => {
                    tracing::error!(rule = %row.rule_id, %rejection, "a rule does not read and rests");
                    None
                }
            }
        });
        Ok(acting.collect())
    }

    /// Makes a rule, which acts after all others. `id` comes from the idempotency key, so that the same request makes it
    /// once.
    ///
    /// # Errors
    /// When a field is wrong, the name is taken, or there are as many as there may be; when the store does not answer.
    pub(crate) async fn make_rule(
        &self,
        scope: TenantScope,
        (by, user_id): (&By, UserId),
        id: RuleId,
        new: wire::CreateRule,
    ) -> Result<AutomationRule, Refusal> {
        let (name, now) = (checked_name(&new.name).map_err(refusal_of)?, self.0.clock.now());
        checked(new.when.clone(), &new.actions, now)?;
        let _alone = self.0.writing.of(&[scope.tenant().as_bytes()]).await;
        let mut others = self.rule_rows(scope).await?;
        others.retain(|row| row.rule_id != id);
        if others.len() >= MAX_RULES {
            let message = format!("there are {MAX_RULES} rules already: delete one that is not used");
            return Err(Refusal::Rule { code: "too_many_rules", message });
        }
        check_free(names(&others), &name)?;
        let position = others.last().map_or(0, |last| last.body.0.position + 1);
        let body = AutomationRuleBody {
            name,
            enabled: new.enabled,
            position,
            when: new.when,
            actions: new.actions,
            since: now,
            updated_at: now,
            updated_by: user_id,
        };
        let deed = Deed::new(AuditAct::RuleMade).about(id, &body.name);
        let row = AutomationRuleRow { rule_id: id, version: 1, body: Json(body) };
        self.0.audit.write(scope, by, Mutation::put(row.clone()), deed).await?;
        Ok(shown(row))
    }

    /// Changes a rule; with `expected`, only as long as it has that version. What happened before it acts so does not begin
    /// it.
    ///
    /// # Errors
    /// As [`Self::make_rule`]; [`Refusal::NotFound`], [`Refusal::Changed`].
    pub(crate) async fn change_rule(
        &self,
        scope: TenantScope,
        (by, user_id): (&By, UserId),
        id: RuleId,
        expected: Option<u64>,
        change: wire::ChangeRule,
    ) -> Result<AutomationRule, Refusal> {
        let name = change.name.as_deref().map(checked_name).transpose().map_err(refusal_of)?;
        let now = self.0.clock.now();
        let _alone = self.0.writing.of(&[scope.tenant().as_bytes()]).await;
        let mut others = self.rule_rows(scope).await?;
        let at = others.iter().position(|row| row.rule_id == id).ok_or(Refusal::NotFound("rule"))?;
        let mut row = others.remove(at);
        if expected.is_some_and(|version| version != row.version) {
            return Err(Refusal::Changed);
        }
        let before = row.body.0.clone();
        let body = &mut row.body.0;
        if let Some(name) = name {
            check_free(names(&others), &name)?;
            body.name = name;
        }
        body.enabled = change.enabled.unwrap_or(body.enabled);
        body.when = change.when.unwrap_or_else(|| before.when.clone());
        body.actions = change.actions.unwrap_or_else(|| before.actions.clone());
        checked(body.when.clone(), &body.actions, now)?;
        if let Some(position) = change.position {
            return self.move_rule(scope, (by, user_id), others, (row, before), position).await;
        }
        if *body == before {
            return Ok(shown(row));
        }
        let acts_anew = body.when != before.when || (body.enabled && !before.enabled);
        if acts_anew {
            body.since = now;
        }
        (body.updated_at, body.updated_by) = (now, user_id);
        row.version += 1;
        let deed = deed_of(id, &before, &row.body.0);
        self.0.audit.write(scope, by, Mutation::put(row.clone()), deed).await?;
        Ok(shown(row))
    }

    /// Gives a rule another place among the others, each of which gets its number again.
    async fn move_rule(
        &self,
        scope: TenantScope,
        (by, user_id): (&By, UserId),
        mut others: Vec<AutomationRuleRow>,
        (row, before): (AutomationRuleRow, AutomationRuleBody),
        position: u32,
    ) -> Result<AutomationRule, Refusal> {
        let (id, now) = (row.rule_id, self.0.clock.now());
        let at = usize::try_from(position).unwrap_or(usize::MAX).min(others.len());
        others.insert(at, row);
        for (row, position) in others.iter_mut().zip(0..) {
            let is_it = row.rule_id == id;
            let body = &mut row.body.0;
            if body.position == position && !(is_it && *body != before) {
                continue;
            }
            body.position = position;
            (body.updated_at, body.updated_by) = (now, user_id);
            row.version += 1;
            let mutation = Mutation::put(row.clone());
            if is_it {
                let deed = deed_of(id, &before, &row.body.0);
                self.0.audit.write(scope, by, mutation, deed).await?;
            } else {
                let store = self.0.records.store();
                store.commit_one(scope.into(), Lane::Interactive, vec![mutation]).await?;
            }
        }
        Ok(shown(others.swap_remove(at)))
    }

    /// Deletes a rule; what waits for it does not act any more.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store does not answer.
    pub(crate) async fn delete_rule(&self, scope: TenantScope, by: &By, id: RuleId) -> Result<(), Refusal> {
        let _alone = self.0.writing.of(&[scope.tenant().as_bytes()]).await;
        let rule = self.rule(scope, id).await?;
        let gone = Mutation::delete::<AutomationRuleRow>(AutomationRuleRow::key(id));
        let deed = Deed::new(AuditAct::RuleDeleted).about(id, &rule.name);
        self.0.audit.write(scope, by, gone, deed).await
    }

    /// Which conversations are now as a rule asks.
    ///
    /// # Errors
    /// When a field is wrong, or the store does not answer.
    pub(crate) async fn try_rule(
        &self,
        scope: TenantScope,
        user_id: UserId,
        when: wire::RuleWhen,
    ) -> Result<wire::RuleTrial, Refusal> {
        let when = When::checked(when).map_err(refusal_of)?;
        let query = ListQuery {
            which: Which { view: View::All, status: None, filter: when.filter().clone() },
            sort: wire::ListSort::Newest,
            cursor: None,
            from: 0,
            limit: MAX_TRIED,
            user_id,
        };
        let (page, _) = self.0.house.conversations(scope, query).await?;
        let conversations = page.conversations.into_iter().map(|conversation| wire::TriedConversation {
            conversation_id: conversation.id,
            name: conversation.contact.name,
        });
        Ok(wire::RuleTrial { total: page.total, conversations: conversations.collect() })
    }

    /// The rules' rows, in the order in which they act.
    async fn rule_rows(&self, scope: TenantScope) -> Result<Vec<AutomationRuleRow>, Refusal> {
        let scan = Scan::of::<AutomationRuleRow>(AutomationRuleRow::partition());
        let mut rows = self.0.records.all::<AutomationRuleRow>(scope, scan).await?;
        rows.sort_by_key(|row| (row.body.0.position, row.rule_id));
        Ok(rows)
    }
}

fn deed_of(id: RuleId, before: &AutomationRuleBody, after: &AutomationRuleBody) -> Deed {
    let flag = |on: bool| Some(if on { "true" } else { "false" });
    let (was, is) = (before.position.to_string(), after.position.to_string());
    let deed = Deed::new(AuditAct::RuleChanged)
        .about(id, &before.name)
        .change("name", Some(&before.name), Some(&after.name))
        .change("enabled", flag(before.enabled), flag(after.enabled))
        .change("position", Some(&was), Some(&is));
    let deed = if before.when == after.when { deed } else { deed.changed("when") };
    if before.actions == after.actions { deed } else { deed.changed("actions") }
}

fn names(of: &[AutomationRuleRow]) -> impl Iterator<Item = &str> {
    of.iter().map(|row| row.body.0.name.as_str())
}

fn shown(row: AutomationRuleRow) -> AutomationRule {
    let AutomationRuleBody { name, enabled, position, when, actions, since, updated_at, updated_by } =
        row.body.0;
    let (id, version) = (row.rule_id, row.version);
    AutomationRule { id, version, name, enabled, position, when, actions, since, updated_at, updated_by }
}
