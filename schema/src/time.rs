//! Points in time, in whole milliseconds. Nothing here reads a clock; the time is always passed in.

use std::{
    fmt,
    ops::{Add, Sub},
    str::FromStr,
    time::Duration,
};

use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

/// Milliseconds since 1970-01-01T00:00:00Z. On the wire RFC 3339 in UTC, in the store a bigint.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(i64);

/// The largest time that RFC 3339 can write: the end of the year 9999, less some hours for safety.
const MAX_MILLIS: i64 = 253_402_200_000_000;

impl Timestamp {
    /// The time that many milliseconds after 1970, held between 1970 and the year 9999.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        if millis < 0 {
            Self(0)
        } else if millis > MAX_MILLIS {
            Self(MAX_MILLIS)
        } else {
            Self(millis)
        }
    }

    /// The time that many seconds after 1970, as WhatsApp writes it.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self::from_millis(secs.saturating_mul(1_000))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }
}

/// Characters of a time's text form.
const TEXT_LEN: usize = "2026-11-18T11:06:40.123Z".len();
/// Writes it.
static PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

/// A text form on the stack: times are written many times for each message.
#[derive(Default)]
struct Text {
    bytes: [u8; TEXT_LEN],
    length: usize,
}

impl Text {
    fn as_str(&self) -> &str {
        // It is made of whole strings.
        str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl jiff::fmt::Write for Text {
    fn write_str(&mut self, string: &str) -> Result<(), jiff::Error> {
        let end = self.length + string.len();
        let room = self.bytes.get_mut(self.length..end);
        let room = room.ok_or_else(|| jiff::Error::from_args(format_args!("a time out of range")))?;
        room.copy_from_slice(string.as_bytes());
        self.length = end;
        Ok(())
    }
}

impl Timestamp {
    fn print(self, text: &mut Text) -> Option<()> {
        let time = jiff::Timestamp::from_millisecond(self.0).ok()?;
        PRINTER.print_timestamp(&time, text).ok()
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self::from_millis(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Text::default();
        self.print(&mut text).ok_or(fmt::Error)?;
        f.write_str(text.as_str())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        Ok(Self::from_millis(text.parse::<jiff::Timestamp>()?.as_millisecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = Text::default();
        self.print(&mut text).ok_or_else(|| ser::Error::custom("a time out of range"))?;
        serializer.serialize_str(text.as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .into()
    }
}

impl utoipa::ToSchema for Timestamp {}

impl schemars::JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_survives_its_text_form() {
        let time = Timestamp::from_millis(1_795_000_000_123);
        assert_eq!(time.to_string(), "2026-11-18T11:06:40.123Z");
        assert_eq!(time.to_string().parse::<Timestamp>().ok(), Some(time));
        assert_eq!("2026-11-18T12:06:40.123+01:00".parse::<Timestamp>().ok(), Some(time));
    }

    #[test]
    fn absurd_times_are_held_within_what_can_be_written() {
        assert_eq!(Timestamp::from_secs(i64::MAX).as_millis(), MAX_MILLIS);
        assert_eq!(Timestamp::from_secs(i64::MIN).as_millis(), 0);
        assert_eq!(Timestamp::from_secs(i64::MAX).to_string(), "9999-12-30T20:00:00.000Z");
    }

    #[test]
    fn since_never_goes_below_zero() {
        let (early, late) = (Timestamp::from_secs(1), Timestamp::from_secs(3));
        assert_eq!(late.since(early), Duration::from_secs(2));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
