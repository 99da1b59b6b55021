//! What waits to be written to one socket: whole WebSocket frames, shared and never copied.

use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    task::{Context, Poll},
};

use bytes::Bytes;

/// Slices of one vectored write, at most.
pub const WRITE_SLICES: usize = 64;

/// Chunks for which an empty queue keeps its room; a longer one gives it back.
const KEPT_CHUNKS: usize = 8;

/// The way out to one peer. The fan-out knows nothing else of TCP.
pub trait Line: 'static {
    /// Writes what fits, without waiting.
    ///
    /// # Errors
    /// `WouldBlock` when nothing fits; anything else means that the line is broken.
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize>;

    /// Asks to be woken when something fits again.
    ///
    /// # Errors
    /// When the line is broken.
    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Whatever is not yet sent may be thrown away when the line is dropped, which then resets it.
    fn reset(&self);
}

/// How far a flush came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flushed {
    /// Nothing waits.
    Empty,
    /// The line takes no more.
    Blocked,
}

/// Frames in order. A chunk holds one frame or several whole ones.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    chunks: VecDeque<Bytes>,
    /// Bytes of the first chunk that are written.
    written: usize,
    /// Bytes not yet written.
    bytes: usize,
    /// Of these, bytes that a catch-up put here: they never count as slowness.
    backlog: usize,
}

impl Queue {
    /// Adds whole frames.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        self.bytes += chunk.len();
        self.chunks.push_back(chunk);
    }

    /// Adds whole frames that were missed earlier.
    pub(crate) fn push_backlog(&mut self, chunk: Bytes) {
        self.backlog += chunk.len();
        self.push(chunk);
    }

    /// Bytes not yet written.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes not yet written that a catch-up put here.
    pub(crate) const fn backlog(&self) -> usize {
        self.backlog
    }

    /// Bytes not yet written that count as slowness.
    pub(crate) const fn live(&self) -> usize {
        self.bytes - self.backlog
    }

    /// Drops everything but the rest of a frame that is already begun.
    pub(crate) fn cut(&mut self) {
        let begun = self.chunks.pop_front().filter(|_| self.written > 0).map(|chunk| {
            let end = frame_end(&chunk, self.written);
            chunk.slice(..end)
        });
        self.chunks = VecDeque::new();
        self.backlog = 0;
        self.bytes = 0;
        match begun {
            Some(chunk) if chunk.len() > self.written => {
                self.bytes = chunk.len() - self.written;
                self.chunks.push_back(chunk);
            }
            _ => self.written = 0,
        }
    }

    /// Writes as much as the line takes. `writes` counts the calls.
    pub(crate) fn flush(&mut self, line: &dyn Line, writes: &mut u64) -> io::Result<Flushed> {
        while let Some(first) = self.chunks.front() {
            let mut slices = [IoSlice::new(&[]); WRITE_SLICES];
            let mut count = 1;
            slices[0] = IoSlice::new(&first[self.written..]);
            for (slice, chunk) in slices[1..].iter_mut().zip(self.chunks.iter().skip(1)) {
                *slice = IoSlice::new(chunk);
                count += 1;
            }
            *writes += 1;
            match line.write(&slices[..count]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => self.advance(written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Flushed::Blocked),
                Err(error) => return Err(error),
            }
        }
        if self.chunks.capacity() > KEPT_CHUNKS {
            self.chunks = VecDeque::new();
        }
        Ok(Flushed::Empty)
    }

    fn advance(&mut self, mut written: usize) {
        self.bytes -= written;
        self.backlog = self.backlog.saturating_sub(written);
        while let Some(first) = self.chunks.front() {
            let left = first.len() - self.written;
            if written < left {
                self.written += written;
                return;
            }
            written -= left;
            self.written = 0;
            self.chunks.pop_front();
        }
    }
}

