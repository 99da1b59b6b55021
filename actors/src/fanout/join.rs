//! Events of one turn, joined once for all sockets that get the same ones.

use std::cell::OnceCell;

use bytes::Bytes;

use super::{EncodedEvent, text_frame};

/// Bytes of one joined message or chunk, unless a single event is longer. Small enough that a socket's
/// frame begun is finished quickly, and that a client shows something while the rest comes.
pub const JOINED_BYTES: usize = 64 * 1024;

/// Events in order, joined on demand.
pub(crate) struct Joined<'a> {
    parts: &'a [&'a [EncodedEvent]],
    arrays: OnceCell<Vec<Bytes>>,
    frames: OnceCell<Vec<Bytes>>,
}

impl<'a> Joined<'a> {
    pub(crate) const fn of(parts: &'a [&'a [EncodedEvent]]) -> Self {
        Self { parts, arrays: OnceCell::new(), frames: OnceCell::new() }
    }

    /// How many events.
    pub(crate) fn len(&self) -> usize {
        self.parts.iter().map(|events| events.len()).sum()
    }

    fn events(&self) -> impl Iterator<Item = &'a EncodedEvent> {
        self.parts.iter().flat_map(|events| events.iter())
    }

    /// Messages that each hold an array of events; an event alone is a message without one.
    pub(crate) fn arrays(&self) -> &[Bytes] {
        self.arrays.get_or_init(|| {
            self.groups()
                .into_iter()
                .map(|group| match group[..] {
                    [event] => event.frame().clone(),
                    _ => {
                        let mut parts: Vec<&[u8]> = Vec::with_capacity(group.len() * 2 + 1);
                        for (index, event) in group.iter().enumerate() {
                            parts.push(if index == 0 { b"[" } else { b"," });
                            parts.push(event.json());
                        }
                        parts.push(b"]");
                        text_frame(&parts)
                    }
                })
                .collect()
        })
    }

    /// Chunks of whole frames, one event each.
    pub(crate) fn frames(&self) -> &[Bytes] {
        self.frames.get_or_init(|| {
            self.groups()
                .into_iter()
                .map(|group| match group[..] {
                    [event] => event.frame().clone(),
                    _ => {
                        let mut chunk =
                            Vec::with_capacity(group.iter().map(|event| event.frame().len()).sum());
                        for event in group {
                            chunk.extend_from_slice(event.frame());
                        }
                        chunk.into()
                    }
                })
                .collect()
        })
    }

    /// The events in order, in groups of at most [`JOINED_BYTES`].
    fn groups(&self) -> Vec<Vec<&'a EncodedEvent>> {
        let mut groups: Vec<Vec<&'a EncodedEvent>> = Vec::new();
        let mut bytes = 0;
        for event in self.events() {
            let length = event.frame().len();
            match groups.last_mut() {
                Some(group) if bytes + length <= JOINED_BYTES => {
                    group.push(event);
                    bytes += length;
                }
                _ => {
                    groups.push(vec![event]);
                    bytes = length;
                }
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_joined_message_is_json_and_bounded_and_loses_nothing() {
        let events: Vec<_> = (1..=300)
            .map(|offset| {
                EncodedEvent::new(
                    offset,
                    format!(r#"{{"offset":{offset},"pad":"{}"}}"#, "x".repeat(900)).as_bytes(),
                )
            })
            .collect();
        let parts = [&events[..100], &events[100..]];
        let joined = Joined::of(&parts);
        let mut offsets = Vec::new();
        for message in joined.arrays() {
            assert!(message.len() <= JOINED_BYTES + 10);
            let array: Vec<serde_json::Value> = serde_json::from_slice(&message[4..]).expect("an array");
            offsets.extend(array.iter().filter_map(|event| event["offset"].as_u64()));
        }
        assert_eq!(offsets, (1..=300).collect::<Vec<_>>());
        let frames: Vec<_> =
            events.iter().map(EncodedEvent::frame).flat_map(|frame| frame.iter().copied()).collect();
        assert_eq!(joined.frames().concat(), frames);
    }

    #[test]
    fn one_event_is_shared_and_not_wrapped() {
        let events = [EncodedEvent::new(1, b"{}")];
        let parts = [&events[..]];
        let joined = Joined::of(&parts);
        assert_eq!(joined.arrays()[0].as_ptr(), events[0].frame().as_ptr());
        assert_eq!(joined.frames()[0].as_ptr(), events[0].frame().as_ptr());
    }
}
