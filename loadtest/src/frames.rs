//! WebSocket frames from a server, cut out of what was read: RFC 6455 without extensions, pure.

/// Longest frame taken.
pub(crate) const FRAME_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A frame that was read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    /// Text, or a part of one.
    Text(&'a [u8]),
    /// It asks for a sign of life.
    Ping(&'a [u8]),
    /// The server closes, with this code; 1005 where it gave none.
    Close(u16),
    /// Something else.
    Other,
}

/// What was read is not what a server may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame is masked or too long")]
pub(crate) struct Malformed;

/// Cuts frames out of a stream of bytes. Keeps only what is not whole yet.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    carry: Vec<u8>,
}

impl Scanner {
    /// Takes what was read and tells of every frame that is whole.
    ///
    /// # Errors
    /// When it is not WebSocket as a server speaks it; nothing after that makes sense.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut on: impl FnMut(Frame<'_>)) -> Result<(), Malformed> {
        // At most one frame began earlier: complete it, byte by needed byte, then read on in place.
        while !self.carry.is_empty() && !bytes.is_empty() {
            let wanted = match length(&self.carry)? {
                Some(whole) => whole.total - self.carry.len(),
                None => 1,
            };
            let (now, rest) = bytes.split_at(wanted.min(bytes.len()));
            self.carry.extend_from_slice(now);
            bytes = rest;
            if let Some(whole) = length(&self.carry)?
                && self.carry.len() == whole.total
            {
                on(frame(&self.carry, whole));
                self.carry.clear();
            }
        }
        while let Some(whole) = length(bytes)? {
            if bytes.len() < whole.total {
                break;
            }
            let (now, rest) = bytes.split_at(whole.total);
            on(frame(now, whole));
            bytes = rest;
        }
        if self.carry.is_empty() {
            self.carry.extend_from_slice(bytes);
        }
        // A long frame is rare; its memory is not kept on thousands of sockets.
        if self.carry.is_empty() && self.carry.capacity() > 8 * 1024 {
            self.carry = Vec::new();
        }
        Ok(())
    }
}

/// Where a frame's parts are.
#[derive(Clone, Copy)]
struct Whole {
    payload_at: usize,
    total: usize,
}

/// How long the frame is that begins here, once its head is there.
fn length(bytes: &[u8]) -> Result<Option<Whole>, Malformed> {
    let (payload_at, payload) = match bytes {
        [_, second, ..] if second & 0x80 != 0 => return Err(Malformed),
        [_, 126, a, b, ..] => (4, u64::from(u16::from_be_bytes([*a, *b]))),
        [_, 127, a, b, c, d, e, f, g, h, ..] => (10, u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h])),
        [_, 126 | 127, ..] => return Ok(None),
        [_, short, ..] => (2, u64::from(*short)),
        _ => return Ok(None),
    };
    let payload = usize::try_from(payload).ok().filter(|bytes| *bytes <= FRAME_BYTES_MAX).ok_or(Malformed)?;
    Ok(Some(Whole { payload_at, total: payload_at + payload }))
}

fn frame(bytes: &[u8], whole: Whole) -> Frame<'_> {
    let payload = &bytes[whole.payload_at..whole.total];
    match bytes.first().map(|first| first & 0x0f) {
        Some(0x0 | 0x1) => Frame::Text(payload),
        Some(0x8) => Frame::Close(match payload {
            [a, b, ..] => u16::from_be_bytes([*a, *b]),
            _ => 1005,
        }),
        Some(0x9) => Frame::Ping(payload),
        _ => Frame::Other,
    }
}

/// A frame as a client sends it. The mask is zero: masking guards proxies, of which there is none here.
pub(crate) fn client_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len() + 8);
    out.push(0x80 | opcode);
    match u8::try_from(payload.len()) {
        Ok(short @ 0..=125) => out.push(0x80 | short),
        _ => {
            out.push(0x80 | 126);
            out.extend_from_slice(&u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&payload[..payload.len().min(usize::from(u16::MAX))]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> Vec<u8> {
        let mut bytes = vec![0x81, 2, b'h', b'i'];
        bytes.extend_from_slice(&[0x81, 126, 0x01, 0x2c]);
        bytes.extend_from_slice(&[b'a'; 300]);
        bytes.extend_from_slice(&[0x89, 0]);
        bytes.extend_from_slice(&[0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]);
        bytes.extend_from_slice(&vec![b'b'; 70_000]);
        bytes.extend_from_slice(&[0x88, 2, 0x0f, 0xa8]);
        bytes
    }

    fn seen(pieces: impl Iterator<Item = Vec<u8>>) -> Vec<String> {
        let (mut scanner, mut seen) = (Scanner::default(), Vec::new());
        for piece in pieces {
            scanner
                .feed(&piece, |frame| {
                    seen.push(match frame {
                        Frame::Text(text) => format!("text {}", text.len()),
                        Frame::Ping(_) => "ping".to_owned(),
                        Frame::Close(code) => format!("close {code}"),
                        Frame::Other => "other".to_owned(),
                    });
                })
                .unwrap();
        }
        seen
    }

    #[test]
    fn frames_are_the_same_however_they_are_cut() {
        let whole = seen(std::iter::once(stream()));
        assert_eq!(whole, ["text 2", "text 300", "ping", "text 70000", "close 4008"]);
        for size in [1, 2, 3, 7, 303, 4_096, 70_001] {
            assert_eq!(seen(stream().chunks(size).map(<[u8]>::to_vec)), whole, "{size}");
        }
    }

    #[test]
    fn what_a_server_may_not_send_is_refused() {
        let refused = |bytes: &[u8]| Scanner::default().feed(bytes, |_| {});
        assert_eq!(refused(&[0x81, 0x80, 0, 0, 0, 0]), Err(Malformed));
        assert_eq!(refused(&[0x81, 127, 0xff, 0, 0, 0, 0, 0, 0, 0]), Err(Malformed));
    }

    #[test]
    fn a_clients_frame_is_masked() {
        assert_eq!(client_frame(1, b"hi"), [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        assert_eq!(client_frame(1, &[0; 200])[..4], [0x81, 0xfe, 0, 200]);
    }
}