/// Where the frame ends that the byte before `at` belongs to. The chunk holds whole unmasked frames.
fn frame_end(chunk: &[u8], at: usize) -> usize {
    let mut end = 0;
    while end < at {
        let Some(length) = frame_length(&chunk[end..]) else { return chunk.len() };
        end += length;
    }
    end.min(chunk.len())
}

/// Bytes of the unmasked frame that begins here, header included.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let short = usize::from(bytes.get(1)? & 0x7f);
    match short {
        126 => Some(4 + usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => Some(10 + usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        _ => Some(2 + short),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::fanout::text_frame;

    /// Takes at most so many bytes a call, and so many in all.
    struct Trickle {
        a_call: usize,
        room: Cell<usize>,
        got: RefCell<Vec<u8>>,
    }

    impl Trickle {
        fn new(a_call: usize, room: usize) -> Self {
            Self { a_call, room: Cell::new(room), got: RefCell::default() }
        }
    }

    impl Line for Trickle {
        fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
            assert!(slices.len() <= WRITE_SLICES);
            let takes = self.a_call.min(self.room.get());
            if takes == 0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let mut got = self.got.borrow_mut();
            let before = got.len();
            got.extend(slices.iter().flat_map(|slice| slice.iter().copied()).take(takes));
            self.room.set(self.room.get() - (got.len() - before));
            Ok(got.len() - before)
        }

        fn poll_writable(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Pending
        }

        fn reset(&self) {}
    }

    fn frames(count: usize) -> Vec<Bytes> {
        (0..count).map(|index| text_frame(&[format!("frame {index}").as_bytes()])).collect()
    }

    #[test]
    fn every_byte_leaves_once_and_in_order_however_little_fits() {
        for a_call in 1..40 {
            let mut queue = Queue::default();
            let line = Trickle::new(a_call, usize::MAX);
            for frame in frames(200) {
                queue.push(frame);
            }
            assert_eq!(queue.flush(&line, &mut 0).expect("flush"), Flushed::Empty);
            assert_eq!(*line.got.borrow(), frames(200).concat());
            assert_eq!((queue.bytes(), queue.live()), (0, 0));
        }
    }

    #[test]
    fn a_cut_keeps_the_rest_of_the_frame_begun_and_nothing_else() {
        let all = frames(5);
        let whole = all.concat();
        for written in 0..whole.len() {
            let mut queue = Queue::default();
            queue.push(Bytes::from(all[..3].concat()));
            queue.push(Bytes::from(all[3..].concat()));
            let line = Trickle::new(usize::MAX, written);
            queue.flush(&line, &mut 0).expect("flush");
            queue.cut();
            line.room.set(usize::MAX);
            assert_eq!(queue.flush(&line, &mut 0).expect("flush"), Flushed::Empty);
            let got = line.got.borrow();
            let ends: Vec<_> = (0..=5).map(|count| all[..count].concat().len()).collect();
            let end = ends.into_iter().find(|end| *end >= written).expect("an end");
            assert_eq!(*got, whole[..end], "after {written}");
        }
    }

    #[test]
    fn a_cut_finds_the_end_of_long_frames_too() {
        for size in [125, 126, 65_535, 65_536] {
            let frame = text_frame(&[&vec![b'x'; size]]);
            let chunk = [frame.clone(), frame.clone()].concat();
            assert_eq!(frame_end(&chunk, 1), frame.len());
            assert_eq!(frame_end(&chunk, frame.len()), frame.len());
            assert_eq!(frame_end(&chunk, frame.len() + 1), chunk.len());
        }
    }

    #[test]
    fn a_backlog_does_not_count_as_slowness() {
        let mut queue = Queue::default();
        queue.push_backlog(Bytes::from_static(b"0123456789"));
        queue.push(Bytes::from_static(b"abc"));
        assert_eq!((queue.bytes(), queue.live()), (13, 3));
        let line = Trickle::new(usize::MAX, 4);
        queue.flush(&line, &mut 0).expect("flush");
        assert_eq!((queue.bytes(), queue.backlog(), queue.live()), (9, 6, 3));
    }
}
