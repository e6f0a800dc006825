//! What a log is: a name and columns.

/// A log's shape. Each log has one, in a file of its own under `logs/`.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name: Zeek's `#path`, and the file's name before `.log`.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
}

impl Table {
    /// Is it this one?
    #[inline]
    pub(crate) fn is(&self, other: &Self) -> bool {
        // Mostly the names are one and the same constant.
        std::ptr::eq(self.name, other.name) || self.name == other.name
    }
}

/// A column: its name and its type.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, dotted where Zeek nests records.
    pub name: &'static str,
    /// What its cells hold.
    pub kind: Kind,
}

/// What a cell holds, in Zeek's types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Seconds since 1970 with six digits of fraction.
    Time,
    /// Seconds with six digits of fraction.
    Interval,
    /// Text from the wire or from us.
    Text,
    /// One of a few words of ours.
    Enum,
    /// An IP address.
    Addr,
    /// A port without its transport.
    Port,
    /// A whole number, never negative.
    Count,
    /// A number with a fraction.
    Double,
    /// `T` or `F`.
    Bool,
    /// Several texts, in no order that means anything.
    Set,
    /// Several texts in order.
    Texts,
    /// Several lengths of time in order.
    Intervals,
}

impl Kind {
    /// The type's name in a TSV header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Interval => "interval",
            Self::Text => "string",
            Self::Enum => "enum",
            Self::Addr => "addr",
            Self::Port => "port",
            Self::Count => "count",
            Self::Double => "double",
            Self::Bool => "bool",
            Self::Set => "set[string]",
            Self::Texts => "vector[string]",
            Self::Intervals => "vector[interval]",
        }
    }
}

/// `columns! { "ts": Time, "uid": Text }` as a slice of columns.
macro_rules! columns {
    ($($name:literal : $kind:ident),* $(,)?) => {
        &[$($crate::table::Column { name: $name, kind: $crate::table::Kind::$kind }),*]
    };
}

pub(crate) use columns;
