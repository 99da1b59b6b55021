//! Search, from a question to what is shown of it.

use std::{sync::Arc, time::Duration};

use switchboard_actors::{Refusal, feeder::Feeding};
use switchboard_domain::search::{Query, snippet};
use switchboard_ports::{
    clock::Clock,
    search::{self, Ask, Found},
};
use switchboard_schema::{TenantScope, Timestamp, wire};
use switchboard_search::{Finder, NotFound};

/// The threads that ask, and what feeds what they ask.
pub(crate) struct Search {
    /// Asks.
    pub(crate) finder: Finder,
    /// How far the index is.
    pub(crate) feeding: Arc<Feeding>,
    /// How long a question may take.
    pub(crate) within: Duration,
    /// The time of day.
    pub(crate) clock: Arc<dyn Clock>,
}

impl Search {
    /// Now, as ranks are judged by.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Asks. An index that does not read has nothing yet: it is made anew.
    ///
    /// # Errors
    /// Too much is asked at once, or the index cannot be read now.
    pub(crate) async fn find(&self, scope: TenantScope, ask: Ask) -> Result<Found, Refusal> {
        match self.finder.find(scope, ask, self.within).await {
            Ok(found) => Ok(found),
            Err(NotFound::Overloaded) => Err(Refusal::Overloaded),
            Err(NotFound::Closed) => Err(Refusal::Stopping),
            Err(NotFound::Index(search::Error::Damaged(how))) => {
                tracing::warn!(tenant = %scope.tenant(), how, "the index of a tenant does not read");
                self.feeding.damaged(scope);
                Ok(Found { cut: true, ..Found::default() })
            }
            Err(NotFound::Index(error @ search::Error::Unavailable(_))) => {
                Err(Refusal::Unavailable(error.to_string()))
            }
        }
    }

    /// What is not in the index yet, if anything is not.
    pub(crate) fn lag(&self, scope: TenantScope) -> Option<wire::SearchLag> {
        let lag = self.feeding.lag(scope);
        (!lag.is_none()).then_some(wire::SearchLag {
            events: lag.events,
            since: lag.since,
            rebuilding: lag.rebuilding,
        })
    }
}

/// What of a text is shown.
pub(crate) fn parts(text: &str, query: &Query, most: usize) -> Vec<wire::TextPart> {
    let parts = snippet::snippet(text, query, most).into_iter();
    parts.map(|part| wire::TextPart { text: part.text, found: part.found }).collect()
}
