//! Ratings in a conversation: the question, the answer, and what takes the question back.

use switchboard_schema::{
    MessageId, Timestamp,
    record::RatingBody,
    wire::{ConversationStatus, Direction, MessageState, RatingPart, SendStep, Sender, SystemEvent},
};

use super::{Decision, Draft, Effect, Rejection, State, reach};
use crate::rating;

impl Draft<'_> {
    /// It is open again: what was not asked is not, and what waits to be asked does not go.
    pub(super) fn take_question_back(&mut self, now: Timestamp) -> Vec<Effect> {
        rating::take_back(&mut self.head);
        let asked: Vec<_> = self.head.ratings.iter().filter_map(|rating| rating.asked_seq).collect();
        let mut effects = Vec::new();
        for seq in asked {
            let waits = self.state.items.get(&seq).is_some_and(|item| item.state == MessageState::Queued);
            if let (true, Ok(item)) = (waits, self.item(seq)) {
                reach(item, MessageState::Cancelled, now);
                item.not_before = None;
                effects.push(Effect::Announce(seq));
                self.head.ratings.retain(|rating| rating.asked_seq != Some(seq));
            }
        }
        effects
    }

    /// The customer rated, or said why.
    pub(super) fn take_rating(&mut self, part: RatingPart, seq: u64, now: Timestamp) -> Vec<Effect> {
        match part {
            RatingPart::Rating { of, score } => {
                self.with_rating(of, |rating| {
                    rating.score = Some(score);
                    rating.rated_at = Some(now);
                });
                let line = self.note_system(SystemEvent::Rated, None, Some(score.to_string()), now);
                vec![Effect::Announce(line)]
            }
            RatingPart::Comment { of } => {
                self.with_rating(of, |rating| rating.comment_seq = Some(seq));
                // Somebody should read it.
                self.head.inbound_count += 1;
                self.head.updated_at = now;
                Vec::new()
            }
            RatingPart::Spare { .. } | RatingPart::Ask { .. } => Vec::new(),
        }
    }

    fn with_rating(&mut self, of: u64, change: impl FnOnce(&mut RatingBody)) {
        if let Some(rating) = self.head.ratings.iter_mut().find(|rating| rating.of == of) {
            change(rating);
        }
    }

    /// What is due to be asked: it is found out whether it may, and looked at again in a while.
    pub(super) fn look_at_question(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(of) = rating::due(&self.head, now) else { return Vec::new() };
        let again = now + rating::LOOK_AGAIN;
        self.with_rating(of, |rating| rating.ask_at = Some(again));
        vec![Effect::AskRating(of), Effect::WakeAt(again)]
    }
}

/// Asks for a rating of what a line resolved, where that is still to be asked; with `granted` false it never is.
pub(super) fn ask(state: &State, of: u64, granted: bool, now: Timestamp) -> Result<Decision, Rejection> {
    let mut draft = Draft::of_any(state)?;
    let planned = |rating: &RatingBody| rating.of == of && rating.ask_at.is_some();
    if !draft.head.ratings.iter().any(planned) {
        return Ok(Decision::default());
    }
    let resolved = draft.head.status == ConversationStatus::Resolved && draft.head.redirect.is_none();
    let settings = state.service.ratings_for(draft.head.team_id).filter(|_| granted && resolved);
    let content = settings.map(|settings| rating::question(settings, of));
    // Never outside the window, nor against what somebody said.
    let Some(content) = content.filter(|content| state.may_send(content, now).is_ok()) else {
        draft.head.ratings.retain(|rating| !planned(rating));
        return Ok(draft.finish(Vec::new(), None));
    };
    let id = MessageId::derived(&[b"rating", state.id.as_bytes(), &of.to_be_bytes()]);
    let seq = match state.place_of(&id) {
        // Of a commit that was cut short before its head.
        Some(seq) => seq,
        None => {
            let seq = draft.add(id, Direction::Out, content, MessageState::Queued, Sender::system(), now);
            draft.item(seq)?.rating = Some(RatingPart::Ask { of });
            draft.permit(seq, SendStep::Queued, now)??;
            seq
        }
    };
    draft.with_rating(of, |rating| {
        rating.ask_at = None;
        rating.asked_seq = Some(seq);
        rating.asked_at = Some(now);
    });
    Ok(draft.finish(vec![Effect::Announce(seq)], Some(seq)).then_send())
}
